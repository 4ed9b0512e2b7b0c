"""Methods that put something into a chat: sendMessage, sendPhoto, sendDocument, sendChatAction.

Checks and texts: ``process_send_*_query`` and ``get_input_message_text`` in ``Client.cpp`` (01a3679).
"""

import html
from dataclasses import dataclass
from typing import Any, Literal

from tests.telegram_api import answers
from tests.telegram_api.answers import JsonObject, bad_request
from tests.telegram_api.call import Call, Upload
from tests.telegram_api.forum import thread_of
from tests.telegram_api.keyboards import Keyboard, read_keyboard
from tests.telegram_api.markup import EntityError, parse_html, plain_entities, tidy, utf16
from tests.telegram_api.render import message_json, picture_size
from tests.telegram_api.world import Chat, Content, Message, StoredFile, World

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
"""UTF-16 units after entity parsing (Bot API, "sendMessage", "sendDocument")."""
ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
        "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """A text or caption after parsing: what is shown, its entities, the HTML it came from."""

    text: str
    entities: tuple[JsonObject, ...]
    html: str


async def send_message(world: World, call: Call) -> Any:
    """``sendMessage``."""
    chat = world.chat_of(call)
    words = read_text(call)
    content = Content("text", words.text, words.html, words.entities, read_keyboard(call))
    return message_json(_send(world, chat, call, content))


async def send_photo(world: World, call: Call) -> Any:
    """``sendPhoto``."""
    return message_json(_send(world, world.chat_of(call), call, _file_content(world, call, "photo")))


async def send_document(world: World, call: Call) -> Any:
    """``sendDocument``."""
    return message_json(_send(world, world.chat_of(call), call, _file_content(world, call, "document")))


async def send_chat_action(world: World, call: Call) -> Any:
    """``sendChatAction``; the chat keeps the actions it was shown."""
    chat = world.chat_of(call)
    if call.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.actions.append(call.text("action"))
    return True


def read_text(call: Call) -> Words:
    """The ``text`` of a call, parsed and within the limit. Raises Refusal."""
    source = call.text("text")
    if not source:
        raise bad_request(answers.TEXT_EMPTY)
    words = _read_words(call, source, "entities")
    if not words.text:
        raise bad_request(answers.TEXT_BLANK)
    if utf16(words.text) > TEXT_LIMIT:
        raise bad_request(answers.TEXT_TOO_LONG)
    return words


def read_caption(call: Call) -> Words:
    """The ``caption`` of a call, which may be empty. Raises Refusal."""
    words = _read_words(call, call.text("caption"), "caption_entities")
    if utf16(words.text) > CAPTION_LIMIT:
        raise bad_request(answers.CAPTION_TOO_LONG)
    return words


def read_file(world: World, call: Call, value: str, kind: Literal["photo", "document"]) -> StoredFile:
    """A file as ``attach://``, as a multipart part or as the file_id of an earlier one. Raises Refusal."""
    name = value.removeprefix("attach://") if value.startswith("attach://") else kind
    upload = call.files.get(name)
    if upload is not None:
        return world.keep_file(kind, _checked(upload, kind))
    if not value or value.startswith("attach://"):
        raise bad_request(f"there is no {kind} in the request")
    if value.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")  # the stand-in fetches nothing
    stored = world.files.get(value)
    if stored is None:
        raise bad_request(answers.WRONG_FILE)
    if stored.kind != kind:
        raise bad_request("type of file mismatch")
    return stored


def _send(world: World, chat: Chat, call: Call, content: Content) -> Message:
    reply = call.structure("reply_parameters", "can't parse reply parameters JSON object") or {}
    reply_to = int(reply.get("message_id", 0)) or call.integer("reply_to_message_id")
    if reply_to and (reply_to not in chat.thread or chat.thread[reply_to].deleted):
        allowed = reply.get("allow_sending_without_reply") or call.boolean("allow_sending_without_reply")
        if chat.is_forum or not allowed:  # in a forum it counts as false (Bot API, "ReplyParameters")
            raise bad_request(answers.REPLY_NOT_FOUND)
        reply_to = 0
    thread = thread_of(chat, call)
    return world.add_message(chat, world.bot, content, reply_to=reply_to or None, thread=thread)


def _file_content(world: World, call: Call, kind: Literal["photo", "document"]) -> Content:
    words, keyboard = read_caption(call), read_keyboard(call)
    file = read_file(world, call, call.text(kind), kind)
    return file_content(words, keyboard, file)


def file_content(words: Words, keyboard: Keyboard | None, file: StoredFile) -> Content:
    """A file with its caption."""
    return Content(file.kind, words.text, words.html, words.entities, keyboard, file)


def _checked(upload: Upload, kind: str) -> Upload:
    if not upload.data:
        raise bad_request("file must be non-empty")
    if kind == "photo" and picture_size(upload.data) is None:
        raise bad_request("IMAGE_PROCESS_FAILED")  # reported
    return upload


def _read_words(call: Call, source: str, given: str) -> Words:
    """A source with its parse mode or its ready-made entities."""
    try:
        source.encode()
    except UnicodeEncodeError:
        raise bad_request(answers.NOT_UTF8) from None
    mode = call.text("parse_mode").lower()
    if mode not in {"", "none", "html"}:
        raise bad_request(f"the stand-in knows no parse_mode but HTML, not {call.text('parse_mode')}")
    entities: list[JsonObject] = []
    text, markup = source, html.escape(source, quote=False)
    if mode == "html":
        try:
            (text, entities), markup = parse_html(source), source
        except EntityError as error:
            raise bad_request(f"can't parse entities: {error}") from None
    elif ready := call.structure(given, f"can't parse {given} JSON object"):
        entities = list(ready)
    text, entities = tidy(text, entities)
    return Words(text, tuple(plain_entities(text, entities)), markup)
