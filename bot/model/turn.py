"""One decision: what is known before it (View) and what comes out of it (Turn)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.model.effects import Effect
from bot.model.event import EventSeen
from bot.model.misses import Missed
from bot.model.session import Session
from bot.model.values import FieldRef, FlowId, Task, Value
from bot.model.who import Association, Person


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator set and a decision needs."""

    timezone: ZoneInfo
    quiet: tuple[time, time] = (time(21), time(8))
    """Local start and end of the hours without reminders."""
    contact: str = ""
    """Whom to reach when the assistant cannot help; may be empty."""
    bot: str = ""
    """Our public name on Telegram, without @, for links; empty if there is none."""


class Need(StrEnum):
    """What only few turns are decided on, and is loaded for those alone."""

    MISSES = "misses"
    """The questions that were not answered well."""
    EVENTS = "events"
    """The events that are not over."""


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
    events: tuple[EventSeen, ...] = ()
    """Events that are not over, the next first; only where `Need.EVENTS` was asked for."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The result of one input."""

    session: Session
    effects: tuple[Effect, ...] = ()
    trace: tuple[str, ...] = ()
    """Steps entered, `flow/step` in order: what conversation tests count as covered."""
