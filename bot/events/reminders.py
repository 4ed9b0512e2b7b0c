"""When those who go to an event are reminded of it. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.flows.reminders import out_of_quiet
from bot.model.event import Event, EventId
from bot.model.turn import Policy

DAYS = (7, 1)
"""Days before, by the clocks where it happens."""

_KEY = re.compile(r"event\.([a-z0-9-]{1,40})\.(\d+)")


def reminder_key(event: EventId, days: int) -> str:
    """The name of the timer."""
    return f"event.{event}.{days}"


def reminded_of(key: str) -> EventId | None:
    """The event of a timer of this name; None if it is another timer."""
    found = _KEY.fullmatch(key)
    return EventId(found[1]) if found else None


def reminders(event: Event, now: datetime, policy: Policy) -> Sequence[tuple[str, datetime]]:
    """The timers of one who goes: at the hour of the event, after the quiet hours it may fall into.

    What is not in the future, or would come when it has begun, is left out.
    """
    due = [(days, out_of_quiet(_before(event, days), policy)) for days in DAYS]
    return [(reminder_key(event.id, days), moment) for days, moment in due if now < moment < event.starts]


def overtaken(key: str, event: Event, now: datetime, policy: Policy) -> bool:
    """Whether a later reminder of the event is due too, because nothing could be sent for a while."""
    found = _KEY.fullmatch(key)
    nearer = [days for days in DAYS if found and days < int(found[2])]
    return any(out_of_quiet(_before(event, days), policy) <= now for days in nearer)


def _before(event: Event, days: int) -> datetime:
    """The same hour on an earlier day: local times are counted, so a change of the clocks moves nothing."""
    return event.local(event.starts) - timedelta(days=days)
