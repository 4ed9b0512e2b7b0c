"""The webhook: what Telegram posts goes to disk before it hears 200. `http` mounts the door, free of vendors.

Telegram sends again whatever was not answered with 2xx, for 24 hours, while that chat waits. So only that is
refused which is not from Telegram, or which the disk could not take.
"""

import asyncio
import hmac
import json
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram.client import Client
from bot.channels.telegram.polling import Accept, Patience, row_of, token_refused, wait_before_retry
from bot.channels.telegram.reading import ALLOWED_UPDATES
from bot.channels.telegram.receipts import describe, receipt_of
from bot.model.receipt import Deferred

_log = logging.getLogger(__name__)

MAX_BODY = 1 << 20
"""Bytes of one update that we are ready to read."""
SECRET_HEADER = "x-telegram-bot-api-secret-token"

Door = Callable[[Mapping[str, str], bytes], Awaitable[int]]
"""From headers and body of a POST to the HTTP status of the answer."""


def webhook_door(accept: Accept, *, secret: str) -> Door:
    """The door through which Telegram's requests reach the inbox. Raises ValueError without a secret."""
    if not secret:
        raise ValueError("a webhook needs a secret")

    async def door(headers: Mapping[str, str], body: bytes) -> int:
        refusal = _refusal(headers, body, secret)
        if refusal is not None:
            return refusal
        try:
            row = row_of(json.loads(body))
        except (ValueError, RecursionError):
            return HTTPStatus.BAD_REQUEST
        if row is None:
            return HTTPStatus.BAD_REQUEST
        try:
            await accept([row])
        except Exception:
            _log.exception("telegram webhook: the inbox refused an update, Telegram will send it again")
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK

    return door


async def open_webhook(
    client: Client, url: str, *, secret: str, rng: random.Random, patience: Patience | None = None
) -> None:
    """Tell Telegram where to post; tries until it has heard. Raises TokenRefused, nothing of the vendor's."""
    failures = 0
    while True:
        try:
            await client.bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED_UPDATES)
            return
        except InvalidToken:
            raise token_refused() from None
        except TelegramError as error:
            failures += 1
            asked = receipt_of(error)
            wait = wait_before_retry(failures, patience or Patience(), rng)
            wait = max(wait, asked.seconds) if isinstance(asked, Deferred) else wait
            _log.error("telegram webhook not set, again in %.1f s: %s", wait, describe(error))
            await asyncio.sleep(wait)


def _refusal(headers: Mapping[str, str], body: bytes, secret: str) -> int | None:
    given = {name.lower(): value for name, value in headers.items()}
    if not hmac.compare_digest(given.get(SECRET_HEADER, "").encode("utf-8", "replace"), secret.encode()):
        return HTTPStatus.FORBIDDEN
    if len(body) > MAX_BODY:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if not given.get("content-type", "").lower().startswith("application/json"):
        return HTTPStatus.BAD_REQUEST
    return None
