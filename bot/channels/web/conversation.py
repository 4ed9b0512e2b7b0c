"""What happens in one open conversation: events for its browser windows. In memory only; no history here."""

import asyncio
import secrets
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["message", "said", "typing", "reload", "beat"]

REPLAYED = 200
"""Events kept for a window that lost its connection."""
FRESH = 10.0
"""Seconds in which the store may not yet know of the delivery of a message that has left."""
BEAT = 15.0
"""Seconds of silence after which a sign of life is sent, so that a window notices a dead connection."""
OPEN = 500
"""Conversations kept in memory."""
BURST, PER_SECOND = 20.0, 2.0
"""How many inputs a conversation may hand in at once, and how fast that allowance grows again."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a window must show."""

    kind: Kind
    data: dict[str, Any]
    """JSON."""
    number: int = 0
    """Place in the conversation, from 1; 0 for a sign that is not replayed."""
    at: float = 0.0
    """Seconds of the event loop's clock."""


@dataclass(eq=False, slots=True)
class Conversation:
    """The events of one conversation and the windows that listen."""

    boot: str = field(default_factory=lambda: secrets.token_hex(4))
    """Differs after a restart of the program, when the numbers begin again."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while an input is decided and while the history is read, so that a reload sees an input once."""
    accepted: deque[str] = field(default_factory=lambda: deque(maxlen=50))
    """Ids of the last inputs: a window that had no answer hands in the same one again."""
    _events: deque[Event] = field(default_factory=lambda: deque(maxlen=REPLAYED))
    _listeners: set[asyncio.Queue[Event | None]] = field(default_factory=set)
    _number: int = 0
    _allowance: float = BURST
    _counted: float = 0.0

    @property
    def cursor(self) -> str:
        """Where a window stands that knows everything up to now."""
        return f"{self.boot}.{self._number}"

    @property
    def watched(self) -> bool:
        """Whether a window is open."""
        return bool(self._listeners)

    def publish(self, kind: Kind, data: dict[str, Any]) -> None:
        """Tell every window, now or when it is back."""
        self._number += 1
        event = Event(kind, data, self._number, asyncio.get_running_loop().time())
        self._events.append(event)
        self._tell(event)

    def hint(self, kind: Kind) -> None:
        """Tell the windows that are open; of no use later."""
        self._tell(Event(kind, {}))

    def fresh(self) -> list[dict[str, Any]]:
        """The messages sent within the last seconds, oldest first."""
        since = asyncio.get_running_loop().time() - FRESH
        return [event.data for event in self._events if event.kind == "message" and event.at >= since]

    def forget(self) -> None:
        """Drop what is kept for replay; a window that comes back reads the history again."""
        self._events.clear()

    def allows(self) -> bool:
        """Count one input; False when too many came at once."""
        now = asyncio.get_running_loop().time()
        self._allowance = min(BURST, self._allowance + (now - self._counted) * PER_SECOND)
        self._counted = now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True

    def close(self) -> None:
        """End every stream."""
        for listener in self._listeners:
            listener.put_nowait(None)

    async def listen(self, after: str) -> AsyncIterator[tuple[str, Event]]:
        """Events after a cursor, each with the cursor it leads to, and signs of life, until `close`."""
        listener: asyncio.Queue[Event | None] = asyncio.Queue()
        missed = list(self._since(after))
        self._listeners.add(listener)
        try:
            for event in missed:
                yield self._place(event), event
            while (latest := await _next(listener)) is not None:
                yield self._place(latest), latest
        finally:
            self._listeners.discard(listener)

    def _since(self, after: str) -> Iterator[Event]:
        boot, _, number = after.partition(".")
        known = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1
        oldest = self._events[0].number if self._events else self._number + 1
        if boot != self.boot or not oldest - 1 <= known <= self._number:
            yield Event("reload", {}, self._number)
            return
        yield from (event for event in self._events if event.number > known)

    def _place(self, event: Event) -> str:
        return f"{self.boot}.{event.number}" if event.number else ""

    def _tell(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            if listener.qsize() < REPLAYED:
                listener.put_nowait(event)
            else:  # a window that does not read: it comes back by itself and asks for what it missed
                self._listeners.discard(listener)
                listener.put_nowait(None)


async def _next(listener: asyncio.Queue[Event | None]) -> Event | None:
    try:
        return await asyncio.wait_for(listener.get(), BEAT)
    except TimeoutError:
        return Event("beat", {})


class Conversations:
    """The conversations in memory, those used last kept."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Conversation] = OrderedDict()
        self.closed = False

    def __getitem__(self, id: str) -> Conversation:
        conversation = self._open.get(id) or Conversation()
        self._open[id] = conversation
        self._open.move_to_end(id)
        self._trim()
        return conversation

    def forget(self, id: str) -> None:
        """Drop what is kept of a conversation."""
        if id in self._open:
            self._open[id].forget()

    def close(self) -> None:
        """End every stream, now and later."""
        self.closed = True
        for conversation in self._open.values():
            conversation.close()

    def _trim(self) -> None:
        if len(self._open) > OPEN:
            idle = next((id for id, one in self._open.items() if not one.watched), None)
            if idle is not None:
                del self._open[idle]
