"""The page as a channel: what the courier hands over goes to the windows of that conversation."""

import secrets
from collections.abc import Callable
from datetime import datetime

from bot.channels.web import wire
from bot.channels.web.conversation import Conversations
from bot.model.message import Message
from bot.model.receipt import Delivered, Receipt
from bot.model.who import Address


class WebChannel:
    """Reaches people through the local page; addresses are `web:<random id>`."""

    name = "web"

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self.now = now
        """The wall clock, aware."""
        self.conversations = Conversations()

    async def send(
        self, address: Address, message: Message, *, replaces: str | None = None, bulk: bool = False
    ) -> Receipt:
        """Show a message, or show it in the place of another one.

        Delivered even without an open window: the history shows it when the page is opened again.
        """
        # The key is what the history knows it by, so a reload shows it once.
        reference = replaces or message.key or secrets.token_hex(8)
        bubble = {**wire.shown(reference, self.now(), message), "anew": replaces is None}
        self.conversations[address.id].publish("message", bubble)
        return Delivered(reference)

    async def typing(self, address: Address) -> None:
        """Show that an answer is coming."""
        self.conversations[address.id].hint("typing")

    def forget(self, address: Address) -> None:
        """After an erasure: drop what is kept in memory of a conversation."""
        self.conversations.forget(address.id)

    def close(self) -> None:
        """Let every open window go, so that the server can stop."""
        self.conversations.close()
