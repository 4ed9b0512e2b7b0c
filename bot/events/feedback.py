"""What becomes of an event afterwards: who was there, and what they thought of it, without names. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model.event import EventId, EventSeen, Gathering, Place
from bot.model.values import FieldRef, FlowId, Owner, RunId, Value

FEEDBACK = FlowId("retour-evenement")
"""The journey that asks who was there what they think of it, where the content has it."""

TIED = "evenement"
"""The answer by which such a run belongs to an event: its id."""

KEPT = timedelta(days=365)
"""As long as the answers of that journey."""

FEWEST = 5
"""Below so many answers nothing is told of them: one would know who gave them."""


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many came."""

    seated: int
    """Who had a seat."""
    here: int
    """Who was there."""
    unannounced: int
    """Of these, who had no seat."""
    checked: bool
    """Whether anybody was checked in at all; without it nobody knows who came."""

    @property
    def missing(self) -> int:
        """Who had a seat and did not come."""
        return self.seated - (self.here - self.unannounced)


def turnout(gathering: Gathering) -> Turnout:
    """How many came, by the list of the door."""
    seated = [one for one in gathering.guests if one.place is Place.SEATED]
    here = [one for one in gathering.guests if one.here is not None]
    unannounced = sum(one.place is not Place.SEATED for one in here)
    return Turnout(len(seated), len(here), unannounced, bool(here))


def was_there(seen: EventSeen) -> bool:
    """Whether a person came: as checked in; where nobody was, as they had said."""
    return seen.attended if seen.here else seen.mine is Place.SEATED


def average(values: Sequence[Value]) -> float | None:
    """Of the numbers among them; None if there are too few to tell."""
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    return sum(numbers) / len(numbers) if len(numbers) >= FEWEST else None


def shares(values: Sequence[Value]) -> Mapping[str, int] | None:
    """How often each choice was taken, the most frequent first; None if there are too few to tell."""
    if len(values) < FEWEST:
        return None
    taken = Counter(one for value in values for one in (value if isinstance(value, tuple) else (str(value),)))
    return dict(sorted(taken.items(), key=lambda one: (-one[1], one[0])))


def tie(run: RunId) -> FieldRef:
    """Where a run of that journey says which event it is about."""
    return FieldRef(Owner.PERSON, TIED, FEEDBACK, run)


def told_already(event: EventId, answers: Mapping[FieldRef, Value]) -> bool:
    """Whether a person has said what they think of it."""
    runs = {ref.run for ref, value in answers.items() if ref == tie(ref.run) and value == event}
    return any(ref.run in runs and ref.name != TIED for ref in answers if ref.flow == FEEDBACK)


def kept_until(now: datetime) -> datetime:
    """When it is erased to which event a run belongs."""
    return now + KEPT
