"""Parts go out, one call each, and come back as one Receipt. Nothing of the vendor's is raised."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram import Message as Sent
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.client import Client, send_text
from bot.channels.telegram.copies import amend, send_poll, send_post
from bot.channels.telegram.inline import Pace
from bot.channels.telegram.reading import CHANNEL
from bot.channels.telegram.receipts import (
    NO_CAPTION,
    NO_TEXT,
    QUESTION_GONE,
    TOPIC_GONE,
    UNEDITABLE,
    UNMODIFIED,
    mentions,
    receipt_of,
)
from bot.channels.telegram.rendering import CAPTION_LIMIT, Part
from bot.channels.telegram.splitting import visible_length
from bot.model.message import AttachedFile, Message
from bot.model.receipt import Deferred, Delivered, Failed, Receipt, Refused, Unknown
from bot.model.who import Address

Load = Callable[[str], bytes]
"""From the sha256 of a stored file to its bytes; OSError if it is gone."""

MOST_BEGUN = 1000
"""Messages of several parts that we remember as begun."""

LONGEST_WAIT = 60.0
"""Seconds for which the rest of a message waits for its place; beyond them it is tried all the same."""

SIGN_OF_REMOVAL = "✓"
"""Shown for a moment while the keyboard under the text field goes away: a message cannot both remove that
keyboard and carry buttons of its own (Bot API, sendMessage: one `reply_markup`)."""


class Sender:
    """Sends the parts of messages, and remembers what a retry must know.

    Both memories may be lost with the process: a part is said twice, or a keyboard stays until used.
    """

    def __init__(self, client: Client, load: Load, *, link_previews: bool) -> None:
        self._bot = client.bot
        self._bulk = client.bulk
        self._load = load
        self._link_previews = link_previews
        self.pace: Pace | None = None
        """Asked for a place for each call but the first of a message, which has its own."""
        self._begun: dict[tuple[Address, Message], tuple[Delivered, ...]] = {}
        self._keyboards: set[Address] = set()

    async def deliver(
        self, address: Address, message: Message, parts: Sequence[Part], *, bulk: bool = False
    ) -> Receipt:
        """Send all parts in order; the receipt is that of the last, or of the first that failed. Of a copy
        (`bulk`) it refers to all its parts: a correction concerns each.

        The retry of a message that failed half-way goes on where it stopped. `bulk` goes out on connections
        of its own, and leaves a keyboard under the text field: the person is still being asked for something.
        """
        bot = self._bulk if bulk else self._bot
        if not parts:
            return Refused("empty message")
        task = (address, message)
        receipt: Receipt = Delivered()
        try:
            if not bulk:
                parts = await self._without_old_keyboard(address, message, parts)
            done = self._begun.pop(task, ())
            first = len(done)
            for place in range(first, len(parts)):
                self._begun[task] = done
                if place > first:
                    await self._wait(address)
                receipt = await self._send(bot, address, parts[place])
                done = (*done, receipt)
            if bulk and len(done) > 1:
                receipt = Delivered(",".join(one.reference for one in done), done[-1].poll)
        except OSError:
            receipt = Refused("an attached file is gone")
        except Exception as error:  # the vendor's parser may raise anything at a strange answer
            receipt = receipt_of(error)
        if not isinstance(receipt, Deferred | Failed | Unknown):
            self._begun.pop(task, None)
        while len(self._begun) > MOST_BEGUN:
            del self._begun[next(iter(self._begun))]
        return receipt

    async def edit(self, address: Address, reference: str, part: Part) -> Receipt | None:
        """Replace the text and the buttons of an earlier message; None if it must be said anew."""
        if not (part.editable and part.html and reference.isdigit()):
            return None
        worded = part.file is None
        try:
            try:
                await self._reword(address, reference, part, caption=not worded)
            except BadRequest as error:
                # A picture was added since, or went out with what is edited: the other way then.
                fits = not worded or visible_length(part.html) <= CAPTION_LIMIT
                if not (part.steady and fits and mentions(error, NO_TEXT if worded else NO_CAPTION)):
                    raise
                await self._reword(address, reference, part, caption=worded)
        except BadRequest as error:
            if mentions(error, UNMODIFIED):
                return Delivered(reference)
            return None if mentions(error, *UNEDITABLE) else receipt_of(error)
        except Exception as error:
            return receipt_of(error)
        return Delivered(reference)

    async def _reword(self, address: Address, reference: str, part: Part, *, caption: bool) -> None:
        """Change the words and the buttons of a message: its text, or the caption of its file."""
        chat, message = int(address.id), int(reference)
        markup = part.markup if isinstance(part.markup, InlineKeyboardMarkup) else None
        if caption:
            await self._bot.edit_message_caption(
                chat, message, caption=part.html, parse_mode=ParseMode.HTML, reply_markup=markup
            )
            return
        await self._bot.edit_message_text(
            part.html,
            chat_id=chat,
            message_id=message,
            parse_mode=ParseMode.HTML,
            reply_markup=markup,
            link_preview_options=self._previews(part),
        )

    async def amend(
        self, address: Address, reference: str, message: Message, parts: Sequence[Part]
    ) -> Receipt:
        """Bring a copy of an announcement that arrived to these words, or take it away."""
        return await amend(
            self._bulk, int(address.id), reference, parts, recalls=message.recalls, pace=self.pace
        )

    async def _send(self, bot: Bot, address: Address, part: Part) -> Delivered:
        try:
            return await self._say(bot, address, part)
        except BadRequest as error:
            # A part with a topic of its own is `topics`' affair: it makes another one.
            lost = QUESTION_GONE if part.thread is not None else (*QUESTION_GONE, *TOPIC_GONE)
            if part.reply_to is None or not mentions(error, *lost):
                raise
        await self._wait(address)
        return await self._say(bot, address, replace(part, reply_to=None))

    async def _wait(self, address: Address) -> None:
        """For the place of one more call to this chat."""
        if self.pace is not None:
            await asyncio.sleep(self.pace.reserve(CHANNEL, within=LONGEST_WAIT, chat=address.id) or 0.0)

    async def _say(self, bot: Bot, address: Address, part: Part) -> Delivered:
        if part.poll is not None:
            return Delivered(*await send_poll(bot, int(address.id), part))
        if part.copied is not None:
            return Delivered(await send_post(bot, int(address.id), part))
        if part.file is None:
            reference = await send_text(bot, self._fields(address, part))
        else:
            reference = str((await self._send_file(bot, address, part, part.file)).message_id)
        if isinstance(part.markup, ReplyKeyboardMarkup):
            self._keyboards.add(address)
        elif isinstance(part.markup, ReplyKeyboardRemove):
            self._keyboards.discard(address)
        return Delivered(reference)

    def _fields(self, address: Address, part: Part) -> dict[str, str]:
        """The arguments of sendMessage."""
        fields = {"chat_id": address.id, "text": part.html, "parse_mode": ParseMode.HTML.value}
        if part.silent:
            fields["disable_notification"] = "true"
        if part.thread is not None:
            fields["message_thread_id"] = str(part.thread)
        structured = {
            "reply_markup": part.markup,
            "link_preview_options": self._previews(part),
            "reply_parameters": _answering(part),
        }
        return fields | {name: value.to_json() for name, value in structured.items() if value is not None}

    async def _send_file(self, bot: Bot, address: Address, part: Part, file: AttachedFile) -> Sent:
        content = InputFile(await asyncio.to_thread(self._load, file.sha256), filename=file.name)
        send = bot.send_photo if part.is_photo else bot.send_document
        return await send(
            int(address.id),
            content,
            caption=part.html or None,
            parse_mode=ParseMode.HTML,
            reply_markup=part.markup,
            disable_notification=part.silent,
            reply_parameters=_answering(part),
            message_thread_id=part.thread,
        )

    async def _without_old_keyboard(
        self, address: Address, message: Message, parts: Sequence[Part]
    ) -> Sequence[Part]:
        """The same parts, with the keyboard of an earlier request removed from under the text field."""
        if address not in self._keyboards or message.request is not None:
            return parts
        if parts[-1].markup is None:
            return [*parts[:-1], replace(parts[-1], markup=ReplyKeyboardRemove())]
        removal = await self._bot.send_message(
            int(address.id), SIGN_OF_REMOVAL, reply_markup=ReplyKeyboardRemove(), disable_notification=True
        )
        self._keyboards.discard(address)
        with suppress(TelegramError):  # the sign stays then; the message that matters goes on
            await self._bot.delete_message(int(address.id), removal.message_id)
        return parts

    def _previews(self, part: Part) -> LinkPreviewOptions | None:
        """No preview of the pages that a text names, unless wanted. Says nothing where there is no link."""
        has_link = "<a " in part.html or "://" in part.html
        return LinkPreviewOptions(is_disabled=True) if has_link and not self._link_previews else None


def _answering(part: Part) -> ReplyParameters | None:
    """The message that this part answers, which may be gone by now.

    In a topic of a forum an answer to a message that is gone is refused all the same (Bot API,
    ReplyParameters): then it goes out into the chat, without being an answer.
    """
    if part.reply_to is None:
        return None
    return ReplyParameters(part.reply_to, allow_sending_without_reply=True)
