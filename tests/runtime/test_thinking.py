"""Work off the loop: results come back, and what hangs holds up nobody."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from bot.runtime.thinking import Stuck, Thinking


async def test_results_come_back_to_who_asked() -> None:
    thinking = Thinking()
    found = await asyncio.gather(*(thinking.run(lambda n=n: n * n, patience=5.0) for n in range(200)))  # type: ignore[misc]
    assert found == [n * n for n in range(200)]


@pytest.mark.parametrize("error", [LookupError("x"), RecursionError(), SystemExit(1)])
async def test_what_is_raised_comes_back_and_the_thread_goes_on(error: BaseException) -> None:
    thinking = Thinking(threads=1)

    def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        await thinking.run(fail, patience=5.0)
    assert await thinking.run(lambda: 1, patience=5.0) == 1


async def test_it_is_done_off_the_loop_and_in_few_threads() -> None:
    thinking, threads = Thinking(threads=2), set[int]()
    here = threading.get_ident()

    def work() -> None:
        threads.add(threading.get_ident())
        time.sleep(0.001)

    await asyncio.gather(*(thinking.run(work, patience=5.0) for _ in range(50)))
    assert here not in threads
    assert len(threads) <= 2


async def test_what_hangs_is_given_up_and_holds_up_nobody_however_often() -> None:
    thinking, gate = Thinking(threads=2), threading.Event()
    hanging: Callable[[], bool] = gate.wait
    try:
        for _ in range(4):
            with pytest.raises(TimeoutError):
                await thinking.run(hanging, patience=0.02)
            assert await thinking.run(lambda: 1, patience=5.0) == 1
        together = await asyncio.gather(
            *(thinking.run(hanging, patience=0.05) for _ in range(2)),
            thinking.run(lambda: 2, patience=5.0),
            return_exceptions=True,
        )
        assert [type(one) for one in together] == [TimeoutError, TimeoutError, int]
    finally:
        gate.set()
    assert await thinking.run(lambda: 3, patience=5.0) == 3


async def test_so_many_hang_at_most_then_it_says_so_and_goes_on_again_once_they_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    thinking, gate, before = Thinking(threads=2, most_hanging=3), threading.Event(), threading.active_count()
    try:
        for hanging in range(1, 6):
            with pytest.raises(TimeoutError):
                await thinking.run(gate.wait, patience=0.02)
            assert bool(thinking.trouble) is (hanging >= 3)
            if hanging < 5:  # the threads that are left serve on
                assert await thinking.run(lambda: 1, patience=5.0) == 1
        assert "5 decisions do not end" in thinking.trouble
        with pytest.raises(Stuck):
            await thinking.run(lambda: 1, patience=5.0)
        assert threading.active_count() - before == 5
        assert "threading.py" in str([vars(record)["frames"] for record in caplog.records])
    finally:
        gate.set()
    while thinking.trouble:
        await asyncio.sleep(0.001)
    assert await thinking.run(lambda: 2, patience=5.0) == 2


async def test_what_waited_behind_all_that_hang_is_done_once_one_of_them_ends() -> None:
    thinking, gate = Thinking(threads=1, most_hanging=0), threading.Event()
    first = asyncio.create_task(thinking.run(gate.wait, patience=0.05))
    await asyncio.sleep(0)
    second = asyncio.create_task(thinking.run(lambda: 2, patience=5.0))
    with pytest.raises(TimeoutError):
        await first
    gate.set()
    assert await second == 2


async def test_who_stops_waiting_before_their_turn_costs_nothing() -> None:
    thinking, gate, done = Thinking(threads=1), threading.Event(), list[int]()
    first = asyncio.create_task(thinking.run(gate.wait, patience=5.0))
    await asyncio.sleep(0)
    second = asyncio.create_task(thinking.run(lambda: done.append(2), patience=5.0))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    gate.set()
    await first
    await thinking.run(lambda: done.append(3), patience=5.0)
    assert done == [3]
