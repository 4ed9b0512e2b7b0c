"""When reminders of an event leave: by the clocks of the place, outside of the quiet hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.events.reminders import reminded_of, reminder_key, reminders
from bot.model.event import EventId
from bot.model.turn import Policy
from tests.events.samples import EVENT, event

POLICY = Policy(ZoneInfo("Europe/Paris"))
LONG_BEFORE = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "starts", "due"),
    [
        # the clocks change in between: the hour of the day stays
        ("Europe/Paris", "2027-03-30T18:30+02:00", ["2027-03-23T18:30+01:00", "2027-03-29T18:30+02:00"]),
        ("Europe/Paris", "2027-11-03T18:30+01:00", ["2027-10-27T18:30+02:00", "2027-11-02T18:30+01:00"]),
        ("Indian/Reunion", "2027-03-30T18:30+04:00", ["2027-03-23T18:30+04:00", "2027-03-29T18:30+04:00"]),
        # quiet hours in Paris: the next morning
        ("Europe/Paris", "2027-02-18T22:00+01:00", ["2027-02-12T08:00+01:00", "2027-02-18T08:00+01:00"]),
        ("Europe/Paris", "2027-02-18T07:00+01:00", ["2027-02-11T08:00+01:00", "2027-02-17T08:00+01:00"]),
    ],
)
def test_seven_days_and_one_day_before(zone: str, starts: str, due: list[str]) -> None:
    at = datetime.fromisoformat(starts).astimezone(UTC)
    what = event(zone=ZoneInfo(zone), starts=at, ends=at + timedelta(hours=1))
    found = reminders(what, LONG_BEFORE, POLICY)
    assert [moment for _, moment in found] == [datetime.fromisoformat(one) for one in due]


@pytest.mark.parametrize(("before", "left"), [(8, 2), (7, 1), (3, 1), (1, 0), (0, 0)])
def test_what_is_past_is_left_out(before: int, left: int) -> None:
    assert len(reminders(EVENT, EVENT.starts - timedelta(days=before), POLICY)) == left


def test_a_timer_names_its_event() -> None:
    assert reminded_of(reminder_key(EVENT.id, 7)) == EVENT.id
    assert reminded_of("remind.abc") is None
    assert reminded_of(reminder_key(EventId("7-1"), 1)) == "7-1"
