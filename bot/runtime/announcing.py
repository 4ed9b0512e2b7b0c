"""Announcements leave window by window: copies are made as the courier gets rid of the ones before.

The same loop begins those whose time has come, brings arrived copies to their last text, and shows whoever
made an announcement how far it is.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from bot.events.copies import Writer
from bot.events.report import chart, listing_file, listing_name, progress_card, report, words_of
from bot.flows.shelf import Shelf
from bot.model.announcement import WAITING, AnnouncementId, AnnouncementSeen, State
from bot.model.message import Message
from bot.runtime.clock import Clock
from bot.runtime.courier import Courier
from bot.storage.store import Store

log = logging.getLogger(__name__)

WINDOW = 0.5
"""Seconds of sending that one window holds: a pause or a cancel waits no longer for what was claimed."""

LEAST = 20
"""Copies in a window, however slow the pace."""

PART = 100
"""Copies made in one transaction: a reply that is to be written waits no longer than for these."""

MOST_WINDOWS = 10
"""Windows of copies on disk at most, those that Telegram told to wait included."""

IDLE = 5.0
"""Seconds between looks for a new announcement: a short command beside us makes them."""

WATCHED = 1.0
"""The same while somebody has the card of an announcement before them."""

RHYTHM = 5.0
"""Seconds between two edits of such a card; a change of state shows at once."""

PATIENCE = 20.0
"""The same in lengths of one look at the figures: of millions of copies it takes its time."""


@dataclass(slots=True)
class _Shown:
    """What a card said last."""

    state: State
    edition: int
    card: Message
    at: float
    """Monotonic."""
    rhythm: float = RHYTHM
    """Seconds until it is looked at again."""

    def stands(self, state: State, edition: int) -> bool:
        """Whether nothing was ordered since."""
        return (self.state, self.edition) == (state, edition)


@dataclass(frozen=True, slots=True)
class _Pace:
    """When a card was looked at, and when it is next."""

    moment: float
    rhythm: float


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
    shelf: Callable[[], Shelf]
    """The authored content as it is now: copies and cards are written from it."""
    _running: frozenset[AnnouncementId] = field(default=frozenset())
    _shown: dict[AnnouncementId, _Shown] = field(default_factory=dict)

    async def run(self) -> None:
        """Look for work for ever."""
        while True:
            busy = await self.step()
            await self.clock.sleep(WINDOW / 2 if busy else WATCHED if self._shown else IDLE)

    async def step(self) -> bool:
        """Make copies if there is room for a window, show how far it is; whether there is more to do."""
        announcements, now = self.store.announcements, self.clock.now()
        await announcements.begin_due(now=now)
        running = await announcements.running()
        if self._running - set(running):  # paused or cancelled, perhaps by another process
            self.courier.recall_bulk()
        self._running = frozenset(running)
        await self._look_again()
        swept = await announcements.swept()
        await self._make(running, swept)
        await self._show()
        return bool(running or swept)

    async def _look_again(self) -> None:
        """Put off copies that waited until people want them no more, or not at this hour."""
        announcements, now = self.store.announcements, self.clock.now()
        writer = Writer(self.shelf(), self.store.policy, now)
        for id in await announcements.aged(self.served, now=now):
            if await announcements.check_again(id, self.served, writer, size=PART):
                self.courier.recall_bulk()
            else:
                self.courier.wake_bulk()

    async def _make(self, running: Collection[AnnouncementId], swept: Collection[AnnouncementId]) -> None:
        """One window, for the first that has use for it; corrections go before new copies."""
        announcements, now = self.store.announcements, self.clock.now()
        size = max(LEAST, int(self.rate * WINDOW))
        writer = Writer(self.shelf(), self.store.policy, now)
        for id in swept:
            while await announcements.renew(id, writer, size=size * MOST_WINDOWS):
                self.courier.recall_bulk()
        for id in (*swept, *running):
            due, all_of_them = await announcements.waiting(self.served, now=now)
            if due - self.courier.copies > size // 2 or all_of_them > size * MOST_WINDOWS:
                return
            if id in swept and await announcements.sweep(id, writer, size=size):
                self.courier.wake_bulk()
                return
            if id not in running:
                continue
            if await self._claim(id, writer, size):
                return
            if await announcements.finish(id, self.store.policy, now=now):
                log.info("announcement_done", extra={"announcement": id})

    async def _claim(self, id: AnnouncementId, writer: Writer, size: int) -> bool:
        """A window of copies, in parts between which others may write; whether any was made."""
        made = False
        while size > 0:
            part = min(PART, size)
            count = await self.store.announcements.claim(id, self.served, writer, size=part)
            if count:
                made = True
                self.courier.wake_bulk()
            if count < part:
                break
            size -= part
        return made

    async def _show(self) -> None:
        """Bring the cards up to date at a calm rhythm, and send the reports that are due."""
        watched = await self.store.announcements.watched()
        for id in self._shown.keys() - set(watched):
            del self._shown[id]
        for id, (state, edition) in watched.items():
            before, moment = self._shown.get(id), self.clock.monotonic()
            if before is not None and before.stands(state, edition) and moment - before.at < before.rhythm:
                continue
            seen = await self.store.announcements.seen(id)
            rhythm = max(RHYTHM, PATIENCE * (self.clock.monotonic() - moment))
            if seen is None or not await self._show_card(seen, before, _Pace(moment, rhythm)):
                continue
            if _is_over(seen):
                await self._report(seen)

    async def _show_card(self, seen: AnnouncementSeen, before: _Shown | None, pace: _Pace) -> bool:
        """Put the card before its maker if it says something new; False while the one before waits."""
        one = seen.announcement
        card = progress_card(seen, self.shelf().phrases, self.store.policy)
        if before is None or before.card != card:
            if not await self.store.announcements.show(one.id, card, now=self.clock.now()):
                return False
            self.courier.wake()
        self._shown[one.id] = _Shown(one.state, one.edition, card, pace.moment, pace.rhythm)
        return True

    async def _report(self, seen: AnnouncementSeen) -> None:
        one, phrases, policy = seen.announcement, self.shelf().phrases, self.store.policy
        if one.began is None:  # cancelled before it began: the card has said so
            await self.store.announcements.report(one.id, None, (), now=self.clock.now())
            return
        picture = await asyncio.to_thread(chart, seen, phrases)
        lines = await self.store.announcements.listing(one)
        told = (listing_name(one, policy), lines, words_of(phrases), policy.timezone)
        listing = await asyncio.to_thread(listing_file, *told)
        files = [listing] if picture is None else [picture, listing]
        message = report(seen, phrases, policy)
        if await self.store.announcements.report(one.id, message, files, now=self.clock.now()):
            self.courier.wake()


def _is_over(seen: AnnouncementSeen) -> bool:
    """Whether nothing more will come of it."""
    ended = seen.announcement.state in (State.CANCELLED, State.DONE)
    moving = seen.tally.stale or any(seen.tally.fates.get(fate) for fate in WAITING)
    return ended and not moving
