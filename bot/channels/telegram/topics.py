"""Topics of a forum: made when their first message goes out, kept as they should look, made anew when they
were deleted. By the Bot API: createForumTopic, editForumTopic, closeForumTopic, reopenForumTopic,
deleteForumTopic, getForumTopicIconStickers, setMessageReaction.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.inline import Pace
from bot.channels.telegram.reading import CHANNEL
from bot.channels.telegram.receipts import mentions, receipt_of
from bot.channels.telegram.rendering import Part
from bot.markup import escape, telegram_html
from bot.model.message import Markdown, Topic
from bot.model.receipt import Delivered, Receipt, Refused
from bot.model.who import Address

TITLE = 128
"""Characters of a topic's name (Bot API, createForumTopic)."""

GONE = ("message thread not found", "topic_id_invalid", "topic_deleted", "thread not found")
"""400s that mean: somebody deleted the topic."""

LONGEST_WAIT = 60.0
"""Seconds for which a further call of one message waits for its place."""

MOST_MADE = 1000
"""Topics remembered as made, whose first message has not arrived yet."""

VARIATION = "\ufe0f"
"""Follows an emoji or does not; means nothing to us."""

Say = Callable[[int | None], Awaitable[Receipt]]
"""Send the message, into that topic or into none."""


class Topics:
    """What the sender knows of topics. The memory may be lost with the process: then a topic whose first
    message had not arrived is made twice, and the first of the two stays empty.
    """

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self.pace: Pace | None = None
        """Asked for a place for each call beside the message."""
        self._made: dict[tuple[Address, str], tuple[str, str]] = {}
        self._icons: dict[str, str] | None = None
        self.made = 0
        """How many were made since the start."""

    async def send(self, address: Address, topic: Topic, say: Say | None) -> Receipt:
        """Have the topic there and looking as it should, and say something in it; None: nothing to say.

        The receipt names the topic. In a group without topics the message stands in the group.
        """
        try:
            if topic.gone:
                return await self._take_away(address, topic, say)
            at, shown = self._made.get((address, topic.title), (topic.at, topic.shown))
            if not at:
                if say is None:
                    return Delivered()  # it is made with its first message, and looks right then
                at, shown = await self._make(address, topic)
            elif shown != topic.looks:
                at = await self._change(address, topic, at, shown)
            return await self._say(address, topic, at, say)
        except Exception as error:  # the vendor's parser may raise anything at a strange answer
            return receipt_of(error)

    async def _say(self, address: Address, topic: Topic, at: str, say: Say | None) -> Receipt:
        if say is None:
            return Delivered(topic=at)
        await self._wait()
        receipt = await say(int(at) if at else None)
        if at and _finds_none(receipt):
            self._made.pop((address, topic.title), None)
            at, _ = await self._make(address, topic)
            receipt = await say(int(at) if at else None)
        if isinstance(receipt, Delivered):
            self._made.pop((address, topic.title), None)
            return replace(receipt, topic=at)
        return receipt

    async def _make(self, address: Address, topic: Topic) -> tuple[str, str]:
        """A new topic, and how it looks; none where there can be none. The vendor's errors, but no 400s.

        Those mean: no topics in this group, no right to make any, a name that it does not take. What is said
        matters more.
        """
        chat = int(address.id)
        if chat > 0:
            return "", ""
        try:
            made = await self._bot.create_forum_topic(
                chat, topic.title[:TITLE], icon_custom_emoji_id=await self._icon(topic.icon)
            )
        except BadRequest:
            return "", ""
        self.made += 1
        found = str(made.message_thread_id), topic.looks
        self._made[address, topic.title] = found
        while len(self._made) > MOST_MADE:
            del self._made[next(iter(self._made))]
        if topic.closed:
            with suppress(BadRequest):
                await self._bot.close_forum_topic(chat, made.message_thread_id)
        return found

    async def _change(self, address: Address, topic: Topic, at: str, shown: str) -> str:
        """Bring a topic up to date; where it is afterwards.

        What Telegram refuses of it (it looks so already, a right that we lost, no topics any more) keeps no
        message back.
        """
        chat, thread = int(address.id), int(at)
        icon = await self._icon(topic.icon)
        calls: list[Callable[[], Awaitable[object]]] = []
        before = replace(topic, shown=shown)
        if not topic.closed and before.was_closed:
            calls.append(lambda: self._bot.reopen_forum_topic(chat, thread))
        title = topic.title[:TITLE]
        calls.append(lambda: self._bot.edit_forum_topic(chat, thread, title, icon_custom_emoji_id=icon or ""))
        if topic.closed and not before.was_closed:
            calls.append(lambda: self._bot.close_forum_topic(chat, thread))
        for call in calls:
            await self._wait()
            try:
                await call()
            except BadRequest as error:
                if mentions(error, *GONE):
                    return (await self._make(address, topic))[0]
        return at

    async def _take_away(self, address: Address, topic: Topic, say: Say | None) -> Receipt:
        """Delete a topic with all that is in it; where we may not, say so there and close it."""
        chat, thread = int(address.id), int(topic.at or 0)
        if not thread:
            return Delivered()
        try:
            await self._bot.delete_forum_topic(chat, thread)
            return Delivered()
        except BadRequest as error:
            if mentions(error, *GONE):
                return Delivered()
        receipt: Receipt = Delivered(topic=topic.at)
        if say is not None:
            await self._wait()
            receipt = await say(thread)
            if _finds_none(receipt):
                return Delivered()  # deleted by hand: none is made to say that it should be
            if isinstance(receipt, Delivered):
                receipt = replace(receipt, topic=topic.at)
        with suppress(TelegramError):  # it was closed before, or we lost that right too: it has been said
            await self._bot.close_forum_topic(chat, thread)
        return receipt

    async def _icon(self, emoji: str) -> str | None:
        """The id of an emoji among those that any bot may show in front of a topic's name."""
        if self._icons is None:
            try:
                stickers = await self._bot.get_forum_topic_icon_stickers()
            except TelegramError:
                return None
            self._icons = {
                (one.emoji or "").replace(VARIATION, ""): one.custom_emoji_id
                for one in stickers
                if one.custom_emoji_id
            }
        return self._icons.get(emoji.replace(VARIATION, ""))

    async def _wait(self) -> None:
        if self.pace is not None:
            await asyncio.sleep(self.pace.reserve(CHANNEL, within=LONGEST_WAIT) or 0.0)


def _finds_none(receipt: Receipt) -> bool:
    """Whether a message was refused because its topic is gone."""
    return isinstance(receipt, Refused) and any(sign in receipt.reason.lower() for sign in GONE)


def placed(parts: Sequence[Part], topic: Topic, thread: int | None) -> list[Part]:
    """The parts of a message where they belong: in the topic; or, where there are none, below the first
    message about the same thing, which carries the title instead."""
    if thread is not None:
        return [replace(part, thread=thread) for part in parts]
    if topic.first.isdecimal():
        answers = int(topic.first)
        return [replace(part, reply_to=part.reply_to or answers) for part in parts]
    if not parts or parts[0].file is not None or parts[0].copied is not None:
        return list(parts)
    title = telegram_html(Markdown(f"**{escape(topic.title)}**"))
    return [replace(parts[0], html=f"{title}\n\n{parts[0].html}"), *parts[1:]]


async def mark(bot: Bot, address: Address, message: str, emoji: str) -> Receipt | None:
    """Show an emoji on a message; None where that cannot be done, and it must be said instead."""
    if not message.isdecimal():
        return None
    try:
        await bot.set_message_reaction(int(address.id), int(message), emoji)
    except BadRequest:
        return None
    except Exception as error:  # the vendor's parser may raise anything at a strange answer
        return receipt_of(error)
    return Delivered()
