"""`alliances run` and `chat`."""

import argparse
import gc
import signal
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from bot.cli.operator import OperatorError, awaited
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.cli.operator import Commands


def add(commands: "Commands") -> None:
    """Their place on the command line."""
    run = commands.add_parser(
        "run", help="start the assistant: the local page, and Telegram if a token is set"
    )
    run.set_defaults(command=_run)
    chat = commands.add_parser("chat", help="hold a conversation in the terminal")
    chat.add_argument(
        "--as", dest="name", type=_name, default="local", metavar="NAME", help="who speaks (default: local)"
    )
    chat.add_argument("--staff", action="store_true", help="as an administrator, to try what the team can do")
    chat.add_argument("--json", action="store_true", help="one JSON object per message")
    chat.set_defaults(command=_chat)


def _name(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError("a name has at least one letter")
    return text.strip()


def _run(parsed: argparse.Namespace) -> int:
    from bot.serve import run

    return _served(run)


def _chat(parsed: argparse.Namespace) -> int:
    from bot.chat import Seat, chat

    seat = Seat(parsed.name, parsed.staff, parsed.json)
    return _served(lambda settings: chat(settings, seat))


def _served(work: Callable[[Settings], Coroutine[object, object, None]]) -> int:
    from asyncio import CancelledError

    from bot.app import CannotStart

    settings = read_settings()
    gc.disable()  # nothing made while starting is garbage; `serve` enables it again
    try:
        awaited(work(settings))
    except CannotStart as error:
        raise OperatorError(str(error)) from None
    except CancelledError:
        return 128 + signal.SIGTERM
    return 0
