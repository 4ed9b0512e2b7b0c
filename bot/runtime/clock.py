"""Time: the only place where the wall clock is read."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # `alliances ask` wants the time of day, and no loop
    import asyncio


class Clock(Protocol):
    """Where the runtime gets its time from; tests drive their own."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC. May jump."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back. For pace and patience."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let this many seconds pass."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        import asyncio

        await asyncio.sleep(seconds)


async def rung_or_passed(bell: "asyncio.Event", seconds: float, clock: Clock) -> None:
    """Wait until `bell` is set, but no longer than `seconds`."""
    import asyncio

    if bell.is_set() or seconds <= 0:
        await asyncio.sleep(0)  # Others still get their turn.
        return
    waits = (asyncio.ensure_future(bell.wait()), asyncio.ensure_future(clock.sleep(seconds)))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        # Gather, so that a cancellation of ours that comes right now is not taken for theirs.
        await asyncio.gather(*waits, return_exceptions=True)
