"""`alliances check`, `schema` and `test`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.operator import OperatorError, cache, content
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.cli.operator import Commands


def add(commands: "Commands") -> None:
    """Their place on the command line."""
    check = commands.add_parser("check", help="check flows and knowledge")
    check.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="content folders or files")
    check.add_argument("--format", choices=("text", "json", "github"), default="text")
    check.add_argument("--strict", action="store_true", help="warnings count as errors")
    check.add_argument("--links", action="store_true", help="ask every cited address whether it answers")
    check.set_defaults(command=_check)
    schema = commands.add_parser("schema", help="write the JSON Schemas for editors into the content folder")
    schema.set_defaults(command=_schema)
    test = commands.add_parser("test", help="play conversation tests")
    test.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="transcript files or folders")
    test.add_argument(
        "--bless", action="store_true", help="write the expectations anew as the flows answer now"
    )
    test.set_defaults(command=_test)


def _check(parsed: argparse.Namespace) -> int:
    from bot.content.addresses import Probing
    from bot.content.report import Asked, check
    from bot.runtime.clock import SystemClock

    settings = read_settings()
    home = content(settings)
    asked = Asked(
        today=SystemClock().now().astimezone(settings.timezone).date(),
        cache=cache(settings),
        home=home,
        links=Probing() if parsed.links else None,
    )
    text, status = check(parsed.paths or [home], asked, format=parsed.format, strict=parsed.strict)
    if text:
        print(text)
    return status


def _schema(parsed: argparse.Namespace) -> int:
    from bot.content.schema import generated

    folder = content(read_settings())
    for name, text in generated(folder).items():
        try:
            (folder / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise OperatorError(f"cannot write {folder / name} ({error.strerror})") from None
        print(name)
    return 0


def _test(parsed: argparse.Namespace) -> int:
    from bot.content.rehearsal import rehearse

    folder = content(read_settings())
    paths = parsed.paths or [folder / "tests" / "transcripts"]
    text, status = rehearse(folder, paths, bless=parsed.bless)
    print(text)
    return status
