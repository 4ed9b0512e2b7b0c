"""The webhook: what Telegram posts goes to disk before it hears 200. `http` mounts the door, free of vendors.

Telegram sends again whatever was not answered with 2xx, for 24 hours, while that chat waits. So only that is
refused which is not from Telegram, or which the disk could not take.
"""

import hmac
import json
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from bot.channels.telegram.client import Client
from bot.channels.telegram.insisting import Patience, insist
from bot.channels.telegram.polling import Take
from bot.channels.telegram.reading import ALLOWED_UPDATES
from bot.channels.telegram.sorting import number_of

_log = logging.getLogger(__name__)

MAX_BODY = 1 << 20
"""Bytes of one update that we are ready to read."""
SECRET_HEADER = "x-telegram-bot-api-secret-token"

Door = Callable[[Mapping[str, str], bytes], Awaitable[int]]
"""From headers and body of a POST to the HTTP status of the answer."""


def webhook_door(take: Take, *, secret: str) -> Door:
    """The door through which Telegram's requests reach the inbox. Raises ValueError without a secret."""
    if not secret:
        raise ValueError("a webhook needs a secret")

    async def door(headers: Mapping[str, str], body: bytes) -> int:
        refusal = _refusal(headers, body, secret)
        if refusal is not None:
            return refusal
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return HTTPStatus.BAD_REQUEST
        if number_of(update) is None:
            return HTTPStatus.BAD_REQUEST
        try:
            await take([update])
        except Exception:
            _log.exception("telegram webhook: the inbox refused an update, Telegram will send it again")
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK

    return door


async def open_webhook(
    client: Client, url: str, *, secret: str, rng: random.Random, patience: Patience | None = None
) -> None:
    """Tell Telegram where to post; tries until it has heard. Raises TokenRefused, nothing of the vendor's."""

    async def call() -> None:
        await client.bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED_UPDATES)

    await insist(call, "setWebhook", rng=rng, patience=patience)


def _refusal(headers: Mapping[str, str], body: bytes, secret: str) -> int | None:
    given = {name.lower(): value for name, value in headers.items()}
    if not hmac.compare_digest(given.get(SECRET_HEADER, "").encode("utf-8", "replace"), secret.encode()):
        return HTTPStatus.FORBIDDEN
    if len(body) > MAX_BODY:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if not given.get("content-type", "").lower().startswith("application/json"):
        return HTTPStatus.BAD_REQUEST
    return None
