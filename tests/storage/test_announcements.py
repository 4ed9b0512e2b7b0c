"""One text to many: claimed in order, once each, and every copy's fate is kept."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.events.announcement import CHANGES
from bot.model.announcement import AnnouncementId, Fate, OnUnknown, Order, Plan, State, Tally
from bot.model.effects import Erase, Reach
from bot.model.receipt import Delivered, Failed, Receipt, Refused, Unknown, Unreachable
from bot.model.who import Address
from bot.storage.announcements import AlreadyAnnounced, NotPossible
from bot.storage.store import Store
from tests.storage.announcing import acquainted, announced, claimed, finished, newest
from tests.storage.samples import CHANNELS, HOUR, NOW, rows, say, tell, turn

TEXT = say("L'assemblée a lieu jeudi.")


async def tally(store: Store) -> Tally:
    return (await newest(store))[1]


async def state(store: Store) -> State:
    return (await newest(store))[0].state


async def test_everyone_known_then_gets_one_copy_in_windows(store: Store) -> None:
    people = await acquainted(store, 5)
    id = await announced(store, TEXT)
    await store.load(Address("telegram", "9999"), now=NOW)
    made = [await claimed(store, id, size=2) for _ in range(4)]
    assert made == [2, 2, 1, 0]
    due = await store.due_bulk(CHANNELS, now=NOW)
    assert [one.address for one in due] == people
    assert await store.due_messages(CHANNELS, now=NOW) == ()
    assert not await finished(store, id)
    for one in due:
        await store.record(one, Delivered("1"), now=NOW)
    assert await finished(store, id)
    assert (await tally(store)).fates == {Fate.SENT: 5}


async def test_the_same_text_is_refused_unless_it_is_meant(store: Store) -> None:
    await acquainted(store, 1)
    await announced(store, TEXT)
    with pytest.raises(AlreadyAnnounced, match="announcement 1 of 2027-01-14"):
        await announced(store, TEXT)
    assert await announced(store, TEXT, again=True) == 2


@pytest.mark.parametrize(
    ("receipt", "on_unknown", "again", "fate", "waits"),
    [
        (Delivered("1"), OnUnknown.SKIP, False, Fate.SENT, 0),
        (Unreachable("blocked"), OnUnknown.SKIP, False, Fate.BLOCKED, 0),
        (Refused("bad"), OnUnknown.SKIP, False, Fate.REFUSED, 0),
        (Failed("down"), OnUnknown.SKIP, True, Fate.CLAIMED, 1),
        (Failed("down"), OnUnknown.SKIP, False, Fate.REFUSED, 0),
        (Unknown("timeout"), OnUnknown.SKIP, True, Fate.UNKNOWN, 0),
        (Unknown("timeout"), OnUnknown.RESEND, True, Fate.CLAIMED, 1),
        (Unknown("timeout"), OnUnknown.RESEND, False, Fate.UNKNOWN, 0),
    ],
)
async def test_what_becomes_of_a_copy(
    store: Store, path: Path, receipt: Receipt, on_unknown: OnUnknown, again: bool, fate: Fate, waits: int
) -> None:
    await acquainted(store, 1)
    id = await announced(store, TEXT, on_unknown=on_unknown)
    await claimed(store, id, size=9)
    (copy,) = await store.due_bulk(CHANNELS, now=NOW)
    await store.record(copy, receipt, now=NOW, again=NOW if again else None)
    assert (await tally(store)).fates == {fate: 1}
    assert rows(path, "SELECT count(*) FROM outbox") == [(waits,)]


async def test_who_is_erased_blocks_or_cannot_be_reached_is_left_out(store: Store) -> None:
    people = await acquainted(store, 4)
    await turn(store, Reach(False), at=people[0])
    id = await announced(store, TEXT)
    await claimed(store, id, size=9)
    await turn(store, Erase(say("Au revoir")), at=people[1])
    await turn(store, Reach(False), at=people[2])
    assert [one.address for one in await store.due_bulk(CHANNELS, now=NOW)] == [people[3]]
    assert (await tally(store)).fates == {Fate.BLOCKED: 1, Fate.CLAIMED: 1}


async def test_a_cancel_takes_back_what_has_not_left_and_counts_what_has(store: Store) -> None:
    await acquainted(store, 3)
    id = await announced(store, TEXT)
    await claimed(store, id, size=2)
    first, second = await store.due_bulk(CHANNELS, now=NOW)
    await store.record(first, Delivered("1"), now=NOW)
    assert await store.announcements.order(id, Order.CANCEL, now=NOW) is State.CANCELLED
    await store.record(second, Delivered("2"), now=NOW)  # it was on its way
    assert (await tally(store)).fates == {Fate.SENT: 2}
    assert await claimed(store, id, size=2) == 0


async def test_a_pause_claims_nothing_until_it_is_resumed(store: Store) -> None:
    await acquainted(store, 3)
    id = await announced(store, TEXT)
    await store.announcements.order(id, Order.PAUSE, now=NOW)
    assert await claimed(store, id, size=2) == 0
    await store.announcements.order(id, Order.RESUME, now=NOW)
    assert await claimed(store, id, size=2) == 2


async def brought_to(store: Store, wanted: State) -> AnnouncementId:
    """An announcement in this state."""
    await acquainted(store, 1)
    if wanted is State.PLANNED:
        return await announced(store, Plan(TEXT, starts=NOW + HOUR))
    id = await announced(store, TEXT)
    match wanted:
        case State.PAUSED:
            await store.announcements.order(id, Order.PAUSE, now=NOW)
        case State.CANCELLED:
            await store.announcements.order(id, Order.CANCEL, now=NOW)
        case State.DONE:
            await claimed(store, id, size=9)
            for one in await store.due_bulk(CHANNELS, now=NOW):
                await store.record(one, Delivered("1"), now=NOW)
            assert await finished(store, id)
    return id


@pytest.mark.parametrize("before", list(State))
@pytest.mark.parametrize("order", list(Order))
async def test_an_order_that_makes_no_sense_is_refused(store: Store, before: State, order: Order) -> None:
    id = await brought_to(store, before)
    if after := CHANGES.get((before, order)):
        assert await store.announcements.order(id, order, now=NOW) is after
    else:
        with pytest.raises(NotPossible, match=f"is {before}: it cannot {order}"):
            await store.announcements.order(id, order, now=NOW)
        assert await state(store) is before


async def test_a_text_that_is_refused_from_the_start_stops_by_itself(store: Store) -> None:
    await acquainted(store, 9)
    id = await announced(store, TEXT)
    await claimed(store, id, size=5)
    for one in await store.due_bulk(CHANNELS, now=NOW):
        await store.record(one, Refused("can't parse entities"), now=NOW)
    assert await claimed(store, id, size=5) == 0
    assert await state(store) is State.PAUSED


async def test_a_person_with_two_addresses_gets_one_copy_on_telegram(store: Store, path: Path) -> None:
    await acquainted(store, 1)
    with closing(sqlite3.connect(path)) as beside:
        beside.execute("INSERT INTO address (channel, id, person) VALUES ('web', 'f00d', 1)")
        beside.commit()
    await store.load(Address("web", "beef"), now=NOW)
    id = await announced(store, TEXT)
    await claimed(store, id, served=("telegram", "web"))
    due = await store.due_bulk(("telegram", "web"), now=NOW)
    assert [str(one.address) for one in due] == ["telegram:1000", "web:beef"]


async def test_copies_of_a_pause_stay_where_they_are(store: Store) -> None:
    await acquainted(store, 3)
    id = await announced(store, TEXT)
    await claimed(store, id, size=9)
    await store.announcements.order(id, Order.PAUSE, now=NOW)
    assert await store.due_bulk(CHANNELS, now=NOW) == ()
    await store.announcements.order(id, Order.RESUME, now=NOW)
    assert len(await store.due_bulk(CHANNELS, now=NOW)) == 3


async def test_only_who_has_an_address_for_it_is_counted(store: Store) -> None:
    await acquainted(store, 2)
    await store.load(Address("terminal", "local"), now=NOW)
    await announced(store, TEXT)
    assert (await tally(store)).people == 2


async def test_replies_are_looked_up_apart_from_copies(store: Store) -> None:
    people = await acquainted(store, 2)
    id = await announced(store, TEXT)
    await claimed(store, id, size=9)
    await tell(store, "réponse", at=people[0])
    assert len(await store.due_messages(CHANNELS, now=NOW)) == 1
    assert len(await store.due_bulk(CHANNELS, now=NOW)) == 2


async def test_what_can_still_be_stopped_is_seen_however_many_came_after(store: Store) -> None:
    plan = Plan(say("Tous les mois"), starts=NOW + 1000 * HOUR)
    planned = await store.announcements.announce(plan, now=NOW)
    later = [await store.announcements.announce(Plan(say(str(number))), now=NOW) for number in range(4)]
    for id in later:
        await store.announcements.order(id, Order.CANCEL, now=NOW)
    found = [one.announcement.id for one in await store.announcements.all_seen(limit=3)]
    assert found == [later[3], later[2], planned]
