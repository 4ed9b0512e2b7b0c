"""What the runtime expects of a channel, and what a channel may ask of the runtime. No vendor here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.model.inputs import Input
from bot.model.message import Message
from bot.model.receipt import Receipt
from bot.model.values import StoredFile
from bot.model.who import Address


class Channel(Protocol):
    """One way to reach people."""

    name: str
    """First part of its addresses: `telegram`, `web`, `terminal`."""

    async def send(
        self, address: Address, message: Message, *, replaces: str | None = None, bulk: bool = False
    ) -> Receipt:
        """Deliver one message, or edit the one whose receipt carried the reference `replaces`.

        `bulk`: one of many copies, which nobody waits for; what a reply needs is never used up by it.
        Never raises for what the vendor or the network did: that is in the receipt.
        """
        ...

    async def typing(self, address: Address) -> None:
        """Show that an answer is coming; best effort, never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What a raw update means."""

    address: Address
    input: Input
    """A file in it has yet to come: its `StoredFile` has an empty `sha256` until `fetch` brings it."""
    name: str = ""
    """First name of the person as the channel gives it; may be empty."""
    sent: float | None = None
    """When the person sent it, in seconds since 1970, if the channel says so."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a raw update means where nobody said anything: a conversation has a new address."""

    before: Address
    now: Address


@dataclass(frozen=True, slots=True)
class Voted:
    """What a raw update means where somebody answered a poll of ours, or took their answer back (none)."""

    address: Address
    poll: str
    """The channel's own id of the poll."""
    options: tuple[int, ...]
    """Numbers of the answers, from 0."""


class RawChannel(Channel, Protocol):
    """A channel whose raw updates lie in the inbox on disk before they are understood."""

    def read(self, body: str) -> Reading | Moved | Voted | None:
        """What a raw update means; None for one that is not for us. ValueError if it is malformed."""
        ...

    async def settle(self, body: str) -> None:
        """Give the contentless sign that a raw update was received (stop a button's clock); never raises."""
        ...

    async def fetch(self, body: str) -> StoredFile | None:
        """Download the file of a raw update into the data folder; None if it is gone or too large."""
        ...


class Receiver(Protocol):
    """Where a channel without raw updates (web, terminal) hands in what a person did."""

    async def receive(
        self, address: Address, input: Input, *, name: str = "", profile: Mapping[str, str] | None = None
    ) -> None:
        """Decide and commit one turn; returns once it is committed, replies leave through the courier."""
        ...
