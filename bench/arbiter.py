"""The least that a bot takes for Telegram: updates in batches of 100, yes to every call, a count of replies.

python -m bench.arbiter: serves one bot and takes orders as JSON lines (`bench/judging.py` gives them). The
stand-in of the tests would cost as much processor time as the fastest bots, and measure itself; this one
takes some 40 microseconds for a call. It refuses nothing: who is judged by rules is sent to `bench/judge.py`.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from tests.telegram_api import TOKEN

BATCH = 100
QUIET = 1.0
"""Seconds without a reply after which a bot is taken to have said everything."""
CHAT = re.compile(rb"chat_id=(-?\d+)")
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
ME = {
    "id": int(TOKEN.partition(":")[0]),
    "is_bot": True,
    "first_name": "Alliances",
    "username": "alliances_standin_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}


@dataclass(slots=True)
class Counts:
    """What was seen since the last order to send."""

    given_at: float = 0.0
    """When the first update was handed out; monotonic, as the next one."""
    last_at: float = 0.0
    """When the last reply came."""
    replies: int = 0
    methods: Counter[str] = field(default_factory=Counter)


class Arbiter:
    """One bot's updates and calls."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.polled = asyncio.Event()
        self._updates: list[bytes] = []
        self._first_id = 1
        """Id of the first one that waits."""
        self._next_id = 1
        self._message = 1
        self._poller: Callable[[], None] | None = None

    def answer(self, target: str, body: bytes, reply: Callable[[bytes], None]) -> None:
        """Answer one call, at once or when there are updates."""
        path, _, query = target.partition("?")
        method = path.rpartition("/")[2]
        self.counts.methods[method] += 1
        match method:
            case "getUpdates":
                self._poll({**parse_qs(query), **parse_qs(body.decode())}, reply)
            case "sendMessage":
                reply(self._sent(body))
            case "getMe":
                reply(_ok(ME))
            case _:
                reply(b'{"ok":true,"result":true}')

    def _sent(self, body: bytes) -> bytes:
        self.counts.replies += 1
        self.counts.last_at = time.monotonic()
        self._message += 1
        found = CHAT.search(body)
        chat = found[1].decode() if found else "1"
        text = unquote_plus(body.partition(b"text=")[2].partition(b"&")[0].decode())
        sent = {
            "message_id": self._message,
            "from": ME,
            "chat": {"id": int(chat), "type": "private", "first_name": "Camille"},
            "date": int(time.time()),
            "text": text[:200],
        }
        return _ok(sent)

    def _poll(self, asked: dict[str, list[str]], reply: Callable[[bytes], None]) -> None:
        offset = int(asked.get("offset", ["0"])[0])
        if offset > self._first_id:
            del self._updates[: offset - self._first_id]
            self._first_id = min(offset, self._next_id)
        self.polled.set()
        patient = int(float(asked.get("timeout", ["0"])[0])) > 0
        if not self._updates and patient:
            self._poller = lambda: self._hand_out(reply)  # nobody measures how a poll ends in vain
        else:
            self._hand_out(reply)

    def _hand_out(self, reply: Callable[[bytes], None]) -> None:
        batch = self._updates[:BATCH]
        if batch and not self.counts.given_at:
            self.counts.given_at = time.monotonic()
        reply(b'{"ok":true,"result":[' + b",".join(batch) + b"]}")

    def send(self, texts: list[str], people: int) -> None:
        """One message with each text, of so many people in turn."""
        self.counts = Counts()
        now = int(time.time())
        for number, text in enumerate(texts):
            person = {"id": 1000 + number % people, "first_name": "Camille", "language_code": "fr"}
            message = {
                "message_id": self._next_id,
                "from": {**person, "is_bot": False},
                "chat": {**person, "type": "private"},
                "date": now,
                "text": text,
            }
            self._updates.append(json.dumps({"update_id": self._next_id, "message": message}).encode())
            self._next_id += 1
        if self._poller is not None:
            waiting, self._poller = self._poller, None
            waiting()

    async def settled(self, replies: int, timeout: float) -> dict[str, Any]:
        """The counts once so many replies came (0: once none comes any more), or after `timeout` seconds."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            counts = self.counts
            if replies and counts.replies >= replies:
                break
            if not replies and counts.replies and time.monotonic() - counts.last_at > QUIET:
                break
            await asyncio.sleep(0.005)
        counts = self.counts
        seconds = counts.last_at - counts.given_at
        return {"replies": counts.replies, "seconds": seconds, "methods": dict(counts.methods)}


class Wire(asyncio.Protocol):
    """HTTP/1.1 as far as the clients of the Bot API speak it: kept connections, bodies with a length."""

    def __init__(self, arbiter: Arbiter) -> None:
        self._arbiter = arbiter
        self._read = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head = self._read[:end]
            length = LENGTH.search(head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._read) < whole:
                return
            body, self._read = self._read[end + 4 : whole], self._read[whole:]
            self._arbiter.answer(head.split(b" ", 2)[1].decode(), body, self._reply)

    def _reply(self, body: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            self._transport.write(head % len(body) + body)


def _ok(result: object) -> bytes:
    return b'{"ok":true,"result":' + json.dumps(result).encode() + b"}"


async def main() -> None:
    """Serve until standard input ends."""
    arbiter = Arbiter()
    server = await asyncio.get_running_loop().create_server(lambda: Wire(arbiter), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"api": f"http://127.0.0.1:{port}"}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        told: dict[str, Any] = {}
        match order.pop("do"):
            case "send":
                arbiter.send(**order)
            case "polled":
                await asyncio.wait_for(arbiter.polled.wait(), order["timeout"])
            case "settled":
                told = await arbiter.settled(**order)
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
