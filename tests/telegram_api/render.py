"""World to JSON: the Bot API's ``Message``, ``PhotoSize``, ``Document``."""

import struct

from tests.telegram_api.answers import JsonObject
from tests.telegram_api.world import Content, Message, StoredFile

DEFAULT_SIZE = (320, 240)


def message_json(message: Message) -> JsonObject:
    """The Bot API's ``Message``, its reply without a reply of its own."""
    body = _bare_json(message)
    answered = message.chat.thread.get(message.reply_to) if message.reply_to else None
    if answered is not None and not answered.deleted:
        body["reply_to_message"] = _bare_json(answered)
    return body


def _bare_json(message: Message) -> JsonObject:
    body: JsonObject = {
        "message_id": message.message_id,
        "date": int(message.date),
        "chat": message.chat.json(),
    }
    if message.chat.kind == "channel":
        body["sender_chat"] = message.chat.json()
    else:
        body["from"] = message.sender.json()
    if message.thread is not None:
        body |= {"message_thread_id": message.thread, "is_topic_message": True}
    if message.edited_at is not None:
        body["edit_date"] = int(message.edited_at)
    return body | content_json(message.content)


def content_json(content: Content) -> JsonObject:
    """The fields of ``Message`` that show a content. Only an inline keyboard is part of a message."""
    name = "text" if content.kind == "text" else "caption"
    body: JsonObject = dict(content.extra)
    if content.text:
        body[name] = content.text
    if content.entities:
        body["entities" if name == "text" else "caption_entities"] = list(content.entities)
    if content.file is not None:
        body[content.kind] = (
            [photo_json(content.file)] if content.kind == "photo" else document_json(content.file)
        )
    if content.keyboard is not None and content.keyboard.kind == "inline":
        body["reply_markup"] = content.keyboard.raw
    return body


def photo_json(file: StoredFile) -> JsonObject:
    """The Bot API's ``PhotoSize``."""
    width, height = picture_size(file.upload.data) or DEFAULT_SIZE
    return {**file_json(file), "width": width, "height": height}


def document_json(file: StoredFile) -> JsonObject:
    """The Bot API's ``Document``."""
    return {**file_json(file), "file_name": file.upload.name, "mime_type": file.upload.mime}


def file_json(file: StoredFile) -> JsonObject:
    """What every file has."""
    unique = f"u{file.file_id.rpartition('_')[2]}"
    return {"file_id": file.file_id, "file_unique_id": unique, "file_size": len(file.upload.data)}


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a picture; None when the bytes are none. Exact for PNG, else a fixed size."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width), int(height)
    known = data.startswith((b"\xff\xd8\xff", b"GIF8", b"BM")) or data[8:12] == b"WEBP"
    return DEFAULT_SIZE if known else None
