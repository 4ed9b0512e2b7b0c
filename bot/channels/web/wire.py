"""The page's own language: messages as JSON. Every HTML in it was made by `bot.markup`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bot.channels.web.ports import Said, Shown
from bot.markup import page_html
from bot.markup.polls import with_poll
from bot.model.message import AttachedFile, Message, Option
from bot.model.values import StoredFile


def shown(reference: str, at: datetime, message: Message) -> dict[str, Any]:
    """A bubble of the assistant."""
    return {
        "id": reference,
        "author": "assistant",
        "at": at.isoformat(),
        "html": page_html(with_poll(message)),
        "folded": page_html(message.folded),
        "options": [_option(option) for option in message.options],
        "controls": [_option(option) for option in message.controls],
        "files": [_file(attached) for attached in message.attachments],
        "request": message.request,
    }


def said(id: str, at: datetime, text: str, file: StoredFile | None = None) -> dict[str, Any]:
    """A bubble of the person."""
    files = [] if file is None else [_file(file)]
    return {"id": id, "author": "person", "at": at.isoformat(), "text": text, "files": files}


def bubbles(history: Iterable[Said | Shown]) -> list[dict[str, Any]]:
    """The whole conversation, oldest first. The first greeting is asked for by the page itself: not shown."""
    written = []
    for one in history:
        match one:
            case Shown(reference, at, message):
                written.append(shown(reference, at, message))
            case Said(id, at, text, file) if text != "/start" or file:
                written.append(said(id, at, text, file))
    return written


def overlay(history: Sequence[dict[str, Any]], fresh: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The history with what was sent since: edits in their place and at their time, new ones at the end."""
    by_id = {bubble["id"]: bubble for bubble in history}
    latest = history[-1]["at"] if history else ""
    for bubble in fresh:
        before = by_id.get(bubble["id"])
        if before is not None:
            by_id[bubble["id"]] = {**bubble, "at": before["at"]}
        elif bubble["at"] >= latest:  # an older one is beyond what the history keeps
            by_id[bubble["id"]] = bubble
    return list(by_id.values())


def _option(option: Option) -> dict[str, str]:
    does = {"link": option.link} if option.link else {"act": option.act}
    return {"label": option.label, **does}


def _file(file: AttachedFile | StoredFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "type": file.media_type,
        "url": f"/files/{file.sha256}",
        "alternative": file.alternative if isinstance(file, AttachedFile) else "",
        "size": file.size if isinstance(file, StoredFile) else None,
    }
