"""The polling loop: raw updates go to disk, and only then does Telegram hear that they arrived.

At least once: a crash between the two brings the same batch again; the inbox tells the new by `update_id`.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Never

from telegram.error import InvalidToken

from bot.channels.telegram.client import Client, get_updates
from bot.channels.telegram.insisting import Patience, pause_after, report_failure, token_refused
from bot.channels.telegram.sorting import number_of

_log = logging.getLogger(__name__)

Take = Callable[[Sequence[object]], Awaitable[None]]
"""Be responsible for raw updates: once it returns, Telegram may forget them. One twice is no error."""


async def poll(client: Client, take: Take, *, rng: random.Random, patience: Patience | None = None) -> Never:
    """Poll for ever. Raises TokenRefused when Telegram refuses the token; everything else is retried."""
    patience = patience or Patience()
    offset: int | None = None
    webhook_off = False
    failures = 0
    while True:
        try:
            if not webhook_off:
                webhook_off = await client.bot.delete_webhook(drop_pending_updates=False)
            offset = await _poll_once(client, take, offset, patience.poll)
        except InvalidToken:
            # The vendor's error may hold the token, so it is not chained.
            raise token_refused() from None
        except (
            Exception
        ) as error:  # the store may fail in its own ways too: nothing may end the loop silently
            failures += 1
            wait = pause_after(error, failures, patience, rng)
            report_failure("polling", error, failures, wait)
            await asyncio.sleep(wait)
        else:
            if failures:
                _log.info("telegram polling recovered after %d failures", failures)
            failures = 0


async def _poll_once(client: Client, take: Take, offset: int | None, wait: int) -> int | None:
    """One batch taken; the offset that tells Telegram so with the next poll."""
    updates = await get_updates(client, offset, wait=wait)
    numbers = [number for number in map(number_of, updates) if number is not None]
    if len(numbers) < len(updates):
        _log.error("telegram sent %d updates without an id, set aside", len(updates) - len(numbers))
    if not numbers:
        if updates:
            raise ValueError("no update has an id")  # asking again at once would bring the same
        return offset
    await take(updates)
    # The last, not the highest: after a quiet week the ids start anew anywhere (Bot API, Update).
    return numbers[-1] + 1
