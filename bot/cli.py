"""The console command `alliances`: reads the command line, then hands over to the part that does the work.

What a command needs is imported inside it, so that a short command starts at once.
"""

import argparse
import asyncio
import gc
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from bot.model.turn import Policy


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point. Exit status: 0 well, 1 the work found problems, 2 it could not be done."""
    parsed = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = parsed.command
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
    evaluate.set_defaults(command=_evaluate)
    check = commands.add_parser("check", help="check flows and knowledge")
    check.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="content folders or files")
    check.add_argument("--format", choices=("text", "json", "github"), default="text")
    check.add_argument("--strict", action="store_true", help="warnings count as errors")
    check.set_defaults(command=_check)
    schema = commands.add_parser("schema", help="write the JSON Schemas for editors into the content folder")
    schema.set_defaults(command=_schema)
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
    return parser


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
        asyncio.run(work(settings))
    except CannotStart as error:
        raise OperatorError(str(error)) from None
    return 0


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
    from bot.content.library import ContentBroken, open_library
    from bot.knowledge.evaluate import BadCollectionLine, answer_lines, match_lines

    try:
        if parsed.kb:
            match_lines(parsed.kb, sys.stdin, sys.stdout)
        else:
            settings = read_settings()
            library = open_library(_content(settings), _cache(settings))
            answer_lines(library.index, sys.stdin, sys.stdout)
    except (BadCollectionLine, ContentBroken, OSError) as error:
        raise OperatorError(str(error)) from None
    return 0


def _evaluate(parsed: argparse.Namespace) -> int:
    from bot.content.evaluation import QuestionsBroken, evaluate
    from bot.content.library import ContentBroken

    settings = read_settings()
    try:
        text, status = evaluate(
            _content(settings), as_json=parsed.json, record=parsed.record, cache=_cache(settings)
        )
    except (QuestionsBroken, ContentBroken, OSError) as error:
        raise OperatorError(str(error)) from None
    print(text)
    return status


def _check(parsed: argparse.Namespace) -> int:
    from bot.content.report import check

    paths = parsed.paths or [_content(read_settings())]
    text, status = check(paths, format=parsed.format, strict=parsed.strict)
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


def _backup(parsed: argparse.Namespace) -> int:
    from bot.runtime.clock import SystemClock
    from bot.storage.backup import back_up
    from bot.storage.errors import StorageError

    settings = read_settings()
    try:
        made = back_up(settings.data, settings.database_file, parsed.file, now=SystemClock().now())
        report = asyncio.run(made)
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
        report = asyncio.run(work)
    except StorageError as error:
        raise OperatorError(str(error)) from None
    print(
        f"Restored: {report.rows['person']} people, {report.files} files, as of {report.made:%Y-%m-%d %H:%M} UTC."
    )
    print(
        f"Erased once more, as they asked since then: {report.erased}. Old messages not sent: {report.unsent}."
    )
    if report.aside:
        print(f"The database from before lies beside it: {report.aside}")
    return 0


def _test(parsed: argparse.Namespace) -> int:
    from bot.content.rehearsal import rehearse

    folder = _content(read_settings())
    text, status = rehearse(folder, parsed.paths or [folder / "tests" / "transcripts"])
    print(text)
    return status
