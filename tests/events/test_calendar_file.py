"""The .ics read back by the library that wrote it and by another one."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize(
    ("starts", "ends", "hours"),
    [
        ("2027-03-27T20:00+01:00", "2027-03-28T10:00+02:00", 13),
        ("2027-10-30T20:00+02:00", "2027-10-31T10:00+01:00", 15),
        ("2027-03-28T01:00+01:00", "2027-03-28T03:30+02:00", 1.5),
        ("2027-10-31T01:00+02:00", "2027-10-31T03:30+01:00", 3.5),
        ("2027-10-31T02:30+02:00", "2027-10-31T02:30+01:00", 1),
    ],
)
def test_an_event_across_a_change_of_the_clocks_lasts_as_long_as_it_does(
    starts: str, ends: str, hours: float
) -> None:
    first, last = (datetime.fromisoformat(one).astimezone(UTC) for one in (starts, ends))
    what = event(starts=first, ends=last)
    _, entry = by_icalendar(what)
    other = by_vobject(what).vevent
    for begin, end in (
        (entry.decoded("dtstart"), entry.decoded("dtend")),
        (other.dtstart.value, other.dtend.value),
    ):
        assert (begin.astimezone(UTC), end.astimezone(UTC)) == (first, last)
        assert end.astimezone(UTC) - begin.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Martinique", "Pacific/Noumea", "Indian/Mayotte"])
@pytest.mark.parametrize("day", ["2027-01-05", "2027-03-28", "2027-07-01", "2027-10-31", "2028-02-29"])
def test_every_zone_of_the_network_is_told_so_that_both_readers_agree(zone: str, day: str) -> None:
    starts = datetime.fromisoformat(f"{day}T18:30").replace(tzinfo=ZoneInfo(zone))
    what = event(zone=ZoneInfo(zone), starts=starts.astimezone(UTC), ends=starts + timedelta(hours=2))
    _, entry = by_icalendar(what)
    other = by_vobject(what).vevent
    for found in (entry.decoded("dtstart"), other.dtstart.value):
        assert found.astimezone(UTC) == what.starts
        assert f"{found:%H:%M}" == "18:30"


def test_a_calendar_rings_on_the_day_and_knows_who_invites_and_where_to_read_more() -> None:
    what = event(link="")
    url = "https://t.me/alliances_bot?start=e_rencontre-des-allies"
    (entry,) = icalendar.Calendar.from_ical(calendar_bytes(what, now=NOW, url=url)).walk("VEVENT")
    (alarm,) = entry.walk("VALARM")
    assert (alarm["action"], alarm.decoded("trigger")) == ("DISPLAY", -timedelta(hours=2))
    assert (entry["url"], entry["organizer"].params["cn"]) == (url, "Réseau des alliances")
    other = vobject.readOne(calendar_bytes(what, now=NOW, url=url).decode()).vevent
    assert (other.url.value, other.valarm.trigger.value) == (url, -timedelta(hours=2))
    assert other.organizer.params["CN"] == ["Réseau des alliances"]
    with_link = icalendar.Calendar.from_ical(calendar_bytes(EVENT, now=NOW, url=url)).walk("VEVENT")[0]
    assert with_link["url"] == EVENT.link


def test_nothing_rings_for_what_is_called_off() -> None:
    _, entry = by_icalendar(event(state=EventState.CANCELLED))
    assert entry.walk("VALARM") == []


@given(st.text(max_size=120), st.text(max_size=120))
def test_whatever_staff_write_both_readers_read_the_same(title: str, place: str) -> None:
    what = event(title=title or "-", place=place)
    _, entry = by_icalendar(what)
    other = by_vobject(what).vevent
    assert str(entry["summary"]) == other.summary.value
    assert (entry["uid"], str(entry["sequence"])) == (other.uid.value, other.sequence.value)


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
