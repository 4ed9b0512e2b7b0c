"""The time of the stand-in: real, or moved by the test. Only this module reads a clock."""

import asyncio
import heapq
import time
from itertools import count
from typing import Protocol

START = 1_750_000_000.0
"""Where a manual clock begins: some second of June 2025, in Unix seconds."""


class Clock(Protocol):
    """Unix seconds, and a way to let some pass."""

    def now(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class RealClock:
    """The machine's clock."""

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that stands still until the test calls ``advance``.

    It moves dates, limits, expiry, delays of faults and waits before a redelivery. Long polls and the test's
    own waiting (``hears``, ``quiet``) stay on real time: they end when something happens.
    """

    def __init__(self, start: float = START) -> None:
        self._now = start
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        done = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._order), done))
        await done

    async def advance(self, seconds: float) -> None:
        """Move forward, waking each sleeper at its own moment."""
        target = self._now + seconds
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, done = heapq.heappop(self._sleepers)
            self._now = max(self._now, due)
            if not done.done():
                done.set_result(None)
            await asyncio.sleep(0)  # lets the woken task sleep again before the next moment
            await asyncio.sleep(0)
        self._now = target
