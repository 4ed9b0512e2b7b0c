"""`alliances announce`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.operator import OperatorError, awaited
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.cli.operator import Commands
    from bot.model.message import Message


def add(commands: "Commands") -> None:
    """Their place on the command line."""
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
                state = awaited(give_order(settings, AnnouncementId(number), order))
                print(f"Announcement {number}: {state}.")
                return 0
        if parsed.list:
            print(awaited(overview(settings)))
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
        number = awaited(made)
    except AlreadyAnnounced as error:
        raise OperatorError(f"{error}; to send it once more, add --again") from None
    except (BadText, NotPossible, StorageError) as error:
        raise OperatorError(str(error)) from None
    print(f"Announcement {number} leaves as soon as the assistant runs. How far: alliances announce --list")
    return 0


def _agreed(parsed: argparse.Namespace, settings: Settings) -> "Message | None":
    """The text, shown as people will read it, if the operator says yes."""
    from bot.announcements import audience, read_text
    from bot.markup import plain

    message = read_text(parsed.text)
    print(plain(message.text, links=True))
    print(f"\n--- To {awaited(audience(settings))} people. ---")
    if parsed.yes:
        return message
    if not sys.stdin.isatty():
        raise OperatorError("add --yes to send without being asked")
    return message if input("Send it? [y/N] ").strip().lower() in ("y", "yes", "o", "oui") else None
