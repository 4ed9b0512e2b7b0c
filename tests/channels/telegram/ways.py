"""Both ways to Telegram, the client's own `HTTPXRequest` and ours on aiohttp, and a bot on either."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import pytest
from telegram import Bot
from telegram.request import BaseRequest, HTTPXRequest

from bot.channels.telegram.request import AiohttpRequest, Timeouts
from tests.telegram_api import TOKEN


class Make(Protocol):
    def __call__(
        self, *, connections: int = 8, connect: float = 2, read: float = 5, write: float = 5, pool: float = 2
    ) -> BaseRequest: ...


def stock(
    *, connections: int = 8, connect: float = 2, read: float = 5, write: float = 5, pool: float = 2
) -> BaseRequest:
    return HTTPXRequest(connections, read, write, connect, pool, media_write_timeout=write)


def ours(
    *, connections: int = 8, connect: float = 2, read: float = 5, write: float = 5, pool: float = 2
) -> BaseRequest:
    return AiohttpRequest(
        connections=connections,
        timeouts=Timeouts(connect=connect, read=read, write=write, pool=pool, media_write=write),
    )


def by_ourselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """`retry_after` in the client's new type (the old one warns), and no proxy but the test's own."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@asynccontextmanager
async def bot_at(url: str, request: BaseRequest) -> AsyncIterator[Bot]:
    try:
        yield Bot(
            TOKEN,
            base_url=f"{url}/bot",
            base_file_url=f"{url}/file/bot",
            request=request,
            get_updates_request=request,
        )
    finally:
        await request.shutdown()
