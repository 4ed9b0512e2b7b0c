"""A real-world happening that staff announce, and what a person said to it. No rules about changes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType
from zoneinfo import ZoneInfo

from bot.model.message import AttachedFile, Markdown
from bot.model.values import FlowId, Value
from bot.model.who import PersonId

EventId = NewType("EventId", str)


def event_tag(event: EventId) -> str:
    """Ten hexadecimal signs that stand for an event's id where a button has no room for it."""
    return hashlib.sha256(event.encode()).hexdigest()[:10]


class EventState(StrEnum):
    """Where an event stands."""

    DRAFT = "draft"
    """Known to staff alone."""
    ANNOUNCED = "announced"
    CANCELLED = "cancelled"


class Reply(StrEnum):
    """What a person says to an event."""

    GOING = "going"
    MAYBE = "maybe"
    NO = "no"


class Place(StrEnum):
    """Where that puts them."""

    NONE = "none"
    """They said nothing yet."""
    SEATED = "seated"
    """They are going, and a seat is theirs."""
    WAITING = "waiting"
    """They want to go, and all seats are taken."""
    MAYBE = "maybe"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Event:
    """What is announced. ValueError if its times or its capacity contradict each other."""

    id: EventId
    """Lower-case words joined by hyphens, at most 40 signs."""
    title: str
    starts: datetime
    """Aware, like every time here."""
    ends: datetime
    zone: ZoneInfo
    """Where it happens: its times are told as its clocks show them."""
    place: str = ""
    """As people find it; empty if it is only online."""
    link: str = ""
    """Web address where it happens or where there is more to read."""
    description: Markdown = Markdown("")
    capacity: int | None = None
    """Seats; None: as many as come."""
    organiser: str = ""
    deadline: datetime | None = None
    """Until when people may say that they come; None: until it starts."""
    picture: AttachedFile | None = None
    """Shown with the card; kept beside the database before the event is published."""
    paper: AttachedFile | None = None
    """A programme, a map: a file to read, kept likewise."""
    follow_up: FlowId = FlowId("")
    """The journey that who was there may go on with; empty if there is none."""
    state: EventState = EventState.DRAFT
    revision: int = 0
    """Grows with every published change."""

    def __post_init__(self) -> None:
        times = (self.starts, self.ends, self.deadline or self.starts)
        if any(moment.tzinfo is None for moment in times):
            raise ValueError(f"event {self.id!r}: a time without a zone")
        starts, ends, deadline = (moment.timestamp() for moment in times)
        # By the moment: Python compares two times of one zone by what the clocks show.
        if ends <= starts or deadline > starts:
            raise ValueError(f"event {self.id!r}: it ends before it starts, or its deadline comes later")
        if self.capacity is not None and self.capacity < 1:
            raise ValueError(f"event {self.id!r}: no seat")

    @property
    def closes(self) -> datetime:
        """From when nobody new may come."""
        return self.deadline or self.starts

    def local(self, moment: datetime) -> datetime:
        """A moment as the clocks show it where the event happens."""
        return moment.astimezone(self.zone)


@dataclass(frozen=True, slots=True)
class EventSeen:
    """An event as it stands for one person."""

    event: Event
    seated: int = 0
    waiting: int = 0
    """How many wait for a seat."""
    mine: Place = Place.NONE
    ahead: int | None = None
    """WAITING: how many of the others come first; None where it is not told."""
    maybe: int = 0
    """How many might come."""
    here: int = 0
    """How many are there, or were."""
    attended: bool = False
    """Whether this person is one of them."""
    reminded: datetime | None = None
    """When staff last had those who come reminded."""
    code: str = field(default="", repr=False)
    """What the code at the door holds, empty before there is one; no text ever shows it."""

    @property
    def left(self) -> int | None:
        """Seats that nobody has; None if there is no limit."""
        return None if self.event.capacity is None else max(0, self.event.capacity - self.seated)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who answered an event, or was there."""

    name: str
    """First name as their channel gives it, or as staff wrote it; may be empty."""
    place: Place
    """NONE: they came without an answer."""
    since: datetime
    """When they took that place, or came."""
    person: PersonId | None = None
    """None: somebody who came without the assistant."""
    here: datetime | None = None
    """When they were checked in; None if they were not."""
    attendance: int = 0
    """Number of the check-in; 0 without one."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """What people said of an event afterwards, each answer without who gave it."""

    people: int = 0
    answers: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    """Name of the field -> every answer to it, in no telling order."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """What only staff may know of one event."""

    event: EventId
    guests: tuple[Guest, ...] = ()
    """Who comes, who waits, who might come, who does not; each in order of registration; walk-ins last."""
    opinions: Opinions = Opinions()
