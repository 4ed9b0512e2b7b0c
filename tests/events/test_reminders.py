"""When reminders of an event leave: by the clocks of the place, outside of the quiet hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.events.reminders import (
    AFTER,
    MAYBE,
    NOW,
    REPORT,
    few_left,
    reason_of,
    refreshed_by,
    reminded_of,
    reminder_key,
    reminders,
    standing_keys,
    summed_up,
)
from bot.model.event import EventId, Place
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
    found = reminders(what, Place.SEATED, LONG_BEFORE, POLICY)
    before = [moment for key, moment in found.items() if reason_of(key).isdigit()]
    assert before == [datetime.fromisoformat(one) for one in due]


@pytest.mark.parametrize(
    ("place", "before", "left"),
    [
        (Place.SEATED, 8, ["7", "1", AFTER]),
        (Place.SEATED, 7, ["1", AFTER]),
        (Place.SEATED, 3, ["1", AFTER]),
        (Place.SEATED, 1, [AFTER]),
        (Place.SEATED, 0, [AFTER]),
        (Place.MAYBE, 8, [MAYBE]),
        (Place.MAYBE, 2, []),
        (Place.WAITING, 8, []),
        (Place.DECLINED, 8, []),
        (Place.NONE, 8, []),
    ],
)
def test_who_hears_what_follows_from_their_place_and_what_is_past_is_left_out(
    place: Place, before: int, left: list[str]
) -> None:
    found = reminders(EVENT, place, EVENT.starts - timedelta(days=before), POLICY)
    assert [reason_of(key) for key in found] == left
    assert set(found) <= set(standing_keys(EVENT.id))


@pytest.mark.parametrize(
    ("zone", "ends", "asked", "summed"),
    [
        # the day after by the clocks of the place, also over a change of the clocks
        ("Europe/Paris", "2027-02-18T20:30+01:00", "2027-02-19T10:00+01:00", "2027-02-21T10:00+01:00"),
        ("Europe/Paris", "2027-03-27T20:30+01:00", "2027-03-28T10:00+02:00", "2027-03-30T10:00+02:00"),
        ("Europe/Paris", "2027-10-30T23:30+02:00", "2027-10-31T10:00+01:00", "2027-11-02T10:00+01:00"),
        # it ends after midnight: that day is the day of the event
        ("Europe/Paris", "2027-02-19T01:00+01:00", "2027-02-20T10:00+01:00", "2027-02-22T10:00+01:00"),
        # 10:00 there is night by our quiet hours: the next morning of ours
        ("Indian/Reunion", "2027-02-18T20:30+04:00", "2027-02-19T08:00+01:00", "2027-02-21T08:00+01:00"),
        ("America/Cayenne", "2027-02-18T20:30-03:00", "2027-02-19T14:00+01:00", "2027-02-21T14:00+01:00"),
    ],
)
def test_the_day_after_at_ten_who_was_there_is_asked(zone: str, ends: str, asked: str, summed: str) -> None:
    end = datetime.fromisoformat(ends).astimezone(UTC)
    what = event(zone=ZoneInfo(zone), starts=end - timedelta(hours=2), ends=end)
    found = reminders(what, Place.SEATED, LONG_BEFORE, POLICY)
    assert found[reminder_key(what.id, AFTER)] == datetime.fromisoformat(asked)
    assert summed_up(what, POLICY) == datetime.fromisoformat(summed)


@pytest.mark.parametrize(
    ("capacity", "seated", "few"),
    [
        (None, 100, False),
        (30, 24, False),
        (30, 25, True),
        (30, 30, False),
        (2, 1, True),
        (2, 0, False),
        (200, 194, False),
        (200, 195, True),
    ],
)
def test_seats_run_out_when_a_few_of_them_are_left(capacity: int | None, seated: int, few: bool) -> None:
    assert few_left(event(capacity=capacity), seated) is few


@pytest.mark.parametrize("what", [7, 1, NOW, MAYBE, AFTER, REPORT])
def test_a_timer_names_its_event(what: int | str) -> None:
    key = reminder_key(EVENT.id, what)
    assert (reminded_of(key), reason_of(key), refreshed_by(key)) == (EVENT.id, str(what), None)


@pytest.mark.parametrize("card", ["event", "manage", "door"])
def test_a_timer_that_brings_a_card_up_to_date_names_both(card: str) -> None:
    key = f"fresh.{card}.{EVENT.id}"
    assert (reminded_of(key), reason_of(key), refreshed_by(key)) == (EVENT.id, "", card)


def test_other_timers_name_no_event() -> None:
    assert reminded_of("remind.abc") is None
    assert reminded_of(reminder_key(EventId("7-1"), 1)) == "7-1"
