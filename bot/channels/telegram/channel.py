"""Telegram as a channel of the runtime: says messages, reads raw updates, fetches files.

Where the program enters; nothing of the vendor's comes in, goes out or is raised.
"""

import json
import logging
import random
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Never

from telegram import BotCommand, MenuButtonCommands
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.channels.telegram.client import Account, close, connect
from bot.channels.telegram.downloading import Keep, download
from bot.channels.telegram.polling import Accept, Patience, poll
from bot.channels.telegram.reading import CHANNEL, Skipped, query_of, read_update
from bot.channels.telegram.receipts import describe
from bot.channels.telegram.rendering import Requests, render
from bot.channels.telegram.sending import Load, Sender
from bot.channels.telegram.signing import sign, webhook_secret
from bot.channels.telegram.webhook import Door, open_webhook, webhook_door
from bot.model.message import Message
from bot.model.receipt import Receipt, Refused
from bot.model.values import StoredFile
from bot.model.who import Address
from bot.runtime.channel import Reading

_log = logging.getLogger(__name__)


class TelegramChannel:
    """One bot on Telegram. A `RawChannel`."""

    name = CHANNEL

    def __init__(
        self, account: Account, *, secret: bytes, keep: Keep, load: Load, requests: Requests
    ) -> None:
        """Nothing is sent yet. Raises TokenRefused for what cannot be a token.

        `secret` signs buttons and the webhook; `requests` labels the buttons that share a phone or a place.
        """
        self._client = connect(account)
        self._bot = self._client.bot
        self._secret = secret
        self._keep = keep
        self._requests = requests
        self._sender = Sender(self._bot, load, link_previews=account.link_previews)
        self.skipped: Counter[Skipped] = Counter()
        """How many updates were not for us, by reason; `forged` counts buttons that we did not make."""

    async def send(self, address: Address, message: Message, *, replaces: str | None = None) -> Receipt:
        """Deliver one message, or edit the earlier one; never raises for what Telegram or the network did."""
        if address.channel != CHANNEL or not address.id.removeprefix("-").isdigit():
            return Refused(f"not a Telegram address: {address.channel}")
        parts = render(message, sign=partial(sign, self._secret, address), requests=self._requests)
        if replaces is not None and len(parts) == 1:
            receipt = await self._sender.edit(address, replaces, parts[0])
            if receipt is not None:
                return receipt
        return await self._sender.deliver(address, message, parts)

    async def typing(self, address: Address) -> None:
        """Show that an answer is coming; best effort."""
        try:
            await self._bot.send_chat_action(int(address.id), ChatAction.TYPING)
        except (TelegramError, ValueError) as error:
            _log.debug("telegram typing: %s", describe(error))

    def read(self, body: str) -> Reading | None:
        """What a raw update means; None for one that is not for us. ValueError if it is malformed."""
        found = read_update(_decoded(body), secret=self._secret)
        if isinstance(found, Reading):
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

    async def poll(self, accept: Accept, *, rng: random.Random, patience: Patience | None = None) -> Never:
        """Bring updates to `accept` for ever; cancel it to stop. Raises TokenRefused."""
        await poll(self._client, accept, rng=rng, patience=patience)

    def webhook(self, accept: Accept) -> Door:
        """The door for `http` to mount: headers and body of a POST in, HTTP status out."""
        return webhook_door(accept, secret=webhook_secret(self._secret))

    async def open_webhook(self, url: str, *, rng: random.Random) -> None:
        """Tell Telegram to post updates to this address. Raises TokenRefused."""
        await open_webhook(self._client, url, secret=webhook_secret(self._secret), rng=rng)

    async def close(self) -> None:
        """Close the connections; the channel is of no use afterwards."""
        await close(self._client)


def _decoded(body: str) -> object:
    """The JSON of a raw update; ValueError if it is none."""
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("JSON nested too deep") from None
