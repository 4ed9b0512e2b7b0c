"""A running stand-in and a real PTB client for it."""

from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from tests.telegram_api import BotApi, Limits, ManualClock


def client(api: BotApi, *, read_timeout: float = 5.0) -> Bot:
    """python-telegram-bot's own client, on its stock transport."""
    requests = [HTTPXRequest(connection_pool_size=8, read_timeout=read_timeout) for _ in range(2)]
    return Bot(
        api.token,
        base_url=f"{api.url}/bot",
        base_file_url=f"{api.url}/file/bot",
        request=requests[0],
        get_updates_request=requests[1],
    )


@pytest.fixture(autouse=True)
def time_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take python-telegram-bot's new way to give ``retry_after``: the old one warns."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def timed(clock: ManualClock) -> AsyncIterator[BotApi]:
    """A stand-in whose time the test moves, with limits."""
    async with BotApi(clock=clock, limits=Limits(overall=5)) as api:
        yield api


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    async with client(api) as bot:
        yield bot


@pytest.fixture
async def timed_bot(timed: BotApi) -> AsyncIterator[Bot]:
    async with client(timed) as bot:
        yield bot
