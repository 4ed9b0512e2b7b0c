"""An event's file: read into moments, and refused with the place and the reason."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.content.event_file import EventRead, Surroundings, read_event
from bot.model.event import EventState

NOW = datetime(2027, 1, 11, 9, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
AROUND = Surroundings(PARIS, NOW)
GOOD = {
    "format": "1",
    "id": "rencontre",
    "title": "Rencontre des alliés",
    "starts": "2027-02-18 18:30",
    "ends": "2027-02-18 20:30",
    "place": "Salle des fêtes, Évry",
}


def read(**changes: str | None) -> EventRead:
    lines = [f"{key}: {value}" for key, value in (GOOD | changes).items() if value is not None]
    return read_event("e.yaml", "\n".join(lines).encode(), AROUND)


def test_a_file_is_a_draft_whose_times_are_those_of_its_zone() -> None:
    found = read(capacity="30", deadline="2027-02-17 9:00", link="https://example.org/a")
    assert found.problems == () and found.event is not None
    assert found.event.starts == datetime(2027, 2, 18, 17, 30, tzinfo=UTC)
    assert found.event.deadline == datetime(2027, 2, 17, 8, tzinfo=UTC)
    assert (found.event.state, found.event.capacity, found.event.zone) == (EventState.DRAFT, 30, PARIS)
    island = read(zone="Indian/Reunion").event
    assert island is not None and island.starts == datetime(2027, 2, 18, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "line", "code", "words"),
    [
        ({"ends": "2027-02-18 18:30"}, 5, "ends-early", "après le début"),
        ({"deadline": "2027-02-18 18:31"}, 7, "deadline-late", "avant le début"),
        ({"zone": "Europe/Pari"}, 7, "unknown-zone", "vouliez-vous dire « Europe/Paris »"),
        ({"zone": "heure d'ici"}, 7, "unknown-zone", "par exemple"),
        ({"starts": "2027-02-30 18:30"}, 4, "no-such-time", "calendrier"),
        ({"starts": "2027-02-18 25:30"}, 4, "no-such-time", "calendrier"),
        ({"starts": "demain"}, 4, "wrong-form", "2027-01-14 18:30"),
        ({"starts": "2027-03-28 02:30", "ends": "2027-03-28 04:00"}, 4, "no-such-time", "n'existe pas"),
        ({"starts": "2027-10-31 02:30", "ends": "2027-10-31 04:00"}, 4, "no-such-time", "« +02:00 »"),
        ({"starts": "2027-02-18 18:30 +02:00"}, 4, "no-such-time", "« +01:00 »"),
        ({"title": None}, 1, "missing-key", "title"),
        ({"place": None}, 1, "missing-key", "lieu"),
        ({"link": "javascript:alert(1)"}, 7, "wrong-form", "https://"),
        ({"capacity": "0"}, 7, "out-of-range", "1 au moins"),
        ({"capacite": "3"}, 7, "unknown-key", "capacity"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(
    changes: dict[str, str | None], line: int, code: str, words: str
) -> None:
    found = read(**changes)
    assert found.event is None
    (problem,) = found.problems
    assert (problem.line, problem.code) == (line, code)
    assert words in problem.message.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(("offset", "hour"), [("+02:00", 0), ("+01:00", 1)])
def test_an_hour_that_strikes_twice_is_told_apart_by_its_offset(offset: str, hour: int) -> None:
    found = read(starts=f"2027-10-31 02:30 {offset}", ends="2027-10-31 04:00").event
    assert found is not None and found.starts == datetime(2027, 10, 31, hour, 30, tzinfo=UTC)


def test_what_is_over_is_only_warned_of() -> None:
    found = read(starts="2027-01-10 18:30", ends="2027-01-10 20:30")
    assert found.event is not None
    assert [(one.code, one.severity, one.line) for one in found.problems] == [("past", "warning", 4)]
    late = read(deadline="2027-01-10 18:30")
    assert [(one.code, one.line) for one in late.problems] == [("past", 7)]


def test_the_example_of_the_readme_can_be_announced() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    (example,) = (part for part in text.split("```yaml\n")[1:] if "id: rencontre-des-allies" in part)
    found = read_event("e.yaml", example.split("```")[0].encode(), AROUND)
    assert found.problems == () and found.event is not None
    assert found.event.capacity == 30
