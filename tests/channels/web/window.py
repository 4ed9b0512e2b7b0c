"""A browser window without a browser: httpx with the page's cookie and headers, and a reader of events."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Heard:
    """One event of the stream."""

    kind: str
    data: dict[str, Any]
    cursor: str


@dataclass
class Window:
    """What the page's script does, for one browser."""

    http: httpx.AsyncClient

    async def conversation(self) -> dict[str, Any]:
        """Open or reload the page."""
        answer = await self.http.get("/api/conversation")
        assert answer.status_code == 200
        conversation: dict[str, Any] = answer.json()
        return conversation

    async def say(self, **body: str) -> int:
        """Words, a tap or a command; gives the status."""
        return (await self.http.post("/api/say", json=body)).status_code

    async def texts(self) -> list[str]:
        """What the conversation shows after a reload."""
        bubbles = (await self.conversation())["bubbles"]
        return [bubble.get("text") or bubble.get("html") for bubble in bubbles]

    @asynccontextmanager
    async def listening(self, after: str, *, by_header: bool = False) -> AsyncIterator[AsyncIterator[Heard]]:
        """The events after a cursor; signs of life are left out."""
        headers = {"Last-Event-ID": after} if by_header else {}
        params = {} if by_header else {"after": after}
        async with self.http.stream("GET", "/api/stream", params=params, headers=headers) as answer:
            assert answer.status_code == 200
            yield _events(answer)


async def _events(answer: httpx.Response) -> AsyncIterator[Heard]:
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
            continue
        if fields.get("event", "beat") != "beat":
            yield Heard(fields["event"], json.loads(fields["data"]), fields.get("id", ""))
        fields = {}


@asynccontextmanager
async def window(url: str) -> AsyncIterator[Window]:
    """A browser without any cookie yet."""
    async with httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=10) as client:
        yield Window(client)
