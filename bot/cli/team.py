"""`alliances team`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.operator import OperatorError, awaited, number
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.cli.operator import Commands


def add(commands: "Commands") -> None:
    """Their place on the command line."""
    team = commands.add_parser("team", help="who has which role; invite, remove, read the journal")
    what = team.add_mutually_exclusive_group()
    what.add_argument("--invite", choices=("staff", "organiser"), help="make a link that gives the role once")
    what.add_argument("--remove", type=number, metavar="NUMBER", help="take the role of this person back")
    what.add_argument("--journal", action="store_true", help="who did what, the newest first")
    team.add_argument("--csv", type=Path, metavar="FILE", help="with --journal: write all of it to this file")
    team.set_defaults(command=_team)


def _team(parsed: argparse.Namespace) -> int:
    from bot import roles
    from bot.model.who import Standing
    from bot.runtime.clock import SystemClock
    from bot.storage.errors import StorageError

    settings, now = read_settings(), SystemClock().now()
    if parsed.csv and not parsed.journal:
        raise OperatorError("--csv goes with --journal")
    try:
        if parsed.invite:
            print(awaited(roles.invite(settings, Standing(parsed.invite), now=now)))
            print("It works once, for 7 days. Pass it on to that person alone.")
        elif parsed.remove is not None:
            if not awaited(roles.remove(settings, parsed.remove, now=now)):
                raise OperatorError(
                    f"nobody with the number {parsed.remove} has a role that ends here; "
                    "numbers: alliances team; administrators stand in ALLIANCES_STAFF"
                )
            print(f"{parsed.remove} has no role any more.")
        elif parsed.journal and parsed.csv:
            found = awaited(roles.team(settings, limit=roles.WHOLE))
            parsed.csv.write_bytes(roles.journal_csv(found))
            print(f"{parsed.csv}: {len(found.journal)} lines")
        else:
            found = awaited(roles.team(settings))
            print(roles.journal(found) if parsed.journal else roles.written(found))
    except StorageError as error:
        raise OperatorError(str(error)) from None
    except OSError as error:
        raise OperatorError(f"{parsed.csv}: {error.strerror}") from None
    return 0
