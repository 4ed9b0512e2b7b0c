"""The .ics read back by the library that wrote it and by another one."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject

from bot.events.calendar_file import calendar_bytes, calendar_file
from bot.model.event import Event, EventState
from tests.events.samples import EVENT, event

NOW = datetime(2027, 1, 11, 9, tzinfo=UTC)


def by_icalendar(what: Event) -> tuple[Any, Any]:
    calendar = icalendar.Calendar.from_ical(calendar_bytes(what, now=NOW))
    (entry,) = calendar.walk("VEVENT")
    return calendar, entry


def by_vobject(what: Event) -> Any:
    return vobject.readOne(calendar_bytes(what, now=NOW).decode())


CASES = [
    ("Europe/Paris", "2027-02-18T18:30", "+01:00"),
    ("Europe/Paris", "2027-07-14T18:30", "+02:00"),
    ("Europe/Paris", "2027-03-28T01:30", "+01:00"),
    ("Europe/Paris", "2027-03-28T03:00", "+02:00"),
    ("Europe/Paris", "2027-10-31T01:30", "+02:00"),
    ("Europe/Paris", "2027-10-31T03:30", "+01:00"),
    ("Indian/Reunion", "2027-03-28T02:30", "+04:00"),
    ("America/Cayenne", "2027-10-31T18:00", "-03:00"),
    ("UTC", "2027-10-31T18:00", "+00:00"),
]


@pytest.mark.parametrize(("zone", "local", "offset"), CASES)
def test_both_readers_find_the_same_moments(zone: str, local: str, offset: str) -> None:
    starts = datetime.fromisoformat(local + offset).astimezone(UTC)
    what = event(zone=ZoneInfo(zone), starts=starts, ends=starts + timedelta(hours=6))
    _, entry = by_icalendar(what)
    assert (entry.decoded("dtstart"), entry.decoded("dtend")) == (what.starts, what.ends)
    other = by_vobject(what).vevent
    assert (other.dtstart.value, other.dtend.value) == (what.starts, what.ends)
    assert f"{other.dtstart.value:%Y-%m-%dT%H:%M}" == local
    if zone != "UTC":
        assert entry["dtstart"].params["TZID"] == zone
        assert b"BEGIN:VTIMEZONE" in calendar_bytes(what, now=NOW)


@pytest.mark.parametrize("hour", [0, 1])
def test_an_hour_that_strikes_twice_keeps_its_moment(hour: int) -> None:
    starts = datetime(2027, 10, 31, hour, 30, tzinfo=UTC)
    what = event(starts=starts, ends=starts + timedelta(hours=1))
    _, entry = by_icalendar(what)
    other = by_vobject(what).vevent
    # In UTC: Python never calls an ambiguous time of another zone equal (PEP 495).
    for found in (entry.decoded("dtstart"), other.dtstart.value):
        assert found.astimezone(UTC) == what.starts
    for found in (entry.decoded("dtend"), other.dtend.value):
        assert found.astimezone(UTC) == what.ends


def test_the_uid_stays_and_the_sequence_grows() -> None:
    _, first = by_icalendar(EVENT)
    moved = event(revision=2, starts=EVENT.starts + timedelta(minutes=30))
    _, second = by_icalendar(moved)
    assert first["uid"] == second["uid"] != ""
    assert (first["sequence"], second["sequence"]) == (1, 2)
    assert by_vobject(moved).vevent.sequence.value == "2"


@pytest.mark.parametrize(
    ("state", "method", "status"),
    [(EventState.ANNOUNCED, "PUBLISH", "CONFIRMED"), (EventState.CANCELLED, "CANCEL", "CANCELLED")],
)
def test_a_cancelled_event_leaves_calendars(state: EventState, method: str, status: str) -> None:
    calendar, entry = by_icalendar(event(state=state))
    assert (calendar["method"], entry["status"]) == (method, status)
    other = by_vobject(event(state=state))
    assert (other.method.value, other.vevent.status.value) == (method, status)


def test_texts_survive_folding_and_escaping() -> None:
    title = "Été ; échanges, œuvres \\ « café » 🎉 " * 6
    place = "12, rue de l'Église; bât. B\n91000 Évry"
    what = event(title=title.strip(), place=place)
    written = calendar_bytes(what, now=NOW)
    assert written.endswith(b"\r\n") and max(map(len, written.split(b"\r\n"))) <= 75
    _, entry = by_icalendar(what)
    other = by_vobject(what).vevent
    for found in (entry["summary"], other.summary.value):
        assert str(found) == what.title
    for found in (entry["location"], other.location.value):
        assert str(found) == place
    assert "temps d'échange" in other.description.value and "**" not in other.description.value


def test_a_title_cannot_add_lines_of_its_own() -> None:
    _, entry = by_icalendar(event(title="Fête\r\nATTENDEE:mailto:a@b.fr"))
    assert "attendee" not in entry


def test_the_file_is_named_by_its_local_day() -> None:
    late = datetime(2027, 2, 18, 23, 30, tzinfo=UTC)
    file = calendar_file(event(starts=late, ends=late + timedelta(hours=1)), now=NOW)
    assert (file.name, file.media_type) == ("2027-02-19_rencontre-des-allies.ics", "text/calendar")
