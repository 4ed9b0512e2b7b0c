"""Events and registrations on a real file: decided again in the commit, told in the same transaction."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.events.registration import Roll, answered
from bot.model.effects import Edit, Erase, HandOut, NewFile, News, Register, Send
from bot.model.event import Event, EventId, EventState, Place, Reply
from bot.model.receipt import Delivered
from bot.model.turn import Need, Turn
from bot.model.who import Address
from bot.storage.events import EventMoved
from bot.storage.store import Store
from tests.events.samples import EVENT, START, event
from tests.storage.samples import ALICE, BRUNO, CHANNELS, NOW, POLICY, rows, say, turn

CLAIRE = Address("telegram", "4713")
NEWS = News(say("Une place pour vous", key="event"))


def wants(reply: Reply, expected: Place, *, revision: int = 1) -> Register:
    return Register(EVENT.id, reply, revision, expected, NEWS.promoted)


async def publish(store: Store, what: Event = EVENT, news: News = NEWS) -> int:
    return await store.publish_event(what, news, now=NOW)


async def places(store: Store) -> list[Place]:
    return [one.place for one in await store.attendees(EVENT.id)]


async def heard(store: Store) -> list[tuple[Address, str]]:
    return [(one.address, one.message.text) for one in await store.due_messages(CHANNELS, now=NOW)]


async def seen(store: Store, at: Address) -> tuple[Place, int | None, int, int | None]:
    loaded = await store.load(at, now=NOW, needs=lambda *_: (Need.EVENTS,))
    (one,) = loaded.view.events
    return one.mine, one.left, one.waiting, one.ahead


async def test_the_last_seat_the_waiting_list_and_who_moves_up_is_told(store: Store, path: Path) -> None:
    await publish(store, event(capacity=1))
    assert await turn(store, wants(Reply.GOING, Place.SEATED), at=ALICE)
    assert await turn(store, wants(Reply.GOING, Place.WAITING), at=BRUNO)
    unsure = replace(wants(Reply.GOING, Place.WAITING), ahead=0, unsure=say("en attente", key="card"))
    assert await turn(store, unsure, Edit(say("en position 1", key="card")), at=CLAIRE)
    assert await heard(store) == [(CLAIRE, "en attente")]
    (card,) = await store.due_messages(CHANNELS, now=NOW)
    await store.record(card, Delivered("1"), now=NOW)
    assert await seen(store, CLAIRE) == (Place.WAITING, 0, 2, 1)
    assert await heard(store) == []
    assert await turn(store, wants(Reply.NO, Place.DECLINED), at=ALICE)
    assert await seen(store, BRUNO) == (Place.SEATED, 0, 1, None)
    assert await seen(store, CLAIRE) == (Place.WAITING, 0, 1, 0)
    assert await heard(store) == [(BRUNO, "Une place pour vous")]
    assert [one.direction for one in await store.history(BRUNO)] == ["out"]
    keys = rows(path, "SELECT address, key FROM timer ORDER BY key")
    assert keys == [(BRUNO.id, f"event.{EVENT.id}.{what}") for what in ("1", "7", "after")]


@pytest.mark.parametrize(
    "answer",
    [
        wants(Reply.GOING, Place.WAITING),
        wants(Reply.GOING, Place.SEATED, revision=2),
        replace(wants(Reply.GOING, Place.SEATED), event=EventId("inconnu")),
    ],
)
async def test_what_was_decided_on_old_facts_leaves_nothing(
    store: Store, path: Path, answer: Register
) -> None:
    await publish(store)
    assert not await turn(store, Send(say("c'est noté")), answer)
    assert await places(store) == []
    assert rows(path, "SELECT count(*) FROM outbox") == [(0,)]


async def test_after_the_deadline_one_may_only_make_room(store: Store) -> None:
    await publish(store, event(deadline=NOW + timedelta(hours=1)))
    await turn(store, wants(Reply.GOING, Place.SEATED))
    late = NOW + timedelta(hours=1)
    assert not await turn(store, wants(Reply.GOING, Place.SEATED), at=BRUNO, now=late)
    assert await turn(store, wants(Reply.NO, Place.DECLINED), now=late)


async def test_sixty_people_at_once_never_get_more_seats_than_there_are(tmp_path: Path) -> None:
    """Two stores on one file, as a short command beside the serving process; each decides on what it saw."""
    path = tmp_path / "data" / "alliances.sqlite3"
    stores = [await Store.open(path, policy=POLICY) for _ in range(2)]
    await publish(stores[0], event(capacity=20))
    people = [Address("telegram", str(5000 + number)) for number in range(60)]
    told: dict[Address, Place] = {}

    async def answer(number: int, at: Address, reply: Reply) -> None:
        store = stores[number % 2]
        while True:
            loaded = await store.load(at, now=NOW, needs=lambda *_: (Need.EVENTS,))
            (one,) = loaded.view.events
            roll = Roll(20, one.seated, (loaded.view.person.id,) * one.waiting)
            expected = answered(roll, loaded.view.person.id, one.mine, reply).place
            decided = Turn(loaded.session, (wants(reply, expected),))
            if await store.commit_turn(loaded, decided, now=NOW):
                told[at] = expected
                return

    try:
        await asyncio.gather(*(answer(number, at, Reply.GOING) for number, at in enumerate(people)))
        assert sorted(told.values()) == [Place.SEATED] * 20 + [Place.WAITING] * 40
        order = [row[0] for row in rows(path, "SELECT person FROM registration ORDER BY row")]
        seated = {row[0] for row in rows(path, "SELECT person FROM registration WHERE place = 'seated'")}
        assert set(order[:20]) == seated
        leaving = [at for at in people if told[at] is Place.SEATED][:15]
        await asyncio.gather(*(answer(number, at, Reply.NO) for number, at in enumerate(leaving)))
        after = {row[0] for row in rows(path, "SELECT person FROM registration WHERE place = 'seated'")}
        assert len(after) == 20
        assert after - seated == set(order[20:35])
        assert rows(path, "SELECT count(*), count(DISTINCT person) FROM outbox") == [(15, 15)]
    finally:
        for store in stores:
            await store.close()


async def test_more_seats_let_the_waiting_move_up_and_less_take_none_away(store: Store) -> None:
    await publish(store, event(capacity=1))
    await turn(store, wants(Reply.GOING, Place.SEATED), at=ALICE)
    await turn(store, wants(Reply.GOING, Place.WAITING), at=BRUNO)
    notice = HandOut(say("Nouvelle date"), (NewFile("e.ics", "text/calendar", b"BEGIN"),))
    change = News(NEWS.promoted, {Place.SEATED: notice, Place.WAITING: notice})
    assert await publish(store, event(capacity=2, revision=2), change) == 2
    assert await heard(store) == [(BRUNO, "Une place pour vous"), (ALICE, "Nouvelle date")]
    message = (await store.history(ALICE))[-1].message
    assert message is not None
    (attached,) = message.attachments
    assert await store.files.read(attached.sha256) == b"BEGIN"
    await publish(store, event(capacity=1, revision=3))
    assert await places(store) == [Place.SEATED, Place.SEATED]


async def test_a_cancellation_tells_everyone_it_concerns_and_drops_the_reminders(
    store: Store, path: Path
) -> None:
    await publish(store)
    await turn(store, wants(Reply.GOING, Place.SEATED), at=ALICE)
    await turn(store, wants(Reply.MAYBE, Place.MAYBE), at=BRUNO)
    await turn(store, wants(Reply.NO, Place.DECLINED), at=CLAIRE)
    assert rows(path, "SELECT count(*) FROM timer") == [(4,)]
    off = HandOut(say("Annulé"), ())
    told = News(NEWS.promoted, {Place.SEATED: off, Place.WAITING: off, Place.MAYBE: off})
    assert await publish(store, event(state=EventState.CANCELLED, revision=2), told) == 2
    assert await heard(store) == [(ALICE, "Annulé"), (BRUNO, "Annulé")]
    assert rows(path, "SELECT count(*) FROM timer") == [(0,)]
    assert not await turn(store, wants(Reply.GOING, Place.SEATED, revision=2), at=CLAIRE)


async def test_a_new_date_moves_the_reminders(store: Store, path: Path) -> None:
    await publish(store)
    await turn(store, wants(Reply.GOING, Place.SEATED))
    week = timedelta(days=7)
    await publish(store, event(starts=START + week, ends=EVENT.ends + week, revision=2))
    assert rows(path, "SELECT due FROM timer ORDER BY due")[0][0].startswith("2027-02-18T17:30")


async def test_a_change_of_an_outdated_revision_is_refused(store: Store) -> None:
    await publish(store)
    with pytest.raises(EventMoved):
        await publish(store, event(title="Autre"))
    assert await store.event(EVENT.id) == EVENT


async def test_an_erased_person_leaves_their_seat_to_who_waits(store: Store, path: Path) -> None:
    await publish(store, event(capacity=1))
    await turn(store, wants(Reply.GOING, Place.SEATED), at=ALICE)
    await turn(store, wants(Reply.GOING, Place.WAITING), at=BRUNO)
    await turn(store, wants(Reply.NO, Place.DECLINED), Erase(say("Au revoir")), at=ALICE)
    assert await places(store) == [Place.SEATED]
    assert (BRUNO, "Une place pour vous") in await heard(store)
    assert rows(path, "SELECT count(*) FROM registration") == [(1,)]


async def test_what_is_over_or_a_draft_is_not_loaded(store: Store) -> None:
    await publish(store, event(state=EventState.DRAFT))
    loaded = await store.load(ALICE, now=NOW, needs=lambda *_: (Need.EVENTS,))
    assert loaded.view.events == ()
    await publish(store, event(revision=2))
    assert len((await store.load(ALICE, now=EVENT.ends, needs=lambda *_: (Need.EVENTS,))).view.events) == 0
    assert (await store.load(ALICE, now=NOW)).view.events == ()
    assert json.dumps([one.event.id for one in await store.events()]) == f'["{EVENT.id}"]'
