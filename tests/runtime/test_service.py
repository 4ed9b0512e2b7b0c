"""Loops that never die silently, timers that survive, and an end in which nothing is lost."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from random import Random

import pytest

from bot.model.effects import Send, SetTimer
from bot.model.inputs import Input, Timeout
from bot.model.session import Session
from bot.model.turn import Turn, View
from bot.runtime.clock import SystemClock, rung_or_passed
from bot.runtime.service import keep_running
from bot.storage.store import Store
from tests.runtime.conftest import World
from tests.runtime.fakes import SteppedClock, answer, eventually, settled, update
from tests.storage.samples import ALICE, BRUNO, CHANNELS, DAY, NOW, say, turn


def remind(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
    assert isinstance(input, Timeout)
    return answer(session, Send(say(f"rappel {input.key}")))


async def test_timers_ring_when_due_once_and_the_purge_comes_daily(store: Store) -> None:
    world = World(store, decide=remind)
    await turn(store, SetTimer("one", NOW), SetTimer("two", NOW + DAY))
    await turn(store, SetTimer("three", NOW), at=BRUNO)
    beating = asyncio.create_task(world.heartbeat.run())
    await eventually(lambda: _texts(store, {"rappel one", "rappel three"}))
    world.clock.advance(86_400.0)
    await eventually(lambda: _reminded(store, ["rappel one", "rappel two"]))
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)


async def _texts(store: Store, texts: set[str]) -> bool:
    return {one.message.text for one in await store.due_messages(CHANNELS, now=NOW)} == texts


async def _reminded(store: Store, texts: list[str]) -> bool:
    return [one.text for one in await store.history(ALICE)] == texts


async def test_a_loop_that_dies_or_ends_is_logged_and_runs_again(caplog: pytest.LogCaptureFixture) -> None:
    clock, runs = SteppedClock(), 0

    async def loop() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ValueError("Coquelicot")
        if runs == 3:
            await asyncio.Event().wait()

    watch = asyncio.create_task(keep_running("x", loop, clock=clock, rng=Random(1)))

    def patiently() -> bool:
        clock.advance(1.0)
        return runs == 3

    await eventually(patiently)
    assert not watch.done()
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    assert [one.getMessage() for one in caplog.records] == ["loop_died", "loop_ended"]
    assert "Coquelicot" not in str([vars(one) for one in caplog.records])


async def test_a_fatal_error_ends_the_service(world: World) -> None:
    async def unauthorized() -> None:
        raise PermissionError

    async with world.service as service:
        service.start("inbox", world.inbox.run)
        service.start("polling", unauthorized, fatal=(PermissionError,))
        with pytest.raises(PermissionError):
            await service.wait()


async def test_a_cancelled_service_answers_what_it_took_in(world: World) -> None:
    async def serve() -> None:
        async with world.service as service:
            service.start("inbox", world.inbox.run)
            service.start("heartbeat", world.heartbeat.run)
            await service.wait()

    serving = asyncio.create_task(serve())
    await settled(3)
    await world.inbox.accept([update(number, str(number), sender=str(number)) for number in range(20)])
    await eventually(lambda: len(world.channel.sent) > 0)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    backlog = await world.store.backlog()
    assert backlog.outbox == 0
    assert len(world.channel.sent) == 20 - backlog.inbox
    assert len(world.lanes) == 0
    await world.service.stop()  # Once more does no harm.
    assert {task for task in asyncio.all_tasks() if task is not asyncio.current_task()} == set()


async def test_a_stop_that_is_cut_short_goes_on_with_what_is_left_of_its_time(world: World) -> None:
    """The second Ctrl-C must not give the first one's time once more."""
    await turn(world.store, Send(say("a1")))
    world.channel.gate.clear()
    async with world.service as service:
        await eventually(lambda: world.channel.texts == ["a1"])
        first = asyncio.create_task(service.stop(8.0))
        await settled(3)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        world.clock.advance(8.0)
        await service.stop(8.0)  # would wait 8 real seconds for the delivery that hangs
        assert service._left() == 0.0
    assert (await world.store.backlog()).outbox == 1


async def test_the_clock_of_the_machine_is_aware_and_monotonic() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() is not None
    before = clock.monotonic()
    await clock.sleep(0)
    assert clock.monotonic() >= before


@pytest.mark.parametrize(
    "ring", [lambda bell, clock: bell.set(), lambda bell, clock: clock.advance(2.0)], ids=["bell", "time"]
)
async def test_a_wait_ends_by_the_bell_or_by_time(
    ring: Callable[[asyncio.Event, SteppedClock], None], caplog: pytest.LogCaptureFixture
) -> None:
    bell, clock = asyncio.Event(), SteppedClock()
    waiting: Awaitable[None] = asyncio.ensure_future(rung_or_passed(bell, 2.0, clock))
    await settled(2)
    ring(bell, clock)
    await waiting
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []
