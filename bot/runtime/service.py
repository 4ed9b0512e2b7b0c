"""The loops of one serving process: started, watched, and stopped in the order in which nothing is lost."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Self

from bot.runtime.clock import Clock
from bot.runtime.courier import Courier
from bot.runtime.lanes import Lanes
from bot.runtime.next_attempt import pause

log = logging.getLogger(__name__)

Loop = Callable[[], Awaitable[None]]

DRAIN = 8.0
"""Seconds for everything that was begun when the process is told to stop: after 10, `docker stop` kills."""

STEADY = 60.0
"""Seconds after which a loop that died is taken for a new misfortune, not for the same one."""


async def keep_running(
    name: str,
    loop: Loop,
    *,
    clock: Clock,
    rng: Random,
    fatal: tuple[type[BaseException], ...] = (),
) -> None:
    """Run `loop` again whenever it ends, never silently, with growing pauses; `fatal` errors go through."""
    failures = 0
    while True:
        started = clock.monotonic()
        try:
            await loop()
            log.error("loop_ended", extra={"loop": name})
        except fatal:
            raise
        except Exception as error:
            # The places in our code, never the message: it may quote a person or a token.
            frames = [
                f"{one.filename}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)[-3:]
            ]
            log.error("loop_died", extra={"loop": name, "error": type(error).__name__, "frames": frames})
        failures = failures + 1 if clock.monotonic() - started < STEADY else 1
        await clock.sleep(pause(failures, rng=rng, cap=60.0))


@dataclass(slots=True, kw_only=True)
class Service:
    """Holds the loops: `async with service:` sends from the start, stops in order at the end."""

    lanes: Lanes
    courier: Courier
    clock: Clock
    rng: Random
    _loops: list[asyncio.Task[None]] = field(default_factory=list)
    _sending: asyncio.Task[None] | None = None
    _until: float | None = None
    """When everything must have ended, once it was told to stop."""

    async def __aenter__(self) -> Self:
        self._sending = self._watched("courier", self.courier.run, ())
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    def start(self, name: str, loop: Loop, *, fatal: tuple[type[BaseException], ...] = ()) -> None:
        """Watch over a loop that brings something in (polling, the inbox, the heartbeat).

        An error among `fatal` ends the service: `wait` raises it.
        """
        self._loops.append(self._watched(name, loop, fatal))

    async def wait(self) -> None:
        """Serve until a loop fails fatally or this is cancelled."""
        # Not gather: cancelling it would cancel the courier, which still has to say what the lanes finish.
        done, _ = await asyncio.wait(self._loops, return_when=asyncio.FIRST_EXCEPTION)
        for loop in done:
            loop.result()

    async def stop(self, seconds: float = DRAIN) -> None:
        """Take nothing more in, finish what was begun, send what it said; then let go.

        A stop that was cut short (a second signal) goes on with what is left of the time.
        """
        if self._until is None:
            self._until = self.clock.monotonic() + seconds
        await _cancelled(self._loops)
        late = await self.lanes.drain(self._left())
        if late:
            log.warning("lanes_cut_off", extra={"lanes": late})
        if self._sending is not None and not self._sending.done():
            await self.courier.flush(self._left())
            await _cancelled([self._sending])
        await self.courier.close()

    def _left(self) -> float:
        return max(0.0, (self._until or 0.0) - self.clock.monotonic())

    def _watched(self, name: str, loop: Loop, fatal: tuple[type[BaseException], ...]) -> asyncio.Task[None]:
        watch = keep_running(name, loop, clock=self.clock, rng=self.rng, fatal=fatal)
        return asyncio.create_task(watch, name=name)


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
