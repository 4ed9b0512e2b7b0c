"""A person in front of the web page, spoken to as a browser does: cookie, JSON, server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

from bot.model.message import Option
from tests.journeys.drivers import Bubble, tidy
from tests.journeys.program import PATIENCE


class _Reader(HTMLParser):
    """HTML as a person reads it; items of a list begin as in plain text."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._numbers: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        match tag:
            case "ul":
                self._numbers.append(None)
            case "ol":
                self._numbers.append(int(dict(attrs).get("start") or 1))
            case "li":
                number = self._numbers[-1]
                self.pieces.append("\n• " if number is None else f"\n{number}. ")
                self._numbers[-1] = None if number is None else number + 1
            case "p" | "br" | "blockquote":
                self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self._numbers.pop()

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def read_html(html: str) -> str:
    """What a person reads of a piece of HTML."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.pieces)


@dataclass
class PageSeat:
    """One browser window with a conversation of its own."""

    client: httpx.AsyncClient
    name: str = ""
    shows_links: bool = False
    shows_edits: bool = True
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What stands on the page, by the id of the bubble."""
    _came: asyncio.Queue[Bubble] = field(default_factory=asyncio.Queue)
    _acts: dict[str, str] = field(default_factory=dict)
    """What the newest button of each label sends."""

    async def says(self, text: str) -> None:
        """See `Seat`."""
        await self.hands_in({"text": text})

    async def taps(self, button: Option) -> None:
        """See `Seat`."""
        await self.hands_in({"tap": self._acts[button.label]})

    async def hands_in(self, body: dict[str, str]) -> None:
        """Post to the program, more slowly if it asks for that."""
        while (
            answer := await self.client.post("/api/say", json=body)
        ).status_code == httpx.codes.TOO_MANY_REQUESTS:
            await asyncio.sleep(float(answer.headers["retry-after"]))
        answer.raise_for_status()

    async def hears(self, count: int) -> list[Bubble]:
        """See `Seat`."""
        came = []
        with suppress(TimeoutError):
            for _ in range(count):
                came.append(await asyncio.wait_for(self._came.get(), PATIENCE))
        return came

    async def rest(self) -> list[Bubble]:
        """See `Seat`: what still comes, and what a reload shows otherwise than the open page."""
        await asyncio.sleep(0.1)
        rest = [self._came.get_nowait() for _ in range(self._came.qsize())]
        kept = [one for one in await self.reload() if one["author"] == "assistant"]
        shown = list(self.shown.values())[-len(kept) :]
        differing = [one for one, before in zip(kept, shown, strict=True) if _seen(one) != _seen(before)]
        return [*rest, *map(_seen, differing)]

    async def reload(self) -> list[dict[str, Any]]:
        """The conversation as a newly opened window gets it."""
        answer = await self.client.get("/api/conversation")
        answer.raise_for_status()
        bubbles: list[dict[str, Any]] = answer.json()["bubbles"]
        return bubbles

    async def listen(self, cursor: str) -> None:
        """Take in the stream of events for ever."""
        async with self.client.stream("GET", "/api/stream", params={"after": cursor}) as stream:
            stream.raise_for_status()
            kind = ""
            async for line in stream.aiter_lines():
                name, _, rest = line.partition(": ")
                if name == "event":
                    kind = rest
                elif name == "data" and kind == "message":
                    self._take(json.loads(rest))

    def _take(self, bubble: dict[str, Any]) -> None:
        edited = bubble["id"] in self.shown
        self.shown[bubble["id"]] = bubble
        self._acts |= {one["label"]: one["act"] for one in (*bubble["options"], *bubble["controls"])}
        self._came.put_nowait(_seen(bubble, edited=edited))


def _seen(bubble: dict[str, Any], *, edited: bool = False) -> Bubble:
    text = f"{read_html(bubble['html'])} {read_html(bubble['folded'])}"
    labels = (one["label"] for one in (*bubble["options"], *bubble["controls"]))
    return Bubble(tidy(text), tuple(labels), edited)


@asynccontextmanager
async def page_seat(url: str) -> AsyncIterator[PageSeat]:
    """A new browser that has just opened the page."""
    async with httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=PATIENCE) as client:
        answer = await client.get("/api/conversation")
        answer.raise_for_status()
        seat = PageSeat(client)
        listening = asyncio.create_task(seat.listen(answer.json()["cursor"]))
        try:
            yield seat
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
