"""Updates come in by webhook: the same inbox, before the 200. Through the server: tests/faults."""

import json
import random
from collections.abc import Sequence

import pytest

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.client import TokenRefused
from bot.channels.telegram.signing import webhook_secret
from bot.channels.telegram.sorting import Row
from bot.channels.telegram.webhook import webhook_door
from tests.channels.telegram.conftest import SECRET
from tests.telegram_api import BotApi, faults

GIVEN = webhook_secret(SECRET)
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": GIVEN, "Content-Type": "application/json"}
BODY = json.dumps({"update_id": 5, "message": {"from": {"id": 1001}, "text": "Bonjour"}}).encode()


class Inbox:
    def __init__(self, *, broken: bool = False) -> None:
        self.rows: list[Row] = []
        self.broken = broken

    async def accept(self, updates: Sequence[Row]) -> None:
        if self.broken:
            raise OSError("disk full")
        self.rows += updates


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        pytest.param(HEADERS, BODY, 200, id="from Telegram"),
        pytest.param(
            {name.lower(): value for name, value in HEADERS.items()}, BODY, 200, id="headers in any case"
        ),
        pytest.param({**HEADERS, "X-Telegram-Bot-Api-Secret-Token": "é"}, BODY, 403, id="wrong secret"),
        pytest.param(HEADERS, b"x" * (1 << 20) + b"x", 413, id="too large"),
        pytest.param({**HEADERS, "Content-Type": "text/html"}, BODY, 400, id="not JSON by its type"),
    ],
)
async def test_the_door_by_itself_lets_in_what_telegram_sends(
    headers: dict[str, str], body: bytes, status: int, channel: TelegramChannel
) -> None:
    inbox = Inbox()
    assert await channel.webhook(inbox.accept)(headers, body) == status
    assert [row[:2] for row in inbox.rows] == ([(5, "1001")] if status == 200 else [])


async def test_what_the_disk_refuses_is_not_acknowledged(channel: TelegramChannel) -> None:
    assert await channel.webhook(Inbox(broken=True).accept)(HEADERS, BODY) == 503


async def _forget(updates: Sequence[object]) -> None:
    pass


def test_a_webhook_without_a_secret_is_an_error() -> None:
    with pytest.raises(ValueError, match="secret"):
        webhook_door(_forget, secret="")


async def test_the_address_is_told_until_telegram_takes_it(api: BotApi, channel: TelegramChannel) -> None:
    api.fault(faults.server_error(), method="setWebhook")
    await channel.open_webhook("https://example.org/telegram", rng=random.Random(1))
    taken = api.calls("setWebhook")[-1]
    assert taken.ok and taken.text("secret_token") == GIVEN
    assert not taken.boolean("drop_pending_updates")


async def test_a_revoked_token_ends_the_program(api: BotApi, channel: TelegramChannel) -> None:
    api.revoked = True
    with pytest.raises(TokenRefused):
        await channel.open_webhook("https://example.org/telegram", rng=random.Random(1))
