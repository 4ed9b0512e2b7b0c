"""Who comes to an event: answers, seats, and the waiting list, which moves up by itself. Pure.

Nobody loses a seat that they have: if the capacity is lowered below those who come, nobody moves up until
there is room again.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.event import Event, EventSeen, EventState, Place, Reply
from bot.model.who import PersonId


class Gate(StrEnum):
    """What may still be answered."""

    OPEN = "open"
    LATE = "late"
    """The deadline has passed: people may only make room."""
    SHUT = "shut"
    """It has begun, is cancelled, or was never announced."""


ALLOWED: Mapping[Gate, frozenset[Reply]] = {
    Gate.OPEN: frozenset({Reply.GOING, Reply.MAYBE, Reply.NO}),
    Gate.LATE: frozenset({Reply.NO}),
    Gate.SHUT: frozenset(),
}

CHANGES: Mapping[tuple[Place, Reply], tuple[Place, Place]] = {
    # before, reply: after if a seat is free, after if none is
    (Place.NONE, Reply.GOING): (Place.SEATED, Place.WAITING),
    (Place.NONE, Reply.MAYBE): (Place.MAYBE, Place.MAYBE),
    (Place.NONE, Reply.NO): (Place.DECLINED, Place.DECLINED),
    (Place.SEATED, Reply.GOING): (Place.SEATED, Place.SEATED),
    (Place.SEATED, Reply.MAYBE): (Place.MAYBE, Place.MAYBE),
    (Place.SEATED, Reply.NO): (Place.DECLINED, Place.DECLINED),
    (Place.WAITING, Reply.GOING): (Place.WAITING, Place.WAITING),
    (Place.WAITING, Reply.MAYBE): (Place.MAYBE, Place.MAYBE),
    (Place.WAITING, Reply.NO): (Place.DECLINED, Place.DECLINED),
    (Place.MAYBE, Reply.GOING): (Place.SEATED, Place.WAITING),
    (Place.MAYBE, Reply.MAYBE): (Place.MAYBE, Place.MAYBE),
    (Place.MAYBE, Reply.NO): (Place.DECLINED, Place.DECLINED),
    (Place.DECLINED, Reply.GOING): (Place.SEATED, Place.WAITING),
    (Place.DECLINED, Reply.MAYBE): (Place.MAYBE, Place.MAYBE),
    (Place.DECLINED, Reply.NO): (Place.DECLINED, Place.DECLINED),
}
"""Every change that an answer brings. From waiting to a seat only `moving_up` leads."""


@dataclass(frozen=True, slots=True)
class Roll:
    """As much of an event's list as an answer depends on."""

    capacity: int | None
    seated: int = 0
    waiting: tuple[PersonId, ...] = ()
    """Who waits, in the order of their registration."""

    @property
    def free(self) -> bool:
        """Whether whoever comes now gets a seat: those who wait come first."""
        return self.capacity is None or self.seated + len(self.waiting) < self.capacity


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an answer brings about."""

    place: Place
    """Of the person who answered."""
    promoted: tuple[PersonId, ...] = ()
    """Who gets a seat by it, in the order of the waiting list."""


def is_coming(event: Event, now: datetime) -> bool:
    """Whether people can still be told anything of use: it is announced, and has not begun."""
    return event.state is EventState.ANNOUNCED and now < event.starts


def is_on(event: Event, now: datetime) -> bool:
    """Whether people still have something of it: it is announced, and not over."""
    return event.state is EventState.ANNOUNCED and now < event.ends


def gate(event: Event, now: datetime) -> Gate:
    """What may be answered now."""
    if not is_coming(event, now):
        return Gate.SHUT
    return Gate.LATE if now >= event.closes else Gate.OPEN


def answered(roll: Roll, person: PersonId, before: Place, reply: Reply) -> Outcome:
    """What becomes of the person, and who moves up. Whether they may answer at all, `ALLOWED` says."""
    place = CHANGES[before, reply][0 if roll.free else 1]
    seated = roll.seated + (place is Place.SEATED) - (before is Place.SEATED)
    others = tuple(one for one in roll.waiting if one != person)
    stays = place is Place.WAITING and before is Place.WAITING
    waiting = roll.waiting if stays else (*others, person) if place is Place.WAITING else others
    promoted = moving_up(Roll(roll.capacity, seated, waiting))
    if person in promoted:
        return Outcome(Place.SEATED, tuple(one for one in promoted if one != person))
    return Outcome(place, promoted)


def moving_up(roll: Roll) -> tuple[PersonId, ...]:
    """Who of those who wait gets a seat now: as many as there are free ones, in order."""
    if roll.capacity is None:
        return roll.waiting
    return roll.waiting[: max(0, roll.capacity - roll.seated)]


def foreseen(seen: EventSeen, person: PersonId, reply: Reply) -> EventSeen:
    """The event as it will stand for the person once they have answered, if nobody comes in between."""
    waiting = [PersonId(-1 - number) for number in range(seen.waiting)]
    before = seen.ahead if seen.mine is Place.WAITING else None
    if before is not None and before < len(waiting):
        waiting[before] = person
    outcome = answered(Roll(seen.event.capacity, seen.seated, tuple(waiting)), person, seen.mine, reply)
    count = Counter({Place.SEATED: seen.seated, Place.WAITING: seen.waiting})
    count[seen.mine] -= 1
    count[outcome.place] += 1
    risen = len(outcome.promoted)
    waits = outcome.place is Place.WAITING
    return EventSeen(
        seen.event,
        count[Place.SEATED] + risen,
        count[Place.WAITING] - risen,
        outcome.place,
        (len(waiting) if before is None else before) - risen if waits else None,
    )
