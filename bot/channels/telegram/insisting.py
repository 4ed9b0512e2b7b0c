"""Asking Telegram until it has answered, with growing pauses; only a refused token is final."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from telegram.error import Conflict, InvalidToken

from bot.channels.telegram.client import TokenRefused
from bot.channels.telegram.receipts import describe, receipt_of
from bot.model.receipt import Deferred

_log = logging.getLogger(__name__)

T = TypeVar("T")

LONG_POLL = 30
"""Seconds that Telegram may hold a poll open."""
FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
"""Seconds between two attempts while nothing works."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for Telegram; a test has less of it."""

    poll: int = LONG_POLL
    first: float = FIRST_WAIT
    longest: float = LONGEST_WAIT


def wait_before_retry(failures: int, patience: Patience, rng: random.Random) -> float:
    """Seconds before the next attempt after so many failures in a row: doubling, capped, half at random."""
    longest = min(patience.longest, patience.first * 2.0 ** min(failures - 1, 20))
    return longest * rng.uniform(0.5, 1)


def pause_after(error: Exception, failures: int, patience: Patience, rng: random.Random) -> float:
    """The same, and not less than Telegram asked for."""
    asked = receipt_of(error)
    own = wait_before_retry(failures, patience, rng)
    return max(asked.seconds, own) if isinstance(asked, Deferred) else own


def token_refused() -> TokenRefused:
    """The error that ends the program, with what to do."""
    return TokenRefused(
        "ALLIANCES_TELEGRAM_TOKEN: Telegram refuses this token (revoked or mistyped); get the current one "
        "from @BotFather. If ALLIANCES_TELEGRAM_API is set, check that it is the address of a Bot API server."
    )


def report_failure(purpose: str, error: Exception, failures: int, wait: float) -> None:
    """One clear line when it starts and at every tenth failure, at a lower level in between."""
    level = logging.ERROR if failures % 10 == 1 else logging.DEBUG
    if isinstance(error, Conflict):
        _log.log(
            level,
            "telegram %s: another program uses this token (a second bot, or a webhook); stop it. %s",
            purpose,
            describe(error),
        )
    else:
        _log.log(
            level,
            "telegram %s failed (%d in a row), again in %.1f s: %s",
            purpose,
            failures,
            wait,
            describe(error),
        )


async def insist(
    call: Callable[[], Awaitable[T]], purpose: str, *, rng: random.Random, patience: Patience | None = None
) -> T:
    """What the call brings, however often it must be tried. Raises TokenRefused, nothing of the vendor's."""
    failures = 0
    while True:
        try:
            return await call()
        except InvalidToken:
            # The vendor's error may hold the token, so it is not chained.
            raise token_refused() from None
        except Exception as error:  # the vendor's parser may raise anything at a strange answer
            failures += 1
            wait = pause_after(error, failures, patience or Patience(), rng)
            report_failure(purpose, error, failures, wait)
        await asyncio.sleep(wait)
