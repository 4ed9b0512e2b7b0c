"""From disk into the lanes: everything once, in order, and nothing for ever."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from random import Random
from typing import Any

import pytest

from bot.model.inputs import Attachment, Input, Unusable, Utterance
from bot.model.message import Markdown, Message
from bot.model.session import Session
from bot.model.turn import Turn, View
from bot.model.values import StoredFile
from bot.runtime.lanes import Lanes
from bot.storage.errors import StorageError
from bot.storage.store import Backlog, Store
from tests.runtime.conftest import World
from tests.runtime.fakes import answer, echo, eventually, settled, update
from tests.runtime.test_courier import sending
from tests.storage.samples import ALICE, NOW


@asynccontextmanager
async def feeding(world: World) -> AsyncIterator[None]:
    feed = asyncio.create_task(world.inbox.run())
    try:
        yield
    finally:
        feed.cancel()
        await asyncio.gather(feed, return_exceptions=True)
        await world.lanes.drain(5.0)


async def drained(store: Store) -> bool:
    return (await store.backlog()).inbox == 0


async def heard(store: Store, limit: int = 100) -> list[str]:
    return [one.text for one in await store.history(ALICE, limit=limit) if one.direction == "in"]


async def test_updates_are_answered_in_their_order_and_repeats_are_not(world: World) -> None:
    async with feeding(world):
        batch = [update(number, str(number)) for number in range(10)]
        assert await world.inbox.accept(batch) == 10
        assert await world.inbox.accept(batch) == 0
        await eventually(lambda: drained(world.store))
        assert await heard(world.store) == [str(number) for number in range(10)]
        assert world.channel.settled == []  # no button waits for its clock to stop


async def test_what_an_earlier_process_left_is_done_first(world: World) -> None:
    await world.store.accept("telegram", [update(1, "avant")], now=NOW)
    async with feeding(world):
        await world.inbox.accept([update(2, "après")])
        await eventually(lambda: drained(world.store))
    assert await heard(world.store) == ["avant", "après"]


async def test_one_person_writing_a_lot_holds_back_nobody_and_loses_nothing(store: Store) -> None:
    """More than a lane takes stays on disk; others are answered while that person's lane stands still."""
    gate, loop, order = asyncio.Event(), asyncio.get_running_loop(), list[str]()

    async def passing() -> None:
        await gate.wait()

    def slow(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        assert isinstance(input, Utterance)
        if input.text == "0":
            asyncio.run_coroutine_threadsafe(passing(), loop).result()
        order.append(input.text)
        return answer(session)

    world = World(store, lanes=Lanes(per_lane=5), decide=slow)
    async with feeding(world):
        await world.inbox.accept([update(number, str(number)) for number in range(60)])
        await world.inbox.accept([update(900, "autre", sender="4712")])
        await eventually(lambda: order == ["autre"])
        assert world.lanes.pending(str(ALICE)) == 5
        gate.set()
        await world.inbox.accept([update(number, str(number)) for number in range(60, 70)])
        await eventually(lambda: drained(store))
    assert order[1:] == [str(number) for number in range(70)]


async def test_a_lane_that_was_full_of_timers_takes_its_rows_from_disk_later(store: Store) -> None:
    gate = asyncio.Event()

    async def ring() -> None:
        await gate.wait()

    world = World(store, lanes=Lanes(per_lane=2))
    for _ in range(2):
        world.lanes.put(str(ALICE), ring)
    async with feeding(world):
        await world.inbox.accept([update(1, "avant")])
        await settled()
        gate.set()
        await eventually(lambda: len(world.lanes) == 0)
        await world.inbox.accept([update(2, "après")])
        await eventually(lambda: drained(store))
    assert await heard(store) == ["avant", "après"]


async def test_an_update_not_for_us_is_finished_and_a_malformed_one_set_aside(world: World) -> None:
    async with feeding(world):
        await world.inbox.accept([(1, "4711", "{}"), (2, "4711", "{broken"), update(3, "bonjour")])
        await eventually(lambda: drained(world.store))
    assert await heard(world.store) == ["bonjour"]
    assert await world.store.backlog() == Backlog(inbox=0, aside=1, outbox=1, dead=0)


async def test_an_update_that_fails_again_and_again_is_set_aside_and_the_lane_goes_on(world: World) -> None:
    world.channel.read = _poisoned(world)  # type: ignore[method-assign]
    async with feeding(world):
        await world.inbox.accept([update(1, "poison"), update(2, "bonjour")])

        async def patiently() -> bool:
            world.clock.advance(60.0)
            return await drained(world.store)

        await eventually(patiently)
    assert await heard(world.store) == ["bonjour"]
    assert (await world.store.backlog()).aside == 1


def _poisoned(world: World):  # type: ignore[no-untyped-def]
    honest = type(world.channel).read

    def read(body: str):  # type: ignore[no-untyped-def]
        reading = honest(world.channel, body)
        if json.loads(body)["say"] == "poison":
            object.__setattr__(reading, "address", None)
        return reading

    return read


@pytest.mark.parametrize(
    ("size", "files", "expected"),
    [
        (3, ["a"], "Attachment"),
        (3, [OSError(), OSError(), "a"], "Attachment"),
        (3, [OSError(), OSError(), OSError()], "other"),
        (3, [None], "other"),
        (30_000_000, [], "too_large"),
    ],
)
async def test_a_file_is_fetched_before_its_turn_or_is_unusable(
    store: Store, size: int, files: list[object], expected: str
) -> None:
    seen: list[str] = []

    def look(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        match input:
            case Attachment(StoredFile() as file):
                seen.append("Attachment" if file.sha256 else "empty")
            case Unusable(what):
                seen.append(what)
        return echo(session, input, view, now, rng)

    world = World(store, decide=look)
    kept = await store.files.keep(b"abc", name="a.pdf", media_type="application/pdf")
    world.channel.files = [kept if one == "a" else one for one in files]  # type: ignore[misc]

    async def patiently() -> bool:
        world.clock.advance(60.0)
        return await drained(store)

    async with feeding(world):
        await world.inbox.accept([(1, "4711", json.dumps({"from": "4711", "file": size}))])
        await eventually(patiently)
    assert seen == [expected]


async def test_who_sends_without_end_is_told_once_and_the_others_are_answered(world: World) -> None:
    world.inbox.too_fast = Message(Markdown("Doucement"))
    async with feeding(world), sending(world):
        await world.inbox.accept([update(number, f"a{number}") for number in range(50)])
        await world.inbox.accept([update(100, "bonjour", sender="4712")])
        await eventually(lambda: "bonjour!" in world.channel.texts)
        await eventually(lambda: "Doucement" in world.channel.texts)
        await settled()
    mine = [text for to, text, _ in world.channel.sent if to == "4711"]
    assert mine == [f"a{number}!" for number in range(20)] + ["Doucement"]
    assert (await world.store.backlog()).inbox == 0


async def test_a_row_that_is_tried_again_and_again_is_no_flood(world: World) -> None:
    world.inbox.too_fast = Message(Markdown("Doucement"))
    real, failures = world.store.load, 30

    async def load(*args: Any, **kwargs: Any) -> Any:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise StorageError("the disk is away")
        return await real(*args, **kwargs)

    world.store.load = load  # type: ignore[method-assign]  # a disk that comes back
    async with feeding(world), sending(world):
        await world.inbox.accept([update(1, "bonjour")])
        for _ in range(60):
            world.clock.advance(30.0)
            await settled(2)
        await eventually(lambda: world.channel.texts == ["bonjour!"])
