"""What only copies of announcements need of Telegram: posts copied as they are, polls, corrections and
recalls.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.channels.telegram.client import call
from bot.channels.telegram.inline import Pace
from bot.channels.telegram.receipts import NO_CAPTION, NO_TEXT, UNMODIFIED, mentions, receipt_of
from bot.channels.telegram.rendering import Part
from bot.model.receipt import Delivered, Receipt, Refused

CHANNEL = "telegram"

GONE = ("message to delete not found", "message_id_invalid", "message identifier is not specified")
"""400s of deleteMessage that mean: it is not there any more."""

TOO_LATE = ("message can't be deleted",)
"""400s of deleteMessage that mean: it stays (Bot API, deleteMessage: after 48 hours)."""

LONGEST_WAIT = 60.0
"""Seconds for which a further call of one message waits for its place."""


async def send_post(bot: Bot, chat: int, part: Part) -> str:
    """Copy a post as it is; the reference of the copy. The vendor's errors."""
    assert part.copied is not None
    source, message = part.copied
    markup = part.markup if isinstance(part.markup, InlineKeyboardMarkup) else None
    made = await bot.copy_message(
        chat,
        source,
        message,
        reply_markup=markup,
        disable_notification=part.silent,
        message_thread_id=part.thread,
    )
    return str(made.message_id)


async def send_poll(bot: Bot, chat: int, part: Part) -> tuple[str, str]:
    """Ask the question; the references of the message and of its poll. The vendor's errors.

    Not anonymous: of an anonymous poll a bot is told nothing when somebody answers (Bot API, PollAnswer).
    """
    assert part.poll is not None
    fields = {
        **_common(chat, part),
        "question": part.poll.question,
        "options": json.dumps([{"text": option} for option in part.poll.options]),
        "is_anonymous": "false",
        "allows_multiple_answers": "true" if part.poll.several else "false",
    }
    # Not by way of `Bot.send_poll`: it wants fields of the answer that not every server of the Bot API has.
    match await call(bot, "sendPoll", fields):
        case {"message_id": int(number), "poll": {"id": str(poll)}}:
            return str(number), poll
    raise ValueError("sendPoll: the result is no message with a poll")


def _common(chat: int, part: Part) -> dict[str, str]:
    fields = {"chat_id": str(chat)}
    if part.silent:
        fields["disable_notification"] = "true"
    if isinstance(part.markup, InlineKeyboardMarkup):
        fields["reply_markup"] = part.markup.to_json()
    return fields


async def amend(
    bot: Bot, chat: int, reference: str, parts: Sequence[Part], *, recalls: bool, pace: Pace | None
) -> Receipt:
    """Bring a copy that arrived to these words, or take it away. `reference`: its messages, with commas."""
    messages = [int(one) for one in reference.split(",") if one.isdigit()]
    if not messages or not parts:
        return Refused("message can't be edited: it is not known where it arrived")
    if not recalls and len(messages) != len(parts):
        return Refused("message can't be edited: it has other parts now")
    calls: list[Callable[[], Awaitable[None]]]
    if recalls:
        calls = [_taking_away(bot, chat, message, parts[0]) for message in messages]
    else:
        calls = [_rewording(bot, chat, *pair) for pair in zip(messages, parts, strict=True)]
    try:
        for place, step in enumerate(calls):
            if place and pace is not None:
                await asyncio.sleep(pace.reserve(CHANNEL, within=LONGEST_WAIT, chat=str(chat)) or 0.0)
            await step()
    except Exception as error:  # the vendor's parser may raise anything at a strange answer
        return receipt_of(error)
    return Delivered(reference)


def _taking_away(bot: Bot, chat: int, message: int, notice: Part) -> Callable[[], Awaitable[None]]:
    async def call() -> None:
        try:
            await bot.delete_message(chat, message)
        except BadRequest as error:
            if mentions(error, *GONE):
                return
            if not mentions(error, *TOO_LATE):
                raise
            await _reword(bot, chat, message, notice)

    return call


def _rewording(bot: Bot, chat: int, message: int, part: Part) -> Callable[[], Awaitable[None]]:
    async def call() -> None:
        await _reword(bot, chat, message, part)

    return call


async def _reword(bot: Bot, chat: int, message: int, part: Part) -> None:
    """Change the words of a message, whether it is a text or the caption of a file. The vendor's errors."""
    captioned = part.file is not None
    if part.poll is not None or (captioned and not part.html):  # a poll cannot be changed
        return
    try:
        try:
            await _write(bot, chat, message, part, caption=captioned)
        except BadRequest as error:
            if not mentions(error, NO_CAPTION if captioned else NO_TEXT):
                raise
            await _write(bot, chat, message, part, caption=not captioned)
    except BadRequest as error:
        if not mentions(error, UNMODIFIED):
            raise


async def _write(bot: Bot, chat: int, message: int, part: Part, *, caption: bool) -> None:
    markup = part.markup if isinstance(part.markup, InlineKeyboardMarkup) else None
    if caption:
        await bot.edit_message_caption(
            chat, message, caption=part.html, parse_mode=ParseMode.HTML, reply_markup=markup
        )
        return
    await bot.edit_message_text(
        part.html,
        chat_id=chat,
        message_id=message,
        parse_mode=ParseMode.HTML,
        reply_markup=markup,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
