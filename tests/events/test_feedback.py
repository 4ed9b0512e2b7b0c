"""Who came, and what they think of it: nothing is told that few said."""

from datetime import timedelta

import pytest

from bot.events.feedback import (
    FEEDBACK,
    FEWEST,
    Turnout,
    average,
    shares,
    tie,
    told_already,
    turnout,
    was_there,
)
from bot.model.event import EventId, EventSeen, Gathering, Guest, Place
from bot.model.values import FieldRef, Owner, RunId, Value
from bot.model.who import PersonId
from tests.events.samples import EVENT, START

RUN, OTHER = RunId("r1"), RunId("r2")


def guest(number: int, place: Place, *, here: bool) -> Guest:
    return Guest("A", place, START - timedelta(days=9), PersonId(number), here=START if here else None)


def test_the_door_tells_who_came_who_did_not_and_who_had_no_seat() -> None:
    guests = (
        guest(1, Place.SEATED, here=True),
        guest(2, Place.SEATED, here=False),
        guest(3, Place.WAITING, here=True),
        guest(4, Place.MAYBE, here=False),
        Guest("Passant", Place.NONE, START, here=START),
    )
    came = turnout(Gathering(EVENT.id, guests))
    assert came == Turnout(seated=2, here=3, unannounced=2, checked=True)
    assert came.missing == 1
    assert not turnout(Gathering(EVENT.id, guests[1:2])).checked


@pytest.mark.parametrize(
    ("seen", "there"),
    [
        (EventSeen(EVENT, mine=Place.SEATED), True),
        (EventSeen(EVENT, mine=Place.WAITING), False),
        (EventSeen(EVENT, mine=Place.SEATED, here=3), False),
        (EventSeen(EVENT, mine=Place.SEATED, here=3, attended=True), True),
        (EventSeen(EVENT, mine=Place.NONE, here=3, attended=True), True),
    ],
)
def test_who_was_there_is_who_was_checked_in_or_who_had_a_seat_where_nobody_was(
    seen: EventSeen, there: bool
) -> None:
    assert was_there(seen) is there


def test_what_fewer_than_five_said_is_not_told() -> None:
    assert average((5,) * (FEWEST - 1)) is None and average((1, 2, 3, 4, 5)) == 3.0
    assert shares(("a",) * (FEWEST - 1)) is None
    assert shares(("b", "a", "b", "c", "a")) == {"a": 2, "b": 2, "c": 1}
    assert average((True,) * FEWEST) is None


def test_an_opinion_belongs_to_the_event_that_its_run_names() -> None:
    note = FieldRef(Owner.PERSON, "note", FEEDBACK, RUN)
    answers: dict[FieldRef, Value] = {tie(RUN): EVENT.id, note: 4, tie(OTHER): "autre"}
    assert told_already(EVENT.id, answers)
    assert not told_already(EventId("autre"), answers)
    assert not told_already(EventId("inconnu"), answers)
