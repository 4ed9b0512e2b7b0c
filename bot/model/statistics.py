"""What people need, in numbers: facts that are counted, never who they are about. Nothing here is told as it
stands: `bot.dialogue.discretion` says which numbers are too small for that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Literal

from bot.model.values import ArticleId, FlowId


class Period(IntEnum):
    """Whole weeks, today included, so that a period and the one before hold the same days of the week."""

    WEEK = 7
    MONTH = 28
    QUARTER = 91
    YEAR = 364


ROWS_KEPT = 365
"""Days after which single requests, registrations, check-ins and opinions are erased: nothing older can be
counted any more."""

QuestionFate = Literal["answered", "chosen", "suggested", "unanswered"]
"""Answered at once; one of the entries suggested was opened; entries were suggested; nothing was found."""


@dataclass(frozen=True, slots=True)
class JourneyCount:
    """The runs of one flow that began in a span."""

    flow: FlowId
    began: int
    done: int
    stopped: int
    """Cancelled, begun anew, or left by accident; the rest is still open."""


@dataclass(frozen=True, slots=True)
class StepCount:
    """One step, in all runs of the last year."""

    flow: FlowId
    step: str
    """Key of the step; empty for the flow as a whole: all runs that came into it."""
    passed: int = 0
    """Runs that came to it, those that stand there included."""
    standing: int = 0
    """Open runs that wait there."""
    resting: int = 0
    """Of those, the ones that nobody touched for two weeks."""
    left: int = 0
    """Runs that were stopped there."""


@dataclass(frozen=True, slots=True)
class SpanCount:
    """What was counted on the days from `first` to `last`, both included, by the clocks of the operator."""

    first: date
    last: date
    active: int | None
    """People who wrote or tapped; None where nobody counted at the time."""
    new: int = 0
    """People who came for the first time."""
    asked: Mapping[QuestionFate, int] = field(default_factory=dict)
    helpful: int = 0
    unhelpful: int = 0
    """Opinions of answers."""
    journeys: tuple[JourneyCount, ...] = ()
    events: int = 0
    """Events that took place."""
    registered: int = 0
    """Answers that somebody comes, given in the span."""
    attended: int = 0
    """People who were checked in, guests included."""
    announcements: int = 0
    delivered: int = 0
    """Copies that arrived."""
    requests: int = 0
    """Requests for a human that were opened."""
    replied: int = 0
    """Of those, the ones with a first answer."""
    closed: int = 0
    """Of those, the ones that are closed."""
    satisfied: int = 0
    unsatisfied: int = 0
    """What people said at the end; "half" is not satisfied."""
    reply_hours: float = 0.0
    """Half of those with a first answer waited no longer for it; 0 without any."""
    close_hours: float = 0.0
    """The same until they were closed."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """One period and the one before."""

    now: SpanCount
    before: SpanCount
    known: int = 0
    """All people."""
    articles: Mapping[ArticleId, tuple[int, int]] = field(default_factory=dict)
    """Entry -> how often it answered at once, and how often it was chosen among several, in the period."""
    days: Mapping[date, int] = field(default_factory=dict)
    """Day of the period -> questions."""
    actives: Mapping[date, int] = field(default_factory=dict)
    """Day -> people active in the seven days that ended on it."""
    steps: tuple[StepCount, ...] = ()
    """Only where the steps were asked for too."""
    digest: bool = True
    """Whether this member of staff gets the weekly digest."""
