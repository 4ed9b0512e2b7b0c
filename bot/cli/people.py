"""`alliances people`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.operator import OperatorError, awaited, content
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.cli.operator import Commands
    from bot.people import Preview
ENCODINGS = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}
"""As people call them."""


def add(commands: "Commands") -> None:
    """Their place on the command line."""
    people = commands.add_parser("people", help="who is known; people to a CSV file and back")
    what = people.add_mutually_exclusive_group()
    what.add_argument("--export", type=Path, metavar="FILE", help="write people into this file")
    what.add_argument("--import", type=Path, metavar="FILE", dest="file", help="take this file in")
    what.add_argument("--list", action="store_true", help="people, a line each")
    people.add_argument(
        "--to", default="", metavar="CONDITION", help="with --export, --list: only whom it fits"
    )
    people.add_argument("--yes", action="store_true", help="do not ask before importing")
    people.add_argument(
        "--overwrite", action="store_true", help="with --import: also what people answered themselves"
    )
    people.add_argument(
        "--refused", type=Path, metavar="FILE", help="with --import: write refused lines there"
    )
    people.set_defaults(command=_people)


def _people(parsed: argparse.Namespace) -> int:
    from bot.people import CannotDo
    from bot.storage.errors import StorageError

    settings = read_settings()
    if parsed.to and parsed.file:
        raise OperatorError("--to goes with --export and --list")
    if (parsed.overwrite or parsed.refused) and not parsed.file:
        raise OperatorError("--overwrite and --refused go with --import FILE")
    try:
        if parsed.file:
            return _import(settings, parsed)
        if parsed.export:
            _export(settings, parsed.export, parsed.to)
        elif parsed.list or parsed.to:
            _list(settings, parsed.to)
        else:
            _count(settings)
    except (CannotDo, StorageError) as error:
        raise OperatorError(str(error)) from None
    return 0


def _export(settings: Settings, file: Path, condition: str) -> None:
    from bot.people import export
    from bot.runtime.clock import SystemClock

    written = awaited(export(settings, content(settings), file, condition, clock=SystemClock()))
    expected = f", {written['expected']} expected" if written["expected"] else ""
    print(f"{file}: {written['people']} people{expected}. Keep it where only you can read it.")


def _list(settings: Settings, condition: str) -> None:
    from bot.people import listed
    from bot.runtime.clock import SystemClock

    lines = awaited(listed(settings, content(settings), condition, clock=SystemClock()))
    print("\n".join(lines) or "Nobody.")


def _count(settings: Settings) -> None:
    from bot.people import overview
    from bot.runtime.clock import SystemClock

    found = awaited(overview(settings, content(settings), clock=SystemClock()))
    counts = found.counts
    print(
        f"{counts.people} people, {counts.unreachable} of them cannot be reached; {counts.expected} expected."
    )
    for column, count in found.filled:
        # With the name by which conditions know it.
        named = column.label if column.label == column.id else f"{column.label} ({column.id})"
        print(f"  {named}: {count}")


def _import(settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.people import preview, refused, take_in, write_report
    from bot.runtime.clock import SystemClock

    home, clock, replaces = content(settings), SystemClock(), parsed.overwrite
    shown = awaited(preview(settings, home, parsed.file, replaces=replaces, clock=clock))
    print(_told(parsed.file, shown, replaces=replaces))
    lines = refused(shown.report)
    for line in lines:
        print(f"  line {line}", file=sys.stderr)
    more = shown.tally.refused - len(shown.report.shown)
    if more and not parsed.refused:
        print(f"  and {more} lines more; all of them: --refused FILE", file=sys.stderr)
    if parsed.refused and lines:
        write_report(shown.report, parsed.refused)
        print(f"Refused lines: {parsed.refused}")
    status = 1 if shown.tally.refused else 0
    if not shown.tally.changed and not shown.tally.expected:
        print("Nothing to change.")
        return status
    if not _agreed(sure=parsed.yes):
        print("Nothing was changed.")
        return status
    done = awaited(take_in(settings, home, parsed.file, shown, replaces=replaces, clock=clock)).tally
    print(f"Done: {done.changed} changed, {done.expected} expected, {done.same} as they were.")
    return status


def _told(file: Path, shown: "Preview", *, replaces: bool) -> str:
    """What the file would do, as text."""
    tally = shown.tally
    separator = {";": "semicolons", ",": "commas", "\t": "tabs"}[shown.delimiter]
    lines = [f"{file}: {tally.lines} lines ({ENCODINGS[shown.encoding]}, {separator})"]
    lines += [f"  {tally.changed} people changed", f"  {tally.expected} expected, new or completed"]
    lines += [f"  {tally.same} as they are", f"  {tally.refused} refused"]
    if shown.unread:
        lines.append(f"Never taken over: {', '.join(shown.unread)}.")
    if tally.expected:
        lines.append("A bot cannot write first: who is expected is known from their first message on.")
    if replaces:
        lines.append("What people answered themselves is replaced.")
    elif tally.kept:
        lines.append(f"{tally.kept} answers stay as people gave them; --overwrite replaces them.")
    return "\n".join(lines)


def _agreed(*, sure: bool) -> bool:
    if sure:
        return True
    if not sys.stdin.isatty():
        raise OperatorError("add --yes to import without being asked")
    return input("Import it? [y/N] ").strip().lower() in ("y", "yes", "o", "oui")
