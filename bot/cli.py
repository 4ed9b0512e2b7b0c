"""The console command `alliances`: reads the command line, then hands over to the part that does the work.

What a command needs is imported inside it, so that a short command starts at once.
"""

import argparse
import gc
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bot.settings import Settings, SettingsError, read_settings, spare_threads

if TYPE_CHECKING:
    from bot.knowledge.semantic import Depth
    from bot.model.message import Message
    from bot.model.turn import Policy

Made = TypeVar("Made")


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point. Exit status: 0 well, 1 the work found problems, 2 it could not be done."""
    parsed = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = parsed.command
    spare_threads()
    try:
        status = command(parsed)
    except (SettingsError, OperatorError) as error:
        print(f"alliances: {error}", file=sys.stderr)
        status = 2
    except BrokenPipeError:  # the reader of a pipe went away
        sys.stderr.close()
        status = 0
    except KeyboardInterrupt:
        status = 130
    raise SystemExit(status)


class OperatorError(Exception):
    """Something the operator must put right; the text says what, where and how."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="alliances", description="A chat assistant that guides associations."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser(
        "run", help="start the assistant: the local page, and Telegram if a token is set"
    )
    run.set_defaults(command=_run)
    chat = commands.add_parser("chat", help="hold a conversation in the terminal")
    chat.add_argument(
        "--as", dest="name", type=_name, default="local", metavar="NAME", help="who speaks (default: local)"
    )
    chat.add_argument("--json", action="store_true", help="one JSON object per message")
    chat.set_defaults(command=_chat)
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
    check = commands.add_parser("check", help="check flows and knowledge")
    check.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="content folders or files")
    check.add_argument("--format", choices=("text", "json", "github"), default="text")
    check.add_argument("--strict", action="store_true", help="warnings count as errors")
    check.add_argument("--links", action="store_true", help="ask every cited address whether it answers")
    check.set_defaults(command=_check)
    schema = commands.add_parser("schema", help="write the JSON Schemas for editors into the content folder")
    schema.set_defaults(command=_schema)
    announce = commands.add_parser("announce", help="send one text to everyone, and see how far it is")
    what = announce.add_mutually_exclusive_group(required=True)
    what.add_argument("--text", type=Path, metavar="FILE", help="light Markdown, UTF-8")
    what.add_argument("--list", action="store_true", help="every announcement and how far it is")
    for order in ("pause", "resume", "cancel"):
        what.add_argument(f"--{order}", type=int, metavar="NUMBER")
    announce.add_argument("--yes", action="store_true", help="do not ask before sending")
    announce.add_argument("--again", action="store_true", help="send a text that was sent before")
    announce.add_argument(
        "--on-unknown",
        choices=("skip", "resend"),
        default="skip",
        help="when Telegram does not say whether a copy arrived: rather none than two, or two than none",
    )
    announce.set_defaults(command=_announce)
    backup = commands.add_parser("backup", help="copy everything that is kept into one file; may be running")
    backup.add_argument(
        "file", type=Path, metavar="FILE", help="a new file, for example backup-2027-01-14.tar"
    )
    backup.set_defaults(command=_backup)
    restore = commands.add_parser(
        "restore", help="put a backup in the place of what is kept; must be stopped"
    )
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.set_defaults(command=_restore)
    test = commands.add_parser("test", help="play conversation tests")
    test.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="transcript files or folders")
    test.set_defaults(command=_test)
    _add_tending(commands)
    return parser


def _add_tending(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Commands for who looks after an assistant."""
    link = commands.add_parser("link", help="links that open the bot at an entry or a flow, with QR pictures")
    link.add_argument("targets", nargs="+", metavar="TARGET", help="id of an entry or a flow")
    link.add_argument("--out", type=Path, metavar="FOLDER", help="write <id>.png or <id>.svg there")
    link.add_argument("--bot", metavar="NAME", help="public name of the bot (default: the one it has)")
    link.add_argument("--format", choices=("png", "svg"), default="png")
    link.set_defaults(command=_link)
    doctor = commands.add_parser(
        "doctor", help="look at everything the assistant stands on, and say the way out"
    )
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(command=_doctor)


def _add_questions(questions: argparse.ArgumentParser) -> None:
    """`alliances questions` and what can be done about them."""
    questions.add_argument("--json", action="store_true")
    questions.add_argument("--days", type=int, metavar="N", help="only what was asked in the last N days")
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


def _name(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError("a name has at least one letter")
    return text.strip()


def _run(parsed: argparse.Namespace) -> int:
    from bot.serve import run

    return _served(run)


def _chat(parsed: argparse.Namespace) -> int:
    from bot.chat import chat

    return _served(lambda settings: chat(settings, name=parsed.name, as_json=parsed.json))


def _served(work: Callable[[Settings], Coroutine[object, object, None]]) -> int:
    from bot.app import CannotStart

    settings = read_settings()
    gc.disable()  # nothing made while starting is garbage; `serve` enables it again
    try:
        _awaited(work(settings))
    except CannotStart as error:
        raise OperatorError(str(error)) from None
    return 0


def _awaited(work: Coroutine[object, object, Made]) -> Made:
    import asyncio  # 30 ms that a command without a loop does not pay

    return asyncio.run(work)


@contextmanager
def _in_short() -> Iterator[None]:
    """For a command that ends at once: no garbage is looked for, not even by the interpreter's last look."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _content(settings: Settings) -> Path:
    from bot.shipped import shipped_content

    try:
        return settings.content or shipped_content()
    except FileNotFoundError as error:
        raise OperatorError(str(error)) from None


def _cache(settings: Settings) -> Path:
    return settings.data / "cache"


def _policy(settings: Settings) -> "Policy":
    from bot.model.turn import Policy

    return Policy(settings.timezone, settings.quiet_hours, settings.contact)


@_in_short()
def _ask(parsed: argparse.Namespace) -> int:
    import json

    from bot.content.library import ContentBroken
    from bot.inquiry import as_json, explained, inquire, read_aloud
    from bot.runtime.clock import SystemClock

    settings = read_settings()
    try:
        found = inquire(
            _content(settings),
            " ".join(parsed.text),
            policy=_policy(settings),
            now=SystemClock().now(),
            cache=_cache(settings),
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
    with _in_short():
        from bot.content.library import ContentBroken, open_index
        from bot.knowledge.evaluate import BadCollectionLine, answer_lines, match_lines

    settings = read_settings()
    depth: Depth = "made" if settings.semantic == "auto" else "words"
    try:
        if parsed.kb:
            match_lines(parsed.kb, sys.stdin, sys.stdout, cache=_cache(settings), depth=depth)
        else:
            with _in_short():
                index = open_index(_content(settings), _cache(settings), depth)
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
            _content(settings),
            as_json=parsed.json,
            record=parsed.record,
            cache=_cache(settings),
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
    place = Place(_content(settings), _cache(settings), settings.database_file, _policy(settings))
    try:
        text, status = asyncio.run(ordered(place, vars(parsed), now=SystemClock().now()))
    except LoopError as error:
        raise OperatorError(str(error)) from None
    print(text)
    return status


def _check(parsed: argparse.Namespace) -> int:
    from bot.content.addresses import Probing
    from bot.content.report import Asked, check
    from bot.runtime.clock import SystemClock

    settings = read_settings()
    home = _content(settings)
    asked = Asked(
        today=SystemClock().now().astimezone(settings.timezone).date(),
        cache=_cache(settings),
        home=home,
        links=Probing() if parsed.links else None,
    )
    text, status = check(parsed.paths or [home], asked, format=parsed.format, strict=parsed.strict)
    if text:
        print(text)
    return status


def _schema(parsed: argparse.Namespace) -> int:
    from bot.content.schema import generated

    folder = _content(read_settings())
    for name, text in generated(folder).items():
        try:
            (folder / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise OperatorError(f"cannot write {folder / name} ({error.strerror})") from None
        print(name)
    return 0


def _announce(parsed: argparse.Namespace) -> int:
    from bot.announcements import BadText, begin, give_order, overview
    from bot.events.announcement import AnnouncementId, OnUnknown, Order
    from bot.runtime.clock import SystemClock
    from bot.storage.announcements import AlreadyAnnounced, NotPossible
    from bot.storage.errors import StorageError

    settings = read_settings()
    try:
        for order in Order:
            if (number := getattr(parsed, order.value)) is not None:
                state = _awaited(give_order(settings, AnnouncementId(number), order))
                print(f"Announcement {number}: {state}.")
                return 0
        if parsed.list:
            print(_awaited(overview(settings)))
            return 0
        message = _agreed(parsed, settings)
        if message is None:
            print("Nothing was sent.")
            return 0
        made = begin(
            settings,
            message,
            on_unknown=OnUnknown(parsed.on_unknown),
            again=parsed.again,
            now=SystemClock().now(),
        )
        number = _awaited(made)
    except AlreadyAnnounced as error:
        raise OperatorError(f"{error}; to send it once more, add --again") from None
    except (BadText, NotPossible, StorageError) as error:
        raise OperatorError(str(error)) from None
    print(
        f"Announcement {number} is on its way, as soon as the assistant runs. How far: alliances announce --list"
    )
    return 0


def _agreed(parsed: argparse.Namespace, settings: Settings) -> "Message | None":
    """The text, shown as people will read it, if the operator says yes."""
    from bot.announcements import audience, read_text
    from bot.markup import plain

    message = read_text(parsed.text)
    print(plain(message.text, links=True))
    print(f"\n--- To {_awaited(audience(settings))} people. ---")
    if parsed.yes:
        return message
    if not sys.stdin.isatty():
        raise OperatorError("add --yes to send without being asked")
    return message if input("Send it? [y/N] ").strip().lower() in ("y", "yes", "o", "oui") else None


def _backup(parsed: argparse.Namespace) -> int:
    from bot.runtime.clock import SystemClock
    from bot.storage.backup import back_up
    from bot.storage.errors import StorageError

    settings = read_settings()
    try:
        made = back_up(settings.data, settings.database_file, parsed.file, now=SystemClock().now())
        report = _awaited(made)
    except StorageError as error:
        raise OperatorError(str(error)) from None
    print(f"{parsed.file}: {report.rows['person']} people, {report.files} files, checked.")
    if report.missing:
        print(
            f"{report.missing} files were gone from {settings.data / 'files'} and are not in it.",
            file=sys.stderr,
        )
    print("It holds what people wrote and the secret of the buttons: keep it where only you can read it.")
    return 0


def _restore(parsed: argparse.Namespace) -> int:
    from bot.runtime.clock import SystemClock
    from bot.storage.backup import restore
    from bot.storage.errors import StorageError

    settings = read_settings()
    try:
        work = restore(parsed.file, settings.data, settings.database_file, now=SystemClock().now())
        report = _awaited(work)
    except StorageError as error:
        raise OperatorError(str(error)) from None
    print(
        f"Restored: {report.rows['person']} people, {report.files} files, as of {report.made:%Y-%m-%d %H:%M} UTC."
    )
    print(
        f"Erased once more, as they asked since then: {report.erased}. Old messages not sent: {report.unsent}."
    )
    if report.unknown_erasures:
        print(
            "The database from before is too damaged to tell who asked to be erased since then: "
            "whoever did is back.",
            file=sys.stderr,
        )
    if report.aside:
        print(f"The database from before lies beside it: {report.aside}")
        print("Delete that once all is well: who asks to be erased from now on stays in it.")
    return 0


def _link(parsed: argparse.Namespace) -> int:
    from bot.posters import CannotLink, keep, name_of_bot, posters, shelf_of, targets_of

    settings = read_settings()
    try:
        shelf = shelf_of(_content(settings))
        targets = targets_of(shelf, parsed.targets)
        made = posters(shelf, targets, bot=name_of_bot(settings, parsed.bot), format=parsed.format)
        files = list(keep(made, parsed.out, format=parsed.format)) if parsed.out else []
    except CannotLink as error:
        raise OperatorError(str(error)) from None
    for poster in made:
        print(poster.address)
        if not poster.target.ready:
            print(f"{poster.target.id}: this entry waits for a review, its answer is hidden", file=sys.stderr)
    for file in files:
        print(file)
    return 0


def _doctor(parsed: argparse.Namespace) -> int:
    from bot.doctor import examine, status_of
    from bot.doctor.diagnosis import as_json, as_text
    from bot.runtime.clock import SystemClock
    from bot.settings import survey_settings

    found = _awaited(examine(survey_settings(), SystemClock()))
    print(as_json(found) if parsed.json else as_text(found))
    return status_of(found)


def _test(parsed: argparse.Namespace) -> int:
    from bot.content.rehearsal import rehearse

    folder = _content(read_settings())
    text, status = rehearse(folder, parsed.paths or [folder / "tests" / "transcripts"])
    print(text)
    return status
