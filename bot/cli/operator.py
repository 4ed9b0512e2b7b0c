"""What every command shares: the error for the operator, and where things lie. No command here."""

import argparse
import gc
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.model.turn import Policy

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

Made = TypeVar("Made")

DIGITS = 18
"""Of the largest number that a database surely counts to."""
LONGEST = 36_500
"""Days, a century: no calendar ends within it."""


class OperatorError(Exception):
    """Something the operator must put right; the text says what, where and how."""


def number(text: str) -> int:
    """What a thing is known by on the command line; for argparse."""
    if not text.isdecimal() or len(text) > DIGITS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of ours; write for example 7")
    return int(text)


def days(text: str) -> int:
    """A span; for argparse."""
    if not text.isdecimal() or len(text) > DIGITS or int(text) > LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days; write for example 7")
    return int(text)


def awaited(work: Coroutine[object, object, Made]) -> Made:
    """The result of a command that needs a loop."""
    import asyncio  # 30 ms that a command without a loop does not pay

    return asyncio.run(work)


@contextmanager
def in_short() -> Iterator[None]:
    """For a command that ends at once: no garbage is looked for, not even by the interpreter's last look."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def content(settings: Settings) -> Path:
    """The content folder: the operator's, or what came with the program."""
    from bot.shipped import shipped_content

    try:
        return settings.content or shipped_content()
    except FileNotFoundError as error:
        raise OperatorError(str(error)) from None


def cache(settings: Settings) -> Path:
    """Where indexes and the like are kept."""
    return settings.data / "cache"


def policy(settings: Settings) -> "Policy":
    """What the operator set and a decision needs."""
    from bot.model.turn import Policy

    return Policy(settings.timezone, settings.quiet_hours, settings.contact)
