"""Working days in mainland France: when staff may be expected to answer. Pure.

Public holidays by the Code du travail, article L3133-1: eight fixed days, and three that follow Easter
(Alsace and Moselle have two more, L3134-13). They all count here as days off, although only the 1st of May
must be one (L3133-4): who answers is often a volunteer. Saturdays and Sundays are none either.
Easter by the anonymous Gregorian algorithm (Meeus, "Astronomical Algorithms", 2nd edition, chapter 8).
"""

from datetime import date, datetime, timedelta
from functools import cache

from bot.flows.reminders import out_of_quiet
from bot.model.turn import Policy

MORNING = 9
"""Local hour at which something may be due."""

FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
"""Month and day: New Year, Labour Day, Victory of 1945, National Day, Assumption, All Saints, Armistice of
1918, Christmas."""

AFTER_EASTER = (1, 39, 50)
"""Days after Easter Sunday: Easter Monday, Ascension, Whit Monday."""


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leaps, left = divmod(century, 4)
    moon = (19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * left + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> frozenset[date]:
    """The eleven public holidays of a year; two may fall on the same day."""
    sunday = easter(year)
    moving = {sunday + timedelta(days=days) for days in AFTER_EASTER}
    return frozenset({date(year, month, day) for month, day in FIXED} | moving)


def is_working(day: date) -> bool:
    """Whether it is Monday to Friday, and no public holiday."""
    return day.weekday() <= 4 and day not in holidays(day.year)


def working_morning(now: datetime, days: int, policy: Policy) -> datetime:
    """The morning after so many working days, outside of the quiet hours."""
    due = now.astimezone(policy.timezone)
    while days:
        due += timedelta(days=1)
        days -= is_working(due.date())
    due = due.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return out_of_quiet(due, policy)


def working_moment(now: datetime, policy: Policy) -> datetime:
    """Now, or the next moment that is on a working day and outside of the quiet hours."""
    calm = out_of_quiet(now, policy)
    return calm if is_working(calm.date()) else working_morning(calm, 1, policy)
