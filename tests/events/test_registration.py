"""Seats and the waiting list: never too many, in order, and everyone moves up exactly once."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events.registration import (
    ALLOWED,
    CHANGES,
    Gate,
    Outcome,
    Roll,
    answered,
    gate,
    moving_up,
)
from bot.model.event import Event, EventState, Place, Reply
from bot.model.who import PersonId
from tests.events.samples import START, event

A, B, C, D = (PersonId(number) for number in (1, 2, 3, 4))


@dataclass
class Book:
    """The list of one event, kept as the store keeps it."""

    capacity: int | None
    places: dict[PersonId, Place] = field(default_factory=dict)
    waiting: list[PersonId] = field(default_factory=list)
    promoted: list[PersonId] = field(default_factory=list)

    @property
    def seated(self) -> int:
        return sum(place is Place.SEATED for place in self.places.values())

    def roll(self) -> Roll:
        return Roll(self.capacity, self.seated, tuple(self.waiting))

    def takes(self, person: PersonId, reply: Reply) -> Outcome:
        outcome = answered(self.roll(), person, self.places.get(person, Place.NONE), reply)
        self.put(person, outcome.place)
        self.promote(outcome.promoted)
        return outcome

    def put(self, person: PersonId, place: Place) -> None:
        if place is Place.WAITING and person not in self.waiting:
            self.waiting.append(person)
        elif place is not Place.WAITING and person in self.waiting:
            self.waiting.remove(person)
        self.places[person] = place

    def promote(self, people: tuple[PersonId, ...]) -> None:
        for person in people:
            assert self.places[person] is Place.WAITING
            self.put(person, Place.SEATED)
            self.promoted.append(person)


def test_the_last_seat_the_waiting_list_and_moving_up() -> None:
    book = Book(1)
    assert book.takes(A, Reply.GOING) == Outcome(Place.SEATED)
    assert book.takes(B, Reply.GOING) == Outcome(Place.WAITING)
    assert book.takes(C, Reply.GOING) == Outcome(Place.WAITING)
    assert book.takes(A, Reply.NO) == Outcome(Place.DECLINED, (B,))
    assert book.takes(A, Reply.GOING) == Outcome(Place.WAITING)
    assert book.takes(C, Reply.MAYBE) == Outcome(Place.MAYBE)
    assert book.takes(B, Reply.MAYBE) == Outcome(Place.MAYBE, (A,))


def test_every_place_and_reply_has_its_change_and_none_but_moving_up_leads_from_waiting_to_a_seat() -> None:
    assert set(CHANGES) == {(place, reply) for place in Place for reply in Reply}
    assert all(Place.SEATED not in after for (before, _), after in CHANGES.items() if before is Place.WAITING)
    assert all(Place.NONE not in after for after in CHANGES.values())
    assert set(ALLOWED) == set(Gate)


def test_who_waits_on_a_list_that_has_room_again_is_seated_by_any_next_answer() -> None:
    assert answered(Roll(1, 0, (A, B)), A, Place.WAITING, Reply.GOING) == Outcome(Place.SEATED)
    assert answered(Roll(2, 0, (A, B)), C, Place.NONE, Reply.GOING) == Outcome(Place.WAITING, (A, B))


def test_a_lowered_capacity_takes_no_seat_away_and_lets_nobody_in() -> None:
    assert moving_up(Roll(1, 3, (D,))) == ()
    assert answered(Roll(1, 3, (D,)), A, Place.SEATED, Reply.NO) == Outcome(Place.DECLINED)


@pytest.mark.parametrize(
    ("what", "after_start", "expected"),
    [
        (event(), -timedelta(days=3), Gate.OPEN),
        (event(), timedelta(), Gate.SHUT),
        (event(deadline=START - timedelta(days=2)), -timedelta(days=2, seconds=1), Gate.OPEN),
        (event(deadline=START - timedelta(days=2)), -timedelta(days=2), Gate.LATE),
        (event(state=EventState.CANCELLED), -timedelta(days=3), Gate.SHUT),
        (event(state=EventState.DRAFT), -timedelta(days=3), Gate.SHUT),
    ],
)
def test_what_may_be_answered_when(what: Event, after_start: timedelta, expected: Gate) -> None:
    assert gate(what, START + after_start) is expected


people = st.integers(1, 6).map(PersonId)
steps = st.lists(st.tuples(people, st.sampled_from(Reply)) | st.integers(1, 5), max_size=40)


@given(st.integers(1, 4), steps)
def test_never_over_capacity_in_order_and_each_promotion_once(
    capacity: int, done: list[tuple[PersonId, Reply] | int]
) -> None:
    book, asked = Book(capacity), Counter[PersonId]()
    for step in done:
        before = list(book.waiting)
        gone = set[PersonId]()
        if isinstance(step, int):
            book.capacity = max(step, book.seated)
            rose = moving_up(book.roll())
            book.promote(rose)
        else:
            person, reply = step
            was = book.places.get(person, Place.NONE)
            outcome = book.takes(person, reply)
            rose = outcome.promoted
            asked[person] += outcome.place is Place.WAITING and was is not Place.WAITING
            gone = {person} if outcome.place is not Place.WAITING else set()
        assert book.capacity is not None and book.seated <= book.capacity
        # Those who moved up stood in front of all who did not, and nobody changed places.
        stayed = [one for one in before if one not in gone]
        assert stayed[: len(rose)] == list(rose)
        assert book.waiting[: len(stayed) - len(rose)] == stayed[len(rose) :]
        assert not book.waiting or book.seated == book.capacity
    risen = Counter(book.promoted)
    assert all(risen[one] <= asked[one] for one in risen)


@given(steps)
def test_without_a_limit_nobody_waits(done: list[tuple[PersonId, Reply] | int]) -> None:
    book = Book(None)
    for step in done:
        if not isinstance(step, int):
            assert book.takes(*step).place is not Place.WAITING
    assert not book.promoted
