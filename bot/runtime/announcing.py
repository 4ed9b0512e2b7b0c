"""Announcements leave window by window: copies are made as the courier gets rid of the ones before."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field

from bot.events.announcement import AnnouncementId
from bot.runtime.clock import Clock
from bot.runtime.courier import Courier
from bot.storage.store import Store

log = logging.getLogger(__name__)

WINDOW = 0.5
"""Seconds of sending that one window holds: a pause or a cancel waits no longer for what was claimed."""

LEAST = 20
"""Copies in a window, however slow the pace."""

MOST_WINDOWS = 10
"""Windows of copies on disk at most, those that Telegram told to wait included."""

IDLE = 5.0
"""Seconds between looks for a new announcement: a short command beside us makes them."""


@dataclass(slots=True, kw_only=True)
class Announcer:
    """Keeps the courier in copies while an announcement runs."""

    store: Store
    courier: Courier
    clock: Clock
    served: Collection[str]
    """Channels of this process."""
    rate: float
    """Messages a second that the channel allows."""
    _running: frozenset[AnnouncementId] = field(default=frozenset())

    async def run(self) -> None:
        """Look for work for ever."""
        while True:
            busy = await self.step()
            await self.clock.sleep(WINDOW / 2 if busy else IDLE)

    async def step(self) -> bool:
        """Make copies if there is room for a window; whether an announcement is running."""
        size = max(LEAST, int(self.rate * WINDOW))
        running = await self.store.running_announcements()
        if self._running - set(running):  # paused or cancelled, perhaps by another process
            self.courier.recall_bulk()
        self._running = frozenset(running)
        for announcement in running:
            due, all_of_them = await self.store.waiting_copies(self.served, now=self.clock.now())
            if due > size // 2 or all_of_them > size * MOST_WINDOWS:
                break
            made = await self.store.claim_copies(announcement, self.served, size=size, now=self.clock.now())
            if made:
                self.courier.wake_bulk()
                break
            if await self.store.finish_announcement(announcement):
                log.info("announcement_done", extra={"announcement": announcement})
        return bool(running)
