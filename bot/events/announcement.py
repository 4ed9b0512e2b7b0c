"""An announcement: one text to many. What state it is in, and which orders change that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.model.message import Message

AnnouncementId = NewType("AnnouncementId", int)

POISON = 5
"""So many refusals in a row, and nothing delivered before: the text itself is at fault, so we stop."""


class State(StrEnum):
    """Where an announcement stands."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class Order(StrEnum):
    """What staff may want of one."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


CHANGES: Mapping[tuple[State, Order], State] = {
    (State.RUNNING, Order.PAUSE): State.PAUSED,
    (State.RUNNING, Order.CANCEL): State.CANCELLED,
    (State.PAUSED, Order.RESUME): State.RUNNING,
    (State.PAUSED, Order.CANCEL): State.CANCELLED,
}
"""Every legal change; anything else is refused."""


class Fate(StrEnum):
    """What became of one person's copy."""

    CLAIMED = "claimed"
    """In the outbox, or on its way."""
    SENT = "sent"
    BLOCKED = "blocked"
    """The person cannot be reached any more."""
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """It may have arrived, and is not sent again."""
    DROPPED = "dropped"
    """Taken back before it left: cancelled, or the person asked for it."""


class OnUnknown(StrEnum):
    """What to do with a copy that may have arrived: Telegram did not say in time."""

    SKIP = "skip"
    """Rather none than two."""
    RESEND = "resend"
    """Rather two than none."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """One text to many, as stored."""

    id: AnnouncementId
    message: Message
    state: State
    on_unknown: OnUnknown
    created: datetime
    people: int
    """How many it was for when it was made."""
    claimed_up_to: int
    """Id of the last person whose copy was made."""
    last: int
    """Id of the last person who was known when it was made: later ones are not meant."""
    reason: str = ""
    """Why it paused by itself."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How far it is: copies by fate."""

    people: int
    fates: Mapping[Fate, int]

    @property
    def left(self) -> int:
        """Copies not made or not answered yet; people erased meanwhile count among them until the end."""
        settled = sum(count for fate, count in self.fates.items() if fate is not Fate.CLAIMED)
        return max(0, self.people - settled)


def poisoned(tally: Tally) -> bool:
    """Whether the first copies were all refused: no more are worth trying."""
    return tally.fates.get(Fate.REFUSED, 0) >= POISON and not tally.fates.get(Fate.SENT, 0)
