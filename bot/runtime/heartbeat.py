"""What happens by itself: due timers and the daily purge. Timers live on disk, so a restart loses none."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.model.inputs import Timeout
from bot.model.message import Message
from bot.model.who import PersonId
from bot.runtime.clock import Clock
from bot.runtime.lanes import Lanes
from bot.runtime.runner import Arrival, Runner
from bot.storage.leaving import NOTHING
from bot.storage.store import Store
from bot.storage.timers import DueTimer

log = logging.getLogger(__name__)

BEAT = 5.0
"""Seconds between looks; reminders are for an hour of the day, not for a second."""

DAY = 86_400.0


@dataclass(slots=True, kw_only=True)
class Heartbeat:
    """Rings timers in the lane of their person, behind what the person did themselves."""

    store: Store
    runner: Runner
    lanes: Lanes
    clock: Clock
    kept: Callable[[], Message] = lambda: NOTHING
    """What is said to staff where we may not delete the topic of an erased request."""
    _ringing: set[tuple[PersonId, str]] = field(default_factory=set)
    _purged: float | None = None

    async def run(self) -> None:
        """Beat for ever."""
        while True:
            await self.beat()
            await self.clock.sleep(BEAT)

    async def beat(self) -> None:
        """Ring what is due and purge if a day has passed."""
        for timer in await self.store.due_timers(now=self.clock.now(), limit=500):
            lane = str(timer.address)
            if (timer.person, timer.key) not in self._ringing and not self.lanes.is_full(lane):
                self._ringing.add((timer.person, timer.key))
                self.lanes.put(lane, lambda timer=timer: self._ring(timer))  # type: ignore[misc]
        if self._purged is None or self.clock.monotonic() - self._purged >= DAY:
            gone = await self.store.purge(self.kept(), now=self.clock.now())
            self._purged = self.clock.monotonic()
            if any(gone.values()):
                log.info("purged", extra={name: number for name, number in gone.items() if number})

    async def _ring(self, timer: DueTimer) -> None:
        try:
            await self.runner.turn(Arrival(timer.address, Timeout(timer.key), timer=timer.key))
        finally:
            self._ringing.discard((timer.person, timer.key))
