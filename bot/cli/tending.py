"""`alliances backup`, `restore`, `link` and `doctor`: for who looks after an assistant."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.operator import OperatorError, awaited, content
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.cli.operator import Commands


def add(commands: "Commands") -> None:
    """Their place on the command line."""
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
    link = commands.add_parser("link", help="links that open the bot at an entry, a flow or an event")
    link.add_argument("targets", nargs="+", metavar="TARGET", help="id of an entry, a flow or an event")
    link.add_argument("--out", type=Path, metavar="FOLDER", help="write <id>.png or <id>.svg there")
    link.add_argument("--bot", metavar="NAME", help="public name of the bot (default: the one it has)")
    link.add_argument("--format", choices=("png", "svg"), default="png")
    link.set_defaults(command=_link)
    doctor = commands.add_parser(
        "doctor", help="look at everything the assistant stands on, and say the way out"
    )
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(command=_doctor)


def _backup(parsed: argparse.Namespace) -> int:
    from bot.runtime.clock import SystemClock
    from bot.storage.backup import back_up
    from bot.storage.errors import StorageError

    settings = read_settings()
    try:
        made = back_up(settings.data, settings.database_file, parsed.file, now=SystemClock().now())
        report = awaited(made)
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
        report = awaited(work)
    except StorageError as error:
        raise OperatorError(str(error)) from None
    kept = f"{report.rows['person']} people, {report.files} files"
    print(f"Restored: {kept}, as of {report.made:%Y-%m-%d %H:%M} UTC.")
    print(f"Erased once more, as they asked since then: {report.erased}.")
    print(f"Old messages not sent: {report.unsent}.")
    if report.halted:
        print(f"Announcements paused, as some people may have theirs already: {report.halted}.")
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
        shelf = shelf_of(content(settings))
        targets = targets_of(shelf, parsed.targets, settings)
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

    found = awaited(examine(survey_settings(), SystemClock()))
    print(as_json(found) if parsed.json else as_text(found))
    return status_of(found)
