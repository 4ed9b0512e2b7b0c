"""One line for each person: strictly in order inside it, parallel beside it, all of it bounded."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

Job = Callable[[], Awaitable[None]]


class LaneFull(Exception):
    """This person sent more than is taken at once."""


class LanesClosed(Exception):
    """The process is stopping; nothing new is begun."""


class Lanes:
    """Runs jobs by key. A lane exists only while it has something to do."""

    def __init__(self, *, per_lane: int = 50, total: int = 2000, parallel: int = 64) -> None:
        if per_lane < 2:
            raise ValueError("a lane needs a place for the job that runs and one for the next")
        self._per_lane = per_lane
        self._total = total
        self._waiting: dict[str, deque[Job]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._parallel = asyncio.Semaphore(parallel)
        self._count = 0
        self._room = asyncio.Event()
        self._closed = False
        self._promised: set[asyncio.Future[Any]] = set()

    def __len__(self) -> int:
        """Lanes that have something to do."""
        return len(self._tasks)

    def is_full(self, key: str) -> bool:
        """Whether this lane takes nothing more right now."""
        return self.space(key) == 0

    def pending(self, key: str) -> int:
        """Jobs of this lane that are not done, the running one included."""
        return len(self._waiting.get(key, ()))

    def space(self, key: str) -> int:
        """Jobs that this lane still takes."""
        return max(0, self._per_lane - self.pending(key))

    async def room(self) -> None:
        """Wait until there is room for one more job among all lanes."""
        while self._count >= self._total:
            self._room.clear()
            await self._room.wait()

    def put(self, key: str, job: Job) -> None:
        """Queue a job. What it raises is logged by its type, and the lane goes on."""
        if self._closed:
            raise LanesClosed
        if self.is_full(key):
            raise LaneFull
        self._count += 1
        self._waiting.setdefault(key, deque()).append(job)
        if key not in self._tasks:
            self._tasks[key] = asyncio.create_task(self._work(key), name=f"lane {key}")

    async def run(self, key: str, job: Callable[[], Awaitable[T]]) -> T:
        """Queue a job and wait for its result or its error."""
        await self.room()
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._promised.add(done)
        done.add_done_callback(self._promised.discard)

        async def report() -> None:
            try:
                result = await job()
            except Exception as error:
                if not done.done():
                    done.set_exception(error)
            else:
                if not done.done():
                    done.set_result(result)

        try:
            self.put(key, report)
        except BaseException:
            done.cancel()
            raise
        return await done

    async def drain(self, seconds: float) -> int:
        """Take nothing new and finish what waits; cancel what is not done in time, so many lanes."""
        self._closed = True
        tasks = set(self._tasks.values())
        late: set[asyncio.Task[None]] = set()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        for promise in list(self._promised):
            promise.set_exception(LanesClosed())
        return len(late)

    async def _work(self, key: str) -> None:
        waiting = self._waiting[key]
        try:
            while waiting:
                job = waiting[0]
                async with self._parallel:
                    await self._do(job)
                waiting.popleft()
                self._count -= 1
                self._room.set()
        finally:
            # No await since the last look: nothing can have been queued in between.
            self._count -= len(waiting)
            self._room.set()
            del self._waiting[key], self._tasks[key]

    async def _do(self, job: Job) -> None:
        try:
            await job()
        except Exception as error:
            log.error("lane_job_failed", extra={"error": type(error).__name__})
