"""Authored durations: what they mean on a calendar, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.flows.duration import Span, parse_span

PARIS = ZoneInfo("Europe/Paris")

WRITTEN = [
    ("1 minute", Span(elapsed=timedelta(minutes=1))),
    ("90 minutes", Span(elapsed=timedelta(minutes=90))),
    ("6 hours", Span(elapsed=timedelta(hours=6))),
    (" 4 days ", Span(elapsed=timedelta(days=4))),
    ("2 weeks", Span(elapsed=timedelta(weeks=2))),
    ("36 months", Span(months=36)),
]


@pytest.mark.parametrize(("written", "span"), WRITTEN)
def test_a_duration_is_a_number_and_a_unit(written: str, span: Span) -> None:
    assert parse_span(written) == span
    assert parse_span(span) is span


@pytest.mark.parametrize(
    "written", ["", "4", "4 jours", "days", "0 days", "-1 days", "1.5 days", "4  days", "99999 days", 4, None]
)
def test_anything_else_is_refused_with_an_example(written: Any) -> None:
    with pytest.raises(ValueError, match="write for example '4 days'"):
        parse_span(written)


AFTER = [
    ("1 months", "2027-01-31T10:00+01:00", "2027-02-28T10:00+01:00"),
    ("1 months", "2028-01-31T10:00+01:00", "2028-02-29T10:00+01:00"),
    ("12 months", "2028-02-29T10:00+01:00", "2029-02-28T10:00+01:00"),
    ("36 months", "2027-12-15T10:00+01:00", "2030-12-15T10:00+01:00"),
    ("4 days", "2027-01-29T10:00+01:00", "2027-02-02T10:00+01:00"),
    # Summer time begins on 28 March 2027 at 2:00 and ends on 31 October 2027 at 3:00.
    ("1 day", "2027-03-27T18:00+01:00", "2027-03-28T18:00+02:00"),
    ("2 hours", "2027-03-28T01:00+01:00", "2027-03-28T04:00+02:00"),
    ("2 hours", "2027-10-31T01:30+02:00", "2027-10-31T02:30+01:00"),
    ("36 hours", "2027-03-27T12:00+01:00", "2027-03-29T01:00+02:00"),
    ("2 weeks", "2027-10-20T18:00+02:00", "2027-11-03T18:00+01:00"),
    ("1 months", "2027-03-10T18:00+01:00", "2027-04-10T18:00+02:00"),
]


@pytest.mark.parametrize(("span", "moment", "later"), AFTER)
def test_days_keep_the_hour_on_the_clock_and_hours_elapse(span: str, moment: str, later: str) -> None:
    found = parse_span(span).after(datetime.fromisoformat(moment).astimezone(PARIS))
    assert found.astimezone(UTC) == datetime.fromisoformat(later)
    assert found.isoformat() == datetime.fromisoformat(later).astimezone(PARIS).isoformat()
