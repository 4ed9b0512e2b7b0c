"""What a change of an event is, who hears of it, and what they hear."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.dialogue.library import Library
from bot.events.publishing import announced, announcement, called_off, news_of, preview, publish
from bot.model.event import EventSeen, EventState, Place
from bot.model.message import Markdown
from bot.model.turn import Policy
from tests.events.samples import EVENT, START, event

POLICY = Policy(ZoneInfo("Europe/Paris"))
NOW = START - timedelta(days=30)
STOOD = EventSeen(EVENT, 2, 3, maybe=4)


def test_a_new_event_is_announced_and_tells_nobody() -> None:
    change = announced(event(state=EventState.DRAFT, revision=0), None)
    assert (change.event.state, change.event.revision) == (EventState.ANNOUNCED, 1)
    assert (change.places, change.concerned, change.same) == ((), 0, False)


@pytest.mark.parametrize(
    ("changes", "places", "concerned"),
    [
        ({"title": "Autre titre"}, (Place.SEATED, Place.WAITING), 5),
        ({"starts": START + timedelta(hours=1)}, (Place.SEATED, Place.WAITING), 5),
        ({"zone": ZoneInfo("Indian/Reunion")}, (Place.SEATED, Place.WAITING), 5),
        ({"place": "Ailleurs"}, (Place.SEATED, Place.WAITING), 5),
        ({"link": "https://example.org/b"}, (Place.SEATED, Place.WAITING), 5),
        ({"description": Markdown("Autre")}, (), 0),
        ({"capacity": 9}, (), 0),
        ({"organiser": "Autre"}, (), 0),
        ({"deadline": START - timedelta(days=1)}, (), 0),
    ],
)
def test_only_what_changes_plans_is_told_and_to_those_who_come(
    changes: dict[str, Any], places: tuple[Place, ...], concerned: int
) -> None:
    change = announced(event(**changes), STOOD)
    assert (change.places, change.concerned, change.same) == (places, concerned, False)
    assert change.event.revision == 2


def test_the_very_same_event_is_no_change() -> None:
    assert announced(replace(EVENT, state=EventState.DRAFT, revision=0), STOOD).same


def test_a_cancellation_is_told_to_those_who_might_have_come_too(library: Library) -> None:
    change = called_off(STOOD)
    assert (change.cancels, change.concerned) == (True, 9)
    news = news_of(change, library.shelf.phrases, POLICY, now=NOW)
    assert set(news.told) == {Place.SEATED, Place.WAITING, Place.MAYBE}
    assert [bool(news.told[place].files) for place in news.told] == [True, False, False]
    assert all("est annulé" in told.message.text for told in news.told.values())
    shown = announcement(change, library.shelf.phrases, POLICY, now=NOW)
    assert shown == news.told[Place.SEATED]


def test_more_seats_are_shown_as_they_will_be_taken(library: Library) -> None:
    change = announced(event(capacity=4), STOOD)
    assert (change.after.seated, change.after.waiting) == (4, 1)
    card = preview(change, library.shelf.phrases, POLICY, now=NOW)
    assert "Complet" in card.text and card.key == f"event.{EVENT.id}"


def test_the_effect_carries_the_event_and_the_news(library: Library) -> None:
    change = announced(event(capacity=4), STOOD)
    effect = publish(change, library.shelf.phrases, POLICY, now=NOW)
    assert effect.event == change.event
    assert "elle est à vous" in effect.news.promoted.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"place": "Ailleurs"}, "a changé : le lieu."),
        (
            {"starts": START + timedelta(hours=1), "ends": START + timedelta(hours=3)},
            "a changé : la date ou l'heure.",
        ),
        ({"title": "Autre", "place": "Ailleurs"}, "a changé : le titre et le lieu."),
        ({"link": "https://example.org/b"}, "a changé : le lien."),
    ],
)
def test_people_read_what_changed(library: Library, changes: dict[str, Any], said: str) -> None:
    news = news_of(announced(event(**changes), STOOD), library.shelf.phrases, POLICY, now=NOW)
    seated, waiting = (
        news.told[place].message.text.replace("\N{NO-BREAK SPACE}", " ") for place in news.told
    )
    assert said in seated and said in waiting
    assert "mettre votre agenda à jour" in seated and "agenda" not in waiting


def test_what_takes_place_after_all_is_said_so(library: Library) -> None:
    stood = EventSeen(event(state=EventState.CANCELLED), 2)
    news = news_of(announced(EVENT, stood), library.shelf.phrases, POLICY, now=NOW)
    assert "a bien lieu" in news.told[Place.SEATED].message.text
