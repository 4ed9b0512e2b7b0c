"""A person on Telegram, by way of the PyPI emulator: somebody else's reading of the Bot API.

The program runs inside the test, because link previews must stay unmentioned: the emulator refuses them.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from lo_bot_api_emulator import LoBotApiEmulator

from bot.app import Ground, assemble
from bot.channels.telegram.channel import TelegramChannel
from bot.model.message import Option
from bot.runtime.channel import Channel
from bot.serve import start_telegram, telegram_channel
from bot.settings import Settings
from tests.journeys.at_page import read_html
from tests.journeys.drivers import Bubble, tidy
from tests.journeys.program import CONTACT, PATIENCE
from tests.telegram_api import TOKEN

SHOWN = ("sendMessage", "editMessageText", "sendDocument", "sendPhoto")


class Judge(LoBotApiEmulator):  # type: ignore[misc]  # ships no types
    """The emulator, which also hands on what it accepted: of itself it only keeps names of fields."""

    def __init__(self) -> None:
        super().__init__()
        self.accepted: dict[int, asyncio.Queue[tuple[str, dict[str, Any], int]]] = defaultdict(asyncio.Queue)
        """By chat: method, fields, message id."""

    async def read_request(self, request: web.Request) -> tuple[dict[str, Any], dict[str, Any]]:
        """Parameters in the address too, as the Bot API allows ("Making requests"); the emulator has them in
        the body only."""
        fields, uploads = await super().read_request(request)
        return {**request.query, **fields}, uploads

    def validate(self, method: str, fields: dict[str, Any], uploads: dict[str, Any]) -> Any:
        """Accept or refuse as the emulator does."""
        result = super().validate(method, fields, uploads)
        if method in SHOWN:
            self.accepted[int(fields["chat_id"])].put_nowait((method, dict(fields), result["message_id"]))
        return result

    @property
    def refused(self) -> list[dict[str, Any]]:
        """The calls that it did not accept."""
        return [one for one in self.requests if one["status"] != 200]


@dataclass
class EmulatorSeat:
    """One account in its private chat with the bot."""

    judge: Judge
    id: int
    name: str = "Camille"
    shows_links: bool = False
    shows_edits: bool = True
    _data: dict[str, tuple[str, int]] = field(default_factory=dict)
    """What the newest button of each label sends, and its message."""
    _number: int = 10_000

    async def says(self, text: str) -> None:
        """See `Seat`."""
        self._number += 1
        await self._update("message", {**self._message(self._number), "from": self._user(), "text": text})

    async def taps(self, button: Option) -> None:
        """See `Seat`."""
        data, message = self._data[button.label]
        self._number += 1
        about = {"id": str(self._number), "from": self._user(), "chat_instance": "1", "data": data}
        await self._update("callback_query", {**about, "message": self._message(message)})

    async def hears(self, count: int) -> list[Bubble]:
        """See `Seat`."""
        came = []
        with suppress(TimeoutError):
            for _ in range(count):
                came.append(self._seen(*await asyncio.wait_for(self.judge.accepted[self.id].get(), PATIENCE)))
        return came

    async def rest(self) -> list[Bubble]:
        """See `Seat`."""
        queue = self.judge.accepted[self.id]
        return [self._seen(*queue.get_nowait()) for _ in range(queue.qsize())]

    def _seen(self, method: str, fields: dict[str, Any], message: int) -> Bubble:
        markup = self.judge.decoded(fields.get("reply_markup")) or {}
        buttons = [button for row in markup.get("inline_keyboard", ()) for button in row]
        self._data |= {button["text"]: (button["callback_data"], message) for button in buttons}
        text = read_html(fields.get("text") or fields.get("caption", ""))
        return Bubble(tidy(text), tuple(button["text"] for button in buttons), method.startswith("edit"))

    def _user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": "fr"}

    def _message(self, number: int) -> dict[str, Any]:
        return {"message_id": number, "date": 1_800_000_000, "chat": {"id": self.id, "type": "private"}}

    async def _update(self, kind: str, body: dict[str, Any]) -> None:
        await self.judge.enqueue_update({kind: body}, token=TOKEN)


@asynccontextmanager
async def judged(folder: Path) -> AsyncIterator[Judge]:
    """The program on Telegram, with the emulator in Telegram's place."""
    judge = Judge()
    async with AsyncExitStack() as stack:
        runner = web.AppRunner(judge.app(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        settings = Settings(
            telegram_token=TOKEN,
            telegram_api=f"http://127.0.0.1:{runner.addresses[0][1]}",
            data=folder,
            contact=CONTACT,
        )
        made: list[TelegramChannel] = []

        def make(ground: Ground) -> dict[str, Channel]:
            made.append(telegram_channel(ground, link_previews=True))
            return {"telegram": made[0]}

        assistant = await stack.enter_async_context(assemble(settings, make, serving=True))
        stack.push_async_callback(made[0].close)
        start_telegram(assistant, made[0])
        yield judge
