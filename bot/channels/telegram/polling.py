"""The polling loop: raw updates go to disk, and only then does Telegram hear that they arrived.

At least once: a crash between the two brings the same batch again; the inbox tells the new by `update_id`.
"""

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Never

from telegram.error import Conflict, InvalidToken

from bot.channels.telegram.client import Client, TokenRefused, get_updates
from bot.channels.telegram.reading import lane_of
from bot.channels.telegram.receipts import describe, receipt_of
from bot.model.receipt import Deferred

_log = logging.getLogger(__name__)

LONG_POLL = 30
"""Seconds that Telegram may hold a poll open."""
FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
"""Seconds between two attempts while nothing works."""

LARGEST_ID = 1 << 63
"""No database keeps a number beyond it: one such update would be polled again for ever."""

Row = tuple[int, str, str]
"""update_id, lane, raw JSON (ASCII)."""
Accept = Callable[[Sequence[Row]], Awaitable[None]]
"""Write updates to the inbox in one commit; once it returns they are safe. A row twice is no error."""


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


def row_of(update: object) -> Row | None:
    """An update as a row of the inbox; None for what carries no id, of which nothing can be kept apart."""
    match update:
        case {"update_id": int(number)} if abs(number) < LARGEST_ID:
            return number, lane_of(update), json.dumps(update, separators=(",", ":"))
        case _:
            return None


async def poll(
    client: Client, accept: Accept, *, rng: random.Random, patience: Patience | None = None
) -> Never:
    """Poll for ever. Raises TokenRefused when Telegram refuses the token; everything else is retried."""
    patience = patience or Patience()
    offset: int | None = None
    webhook_off = False
    failures = 0
    while True:
        try:
            if not webhook_off:
                webhook_off = await client.bot.delete_webhook(drop_pending_updates=False)
            offset = await _poll_once(client, accept, offset, patience.poll)
        except InvalidToken:
            # The vendor's error may hold the token, so it is not chained.
            raise token_refused() from None
        except (
            Exception
        ) as error:  # the store may fail in its own ways too: nothing may end the loop silently
            failures += 1
            wait = _wait(error, failures, patience, rng)
            _report(error, failures, wait)
            await asyncio.sleep(wait)
        else:
            if failures:
                _log.info("telegram polling recovered after %d failures", failures)
            failures = 0


def token_refused() -> TokenRefused:
    """The error that ends the program, with what to do."""
    return TokenRefused(
        "ALLIANCES_TELEGRAM_TOKEN: Telegram refuses this token (revoked or mistyped); get the current one "
        "from @BotFather. If ALLIANCES_TELEGRAM_API is set, check that it is the address of a Bot API server."
    )


async def _poll_once(client: Client, accept: Accept, offset: int | None, wait: int) -> int | None:
    """One batch to disk; the offset that tells Telegram so with the next poll."""
    updates = await get_updates(client, offset, wait=wait)
    rows = [row for row in map(row_of, updates) if row is not None]
    if len(rows) < len(updates):
        _log.error("telegram sent %d updates without an id, set aside", len(updates) - len(rows))
    if not rows:
        if updates:
            raise ValueError("no update has an id")  # asking again at once would bring the same
        return offset
    await accept(rows)
    # The last, not the highest: after a quiet week the ids start anew anywhere (Bot API, Update).
    return rows[-1][0] + 1


def _wait(error: Exception, failures: int, patience: Patience, rng: random.Random) -> float:
    asked = receipt_of(error)
    own = wait_before_retry(failures, patience, rng)
    return max(asked.seconds, own) if isinstance(asked, Deferred) else own


def _report(error: Exception, failures: int, wait: float) -> None:
    """One clear line when it starts and at every tenth failure, at a lower level in between."""
    level = logging.ERROR if failures % 10 == 1 else logging.DEBUG
    if isinstance(error, Conflict):
        _log.log(
            level,
            "telegram polling: another program uses this token (a second bot, or a webhook); stop it. %s",
            describe(error),
        )
    else:
        _log.log(
            level,
            "telegram polling failed (%d in a row), again in %.1f s: %s",
            failures,
            wait,
            describe(error),
        )
