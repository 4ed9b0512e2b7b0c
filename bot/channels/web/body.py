"""Request bodies, read with a limit in size and time: nothing larger than allowed is ever held in memory."""

import asyncio
import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

PATIENCE = 20.0
"""Seconds in which a small body must have arrived."""


async def read_body(request: Request, limit: int, *, patience: float = PATIENCE) -> bytes:
    """The body, at most `limit` bytes. HTTPException 413 if it is longer, 408 if it does not come in time."""
    declared = request.headers.get("content-length", "0")
    if not declared.isascii() or not declared.isdigit():
        raise HTTPException(400)
    if int(declared) > limit:
        raise HTTPException(413)
    read = bytearray()
    try:
        async with asyncio.timeout(patience):
            async for chunk in request.stream():
                read += chunk
                if len(read) > limit:
                    raise HTTPException(413)
    except TimeoutError:
        raise HTTPException(408) from None
    except ClientDisconnect:
        raise HTTPException(400) from None
    return bytes(read)


async def read_json(request: Request, limit: int) -> dict[str, Any]:
    """The body as a JSON object. HTTPException 415 or 400 if it is none."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415)
    try:
        value = json.loads(await read_body(request, limit))
    except (ValueError, RecursionError):  # thousands of nested brackets
        raise HTTPException(400) from None
    if not isinstance(value, dict):
        raise HTTPException(400)
    return value
