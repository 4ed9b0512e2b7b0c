"""Servers that speak bytes: one says what it is told, one forwards. For what no Bot API would say."""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)


def answer(body: bytes, *, status: str = "200 OK", headers: str = "", length: int | None = None) -> bytes:
    """One HTTP answer; `length` lies about its size, `headers` end with a line break each."""
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {size}\r\n\r\n".encode() + body


@dataclass
class Request:
    """What came in, as bytes."""

    head: bytes
    body: bytes

    @property
    def line(self) -> str:
        return self.head.partition(b"\r\n")[0].decode()

    def header(self, name: str) -> str | None:
        """The value of a header, None if it is missing."""
        found = re.search(rf"^{name}: *(.*?)\r$", self.head.decode(), re.IGNORECASE | re.MULTILINE)
        return found[1] if found else None


@dataclass
class Server:
    """`async with Server(…)` listens on the loopback; `requests` and `connections` tell what came."""

    said: bytes | None = b""
    """The answer to each request; empty: the connection is closed without one; None: silence."""
    hangs_up: bool = False
    """Whether it closes the connection after each answer, without having said so."""
    deaf: bool = False
    """Whether it does not even read."""
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    _server: asyncio.Server | None = None
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)

    async def __aenter__(self) -> Self:
        # A small buffer: an upload to a deaf server soon stands still.
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 12)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.get_running_loop().create_task(self._talk(reader, writer))
        self._tasks.add(task)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                if self.deaf:
                    await asyncio.Event().wait()
                await self._conversation(reader, writer)
        finally:
            writer.close()

    async def _conversation(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            self.requests.append(await _request(reader))
            if self.said is None:
                await asyncio.Event().wait()
                return
            writer.write(self.said)
            await writer.drain()
            if self.hangs_up or not self.said:
                return


async def _request(reader: asyncio.StreamReader) -> Request:
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return Request(head, await reader.readexactly(int(length[1]) if length else 0))


@dataclass
class Proxy(Server):
    """An HTTP proxy: forwards to the server that a connection names first; refuses every CONNECT."""

    async def _conversation(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await _request(reader)
        self.requests.append(request)
        if request.line.startswith("CONNECT"):
            writer.write(answer(b"", status="403 Forbidden"))
            return
        target = urlsplit(request.line.split()[1])
        there, here = await asyncio.open_connection(target.hostname, target.port)
        here.write(request.head + request.body)
        try:
            await asyncio.wait(
                [asyncio.create_task(_pour(reader, here)), asyncio.create_task(_pour(there, writer))],
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            here.close()


async def _pour(source: asyncio.StreamReader, goal: asyncio.StreamWriter) -> None:
    while data := await source.read(1 << 16):
        goal.write(data)
        await goal.drain()
