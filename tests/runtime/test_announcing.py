"""Announcements leave window by window, beside the replies and never before them."""

import asyncio
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import pytest

from bot.model.announcement import AnnouncementId, AnnouncementSeen, Fate, Order, State
from bot.model.effects import Erase
from bot.model.receipt import Deferred, Unreachable
from bot.model.who import Address
from bot.runtime.announcing import Announcer
from bot.runtime.breadth import LEAST
from bot.runtime.pacing import Pace, Pacer
from bot.storage.announcements import Announcements
from bot.storage.outbox import Outgoing
from bot.storage.store import Store
from tests.runtime.conftest import World
from tests.runtime.fakes import settled
from tests.runtime.test_courier import sending
from tests.storage.announcing import announced, claimed, fates, newest, shelf
from tests.storage.samples import NOW, say, tell, turn


def announcer(world: World, *, rate: float = 30.0) -> Announcer:
    return Announcer(
        store=world.store,
        courier=world.courier,
        clock=world.clock,
        served=("telegram",),
        rate=rate,
        shelf=shelf,
    )


async def begun(store: Store, count: int) -> tuple[AnnouncementId, list[Address]]:
    people = [Address("telegram", str(1000 + number)) for number in range(count)]
    for at in people:
        await store.load(at, now=NOW)
    return await announced(store), people


async def play(
    world: World,
    seconds: float,
    *,
    step: float = 0.02,
    rate: float = 30.0,
    claiming: Announcer | None = None,
) -> None:
    """Let time pass while copies are claimed and sent."""
    claiming = claiming or announcer(world, rate=rate)
    for _ in range(int(seconds / step)):
        await claiming.step()
        world.clock.advance(step)
        await settled(2)


async def test_everyone_gets_it_once_at_the_pace_and_then_it_is_done(store: Store) -> None:
    world = World(store, pacer=Pacer(Pace(overall=100)))
    _, people = await begun(store, 90)
    async with sending(world):
        await play(world, 1.5, step=0.005, rate=100)
    assert [to for to, _, _ in world.channel.sent] == [at.id for at in people]
    assert (await newest(store))[0].state is State.DONE
    assert world.courier.counts["bulk", "delivered"] == 90


async def test_no_more_is_claimed_than_leaves_soon(store: Store) -> None:
    world = World(store, pacer=Pacer())
    await begun(store, 200)
    claiming = announcer(world)
    for _ in range(5):
        await claiming.step()
    assert (await store.announcements.waiting(("telegram",), now=NOW))[1] <= 40


async def test_a_reply_overtakes_all_copies_that_have_not_left(store: Store) -> None:
    world = World(store, pacer=Pacer())
    _, people = await begun(store, 60)
    async with sending(world):
        await play(world, 0.3)
        before = len(world.channel.sent)
        await tell(store, "réponse", at=people[-1])
        world.courier.wake()
        await play(world, 0.1)
    assert "réponse" in world.channel.texts[before : before + 3]
    assert world.channel.copies == [to for to, text, _ in world.channel.sent if text == "Avis"]


async def test_copies_give_way_a_little_while_an_answer_is_being_found(store: Store) -> None:
    world = World(store, pacer=Pacer(Pace(overall=100)))
    await begun(store, 90)
    async with sending(world):
        await play(world, 0.2, step=0.005, rate=100)
        with world.courier.giving_way():
            before = len(world.channel.sent)
            await play(world, 0.02, step=0.005, rate=100)
            assert len(world.channel.sent) == before
            await play(world, 0.1, step=0.005, rate=100)
            late = len(world.channel.sent)
            assert late > before + 5
        await settled(2)
        assert len(world.channel.sent) > late
        await play(world, 1.0, step=0.005, rate=100)
    assert await fates(store) == {Fate.SENT: 90}


@pytest.mark.parametrize("paused", [False, True])
async def test_what_changes_while_the_courier_looks_for_copies_is_looked_at_again(
    store: Store, paused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is rung for in the middle of the look, which has read what was before."""
    world = World(store, pacer=Pacer())
    id, people = await begun(store, 4)
    looks = 0
    due_bulk = store.due_bulk

    async def slow(served: Collection[str], *, now: datetime, limit: int) -> tuple[Outgoing, ...]:
        nonlocal looks
        found = await due_bulk(served, now=now, limit=limit)
        looks += 1
        if looks == 1 and paused:
            await store.announcements.order(id, Order.PAUSE, now=NOW)
            world.courier.recall_bulk()
        elif looks == 1:
            await claimed(store, id)
            world.courier.wake_bulk()
        return found

    monkeypatch.setattr(store, "due_bulk", slow)
    if paused:
        assert await claimed(store, id) == 4
    async with sending(world):
        for _ in range(20):
            world.clock.advance(0.05)
            await settled(2)
    assert len(world.channel.sent) == (0 if paused else len(people))


async def test_who_is_erased_while_copies_wait_in_memory_gets_none(store: Store) -> None:
    world = World(store, pacer=Pacer())
    _, people = await begun(store, 15)
    async with sending(world):
        await play(world, 0.1)
        await turn(store, Erase(say("Au revoir")), at=people[-1])
        world.courier.recall(people[-1])
        await play(world, 2.0)
    assert [text for to, text, _ in world.channel.sent if to == people[-1].id] == ["Au revoir"]
    assert (await fates(store)) == {Fate.SENT: 14}


async def test_a_flood_answer_delays_one_copy_and_loses_none(store: Store) -> None:
    world = World(store, pacer=Pacer())
    await begun(store, 10)
    world.channel.receipts = [Deferred(1.0), Unreachable("blocked")]
    async with sending(world):
        await play(world, 8.0, step=0.05)
    assert await fates(store) == {Fate.SENT: 9, Fate.BLOCKED: 1}


async def test_a_pause_holds_and_a_resume_goes_on(store: Store) -> None:
    world = World(store, pacer=Pacer())
    id, _ = await begun(store, 100)
    async with sending(world):
        await play(world, 0.5)
        await store.announcements.order(id, Order.PAUSE, now=NOW)
        await play(world, 2.0)
        held = len(world.channel.sent)
        await play(world, 1.0)
        assert len(world.channel.sent) == held < 60
        await store.announcements.order(id, Order.RESUME, now=NOW)
        await play(world, 4.0)
    assert len(world.channel.sent) == 100


NIGHT = 4 * 3600.0
"""Seconds from the start of these tests to the quiet hours, at least."""


@pytest.mark.parametrize("down", [False, True])
async def test_copies_made_before_a_night_wait_for_the_morning(store: Store, down: bool) -> None:
    """The announcement was paused meanwhile, or nobody served."""
    world = World(store, pacer=Pacer())
    id, people = await begun(store, 100)
    claiming = announcer(world)
    async with sending(world):
        while (await fates(store)).get(Fate.SENT, 0) < 5 or (await fates(store)).get(Fate.CLAIMED, 0) < 10:
            await play(world, 0.02, claiming=claiming)
        if not down:
            await store.announcements.order(id, Order.PAUSE, now=NOW)
            await play(world, 1.0, claiming=claiming)
    early = len(world.channel.sent)
    assert 0 < early < 100 and (await fates(store))[Fate.CLAIMED] > 0
    later = World(store, channel=world.channel, clock=world.clock, pacer=Pacer())
    world.clock.advance(NIGHT)
    async with sending(later):
        if not down:
            await store.announcements.order(id, Order.RESUME, now=NOW)
        await play(later, 20.0, step=0.25)
        assert len(world.channel.sent) == early
        assert await fates(store) == {Fate.SENT: early, Fate.LATER: 100 - early}
        world.clock.advance(12 * 3600.0)
        await play(later, 10.0, step=0.05)
    assert Counter(to for to, _, _ in world.channel.sent) == Counter(at.id for at in people)


async def test_one_that_is_paused_holds_up_no_other(store: Store) -> None:
    world = World(store, pacer=Pacer())
    id, people = await begun(store, 60)
    async with sending(world):
        await play(world, 0.5)
        await store.announcements.order(id, Order.PAUSE, now=NOW)
        await play(world, 1.0)
        await announced(store, "Autre avis")
        await play(world, 5.0)
    assert [to for to, text, _ in world.channel.sent if text == "Autre avis"] == [at.id for at in people]


class Counted(Announcements):
    """Counts how often the figures of an announcement are read."""

    looks = 0

    async def seen(self, id: AnnouncementId) -> AnnouncementSeen | None:
        self.looks += 1
        return await super().seen(id)


async def test_the_figures_of_one_that_is_paused_are_not_read_at_every_step(store: Store) -> None:
    """Of millions of copies they take a second, for which replies would wait."""
    world = World(store, pacer=Pacer())
    by = (await store.load(Address("telegram", "9"), now=NOW, profile={"standing": "staff"})).view.person.id
    store.announcements = counted = Counted(store._database, store.files, store.audiences)
    id = await announced(store, by=by)
    await store.announcements.order(id, Order.PAUSE, now=NOW)
    claiming = announcer(world)
    async with sending(world):
        await play(world, 20.0, step=0.25, claiming=claiming)
        assert counted.looks <= 6
        await store.announcements.order(id, Order.CANCEL, now=NOW)
        await play(world, 0.5, step=0.25, claiming=claiming)
    assert any("arrêtée" in text for text in world.channel.texts)


async def test_what_was_on_its_way_when_the_process_died_is_sent_again_and_nothing_else(
    store: Store, tmp_path: Path
) -> None:
    world = World(store)
    _, people = await begun(store, 40)
    world.channel.gate.clear()
    loop = asyncio.create_task(world.courier.run())
    await announcer(world).step()
    await settled()
    in_flight = len(world.channel.sent)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    await world.courier.close()
    assert 0 < in_flight <= 32

    again = World(store, channel=world.channel)
    world.channel.gate.set()
    async with sending(again):
        await play(again, 3.0, step=0.1)
    copies = Counter(to for to, _, _ in world.channel.sent)
    assert set(copies) == {at.id for at in people}
    assert sum(copies.values()) == 40 + in_flight


@pytest.mark.parametrize("parallel", [4, 64])
async def test_copies_leave_places_for_replies(store: Store, parallel: int) -> None:
    world = World(store)
    world.courier._parallel = parallel
    await begun(store, 40)
    world.channel.gate.clear()
    async with sending(world):
        for _ in range(8):  # until one has arrived, a few at a time
            await announcer(world, rate=200).step()
            await settled()
        assert len(world.channel.sent) == LEAST
        await tell(store, "réponse", at=Address("telegram", "1"))
        world.courier.wake()
        await settled()
        assert world.channel.texts[-1] == "réponse"
        world.channel.gate.set()
        await settled()


async def test_a_cancel_from_elsewhere_holds_what_waits_in_memory(store: Store) -> None:
    world = World(store, pacer=Pacer())
    id, _ = await begun(store, 60)
    world.channel.receipts = [Deferred(30.0)]
    claiming = announcer(world)
    async with sending(world):
        await play(world, 0.1, claiming=claiming)
        await store.announcements.order(id, Order.CANCEL, now=NOW)
        sent = len(world.channel.sent)
        await play(world, 40.0, step=0.5, claiming=claiming)
    assert len(world.channel.sent) == sent


async def test_copies_that_must_wait_for_an_hour_do_not_hold_the_others(store: Store) -> None:
    world = World(store, pacer=Pacer(Pace(longest_gate=0.5)))
    await begun(store, 60)
    world.channel.receipts = [Deferred(3600.0)] * 11
    async with sending(world):
        await play(world, 60.0, step=0.1)
    assert (await fates(store))[Fate.SENT] == 49


async def test_a_copy_never_overtakes_a_reply_that_waits_for_a_place(store: Store) -> None:
    world = World(store)
    world.courier._parallel = 4
    _, people = await begun(store, 4)
    world.channel.gate.clear()
    async with sending(world):
        busy = [Address("telegram", str(number)) for number in range(4)]
        for at in busy:
            await tell(store, "occupé", at=at)
        world.courier.wake()
        await settled()
        await tell(store, "réponse", at=people[0])
        world.courier.wake()
        await announcer(world).step()
        await settled()
        # Copies have places of their own, but this person's waits for the reply.
        assert {to for to, _, _ in world.channel.sent} == {at.id for at in (*busy, *people[1:])}
        world.channel.gate.set()
        await settled()
    mine = [text for to, text, _ in world.channel.sent if to == people[0].id]
    assert mine == ["réponse", "Avis"]


async def test_a_reply_waits_for_the_copy_that_is_on_its_way_to_the_same_person(store: Store) -> None:
    world = World(store)
    _, people = await begun(store, 1)
    world.channel.gate.clear()
    async with sending(world):
        await announcer(world).step()
        await settled()
        await tell(store, "réponse", at=people[0])
        world.courier.wake()
        await settled()
        assert world.channel.texts == ["Avis"]
        world.channel.gate.set()
        await settled()
    assert world.channel.texts == ["Avis", "réponse"]
