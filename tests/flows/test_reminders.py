"""When a reminder leaves: local time, never in the quiet hours, right over a change of clocks."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.flows.duration import parse_span
from bot.flows.reminders import out_of_quiet, reminder_due
from bot.model.turn import Policy

PARIS = ZoneInfo("Europe/Paris")
NIGHT = (time(21), time(8))

DUE = [
    # after, at, now, due: all local in Paris
    ("1 day", "18:00", "2027-01-11T10:00", "2027-01-12T18:00"),
    ("1 day", "18:00", "2027-01-11T23:59", "2027-01-12T18:00"),
    ("4 days", "09:15", "2027-01-11T10:00", "2027-01-15T09:15"),
    ("1 months", "18:00", "2027-01-31T10:00", "2027-02-28T18:00"),
    ("1 day", "18:00", "2027-03-27T10:00", "2027-03-28T18:00"),
    ("1 day", "18:00", "2027-10-30T10:00", "2027-10-31T18:00"),
    ("2 weeks", "18:00", "2027-03-20T18:00", "2027-04-03T18:00"),
    ("1 day", "22:30", "2027-01-11T10:00", "2027-01-13T08:00"),
    ("1 day", "07:00", "2027-01-11T10:00", "2027-01-12T08:00"),
    ("2 hours", "18:00", "2027-01-11T10:00", "2027-01-11T12:00"),
    ("2 hours", "18:00", "2027-01-11T20:00", "2027-01-12T08:00"),
    ("30 minutes", "18:00", "2027-01-11T20:00", "2027-01-11T20:30"),
    ("12 hours", "18:00", "2027-01-11T18:00", "2027-01-12T08:00"),
]


@pytest.mark.parametrize(("after", "at", "now", "due"), DUE)
def test_a_reminder_leaves_at_its_local_time(after: str, at: str, now: str, due: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=PARIS)
    found = reminder_due(moment.astimezone(UTC), parse_span(after), at, Policy(PARIS, NIGHT))
    assert found == datetime.fromisoformat(due).replace(tzinfo=PARIS)


QUIET = [
    ((time(21), time(8)), "21:00", "2027-01-12T08:00"),
    ((time(21), time(8)), "07:59", "2027-01-11T08:00"),
    ((time(21), time(8)), "08:00", "2027-01-11T08:00"),
    ((time(21), time(8)), "20:59", "2027-01-11T20:59"),
    ((time(12), time(14)), "13:00", "2027-01-11T14:00"),
    ((time(12), time(14)), "14:00", "2027-01-11T14:00"),
    ((time(22), time(0)), "23:00", "2027-01-12T00:00"),
    ((time(8), time(8)), "03:00", "2027-01-11T03:00"),
]


@pytest.mark.parametrize(("quiet", "clock", "calm"), QUIET)
def test_a_moment_in_the_quiet_hours_waits_for_their_end(
    quiet: tuple[time, time], clock: str, calm: str
) -> None:
    moment = datetime.fromisoformat(f"2027-01-11T{clock}").replace(tzinfo=PARIS)
    assert out_of_quiet(moment, Policy(PARIS, quiet)) == datetime.fromisoformat(calm).replace(tzinfo=PARIS)


hours = st.times(timezones=st.none()).map(lambda clock: clock.replace(second=0, microsecond=0))


@given(
    st.datetimes(datetime(2027, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["5 minutes", "3 hours", "1 day", "2 weeks", "3 months"]),
    hours,
    hours,
    hours,
)
def test_no_reminder_leaves_in_the_quiet_hours_nor_before_its_time(
    now: datetime, after: str, at: time, start: time, end: time
) -> None:
    policy = Policy(PARIS, (start, end))
    due = reminder_due(now, parse_span(after), at.isoformat("minutes"), policy)
    assert out_of_quiet(due.astimezone(UTC), policy) == due
    assert due > now
