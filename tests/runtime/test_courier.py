"""One way out: in order for each address, replies first, at the allowed pace, and every receipt counts."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from bot.model.effects import Edit, Send, SetTimer
from bot.model.receipt import Deferred, Delivered, Failed, Migrated, Receipt, Refused, Unknown, Unreachable
from bot.model.who import Address
from bot.runtime.pacing import Pacer
from bot.storage.store import Store
from bot.storage.turns import Cause
from tests.runtime.conftest import World
from tests.runtime.fakes import eventually, settled
from tests.storage.samples import ALICE, BRUNO, NOW, PAGE, say, tell, turn


@asynccontextmanager
async def sending(world: World) -> AsyncIterator[None]:
    loop = asyncio.create_task(world.courier.run())
    try:
        yield
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
        await world.courier.close()


async def empty(store: Store) -> bool:
    return (await store.backlog()).outbox == 0


async def test_each_address_gets_its_messages_in_order_and_edits_find_theirs(world: World) -> None:
    await turn(world.store, Send(say("a1", key="k")), Edit(say("a2", key="k")), Send(say("a3")))
    await turn(world.store, Send(say("b1")), at=BRUNO)
    async with sending(world):
        await eventually(lambda: empty(world.store))
    mine = [(text, replaces) for to, text, replaces in world.channel.sent if to == ALICE.id]
    first = next(replaces for text, replaces in mine if text == "a2")
    assert mine == [("a1", None), ("a2", first), ("a3", None)]
    assert first is not None


async def test_a_commit_wakes_the_courier_and_a_slow_address_holds_back_only_itself(world: World) -> None:
    world.channel.gate.clear()
    async with sending(world):
        await tell(world.store, "a1", "a2")
        world.courier.wake()
        await eventually(lambda: world.channel.texts == ["a1"])
        await tell(world.store, "b1", at=BRUNO)
        world.courier.wake()
        await eventually(lambda: world.channel.texts == ["a1", "b1"])
        await settled(5)
        assert world.channel.texts == ["a1", "b1"]
        world.channel.gate.set()
        await eventually(lambda: empty(world.store))


async def test_when_all_places_become_free_at_once_the_next_leave_without_another_ring(world: World) -> None:
    world.courier._parallel = 4
    people = [Address("telegram", str(number)) for number in range(30)]
    for at in people:
        await tell(world.store, "réponse", at=at)
    world.channel.gate.clear()
    async with sending(world):
        await eventually(lambda: len(world.channel.sent) == 4)
        world.courier.wake()
        await settled(5)
        assert len(world.channel.sent) == 4
        world.channel.gate.set()
        await eventually(lambda: empty(world.store))
    assert sorted(int(to) for to, _, _ in world.channel.sent) == list(range(30))


async def test_replies_go_first_at_the_pace_of_the_channel(store: Store) -> None:
    world = World(store, pacer=Pacer())
    people = [Address("telegram", str(number)) for number in range(6)]
    for at in people[:3]:
        await turn(store, SetTimer("remind", NOW), at=at)
        await turn(store, Send(say("rappel")), at=at, cause=Cause(timer="remind"))
    async with sending(world):
        await eventually(lambda: len(world.channel.sent) == 1)
        for at in people[3:]:
            await tell(store, "réponse", at=at)
        world.courier.wake()
        while not await empty(store):
            world.clock.advance(0.01)
            await settled(1)
    assert world.channel.texts == ["rappel"] + ["réponse"] * 3 + ["rappel"] * 2


@pytest.mark.parametrize(
    ("receipts", "texts"),
    [
        ([], ["a1", "a2"]),
        ([Deferred(30)], ["a1", "a1", "a2"]),
        ([Failed("502"), Failed("502")], ["a1", "a1", "a1", "a2"]),
        ([Unknown("read timeout")], ["a1", "a1", "a2"]),
        ([Unknown("read timeout")] * 4, ["a1", "a1", "a1", "a1", "a2"]),
        ([Refused("too long")], ["a1", "a2"]),
        ([Unreachable("blocked")], ["a1"]),
        ([Migrated("-100")], ["a1", "a1", "a2"]),
        ([RuntimeError("bug")], ["a1", "a1", "a2"]),
    ],
)
async def test_what_becomes_of_a_message_with_each_receipt(
    world: World, receipts: list[Receipt | Exception], texts: list[str]
) -> None:
    world.channel.receipts = list(receipts)
    await tell(world.store, "a1", "a2")

    async def patiently() -> bool:
        world.clock.advance(10.0)
        return await empty(world.store)

    async with sending(world):
        await eventually(patiently)
    assert world.channel.texts == texts
    moved = any(isinstance(receipt, Migrated) for receipt in receipts)
    assert {to for to, _, _ in world.channel.sent} == ({ALICE.id, "-100"} if moved else {ALICE.id})


async def test_a_deferred_message_leaves_by_itself_when_its_time_has_come(world: World) -> None:
    world.channel.receipts = [Deferred(30)]
    await tell(world.store, "a1")
    async with sending(world):
        await eventually(lambda: world.channel.texts == ["a1"])
        world.clock.advance(29.0)
        await settled()
        assert world.channel.texts == ["a1"]

        async def patiently() -> bool:
            world.clock.advance(1.0)
            return await empty(world.store)

        await eventually(patiently)


async def test_a_refused_pace_stops_the_others_too_and_a_long_one_is_an_alarm(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(store, pacer=Pacer())
    world.channel.receipts = [Deferred(90)]
    await tell(store, "a1")
    await tell(store, "b1", at=BRUNO)
    async with sending(world):
        await eventually(lambda: world.channel.texts == ["a1"])
        world.clock.advance(59.0)
        await settled()
        assert world.channel.texts == ["a1"]

        async def patiently() -> bool:
            world.clock.advance(2.0)
            return await empty(store)

        await eventually(patiently)
    assert world.channel.texts == ["a1", "b1", "a1"]
    assert [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR] == ["deferred"]


async def test_a_message_that_cannot_be_read_is_set_aside_and_the_others_leave(
    world: World, tmp_path: Path
) -> None:
    await tell(world.store, "a1")
    await tell(world.store, "b1", at=BRUNO)
    with closing(sqlite3.connect(tmp_path / "data" / "alliances.sqlite3")) as other, other:
        other.execute("UPDATE outbox SET body = '{}' WHERE address = ?", (ALICE.id,))
    async with sending(world):
        await eventually(lambda: empty(world.store))
    assert world.channel.texts == ["b1"]
    assert (await world.store.backlog()).dead == 1


async def test_a_receipt_that_cannot_be_kept_is_no_reason_to_send_without_end(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.channel.receipts = [Deferred(1e15)]  # beyond what a time can hold
    await tell(world.store, "a1")
    async with sending(world):
        await eventually(lambda: world.channel.texts == ["a1"])
        await settled()
        assert world.channel.texts == ["a1"]

        async def patiently() -> bool:
            world.clock.advance(5.0)
            return await empty(world.store)

        await eventually(patiently)
    assert "receipt_lost" in [one.getMessage() for one in caplog.records]


async def test_messages_of_a_channel_that_is_not_here_stay(world: World) -> None:
    await tell(world.store, "p1", at=PAGE)
    await tell(world.store, "a1")
    async with sending(world):
        await eventually(lambda: _left(world.store, 1))
    assert world.channel.texts == ["a1"]


async def _left(store: Store, number: int) -> bool:
    return (await store.backlog()).outbox == number


async def test_a_message_queued_by_another_process_leaves_without_a_ring(world: World) -> None:
    async with sending(world):
        await settled(3)
        await tell(world.store, "a1")
        await settled(3)
        assert world.channel.texts == []

        def patiently() -> bool:
            world.clock.advance(5.0)
            return world.channel.texts == ["a1"]

        await eventually(patiently)


async def test_an_erasure_during_a_delivery_leaves_no_reference(world: World) -> None:
    world.channel.gate.clear()
    await turn(world.store, Send(say("a1", key="k")))
    (row,) = await world.store.due_messages(("telegram",), now=NOW)
    await world.store.record(row, Refused("gone"), now=NOW)
    await world.store.record(row, Delivered("9"), now=NOW)
    await turn(world.store, Edit(say("a2", key="k")))
    (edit,) = await world.store.due_messages(("telegram",), now=NOW)
    assert edit.replaces is None
