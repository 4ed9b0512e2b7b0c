"""What a window asks for: the conversation, its events, and handing in words, taps and files."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse

from bot.channels.web import wire
from bot.channels.web.body import read_body, read_json
from bot.channels.web.channel import WebChannel
from bot.channels.web.conversation import Conversation, Event
from bot.channels.web.ports import Files, History
from bot.channels.web.reading import file_name, media_type, read_say
from bot.channels.web.visitor import current_id, current_name, hold, new_id, visitor
from bot.model.inputs import Attachment, Command, Input, Opening, Utterance
from bot.model.values import StoredFile
from bot.model.who import Address
from bot.runtime.channel import Receiver
from bot.runtime.lanes import LaneFull, LanesClosed
from bot.runtime.runner import Contended
from bot.storage.errors import StorageError

LARGEST_SAY = 32 * 1024
"""Bytes of a said text with its JSON around it: 4,096 signs, each escaped."""
LARGEST_FILE = 20 * 1024 * 1024
"""Bytes, as a bot may download on Telegram (Bot API, `getFile`)."""
UPLOAD_PATIENCE = 120.0
"""Seconds in which a file must have arrived."""

_CLIENT_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Api:
    """The handlers of `/api` and `/files`."""

    channel: WebChannel
    receiver: Receiver
    history: History
    files: Files

    async def conversation(self, request: Request) -> Response:
        """Everything to be shown, and where the stream of events goes on. Gives a new browser its cookie."""
        id = current_id(request) or new_id()
        address, conversation = Address("web", id), self.channel.conversations[id]
        async with conversation.lock:
            cursor = conversation.cursor
            history = wire.bubbles(await self.history.recent(address))
        response = JSONResponse({"cursor": cursor, "bubbles": wire.overlay(history, conversation.fresh())})
        hold(response, id)
        return response

    async def stream(self, request: Request) -> Response:
        """Server-sent events (WHATWG HTML, "Server-sent events") from where the window stands."""
        conversation = self._conversation(visitor(request))
        if self.channel.conversations.closed:
            raise HTTPException(503)
        after = request.headers.get("last-event-id") or request.query_params.get("after", "")
        return StreamingResponse(
            _frames(conversation, after),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )

    async def say(self, request: Request) -> Response:
        """Words, a tap or a command; answered once the turn is committed."""
        address = visitor(request)
        body = await read_json(request, LARGEST_SAY)
        input = read_say(body)
        if input is None:
            raise HTTPException(400)
        await self._hand_in(request, address, input, _client_id(body.get("id")))
        return JSONResponse({}, status_code=202)

    async def file(self, request: Request) -> Response:
        """A file: its bytes are the body, its name stands percent-encoded in `X-File-Name`."""
        address = visitor(request)
        content = await read_body(request, LARGEST_FILE, patience=UPLOAD_PATIENCE)
        if not content:
            raise HTTPException(400)
        name = file_name(request.headers.get("x-file-name", ""))
        stored = await self.files.keep(content, name, media_type(request.headers.get("content-type", "")))
        client_id = _client_id(request.headers.get("x-client-id"))
        await self._hand_in(request, address, Attachment(stored), client_id)
        return JSONResponse({}, status_code=202)

    async def download(self, request: Request) -> Response:
        """A file of this conversation; 404 for any other. Never opened as a page of ours."""
        sha256 = request.path_params["sha256"]
        kept = await self.files.find(visitor(request), sha256) if _SHA256.fullmatch(sha256) else None
        if kept is None:
            raise HTTPException(404)
        return FileResponse(
            kept.path,
            filename=kept.name,
            media_type=kept.media_type,
            headers={"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store"},
        )

    async def _hand_in(self, request: Request, address: Address, input: Input, client_id: str) -> None:
        conversation = self._conversation(address)
        if not conversation.allows():
            raise HTTPException(429, headers={"Retry-After": "2"})
        async with conversation.lock:
            if client_id in conversation.accepted:  # the answer to the first attempt was lost
                return
            bubble = self._bubble(input, client_id)
            if bubble is not None:
                conversation.publish("said", bubble)
            try:
                await self.receiver.receive(address, input, name=current_name(request))
            except LaneFull:
                raise HTTPException(429, headers={"Retry-After": "2"}) from None
            except (LanesClosed, Contended, StorageError):  # nothing of it is kept: the window may try again
                raise HTTPException(503, headers={"Retry-After": "2"}) from None
            conversation.accepted.append(client_id)

    def _bubble(self, input: Input, client_id: str) -> dict[str, Any] | None:
        """What the other windows show of an input; None for what leaves no bubble."""
        at = self.channel.now()
        match input:
            case Utterance(text):
                return wire.said(client_id, at, text)
            case Command(name, argument) if name != "start":
                return wire.said(client_id, at, f"/{name} {argument}".rstrip())
            case Opening(payload):
                return wire.said(client_id, at, f"/start {payload}")
            case Attachment(StoredFile() as file):
                return wire.said(client_id, at, "", file)
            case _:
                return None

    def _conversation(self, address: Address) -> Conversation:
        return self.channel.conversations[address.id]


async def _frames(conversation: Conversation, after: str) -> AsyncIterator[str]:
    yield _frame("", Event("beat", {}))
    async for cursor, event in conversation.listen(after):
        yield _frame(cursor, event)


def _frame(cursor: str, event: Event) -> str:
    place = f"id: {cursor}\n" if cursor else ""
    return f"{place}event: {event.kind}\ndata: {json.dumps(event.data, ensure_ascii=False)}\n\n"


def _client_id(given: object) -> str:
    return given if isinstance(given, str) and _CLIENT_ID.fullmatch(given) else str(uuid4())
