"""Telegram as a channel of the runtime: says messages, reads raw updates, fetches files.

Where the program enters; nothing of the vendor's comes in, goes out or is raised.
"""

import json
import logging
import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Never

from telegram import BotCommand, BotCommandScopeChat, MenuButtonCommands
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.channels.telegram.client import Account, close, connect
from bot.channels.telegram.downloading import Keep, download
from bot.channels.telegram.identity import Me, owner_of
from bot.channels.telegram.inline import Desk, Pace, Share
from bot.channels.telegram.insisting import Patience, insist
from bot.channels.telegram.polling import poll
from bot.channels.telegram.reading import CHANNEL, Skipped, query_of, read_update
from bot.channels.telegram.receipts import describe
from bot.channels.telegram.refusing import Report, tried
from bot.channels.telegram.rendering import Part, Requests, edited_part, render
from bot.channels.telegram.sending import Load, Sender
from bot.channels.telegram.signing import sign, webhook_secret
from bot.channels.telegram.sorting import Accept, Query, sort_update
from bot.channels.telegram.staffroom import StaffRoom
from bot.channels.telegram.topics import Topics, mark, placed
from bot.channels.telegram.webhook import Door, open_webhook, webhook_door
from bot.model.message import Message, Topic
from bot.model.receipt import Delivered, Migrated, Receipt, Refused
from bot.model.values import StoredFile
from bot.model.who import Address
from bot.runtime.channel import Moved, Reading, Voted

_log = logging.getLogger(__name__)


class TelegramChannel:
    """One bot on Telegram. A `RawChannel`."""

    name = CHANNEL

    def __init__(
        self,
        account: Account,
        *,
        secret: bytes,
        keep: Keep,
        load: Load,
        requests: Requests,
        webhook: str | None = None,
    ) -> None:
        """Nothing is sent yet. Raises TokenRefused for what cannot be a token.

        `secret` signs buttons; `webhook` is what Telegram shows with every update that it posts, made of
        `secret` if it is None; `requests` labels the buttons that share a phone or a place.
        """
        self._client = connect(account)
        self._bot = self._client.bot
        self._secret = secret
        self._webhook_secret = webhook or webhook_secret(secret)
        self._keep = keep
        self._requests = requests
        self._sender = Sender(self._client, load, link_previews=account.link_previews)
        self._topics = Topics(self._client.bot)
        self.room = StaffRoom()
        """Where staff see to requests."""
        self._desk: Desk | None = None
        self._staff_commands: frozenset[str] = frozenset()
        self._report: Report | None = None
        self.me: Me = owner_of(account.token)
        """Who we are; `learn` asks Telegram, and whoever knows our name from before may set it."""
        self.skipped: Counter[Skipped] = Counter()
        """How many updates were not for us, by reason; `forged` counts buttons that we did not make."""

    async def send(
        self, address: Address, message: Message, *, replaces: str | None = None, bulk: bool = False
    ) -> Receipt:
        """Deliver one message, or edit the earlier one; never raises for what Telegram or the network did."""
        if address.channel != CHANNEL or not address.id.removeprefix("-").isdigit():
            return Refused(f"not a Telegram address: {address.channel}")
        parts = render(message, sign=partial(sign, self._secret, address), requests=self._requests)
        if message.mark and (shown := await mark(self._bot, address, message.reply_to, message.mark)):
            return shown
        if message.topic is not None:
            return await self._in_topic(address, message, message.topic, parts, replaces)
        if message.recalls and replaces is None:
            return Delivered()  # where it is nobody knows any more: there is nothing to take away
        if replaces is not None and (bulk or message.recalls):
            return await self._sender.amend(address, replaces, message, parts)
        if replaces is not None and (part := edited_part(parts)):
            receipt = await self._sender.edit(address, replaces, part)
            if receipt is not None:
                return receipt
        return await self._sender.deliver(address, message, parts, bulk=bulk)

    async def _in_topic(
        self, address: Address, message: Message, topic: Topic, parts: Sequence[Part], replaces: str | None
    ) -> Receipt:
        """Deliver or edit a message that has its place in a topic."""

        async def say(thread: int | None) -> Receipt:
            if replaces is not None:
                # The first message of all carries the title where there are no topics.
                alike = placed(parts, topic if thread else replace(topic, first=""), thread)
                if (part := edited_part(alike)) and (
                    receipt := await self._sender.edit(address, replaces, part)
                ):
                    return receipt
            # The first message went with the topic where that is gone: the title says what it is about.
            where = topic if thread or not topic.at else replace(topic, first="")
            return await self._sender.deliver(address, message, placed(parts, where, thread))

        receipt = await self._topics.send(address, topic, say if parts else None)
        if isinstance(receipt, Migrated) and address.id == self.room.group:
            self.room.group = receipt.to
        if topic.gone and receipt == Delivered():
            self.room.topics.discard(topic.at)
        if isinstance(receipt, Delivered) and receipt.topic:
            self.room.topics.add(receipt.topic)
        return receipt

    async def typing(self, address: Address) -> None:
        """Show that an answer is coming; best effort."""
        try:
            await self._bot.send_chat_action(int(address.id), ChatAction.TYPING)
        except (TelegramError, ValueError) as error:
            _log.debug("telegram typing: %s", describe(error))

    def read(self, body: str) -> Reading | Moved | Voted | None:
        """What a raw update means; None for one that is not for us. ValueError if it is malformed."""
        found = read_update(_decoded(body), secret=self._secret, me=self.me, room=self.room)
        if isinstance(found, Moved) and found.before.id == self.room.group:
            self.room.group = found.now.id
        if isinstance(found, Reading | Moved | Voted):
            return found
        self.skipped[found] += 1
        if found is Skipped.MALFORMED:
            raise ValueError("not an update of the Bot API")
        return None

    async def settle(self, body: str) -> None:
        """Stop the clock on a tapped button. A tap that is too old to be answered is no error."""
        try:
            query = query_of(_decoded(body))
            if query is not None:
                await self._bot.answer_callback_query(query)
        except (TelegramError, ValueError) as error:
            _log.debug("telegram tap not answered: %s", describe(error))

    async def fetch(self, body: str) -> StoredFile | None:
        """Download the file of a raw update into the data folder; None if it cannot be had."""
        return await download(self._bot, _decoded(body), self._keep)

    async def introduce(self, commands: Sequence[tuple[str, str]]) -> bool:
        """Show these commands (name without slash, French description) behind the menu button.

        False if Telegram did not take them: the old menu stays, nothing else depends on it.
        """
        try:
            await self._bot.set_my_commands([BotCommand(name, description) for name, description in commands])
            await self._bot.set_chat_menu_button(menu_button=MenuButtonCommands())
        except TelegramError as error:
            _log.warning("telegram menu not set: %s", describe(error))
            return False
        return True

    async def introduce_to(self, chat: str, commands: Sequence[tuple[str, str]]) -> bool:
        """The same for one person alone, whose role has more commands; none: what everybody sees again.

        False if Telegram did not take them, for example from somebody who never wrote to us.
        """
        scope = BotCommandScopeChat(int(chat))
        told = [BotCommand(name, description) for name, description in commands]
        try:
            if told:
                await self._bot.set_my_commands(told, scope=scope)
            else:
                await self._bot.delete_my_commands(scope=scope)
        except TelegramError as error:
            _log.warning("telegram menu of a role not set: %s", describe(error))
            return False
        return True

    async def learn(self, *, rng: random.Random, patience: Patience | None = None) -> Me:
        """Ask Telegram who we are, until it says so. Raises TokenRefused."""
        told = await insist(self._bot.get_me, "getMe", rng=rng, patience=patience)
        self.me = Me(
            id=told.id,
            name=told.username or "",
            joins_groups=bool(told.can_join_groups),
            reads_groups=bool(told.can_read_all_group_messages),
            answers_inline=bool(told.supports_inline_queries),
        )
        return self.me

    def answer_inline(self, share: Share, *, button: str, pace: Pace) -> None:
        """From now on, answer inline queries with what `share` finds; `button` leads to the private chat."""
        self._desk = Desk(self._bot, share, button=button, pace=pace)

    def watch(self, commands: Collection[str], report: Report) -> None:
        """From now on, have commands of staff counted that came where they have no effect."""
        self._staff_commands, self._report = frozenset(commands), report

    def keep_pace(self, pace: Pace) -> None:
        """From now on, ask for a place for each further call that one message takes."""
        self._sender.pace = self._topics.pace = pace

    async def poll(self, accept: Accept, *, rng: random.Random, patience: Patience | None = None) -> Never:
        """Bring updates to `accept` for ever; cancel it to stop. Raises TokenRefused."""
        await poll(self._client, partial(self._take, accept), rng=rng, patience=patience)

    def webhook(self, accept: Accept) -> Door:
        """The door for `http` to mount: headers and body of a POST in, HTTP status out."""
        return webhook_door(partial(self._take, accept), secret=self._webhook_secret)

    async def open_webhook(self, url: str, *, rng: random.Random) -> None:
        """Tell Telegram to post updates to this address. Raises TokenRefused."""
        await open_webhook(self._client, url, secret=self._webhook_secret, rng=rng)

    async def _take(self, accept: Accept, updates: Sequence[object]) -> None:
        """What is for us to disk in one commit, inline queries to their desk, the rest forgotten."""
        found = [sort_update(update, secret=self._secret, me=self.me, room=self.room) for update in updates]
        rows = [one for one in found if isinstance(one, tuple)]
        if rows:
            await accept(rows)
        for one in found:
            if isinstance(one, Query) and self._desk is not None:
                self._desk.ask(one)
            elif isinstance(one, Skipped):
                self.skipped[one] += 1
        for update, one in zip(updates, found, strict=True):
            attempt = tried(update, self._staff_commands) if isinstance(one, Skipped) else None
            if attempt is not None and self._report is not None:
                await self._report(*attempt)

    async def close(self) -> None:
        """Close the connections; the channel is of no use afterwards."""
        if self._desk is not None:
            await self._desk.close()
        await close(self._client)


def _decoded(body: str) -> object:
    """The JSON of a raw update; ValueError if it is none."""
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("JSON nested too deep") from None
