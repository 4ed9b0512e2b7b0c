"""Legal changes of an announcement, when it comes again, and when its text itself is at fault. Pure."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.events.audience import comes_to
from bot.model.announcement import Fate, Order, Plan, Rhythm, State
from bot.model.rights import Right

POISON = 5
"""So many of the last answers, all the same refusal: the text itself is at fault, so we stop."""

CHANGES: Mapping[tuple[State, Order], State] = {
    (State.PLANNED, Order.CANCEL): State.CANCELLED,
    (State.RUNNING, Order.PAUSE): State.PAUSED,
    (State.RUNNING, Order.CANCEL): State.CANCELLED,
    (State.PAUSED, Order.RESUME): State.RUNNING,
    (State.PAUSED, Order.CANCEL): State.CANCELLED,
}
"""Every legal change; anything else is refused."""

ORDERS: Mapping[State, tuple[Order, ...]] = {
    state: tuple(order for order in Order if (state, order) in CHANGES) for state in State
}
"""What staff may want of an announcement in this state."""


def right_for(plan: Plan) -> Right:
    """What it takes to send it, to follow it and to stop it. Who may arrange an event may write to those who
    registered for it, and to nobody else.
    """
    to_registered = plan.event is not None and plan.audience.condition == comes_to(plan.event)
    return Right.EVENTS if to_registered else Right.ANNOUNCE


def poisoned(last: Sequence[tuple[Fate, str]]) -> str:
    """Why no more copies are worth trying, by the last answers with their reasons; empty while they are."""
    reasons = {reason for fate, reason in last if fate is Fate.REFUSED}
    alike = len(last) >= POISON and len(reasons) == 1 and all(fate is Fate.REFUSED for fate, _ in last)
    return reasons.pop() if alike else ""


def occurrence(first: datetime, rhythm: Rhythm, number: int, zone: ZoneInfo) -> datetime:
    """When the occurrence `number` (0 is the first) is, UTC: at the same hour by the clocks of the zone.

    The 31st becomes the last day of a shorter month. An hour that the clocks leave out is told by those that
    they show instead (2 h 30 becomes 3 h 30); of one that they show twice it is the first.
    """
    local = first.astimezone(zone).replace(tzinfo=None)
    if rhythm is Rhythm.WEEKLY:
        wanted = local + timedelta(weeks=number)
    elif rhythm is Rhythm.MONTHLY:
        year, month = divmod(local.year * 12 + local.month - 1 + number, 12)
        day = min(local.day, calendar.monthrange(year, month + 1)[1])
        wanted = local.replace(year=year, month=month + 1, day=day)
    else:
        wanted = local
    return wanted.replace(tzinfo=zone).astimezone(UTC)


def following(
    first: datetime, rhythm: Rhythm, number: int, zone: ZoneInfo, *, now: datetime
) -> tuple[int, datetime] | None:
    """Number and time of the next occurrence after `number` that is still to come; None without a rhythm.

    Those whose time has passed meanwhile are left out: nobody wants four old reminders in a row.
    """
    if rhythm is Rhythm.ONCE:
        return None
    number += 1
    while (moment := occurrence(first, rhythm, number, zone)) <= now:
        number += 1
    return number, moment
