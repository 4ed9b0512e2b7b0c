"""What staff announce and to whom: one text to many, as it was planned and how far it is. No rules about
changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.model.event import EventId, Place
from bot.model.message import Markdown, Message
from bot.model.who import PersonId

AnnouncementId = NewType("AnnouncementId", int)


class NewsKind(StrEnum):
    """What an announcement is about: what people may opt out of, kind by kind."""

    EVENTS = "events"
    """Events to come."""
    LIFE = "life"
    """Life of the network."""
    RESOURCES = "resources"
    """New journeys and answers."""


class OnUnknown(StrEnum):
    """What to do with a copy that may have arrived: Telegram did not say in time."""

    SKIP = "skip"
    """Rather none than two."""
    RESEND = "resend"
    """Rather two than none."""


class Rhythm(StrEnum):
    """How often an announcement goes out."""

    ONCE = "once"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class State(StrEnum):
    """Where an announcement stands."""

    PLANNED = "planned"
    """It starts later."""
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class Order(StrEnum):
    """What staff may want of one."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


class Sweep(StrEnum):
    """What is done about copies that have arrived already."""

    NONE = ""
    CORRECT = "correct"
    """Each is edited to the new text."""
    RECALL = "recall"
    """Each is deleted, or edited into a notice where it is too late for that."""


class Fate(StrEnum):
    """What became of one person's copy."""

    LATER = "later"
    """It waits until the person's quiet hours end."""
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
    RECALLED = "recalled"
    """It had arrived, and was taken back."""


WAITING = frozenset({Fate.LATER, Fate.CLAIMED})
"""Copies of which nothing is known yet."""


@dataclass(frozen=True, slots=True)
class Audience:
    """The rule that says to whom."""

    condition: str = ""
    """In the condition language; empty: everyone."""
    spare_busy: bool = False
    """Leave out who is in the middle of a journey and was there in the last hour."""
    spare_days: int = 0
    """Leave out who got an announcement in so many days; 0 leaves out nobody."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Whom an announcement in the making would go to."""

    kind: NewsKind
    audience: Audience


@dataclass(frozen=True, slots=True)
class Reach:
    """How many that are, now."""

    people: int
    """Who would get it; negative if the rule cannot be read any more."""
    left_out: int = 0
    """Whom the rule fits and who would get none: they want no such news, or are spared."""
    names: tuple[str, ...] = ()
    """First names of some."""


Translations = tuple[tuple[str, Markdown], ...]
"""Language tag and text, for those who chose that language."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An announcement as it is to leave."""

    message: Message
    """May hold placeholders such as `{name}` or `{person.department}`, filled in for each person; its
    attachments go with it, its `copied` post or its `poll` too."""
    kind: NewsKind = NewsKind.LIFE
    audience: Audience = Audience()
    starts: datetime | None = None
    """Aware; None: at once."""
    rhythm: Rhythm = Rhythm.ONCE
    on_unknown: OnUnknown = OnUnknown.SKIP
    event: EventId | None = None
    """The event that it is about: its card and buttons stand below the text."""
    again: bool = False
    """Send a text that was sent before."""
    translations: Translations = ()
    """The others read `message.text`."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """One text to many, as stored."""

    id: AnnouncementId
    plan: Plan
    state: State
    created: datetime
    starts: datetime
    """When it was, or is, to begin."""
    people: int
    """How many it was for when it began; 0 before."""
    claimed_up_to: int
    """Id of the last person whose copy was made."""
    last: int
    """Id of the last person who was known when it began: later ones are not meant."""
    reason: str = ""
    """Why it paused by itself."""
    edition: int = 1
    """Which text this is: grows with each correction, and with a recall."""
    sweep: Sweep = Sweep.NONE
    """What the last edition does about copies of the ones before."""
    began: datetime | None = None
    ended: datetime | None = None
    series: AnnouncementId | None = None
    """The first of those that come again, itself included."""
    turn: int = 0
    """Which of them this is, from 0."""
    tried_from: int = 0
    """Refusals of copies up to this person are forgiven: staff resumed it after them."""
    made_by: PersonId | None = None
    """Who sees how far it is; None: the command line, or somebody who was erased."""

    @property
    def message(self) -> Message:
        """The text as it was written, its holes open."""
        return self.plan.message


@dataclass(frozen=True, slots=True)
class Tally:
    """How far it is: copies by fate, and what people did with them."""

    people: int
    fates: Mapping[Fate, int]
    reasons: Mapping[str, int] = field(default_factory=dict)
    """Why copies did not arrive, as the channel said it."""
    swept: int = 0
    """Arrived copies that carry the last correction, or were taken back."""
    unswept: int = 0
    """Arrived copies that could not be corrected or taken back."""
    stale: int = 0
    """Arrived copies that are still to be corrected or taken back."""
    clicks: Mapping[str, int] = field(default_factory=dict)
    """Act of a button of the copies -> how many people tapped it."""
    tappers: int = 0
    """How many people tapped any of them, but to get no more of this."""
    registered: int = 0
    """How many people said since they got it that they come to its event."""
    votes: Mapping[int, int] = field(default_factory=dict)
    """Number of an answer of its poll, from 0 -> how many people gave it."""
    voters: int = 0

    @property
    def left(self) -> int:
        """Copies not made or not answered yet; people erased meanwhile count among them until the end."""
        settled = sum(count for fate, count in self.fates.items() if fate not in WAITING)
        return max(0, self.people - settled)


@dataclass(frozen=True, slots=True)
class CopyLine:
    """One copy, for the list of a report."""

    name: str
    """First name; may be empty."""
    fate: Fate
    reason: str
    at: datetime | None
    """When that was known."""
    clicks: tuple[str, ...]
    """Acts of the buttons tapped."""
    place: Place
    """Where they stand with its event."""
    vote: tuple[str, ...]
    """Their answers to its poll."""


@dataclass(frozen=True, slots=True)
class CopiesOf:
    """The need for every copy of one of the last announcements."""

    announcement: AnnouncementId


@dataclass(frozen=True, slots=True)
class Twin:
    """The need to know whether what people would read was announced before."""

    message: Message
    event: EventId | None = None


@dataclass(frozen=True, slots=True)
class AnnouncementSeen:
    """An announcement with how far it is."""

    announcement: Announcement
    tally: Tally
