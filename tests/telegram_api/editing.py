"""Methods that change or take back what is there: editMessage*, deleteMessage, answerCallbackQuery.

Checks and texts: ``process_edit_message_*_query``, ``check_message(…, "message to edit")`` and the error
table of ``fail_query_with_error`` in ``Client.cpp`` (01a3679).
"""

from dataclasses import replace
from typing import Any

from tests.telegram_api import answers
from tests.telegram_api.answers import bad_request
from tests.telegram_api.call import Call
from tests.telegram_api.keyboards import read_keyboard
from tests.telegram_api.render import message_json
from tests.telegram_api.sending import Words, file_content, read_caption, read_file, read_text
from tests.telegram_api.updates import DAY
from tests.telegram_api.world import Chat, Content, Message, World

DELETE_WITHIN = 2 * DAY
"""Seconds after which a message in a private chat can't be deleted any more (Bot API, "deleteMessage")."""
TAP_ANSWER_LIMIT = 200
"""Characters of the notice under a tap (Bot API, "answerCallbackQuery")."""


async def edit_message_text(world: World, call: Call) -> Any:
    """``editMessageText``; without a keyboard the old one goes."""
    message = _editable(world, call)
    if message.content.kind != "text":
        raise bad_request(answers.EDIT_NO_TEXT)
    words = read_text(call)
    return _change(
        world, message, Content("text", words.text, words.html, words.entities, read_keyboard(call))
    )


async def edit_message_caption(world: World, call: Call) -> Any:
    """``editMessageCaption``."""
    message = _editable(world, call)
    if message.content.kind in {"text", "poll"}:
        raise bad_request(answers.EDIT_NO_CAPTION)
    words = read_caption(call)
    content = replace(
        message.content,
        text=words.text,
        html=words.html,
        entities=words.entities,
        keyboard=read_keyboard(call),
    )
    return _change(world, message, content)


async def edit_message_media(world: World, call: Call) -> Any:
    """``editMessageMedia`` with a photo or a document."""
    message = _editable(world, call)
    media = call.structure("media", "can't parse input media JSON object")
    if not isinstance(media, dict) or media.get("type") not in {"photo", "document"}:
        raise bad_request("can't parse InputMedia: the stand-in takes photo and document")
    file = read_file(world, call, str(media.get("media", "")), media["type"])
    caption = replace(call, params=media)
    words: Words = read_caption(caption)
    return _change(world, message, file_content(words, read_keyboard(call), file))


async def edit_message_reply_markup(world: World, call: Call) -> Any:
    """``editMessageReplyMarkup``; without a keyboard the old one goes."""
    message = _editable(world, call)
    return _change(world, message, replace(message.content, keyboard=read_keyboard(call)))


async def delete_message(world: World, call: Call) -> Any:
    """``deleteMessage``."""
    message = _find(world.chat_of(call), call.integer("message_id"), answers.DELETE_NOT_FOUND)
    if world.clock.now() > message.date + DELETE_WITHIN:
        raise bad_request(answers.DELETE_FORBIDDEN)
    message.deleted = True
    world.touch()
    return True


async def answer_callback_query(world: World, call: Call) -> Any:
    """``answerCallbackQuery``; a tap that is unknown or too old is refused."""
    tap = world.taps.get(call.text("callback_query_id"))
    if tap is None or world.clock.now() > tap.at + world.tap_lifetime:
        raise bad_request(answers.STALE_TAP)
    if len(call.text("text")) > TAP_ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")  # reported
    tap.answer = {
        "text": call.text("text"),
        "show_alert": call.boolean("show_alert"),
        "url": call.text("url"),
    }
    world.touch()
    return True


def _find(chat: Chat, message_id: int, refusal: str) -> Message:
    message = chat.thread.get(message_id)
    if message is None or message.deleted:
        raise bad_request(refusal)
    return message


def _editable(world: World, call: Call) -> Message:
    """The bot's own message, without a reply keyboard: those stay as they are (tdlib/td
    ``can_edit_message``)."""
    if not call.text("chat_id") and call.text("inline_message_id"):
        raise bad_request("the stand-in has no inline messages")
    message = _find(world.chat_of(call), call.integer("message_id"), answers.EDIT_NOT_FOUND)
    keyboard = message.keyboard
    if not message.sender.is_bot or (keyboard is not None and keyboard.kind != "inline"):
        raise bad_request(answers.EDIT_FORBIDDEN)
    return message


def _change(world: World, message: Message, content: Content) -> Any:
    old = message.content
    same_keyboard = (old.keyboard.rows if old.keyboard else ()) == (
        content.keyboard.rows if content.keyboard else ()
    )
    if (old.text, old.entities, old.file) == (content.text, content.entities, content.file) and same_keyboard:
        raise bad_request(answers.NOT_MODIFIED)
    world.change_message(message, content)
    return message_json(message)
