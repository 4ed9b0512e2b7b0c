"""In order inside a lane, in parallel beside it, bounded everywhere."""

import asyncio
from collections.abc import Callable

import pytest

from bot.runtime.lanes import Job, LaneFull, Lanes, LanesClosed
from tests.runtime.fakes import eventually, settled


def recorder(seen: list[str], gate: asyncio.Event | None = None) -> Callable[[str], Job]:
    def job(name: str) -> Job:
        async def work() -> None:
            if gate is not None:
                await gate.wait()
            await asyncio.sleep(0)
            seen.append(name)
            if name == "fails":
                raise ValueError(name)

        return work

    return job


async def test_a_lane_keeps_its_order_and_goes_on_after_a_failure() -> None:
    lanes, seen = Lanes(), list[str]()
    job = recorder(seen)
    for name in ("1", "fails", "2", "3"):
        lanes.put("a", job(name))
    await eventually(lambda: len(lanes) == 0)
    assert seen == ["1", "fails", "2", "3"]


async def test_lanes_run_beside_each_other_and_vanish_when_idle() -> None:
    lanes, seen, gate = Lanes(), list[str](), asyncio.Event()
    lanes.put("slow", recorder(seen, gate)("slow"))
    lanes.put("quick", recorder(seen)("quick"))
    await eventually(lambda: seen == ["quick"])
    assert (len(lanes), lanes.pending("slow")) == (1, 1)
    gate.set()
    await eventually(lambda: len(lanes) == 0)


async def test_a_full_lane_refuses_and_a_full_house_makes_wait() -> None:
    lanes, seen, gate = Lanes(per_lane=2, total=3), list[str](), asyncio.Event()
    job = recorder(seen, gate)
    lanes.put("a", job("1"))
    lanes.put("a", job("2"))
    assert lanes.is_full("a")
    with pytest.raises(LaneFull):
        lanes.put("a", job("3"))
    lanes.put("b", job("4"))
    waiting = asyncio.create_task(lanes.room())
    await settled(3)
    assert not waiting.done()
    gate.set()
    await waiting


async def test_only_so_many_jobs_run_at_once() -> None:
    lanes, seen, gate = Lanes(parallel=2), list[str](), asyncio.Event()
    running = 0
    most = 0

    async def work() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    for number in range(20):
        lanes.put(str(number), work)
    await eventually(lambda: len(lanes) == 0)
    assert (most, seen, gate.is_set()) == (2, [], False)


async def test_run_gives_the_result_or_the_error() -> None:
    lanes = Lanes()

    async def good() -> int:
        return 7

    async def bad() -> int:
        raise LookupError

    assert await lanes.run("a", good) == 7
    with pytest.raises(LookupError):
        await lanes.run("a", bad)


async def test_a_drain_finishes_what_waits_and_takes_nothing_new() -> None:
    lanes, seen = Lanes(), list[str]()
    job = recorder(seen)
    for name in ("1", "2"):
        lanes.put("a", job(name))
    assert await lanes.drain(5.0) == 0
    assert seen == ["1", "2"]
    with pytest.raises(LanesClosed):
        lanes.put("a", job("3"))


async def test_a_drain_cuts_off_what_hangs_and_tells_those_who_wait() -> None:
    lanes, never = Lanes(), asyncio.Event()

    async def hang() -> None:
        await never.wait()

    waiters = [asyncio.create_task(lanes.run("a", hang)) for _ in range(2)]
    await settled(2)
    assert await lanes.drain(0.01) == 1
    done = await asyncio.gather(*waiters, return_exceptions=True)
    assert [type(one) for one in done] == [LanesClosed, LanesClosed]
    assert len(lanes) == 0
