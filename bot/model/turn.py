"""One decision: what is known before it (View) and what comes out of it (Turn)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.model.announcement import AnnouncementSeen, CopiesOf, CopyLine, Crowd, Reach, Twin
from bot.model.effects import Effect
from bot.model.event import EventSeen, Gathering
from bot.model.misses import Missed
from bot.model.preferences import Preferences
from bot.model.request import Desk, OwnRequest, RequestSeen
from bot.model.session import Session
from bot.model.statistics import Statistics
from bot.model.team import Team
from bot.model.values import FieldRef, FlowId, Task, Value
from bot.model.who import Association, Person


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator set and a decision needs."""

    timezone: ZoneInfo
    quiet: tuple[time, time] = (time(21), time(8))
    """Local start and end of the hours without reminders; those of the person where they chose their own."""
    contact: str = ""
    """Whom to reach when the assistant cannot help; may be empty."""
    bot: str = ""
    """Our public name on Telegram, without @, for links; empty if there is none."""
    staffed: bool = False
    """Somebody reads the requests: staff, or a group of theirs, stands in the settings."""
    usual_quiet: tuple[time, time] | None = None
    """Those of the settings, where `quiet` is the person's own."""


class Need(StrEnum):
    """What only few turns are decided on, and is loaded for those alone."""

    ANNOUNCEMENTS = "announcements"
    """The last announcements and how far they are."""
    MISSES = "misses"
    """The questions that were not answered well."""
    EVENTS = "events"
    """The events that are not over, and those that ended lately."""
    STATISTICS_WEEK = "statistics-7"
    """What people need, in numbers, of the last seven days; of 28, 91 and 364 days."""
    STATISTICS_MONTH = "statistics-28"
    STATISTICS_QUARTER = "statistics-91"
    STATISTICS_YEAR = "statistics-364"
    STEPS = "steps"
    """With one of these: how far people come in journeys."""
    TEAM = "team"
    """Who has a role, and the journal of what they did."""
    REQUESTS = "requests"
    """What people ask of staff: what is open, and what was closed lately."""
    CONTEXT = "context"
    """The last messages of the conversation, for a request."""


@dataclass(frozen=True, slots=True)
class GatheringOf:
    """The need for what only staff may know of one event, beside `Need.EVENTS`."""

    event: str
    """Its id, or the `event_tag` of it."""


Wanted = Need | GatheringOf | Crowd | CopiesOf | Twin
"""What a turn may be decided on beyond what every turn is."""


@dataclass(frozen=True, slots=True)
class View:
    """Read-only snapshot of stored facts, loaded for one turn."""

    person: Person
    policy: Policy
    association: Association | None = None
    answers: Mapping[FieldRef, Value] = field(default_factory=dict)
    """All answers of the person and of their association."""
    tasks: tuple[Task, ...] = ()
    """Open tasks, soonest first."""
    finished: Mapping[FlowId, str] = field(default_factory=dict)
    """Flows already gone through to their end, with the ISO date of the last time."""
    misses: tuple[Missed, ...] = ()
    """Questions not answered well, the oldest first; only where `Need.MISSES` was asked for."""
    statistics: Mapping[int, Statistics] = field(default_factory=dict)
    """Days of a period -> what people need, in numbers; only where a `Need.STATISTICS_…` was asked for."""
    events: tuple[EventSeen, ...] = ()
    """Events that are not over, the next first; only where `Need.EVENTS` was asked for."""
    announcements: tuple[AnnouncementSeen, ...] = ()
    """The last announcements, the newest first; only where `Need.ANNOUNCEMENTS` was asked for."""
    copies: tuple[CopyLine, ...] = ()
    """Every copy of one announcement; only where `CopiesOf` was asked for."""
    twins: Mapping[Twin, AnnouncementSeen | None] = field(default_factory=dict)
    """What was announced last of the same text, if it ever was; only where a decision asked for it."""
    past: tuple[EventSeen, ...] = ()
    """Events that ended lately, the last one first; likewise."""
    gathering: Gathering | None = None
    """Who comes to one event; only where `GatheringOf` was asked for."""
    team: Team = field(default_factory=Team)
    """Who has a role, and their journal; only where `Need.TEAM` was asked for."""
    request: OwnRequest | None = None
    """The person's own open request; there is one at most."""
    requests: tuple[RequestSeen, ...] = ()
    """What people ask of staff, those that wait longest first; only where `Need.REQUESTS` was asked for."""
    recent: tuple[tuple[bool, str], ...] = ()
    """The last messages, oldest first: whether the person wrote it, and its text; only for `Need.CONTEXT`."""
    desk: Desk | None = None
    """Only where staff did something in a group (`StaffReply`)."""
    known: frozenset[Need] = frozenset()
    """What of `Need` was loaded."""
    crowds: Mapping[Crowd, Reach] = field(default_factory=dict)
    """Whom announcements in the making would go to; only where a decision asked for it."""
    preferences: Preferences = field(default_factory=Preferences)
    """What they want to hear besides what they ask for."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The result of one input."""

    session: Session
    effects: tuple[Effect, ...] = ()
    trace: tuple[str, ...] = ()
    """Steps entered, `flow/step` in order: what conversation tests count as covered."""
    lacks: frozenset[Wanted] = frozenset()
    """What should have been known to decide: it is loaded, and the turn decided once more."""
    ways: tuple[tuple[str, int], ...] = ()
    """Branches gone through, `flow/step`, with the place of the case taken: counted by conversation tests."""
