"""The console command `alliances`: reads the command line, then hands over to the part that does the work.

What a command needs is imported inside it, so that a short command starts at once.
"""

import argparse
import sys
from collections.abc import Callable, Sequence

from bot.cli import announcing, authoring, events, knowledge, people, serving, statistics, team, tending
from bot.cli.operator import OperatorError
from bot.settings import SettingsError, spare_threads


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point. Exit status: 0 well, 1 the work found problems, 2 it could not be done."""
    parsed = parser().parse_args(arguments)
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


def parser() -> argparse.ArgumentParser:
    """Every command and its options."""
    made = argparse.ArgumentParser(prog="alliances", description="A chat assistant that guides associations.")
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    for group in (serving, knowledge, authoring, announcing, events, people, statistics, team, tending):
        group.add(commands)
    return made
