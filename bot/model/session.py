"""One person's progress: open runs, the flows on each run's stack, and what is being waited for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.model.message import Option
from bot.model.values import ArticleId, FieldRef, FlowId, RunId, Value


@dataclass(frozen=True, slots=True)
class Frame:
    """One flow on the stack of a run."""

    flow: FlowId
    step: str
    """Key of the current step: its id, or `#n` for a step without one."""
    returns: str | None = None
    """Field of the calling flow that receives what this sub-flow returns."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A prompt that was answered, and what the answers were before: where "retour" goes back to."""

    frames: tuple[Frame, ...]
    before: tuple[tuple[FieldRef, Value | None], ...] = ()
    """Values overwritten since this prompt was answered; None: it was absent."""
    skipped: frozenset[str] = frozenset()
    """Keys `flow/step` of prompts skipped up to this prompt."""
    replay: str | None = None
    """`Run.replay` as it was."""
    visited: frozenset[str] = frozenset()
    """`Run.visited` as it was."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The prompt that a run is waiting at."""

    serial: int
    """Number of this prompt in the conversation; buttons carry it, so an old tap is recognised."""
    step: str
    since: datetime
    selected: tuple[str, ...] = ()
    """Ids ticked so far in a multiple choice."""
    stage: str = ""
    """Where a step of several screens stands (review: ``, `pick`, `erase`)."""
    reminded: int = 0
    """Reminders already sent for this prompt."""


@dataclass(frozen=True, slots=True)
class Run:
    """One passage through a flow."""

    id: RunId
    flow: FlowId
    revision: str
    """Fingerprint of the flow's file when the run last moved."""
    started: datetime
    frames: tuple[Frame, ...]
    history: tuple[Checkpoint, ...] = ()
    wait: Wait | None = None
    skipped: frozenset[str] = frozenset()
    """Keys `flow/step` of prompts passed with "Passer"."""
    paused: bool = False
    replay: str | None = None
    """Key `flow/step` of the review to which a correction is replaying the path; `*`: what is answered
    already is
    passed over, because the flow changed under the run."""
    seen: frozenset[str] = frozenset()
    """Keys `flow/step` of steps that already spoke or acted, so that a replay passes them silently."""
    visited: frozenset[str] = frozenset()
    """Steps met by the replay under way, each with the calls that led there: `flow/step>sub-flow/step`."""


@dataclass(frozen=True, slots=True)
class Session:
    """Everything about a conversation that is not a stored fact. Immutable; every turn makes a new one."""

    serial: int = 0
    runs: tuple[Run, ...] = ()
    """Open runs, the one touched last first."""
    active: RunId | None = None
    """The run that answers go to; None between journeys."""
    failures: int = 0
    """Inputs in a row that were not understood."""
    offers: tuple[Option, ...] = ()
    """Buttons of the last message outside a run, so that "2" or a label typed picks one."""
    topic: ArticleId | None = None
    """The article shown last."""
    asked: str = ""
    """The last question in the person's words, for a day."""
    asked_at: datetime | None = None
    """When it was asked; None without a question."""
    missed: bool = False
    """Whether it is kept among the questions that were not answered well."""
    guesses: tuple[ArticleId, ...] = ()
    """Entries that may answer it and have not been shown yet, the likeliest first."""
    unhappy: int = 0
    """How far we are with a question that was not answered well: see `dialogue.stages`."""
    unhappy_at: datetime | None = None
    """Since when; None: not at all."""
    confirming: str | None = None
    """A question of the assistant's own that awaits yes or no (`erase`)."""
    told: Mapping[str, str] = field(default_factory=dict)
    """Small memory of the manners, e.g. the day the person was last greeted."""
