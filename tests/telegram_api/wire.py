"""HTTP in and out: reads a request into a Call, writes an Answer. Knows no method and no chat."""

import asyncio
import json
import socket
import struct
from typing import Any

from aiohttp import BodyPartReader, web

from tests.telegram_api.answers import JsonObject, Refusal, bad_request
from tests.telegram_api.call import STRUCTURED, Answer, Upload

UPLOAD_LIMIT = 50 * 2**20
"""Bytes of one uploaded file (Bot API, "Sending files")."""


def answer_ok(result: Any, description: str | None = None) -> Answer:
    """``ok: true`` with its result."""
    body: JsonObject = {"ok": True, "result": result}
    if description is not None:
        body["description"] = description
    # Escaped as Telegram does: so half a surrogate pair arrives as it was typed.
    return Answer(200, json.dumps(body).encode())


def answer_refusal(refusal: Refusal) -> Answer:
    """``ok: false`` with its code, text and parameters."""
    return Answer(refusal.code, json.dumps(refusal.body()).encode(), refusal.headers())


async def read_parameters(request: web.Request) -> tuple[JsonObject, dict[str, Upload]]:
    """Parameters and files of a request: query, then urlencoded, JSON or multipart body (Bot API, "Making
    requests").

    Raises Refusal for a body that cannot be read.
    """
    params: JsonObject = dict(request.query)
    files: dict[str, Upload] = {}
    if request.method == "POST" and request.can_read_body:
        if request.content_type == "application/json":
            params |= await _json_body(request)
        elif request.content_type == "multipart/form-data":
            await _multipart_body(request, params, files)
        else:
            params |= {
                name: value for name, value in (await request.post()).items() if isinstance(value, str)
            }
    return {name: _decoded(name, value) for name, value in params.items()}, files


async def _json_body(request: web.Request) -> JsonObject:
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise bad_request("can't parse the JSON body") from None  # our own words: the source only logs it
    if not isinstance(body, dict):
        raise bad_request("the JSON body must be an object")
    return body


async def _multipart_body(request: web.Request, params: JsonObject, files: dict[str, Upload]) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        data = bytes(await part.read(decode=True))
        if part.filename is None:
            params[part.name] = data.decode("utf-8", "replace")
            continue
        if len(data) > UPLOAD_LIMIT:
            raise Refusal(413, "Request Entity Too Large")
        mime = part.headers.get("Content-Type", "application/octet-stream")
        files[part.name] = Upload(name=part.filename, mime=mime, data=data)


def _decoded(name: str, value: Any) -> Any:
    """Structured parameters decoded where they can be; the method refuses what stayed text."""
    if name not in STRUCTURED or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def response(answer: Answer) -> web.Response:
    """The HTTP response that carries an answer."""
    headers = {"Content-Type": "application/json", **answer.headers}
    return web.Response(status=answer.status, body=answer.body, headers=headers)


async def dribble(request: web.Request, answer: Answer, *, pause: asyncio.Future[None]) -> web.StreamResponse:
    """Send the headers and half of the body, wait for ``pause``, send the rest."""
    half = len(answer.body) // 2
    stream = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
    stream.content_length = len(answer.body)
    await stream.prepare(request)
    await stream.write(answer.body[:half])
    await pause
    await stream.write(answer.body[half:])
    return stream


def cut(request: web.Request) -> web.Response:
    """Reset the connection (RST, not a polite end), so that the bot never reads an answer."""
    transport = request.transport
    if isinstance(transport, asyncio.Transport):
        if (plug := transport.get_extra_info("socket")) is not None:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=500)  # nobody is left to read it
