"""Authored durations: a number and `minutes, hours, days, weeks, months`."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

_WRITTEN = re.compile(r"(\d{1,4}) (minute|hour|day|week|month)s?")
_FIXED = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A duration as people mean it: months, weeks and days keep the hour on the clock, hours and
    minutes elapse.
    """

    months: int = 0
    elapsed: timedelta = timedelta()

    def after(self, moment: datetime) -> datetime:
        """The moment this much later; the 31st becomes the last day of a shorter month."""
        months = moment.month - 1 + self.months
        year, month = moment.year + months // 12, months % 12 + 1
        day = min(moment.day, calendar.monthrange(year, month)[1])
        later = moment.replace(year=year, month=month, day=day)
        if self.elapsed % _FIXED["day"]:
            return (later.astimezone(UTC) + self.elapsed).astimezone(moment.tzinfo)
        return later + self.elapsed


def parse_span(written: Any) -> Span:
    """Read `4 days` or `36 months`; ValueError with a message for authors."""
    if isinstance(written, Span):
        return written
    found = _WRITTEN.fullmatch(written.strip()) if isinstance(written, str) else None
    if not found or int(found[1]) == 0:
        raise ValueError(f"not a duration: {written!r}; write for example '4 days' or '36 months'")
    number, unit = int(found[1]), found[2]
    if unit == "month":
        return Span(months=number)
    return Span(elapsed=number * _FIXED[unit])


Duration = Annotated[
    Span,
    BeforeValidator(parse_span),
    WithJsonSchema(
        {"type": "string", "pattern": r"^\d{1,4} (minute|hour|day|week|month)s?$", "examples": ["4 days"]}
    ),
]
