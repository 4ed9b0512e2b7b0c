"""The Bot API client: python-telegram-bot's `Bot` over HTTP, and raw getUpdates through its request door."""

import json
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from telegram import Bot
from telegram.request import BaseRequest
from telegram.warnings import PTBDeprecationWarning

from bot.channels.telegram.reading import ALLOWED_UPDATES
from bot.channels.telegram.redaction import quiet_loggers
from bot.channels.telegram.request import AiohttpRequest, Timeouts
from bot.runtime.breadth import MOST

DEFAULT_API = "https://api.telegram.org"

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")

REPLIES = 32
"""Connections for replies and what goes with them: taps, files, menus."""
BULK = MOST
"""Connections for announcements: as many as the courier ever has under way."""

BATCH = 100
"""Updates a poll brings at most (Bot API, getUpdates)."""


class TokenRefused(Exception):
    """The operator must act: this is no token, or Telegram does not know it (any more). Never shows it."""


@dataclass(frozen=True, slots=True)
class Account:
    """Which bot, where, and how we talk for it."""

    token: str = field(repr=False)
    api: str | None = None
    """Address of another Bot API server, such as `http://127.0.0.1:8081`."""
    link_previews: bool = False
    """Whether Telegram shows the pages that a text names."""
    patience: float = 15.0
    """Seconds that we wait for the answer to one call."""


@dataclass(frozen=True, slots=True)
class Client:
    """The vendor's objects, for this package only."""

    bot: Bot
    """Says replies."""
    bulk: Bot
    """The same bot on connections of its own: an announcement never takes those of the replies."""
    polls: BaseRequest
    """Connections of their own for getUpdates: a long poll and the replies never wait for each other."""


def connect(account: Account) -> Client:
    """A client for this bot. Nothing is sent yet.

    Raises TokenRefused for what cannot be a token.
    """
    if not _TOKEN.fullmatch(account.token):
        raise TokenRefused(
            "ALLIANCES_TELEGRAM_TOKEN: this is no token; it looks like 123456:ABC… and comes from @BotFather"
        )
    quiet_loggers()
    # PTB's own RetryAfter warns about a change of its type; we read both types (receipts.py).
    warnings.filterwarnings("ignore", message=".*`retry_after`", category=PTBDeprecationWarning)
    base = (account.api or DEFAULT_API).rstrip("/")
    patience = Timeouts(read=account.patience, write=account.patience, pool=10, media_write=60)
    polls = AiohttpRequest(connections=2, timeouts=Timeouts(pool=5))

    def speaking(connections: int) -> Bot:
        return Bot(
            account.token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=AiohttpRequest(connections=connections, timeouts=patience),
            get_updates_request=polls,
        )

    return Client(speaking(REPLIES), speaking(BULK), polls)


async def get_updates(client: Client, offset: int | None, *, wait: int) -> Sequence[object]:
    """The next raw updates, after `wait` seconds at most if there are none. Raises the vendor's errors."""
    asked: dict[str, str | int] = {
        "timeout": wait,
        "limit": BATCH,
        "allowed_updates": json.dumps(ALLOWED_UPDATES),
    }
    if offset is not None:
        asked["offset"] = offset
    # Arguments in the address, as the Bot API allows: a body needs the vendor's private RequestParameter.
    url = f"{client.bot.base_url}/getUpdates?{urlencode(asked)}"
    result: object = await client.polls.post(url, read_timeout=wait + 10)
    if not isinstance(result, list):
        raise ValueError("getUpdates: the result is not a list")
    return result


async def send_text(bot: Bot, fields: Mapping[str, str]) -> str:
    """sendMessage with these arguments, what is no text as JSON; the id of the message. The vendor's errors.

    Below `Bot.send_message`, which makes objects of all that it sends and gets: half of the price of a reply.
    """
    match await call(bot, "sendMessage", fields):
        case {"message_id": int(number)}:
            return str(number)
    raise ValueError("sendMessage: the result is no message")


async def call(bot: Bot, method: str, fields: Mapping[str, str]) -> object:
    """The result of a method with these arguments, what is no text as JSON. The vendor's errors."""
    request = bot.request
    assert isinstance(request, AiohttpRequest)
    result: object = await request.call(f"{bot.base_url}/{method}", fields)
    return result


async def close(client: Client) -> None:
    """Close the connections."""
    await client.polls.shutdown()
    await client.bot.request.shutdown()
    await client.bulk.request.shutdown()
