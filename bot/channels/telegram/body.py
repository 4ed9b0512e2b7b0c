"""What a call of the Bot API carries over HTTP: a form, or a form with files, as httpx writes them too."""

import asyncio
import functools
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO
from urllib.parse import quote_plus

from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload
from telegram.error import BadRequest
from telegram.request import RequestData

CHUNK = 64 << 10
"""Bytes handed over at once."""

LONG = 100
"""Characters from which a value is a text and no number or button."""

FORM = "application/x-www-form-urlencoded"

_UNSAFE = re.compile(r'["\\\x00-\x1a\x1c-\x1f]')
_WRITTEN = {'"': "%22", "\\": "\\\\"}
"""Characters of a name that would end it (HTML, "multipart/form-data encoding algorithm"); others as %XX."""


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request, for aiohttp; both None for none."""

    content: "bytes | Multipart | None" = None
    media_type: str | None = None


async def body_of(data: RequestData | None, *, wait: float | None) -> Body:
    """The body that carries these arguments; `wait` seconds may pass between two pieces of files.

    Raises BadRequest, as the Bot API would, for a text that is no Unicode.
    """
    if data is None or (not data.parameters and not data.contains_files):
        return Body()
    try:
        if not data.contains_files:
            return Body(data.url_encoded_parameters().encode(), FORM)
        content = Multipart(data.json_parameters, await _files(data), wait)
    except UnicodeEncodeError:
        raise _no_unicode() from None
    return Body(content, content.content_type)


def form_of(fields: Mapping[str, str]) -> Body:
    """The body that carries these arguments, each as the Bot API reads it. BadRequest as `body_of`."""
    try:
        return Body("&".join(f"{name}={_quoted(value)}" for name, value in fields.items()).encode(), FORM)
    except UnicodeEncodeError:
        raise _no_unicode() from None


def _quoted(value: str) -> str:
    return _quoted_text(value) if len(value) > LONG else quote_plus(value)


@functools.lru_cache(maxsize=64)
def _quoted_text(text: str) -> str:
    """What many are told, such as the copies of an announcement; few, as in `rendering._html`."""
    return quote_plus(text)


def _no_unicode() -> BadRequest:
    return BadRequest("Bad Request: strings must be encoded in UTF-8")


class Multipart(Payload):
    """Arguments and files. A server that stops reading is waited for `wait` seconds, then TimeoutError."""

    def __init__(
        self, fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes, str]], wait: float | None
    ) -> None:
        """`files`: name of the part to file name, content and media type."""
        boundary = secrets.token_hex(16)
        self._pieces = [*_written(fields, files, boundary)]
        self._wait = wait
        super().__init__(self._pieces, content_type=f"multipart/form-data; boundary={boundary}")
        self._size = sum(map(len, self._pieces))

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Hand over piece after piece, each within `wait` seconds."""
        for piece in self._pieces:
            whole = memoryview(piece)
            for start in range(0, len(whole), CHUNK):
                async with asyncio.timeout(self._wait):
                    await writer.write(bytes(whole[start : start + CHUNK]))
                    await writer.drain()

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """All of it as text, as `Payload` wants it."""
        return b"".join(self._pieces).decode(encoding, errors)


async def _files(data: RequestData) -> dict[str, tuple[str, bytes, str]]:
    return {
        part: (name, await _content(content), media_type)
        for part, (name, content, media_type) in data.multipart_data.items()
    }


async def _content(content: bytes | IO[bytes]) -> bytes:
    return content if isinstance(content, bytes) else await asyncio.to_thread(content.read)


def _written(
    fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes, str]], boundary: str
) -> Iterator[bytes]:
    for name, value in fields.items():
        head = f"--{boundary}\r\nContent-Disposition: form-data; {_named('name', name)}\r\n\r\n"
        yield f"{head}{value}\r\n".encode()
    for part, (name, content, media_type) in files.items():
        names = f"{_named('name', part)}; {_named('filename', name)}"
        yield (
            f"--{boundary}\r\nContent-Disposition: form-data; {names}\r\nContent-Type: {media_type}\r\n\r\n"
        ).encode()
        yield content
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _named(key: str, value: str) -> str:
    clean = _UNSAFE.sub(lambda found: _WRITTEN.get(found[0], f"%{ord(found[0]):02X}"), value)
    return f'{key}="{clean}"'
