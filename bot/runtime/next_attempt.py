"""When to try again, as a pure decision."""

from datetime import timedelta
from random import Random

from bot.model.receipt import Failed, Receipt, Unknown

FIRST = 1.0
"""Seconds before the second try, at most."""

CAP = 300.0
"""Seconds between tries at most: what was down for an hour is noticed within five minutes."""

GIVE_UP_AFTER = timedelta(hours=24)
"""A reply older than this answers nothing any more; Telegram too forgets updates after 24 hours."""

COPIES = 3
"""Times a message is sent again that may have arrived: each may be a copy in front of the person."""


def pause(failures: int, *, rng: Random, first: float = FIRST, cap: float = CAP) -> float:
    """Seconds to wait after so many failures in a row (from 1): doubled each time, between half and whole."""
    longest = min(cap, first * 2.0 ** min(failures - 1, 32))
    return longest * rng.uniform(0.5, 1.0)


def next_attempt(receipt: Receipt, *, attempts: int, age: timedelta, rng: Random) -> timedelta | None:
    """How long a message that got this receipt waits for its next try; None if there is none.

    `attempts` failed before this one; `age` is the time since the message was written.
    """
    match receipt:
        case Failed() if age < GIVE_UP_AFTER:
            return timedelta(seconds=pause(attempts + 1, rng=rng))
        case Unknown() if attempts < COPIES:
            return timedelta(seconds=pause(attempts + 1, rng=rng))
        case _:
            return None
