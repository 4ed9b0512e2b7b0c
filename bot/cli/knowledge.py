"""`alliances ask`, `match`, `evaluate` and `questions`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.operator import OperatorError, cache, content, days, in_short, policy
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.cli.operator import Commands
    from bot.knowledge.semantic import Depth


def add(commands: "Commands") -> None:
    """Their place on the command line."""
    ask = commands.add_parser("ask", help="ask the knowledge base one question")
    ask.add_argument("text", nargs="+")
    ask.add_argument("--json", action="store_true")
    ask.add_argument("--explain", action="store_true", help="say which words and phrasing decided")
    ask.set_defaults(command=_ask)
    match = commands.add_parser("match", help='read {"text": …} lines, write the verdict on each')
    match.add_argument(
        "--kb", type=Path, metavar="FILE.jsonl", help="another collection than the shipped one"
    )
    match.set_defaults(command=_match)
    evaluate = commands.add_parser(
        "evaluate", help="measure the knowledge base on its labelled messages, against the recorded figures"
    )
    evaluate.add_argument("--json", action="store_true")
    evaluate.add_argument("--record", action="store_true", help="keep these figures as the ones to hold")
    evaluate.add_argument(
        "--semantic", action="store_true", help="compare by meaning too; it has recorded figures of its own"
    )
    evaluate.set_defaults(command=_evaluate)
    _add_questions(commands.add_parser("questions", help="what people ask and the knowledge base lacks"))


def _add_questions(questions: argparse.ArgumentParser) -> None:
    """`alliances questions` and what can be done about them."""
    questions.add_argument("--json", action="store_true")
    questions.add_argument("--days", type=days, metavar="N", help="only what was asked in the last N days")
    questions.add_argument("--all", action="store_true", help="with what was dismissed")
    questions.set_defaults(command=_questions, order="list")
    orders = questions.add_subparsers(metavar="ORDER")
    show = orders.add_parser("show", help="one group: wordings, verdicts, nearest entries")
    dismiss = orders.add_parser("dismiss", help="put a group away that needs no answer")
    for one in (show, dismiss):
        one.add_argument("group", type=int, metavar="GROUP")
    proposals = orders.add_parser("proposals", help="what staff proposed in chat")
    for one in (show, proposals):
        one.add_argument("--json", action="store_true")
    drafts = orders.add_parser("drafts", help="answers of staff that they want in the base")
    drafts.add_argument("--json", action="store_true")
    draft = orders.add_parser("draft", help="one of them as the beginning of an entry")
    draft.add_argument("draft", type=int, metavar="N")
    draft.add_argument("--done", action="store_true", help="put it away: the base has it, or needs it not")
    withdraw = orders.add_parser("withdraw", help="give up a proposal; its questions are open again")
    withdraw.add_argument("proposal", type=int, metavar="N")
    propose = orders.add_parser("propose", help="make a patch, and see whether the evaluation accepts it")
    propose.add_argument("group", type=int, nargs="?", metavar="GROUP")
    what = propose.add_mutually_exclusive_group(required=True)
    what.add_argument("--to", metavar="ENTRY", help="id of the entry that gets the phrasings")
    what.add_argument("--entry", type=Path, metavar="FILE.yaml", help="a new entry: a list of one")
    what.add_argument("--proposal", type=int, metavar="N", help="what staff proposed, instead of a group")
    propose.add_argument("--phrasing", nargs="+", action="extend", default=[], metavar="TEXT")
    propose.add_argument("--apply", action="store_true", help="write it into the content if it is accepted")
    propose.add_argument("--output", type=Path, metavar="FILE", help="write the patch there too")
    for name, order in orders.choices.items():
        order.set_defaults(order=name)


@in_short()
def _ask(parsed: argparse.Namespace) -> int:
    import json

    from bot.content.library import ContentBroken
    from bot.inquiry import as_json, explained, inquire, read_aloud
    from bot.runtime.clock import SystemClock

    settings = read_settings()
    try:
        found = inquire(
            content(settings),
            " ".join(parsed.text),
            policy=policy(settings),
            now=SystemClock().now(),
            cache=cache(settings),
            depth="kept" if settings.semantic == "auto" else "words",  # one question prepares nothing
        )
    except ContentBroken as error:
        raise OperatorError(str(error)) from None
    why = explained(found) if parsed.explain else ""
    if parsed.json:
        print(json.dumps(as_json(found) | ({"explained": why} if why else {}), ensure_ascii=False))
    else:
        print("\n\n".join(part for part in (read_aloud(found), why) if part))
    return 0


def _match(parsed: argparse.Namespace) -> int:
    with in_short():
        from bot.content.library import ContentBroken, open_index
        from bot.knowledge.evaluate import BadCollectionLine, answer_lines, match_lines

    settings = read_settings()
    depth: Depth = "made" if settings.semantic == "auto" else "words"
    try:
        if parsed.kb:
            match_lines(parsed.kb, sys.stdin, sys.stdout, cache=cache(settings), depth=depth)
        else:
            with in_short():
                index = open_index(content(settings), cache(settings), depth)
            answer_lines(index, sys.stdin, sys.stdout)
    except (BadCollectionLine, ContentBroken, OSError) as error:
        raise OperatorError(str(error)) from None
    return 0


def _evaluate(parsed: argparse.Namespace) -> int:
    from bot.content.evaluation import QuestionsBroken, SemanticMissing, evaluate
    from bot.content.library import ContentBroken

    settings = read_settings()
    try:
        text, status = evaluate(
            content(settings),
            as_json=parsed.json,
            record=parsed.record,
            cache=cache(settings),
            semantic=parsed.semantic,
        )
    except (QuestionsBroken, ContentBroken, SemanticMissing, OSError) as error:
        raise OperatorError(str(error)) from None
    print(text)
    return status


def _questions(parsed: argparse.Namespace) -> int:
    import asyncio

    from bot.loop import LoopError, Place, ordered
    from bot.runtime.clock import SystemClock

    settings = read_settings()
    place = Place(content(settings), cache(settings), settings.database_file, policy(settings))
    try:
        text, status = asyncio.run(ordered(place, vars(parsed), now=SystemClock().now()))
    except LoopError as error:
        raise OperatorError(str(error)) from None
    print(text)
    return status
