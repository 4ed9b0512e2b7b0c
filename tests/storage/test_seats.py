"""Seats, the waiting list and the door under many at once, on a real file: whatever comes in whatever order,
never over capacity, in order, and everybody is there once.
"""

import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.events.registration import foreseen
from bot.model.effects import CheckIn, CheckOut, Effect, News, Register
from bot.model.event import Guest, Place, Reply
from bot.model.turn import Need, Turn
from bot.model.who import Address, PersonId
from bot.storage.events import EventMoved
from bot.storage.store import Store
from tests.events.samples import EVENT, event
from tests.storage.samples import NOW, POLICY, say

PEOPLE = [Address("telegram", str(6000 + number)) for number in range(6)]
STAFF = Address("telegram", "6999")
NEWS = News(say("Une place", key="card"))


@dataclass(frozen=True)
class Answer:
    """Somebody answers."""

    who: int
    reply: Reply


@dataclass(frozen=True)
class Resize:
    """Staff change how many seats there are."""

    capacity: int


@dataclass(frozen=True)
class Door:
    """Staff check somebody in or out, or add who has no name here."""

    who: int | None
    out: bool = False


who = st.integers(0, len(PEOPLE) - 1)
steps = st.one_of(
    st.builds(Answer, who, st.sampled_from(Reply)),
    st.builds(Resize, st.integers(1, 5)),
    st.builds(Door, who, st.booleans()),
    st.just(Door(None)),
)
batches = st.lists(st.lists(steps, min_size=1, max_size=8), max_size=6)
Step = Answer | Resize | Door


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), batches)
def test_whatever_happens_at_once_seats_order_and_door_stay_right(
    capacity: int, batches: list[list[Step]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), capacity, batches))


async def _play(folder: Path, capacity: int, batches: list[list[Step]]) -> None:
    store = await Store.open(folder / "a.sqlite3", policy=POLICY, files=folder / "files")
    try:
        await store.publish_event(event(capacity=capacity), NEWS, now=NOW)
        await store.load(STAFF, now=NOW, profile={"standing": "staff"})
        people = [(await store.load(at, now=NOW)).view.person.id for at in PEOPLE]
        walk_ins = 0
        for batch in batches:
            before = await _list(store)
            await asyncio.gather(*(_does(store, step, people) for step in batch))
            after, walk_ins = await _list(store), walk_ins + batch.count(Door(None))
            capacities = [capacity, *(step.capacity for step in batch if isinstance(step, Resize))]
            stored = await store.event(EVENT.id)
            assert stored is not None and stored.capacity is not None
            capacity = stored.capacity
            answered = {people[step.who] for step in batch if isinstance(step, Answer)}
            _holds(before, after, capacity, most=max(capacities), answered=answered)
            assert sum(one.person is None for one in after) == walk_ins
    finally:
        await store.close()


def _holds(
    before: list[Guest], after: list[Guest], capacity: int, *, most: int, answered: set[PersonId]
) -> None:
    seated = _at(after, Place.SEATED)
    assert len(seated) <= max(most, len(_at(before, Place.SEATED))), "never over capacity"
    waited, waits = _at(before, Place.WAITING), _at(after, Place.WAITING)
    assert not waits or len(seated) >= capacity, "nobody waits beside a free seat"
    # Who waits on without having left keeps their place in the line; who left and came back stands behind.
    stayed = [person for person in waited if person in waits and person not in answered]
    assert stayed == [person for person in waits if person in stayed], "the order is kept"
    assert all(count == 1 for count in Counter(one.person for one in after if one.person).values())


def _at(guests: list[Guest], place: Place) -> list[PersonId]:
    return [one.person for one in guests if one.place is place and one.person is not None]


async def _list(store: Store) -> list[Guest]:
    return list((await store.gatherings.of(EVENT.id)).guests)


async def _does(store: Store, step: Step, people: list[PersonId]) -> None:
    match step:
        case Answer(who, reply):
            await _answers(store, PEOPLE[who], people[who], reply)
        case Resize(capacity):
            await _resizes(store, capacity)
        case Door(who, out):
            person = None if who is None else people[who]
            effect: Effect = CheckOut(EVENT.id, person) if out else CheckIn(EVENT.id, person, "Zoé")
            await _until_taken(store, STAFF, effect)


async def _answers(store: Store, at: Address, person: PersonId, reply: Reply) -> None:
    """As the conversation does: decide on what is known, and again if others were faster."""
    while True:
        loaded = await store.load(at, now=NOW, needs=lambda *_: (Need.EVENTS,))
        (seen,) = loaded.view.events
        after = foreseen(seen, person, reply)
        card = say("Carte", key="card")
        effect = Register(EVENT.id, reply, seen.event.revision, after.mine, card, after.ahead, card)
        if await store.commit_turn(loaded, Turn(loaded.session, (effect,)), now=NOW):
            return


async def _resizes(store: Store, capacity: int) -> None:
    while True:
        known = await store.event(EVENT.id)
        assert known is not None
        try:
            changed = replace(known, capacity=capacity, revision=known.revision + 1)
            await store.publish_event(changed, NEWS, now=NOW)
        except EventMoved:
            continue
        return


async def _until_taken(store: Store, at: Address, effect: Effect) -> None:
    while True:
        loaded = await store.load(at, now=NOW)
        if await store.commit_turn(loaded, Turn(loaded.session, (effect,)), now=NOW):
            return
