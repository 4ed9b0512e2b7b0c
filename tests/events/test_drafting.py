"""Answers become an event, or say what is in the way; an event becomes the answers that would make it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.events.drafting import event_of, given_by, moment_of, new_id, text_of, zone_by_default, zone_of
from bot.flows.field import Choice, Declared
from bot.flows.posts import Post, write_post
from bot.flows.typed import Bad
from bot.model.event import Event, EventId, EventSeen
from bot.model.message import AttachedFile, Markdown
from bot.model.values import Owner
from tests.events.samples import EVENT

PARIS, REUNION = ZoneInfo("Europe/Paris"), ZoneInfo("Indian/Reunion")
ID = EventId("cafe")
WHOLE: dict[str, Any] = {
    "title": "Café",
    "starts": "2027-01-21T18:30",
    "lasts": 120,
    "place": "Salle 2",
    "capacity": 12,
    "deadline": "2027-01-20T12:00",
    "organiser": "Awa",
    "link": "https://exemple.fr",
}


def made(**changes: Any) -> Event | Bad:
    given = {part: value for part, value in {**WHOLE, **changes}.items() if value is not None}
    return event_of(given, PARIS, None, ID)


def test_answers_make_an_event_by_the_clocks_of_its_place() -> None:
    event = made()
    assert isinstance(event, Event)
    assert event.starts == datetime(2027, 1, 21, 17, 30, tzinfo=UTC)
    assert event.ends == datetime(2027, 1, 21, 19, 30, tzinfo=UTC)
    assert event.deadline == datetime(2027, 1, 20, 11, 0, tzinfo=UTC)
    assert (event.capacity, event.place, event.organiser) == (12, "Salle 2", "Awa")
    there = event_of(WHOLE, REUNION, None, ID)
    assert isinstance(there, Event) and there.starts == datetime(2027, 1, 21, 14, 30, tzinfo=UTC)


def test_the_end_wins_over_how_long_it_lasts() -> None:
    event = made(ends="2027-01-22T01:00")
    assert isinstance(event, Event) and event.ends == datetime(2027, 1, 22, 0, 0, tzinfo=UTC)


PICTURE = AttachedFile("a.png", "image/png", "0" * 64, "La salle")
PAPER = AttachedFile("a.pdf", "application/pdf", "1" * 64)


@pytest.mark.parametrize(
    "files", [{"picture": PICTURE, "paper": PAPER}, {"picture": PICTURE}, {"paper": PAPER}]
)
def test_a_change_keeps_the_files_and_their_words_unless_another_one_is_given(files: dict[str, Any]) -> None:
    before = replace(EVENT, **files)
    same = event_of(given_by(before), EVENT.zone, EventSeen(before), before.id)
    assert isinstance(same, Event) and (same.picture, same.paper) == (before.picture, before.paper)
    new = AttachedFile("b.png", "image/png", "2" * 64)
    given = {**given_by(before), "file": write_post(Post(file=new))}
    changed = event_of(given, EVENT.zone, EventSeen(before), before.id)
    assert isinstance(changed, Event) and (changed.picture, changed.paper) == (new, None)


@pytest.mark.parametrize(
    ("zone", "expected"), [("Europe/London", "Europe/London"), ("Indian/Reunion", "Europe/Paris")]
)
def test_an_event_in_a_zone_that_no_choice_names_keeps_its_zone(zone: str, expected: str) -> None:
    there = Declared(
        "choice", Owner.PERSON, (Choice(id="reunion", label="La Réunion", also=("Indian/Reunion",)),)
    )
    assert zone_by_default(replace(EVENT, zone=ZoneInfo(zone)), there, PARIS).key == expected
    assert zone_by_default(None, there, PARIS) == PARIS


WRONG = [
    ({"lasts": None}, "publish_no_end"),
    ({"ends": "2027-01-21T18:30"}, "publish_ends_early"),
    ({"deadline": "2027-01-21T18:31"}, "publish_deadline_late"),
    ({"place": None, "link": None}, "publish_no_place"),
    ({"capacity": 0}, "publish_no_seat"),
    ({"capacity": 2.5}, "publish_no_seat"),
    ({"starts": "2027-03-28T02:30", "deadline": None}, "publish_no_such_time"),
    ({"starts": "bientôt"}, "publish_no_such_time"),
    ({"file": ("text", "mon affiche", "")}, "publish_no_file"),
]


@pytest.mark.parametrize(("changes", "phrase"), WRONG)
def test_what_is_in_the_way_is_said(changes: dict[str, Any], phrase: str) -> None:
    assert made(**changes) == Bad(phrase)


def test_of_an_hour_that_comes_twice_it_is_the_first() -> None:
    assert moment_of("2027-10-31T02:30", PARIS) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("media_type", "picture", "paper"), [("image/png", True, False), ("application/pdf", False, True)]
)
def test_a_picture_is_shown_and_a_paper_is_to_be_read(media_type: str, picture: bool, paper: bool) -> None:
    file = AttachedFile("f", media_type, "0" * 64)
    event = made(file=write_post(Post("", copied="1/2", file=file)))
    assert isinstance(event, Event)
    assert (event.picture == file, event.paper == file) == (picture, paper)


def test_an_event_gives_back_the_answers_that_make_it() -> None:
    file = AttachedFile("f.png", "image/png", "0" * 64)
    event = made(file=write_post(Post(file=file)), description=write_post(Post("Venez * tous")))
    assert isinstance(event, Event) and event.description == "Venez \\* tous"
    assert event_of(given_by(event), PARIS, None, ID) == event


IDS = [
    ("Café des associations", (), "cafe-des-associations-2027-01-21"),
    ("Café des associations", ("cafe-des-associations-2027-01-21",), "cafe-des-associations-2027-01-21-2"),
    ("🎉", (), "rendez-vous-2027-01-21"),
    (
        "Une très longue rencontre des associations du pays de Fougères",
        (),
        "une-tres-longue-rencontre-2027-01-21",
    ),
    ("a" * 80, (), "a" * 29 + "-2027-01-21"),
]


@pytest.mark.parametrize(("title", "taken", "id"), IDS)
def test_an_id_says_title_and_day_and_is_free(title: str, taken: tuple[str, ...], id: str) -> None:
    starts = datetime(2027, 1, 21, 18, 30, tzinfo=PARIS)
    found = new_id(title, starts, frozenset(map(EventId, taken)))
    assert found == id and len(found) <= 40


def test_a_zone_is_chosen_by_the_other_words_of_its_choice() -> None:
    declared = Declared(
        "choice", Owner.PERSON, (Choice(id="run", label="La Réunion", also=("Indian/Reunion",)),)
    )
    assert zone_of("run", declared, PARIS) == REUNION
    assert zone_of("Indian/Reunion", None, PARIS) == REUNION
    assert zone_of("Nulle/Part", None, PARIS) == zone_of(None, declared, PARIS) == PARIS


TEXTS = [
    (Post("Bonjour {prénom}, 2 * 3"), "Bonjour {prénom}, 2 \\* 3"),
    (Post("{name|à vous} {2}"), "{name|à vous} \\{2\\}"),
    (Post("Un\n\nDeux\nTrois"), "Un\n\nDeux\nTrois"),
    (Post("Un gras", Markdown("Un **gras**")), "Un **gras**"),
]


@pytest.mark.parametrize(("post", "text"), TEXTS)
def test_words_go_out_as_they_were_written_but_for_their_holes(post: Post, text: str) -> None:
    assert text_of(post) == text
