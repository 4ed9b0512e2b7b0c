"""One bot of ours against the stand-in of the Bot API, over real HTTP."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.client import Account
from bot.model.values import StoredFile
from tests.telegram_api import BotApi

SECRET = b"a secret of the house"
REQUESTS = {"phone": "Partager mon numéro", "location": "Partager ma position"}


class Shelf:
    """The data folder, in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def keep(self, content: bytes, name: str, media_type: str) -> StoredFile:
        sha256 = hashlib.sha256(content).hexdigest()
        self.files[sha256] = content
        return StoredFile(sha256, name, media_type, len(content))

    def load(self, sha256: str) -> bytes:
        if sha256 not in self.files:
            raise FileNotFoundError(sha256)
        return self.files[sha256]


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@asynccontextmanager
async def channel_at(api: BotApi, shelf: Shelf) -> AsyncIterator[TelegramChannel]:
    """Our bot at this Telegram."""
    channel = TelegramChannel(
        Account(api.token, api=api.url, patience=0.3),
        secret=SECRET,
        keep=shelf.keep,
        load=shelf.load,
        requests=REQUESTS,  # type: ignore[arg-type]
    )
    try:
        yield channel
    finally:
        await channel.close()


@pytest.fixture
async def channel(api: BotApi, shelf: Shelf) -> AsyncIterator[TelegramChannel]:
    async with channel_at(api, shelf) as channel:
        yield channel
