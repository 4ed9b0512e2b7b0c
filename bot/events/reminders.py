"""When people hear of an event by itself: before it, once more if they said perhaps, and after it. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from bot.flows.reminders import out_of_quiet
from bot.model.event import Event, EventId, Place
from bot.model.turn import Policy

DAYS = (7, 1)
"""Days before, by the clocks where it happens."""

ASKED = 2
"""So many days before, who said perhaps is asked once more."""

LATER = time(10)
"""On the day after, by the clocks where it happened: who was there is asked what they think of it."""

SUMMED_UP = timedelta(days=3)
"""After the end, at the same hour, staff who had to do with it read what came of it."""

LOOKED = timedelta(hours=1)
"""So long a card that somebody looked at is kept up to date."""
PACE = timedelta(minutes=1)
"""At most one edit of a card in this time."""

NOW, MAYBE, AFTER, REPORT = "now", "maybe", "after", "report"

_KEY = re.compile(r"event\.([a-z0-9-]{1,40})\.(\d+|now|maybe|after|report)")
_FRESH = re.compile(r"fresh\.(event|manage|door)\.([a-z0-9-]{1,40})")


def reminder_key(event: EventId, what: int | str) -> str:
    """The name of a timer: of the reminder so many days before, or of `NOW`, `MAYBE`, `AFTER`, `REPORT`."""
    return f"event.{event}.{what}"


def reminded_of(key: str) -> EventId | None:
    """The event of a timer of this name; None if it is another timer."""
    found = _KEY.fullmatch(key)
    if found:
        return EventId(found[1])
    shown = _FRESH.fullmatch(key)
    return EventId(shown[2]) if shown else None


def reason_of(key: str) -> str:
    """What a timer of an event is for: days before, or one of the words above; empty for a card."""
    found = _KEY.fullmatch(key)
    return found[2] if found else ""


def refreshed_by(key: str) -> str | None:
    """The card that a timer brings up to date: `event`, `manage` or `door`; None if it is another timer."""
    found = _FRESH.fullmatch(key)
    return found[1] if found else None


def standing_keys(event: EventId) -> Sequence[str]:
    """The timers that follow from a person's place."""
    return [reminder_key(event, what) for what in (*DAYS, MAYBE, AFTER)]


def reminders(event: Event, place: Place, now: datetime, policy: Policy) -> Mapping[str, datetime]:
    """The timers of a person by their place: at the hour of the event, after the quiet hours it falls into.

    What is not in the future, or would come when it has begun, is left out.
    """
    wanted: dict[str, datetime] = {}
    if place is Place.SEATED:
        due = {days: out_of_quiet(_before(event, days), policy) for days in DAYS}
        wanted = {
            reminder_key(event.id, days): moment
            for days, moment in due.items()
            if now < moment < event.starts
        }
        wanted |= {reminder_key(event.id, AFTER): afterwards(event, policy)}
    elif place is Place.MAYBE:
        asked = out_of_quiet(_before(event, ASKED), policy)
        if now < asked < event.closes:
            wanted = {reminder_key(event.id, MAYBE): asked}
    return wanted


def afterwards(event: Event, policy: Policy) -> datetime:
    """When who was there is asked what they think of it."""
    day = event.local(event.ends).date() + timedelta(days=1)
    return out_of_quiet(datetime.combine(day, LATER, event.zone), policy)


def summed_up(event: Event, policy: Policy) -> datetime:
    """When staff read what came of it: once those who were there had time to say what they think."""
    day = event.local(event.ends).date() + SUMMED_UP
    return out_of_quiet(datetime.combine(day, LATER, event.zone), policy)


def few_left(event: Event, seated: int) -> bool:
    """Whether who hesitates should be told that seats run out."""
    if event.capacity is None:
        return False
    return 0 < event.capacity - seated <= max(1, min(5, event.capacity // 5))


def overtaken(key: str, event: Event, now: datetime, policy: Policy) -> bool:
    """Whether a later reminder of the event is due too, because nothing could be sent for a while."""
    found = _KEY.fullmatch(key)
    if not found or not found[2].isdigit():
        return False
    nearer = [days for days in DAYS if days < int(found[2])]
    return any(out_of_quiet(_before(event, days), policy) <= now for days in nearer)


def _before(event: Event, days: int) -> datetime:
    """The same hour on an earlier day: local times are counted, so a change of the clocks moves nothing."""
    return event.local(event.starts) - timedelta(days=days)
