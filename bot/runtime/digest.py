"""Once a week, staff get the week in brief; and each day it is counted how many people were active.

That a week was told stands in the database, in the transaction that makes the copies: a restart, or a second
process, tells nothing twice.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from bot.dialogue.library import Library
from bot.dialogue.report import report
from bot.dialogue.statistics import digest
from bot.flows.reminders import out_of_quiet
from bot.model.message import AttachedFile
from bot.model.statistics import Period, Statistics
from bot.model.values import StoredFile
from bot.runtime.clock import Clock
from bot.runtime.thinking import Thinking
from bot.storage.statistics import Told
from bot.storage.store import Store

log = logging.getLogger(__name__)

LOOK = 300.0
"""Seconds between looks at the calendar."""
HOUR = time(9)
"""Local time of a Monday from which the digest leaves."""
PATIENCE = 60.0
"""Seconds for counting and drawing it."""


@dataclass(slots=True, kw_only=True)
class Digests:
    """Sends the digest and counts the days."""

    store: Store
    library: Callable[[], Library]
    clock: Clock
    thinking: Thinking
    served: Collection[str]
    """Channels of this process."""
    committed: Callable[[], None]
    """Called when there is something to send."""

    async def run(self) -> None:
        """Look at the calendar for ever."""
        while True:
            await self.step()
            await self.clock.sleep(LOOK)

    async def step(self) -> None:
        """Count yesterday, and send the digest of last week, if that was not done."""
        now = self.clock.now()
        await self.store.statistics.count_active(now=now)
        week = due(now, self.store)
        if week is None:
            return
        zone, monday = self.store.policy.timezone, week + timedelta(days=7)
        if await self.store.statistics.digest_known(week, datetime.combine(monday, HOUR, zone)):
            return
        # Until the end of Sunday: what happened since is next week's.
        end = datetime.combine(monday, time(), zone).astimezone(UTC) - timedelta(microseconds=1)
        counted = await self.store.statistics.load(Period.WEEK, now=end)
        told = await self.thinking.run(partial(self._told, counted, week), patience=PATIENCE)
        copies = await self.store.statistics.send_digest(week, told, self.served, now=now)
        log.info("digest", extra={"week": week.isoformat(), "copies": copies})
        if copies:
            self.committed()

    def _told(self, counted: Statistics, week: date) -> Told | None:
        """The digest as it is sent; None for a week in which nothing happened. In a thread of its own."""
        shelf = self.library().shelf
        told_of = report(counted, shelf)
        if told_of.is_empty:
            return None
        message, pictures = digest(told_of, shelf, key=f"digest-{week.isoformat()}")
        files = [
            StoredFile(self.store.files.keep_now(one.content), one.name, one.media_type, len(one.content))
            for one in pictures
        ]
        attached = tuple(
            AttachedFile(file.name, file.media_type, file.sha256, picture.alternative)
            for file, picture in zip(files, pictures, strict=True)
        )
        return Told(replace(message, attachments=attached), tuple(files))


def due(now: datetime, store: Store) -> date | None:
    """The Monday of the week that is over and may be told of now; None before the hour and at night."""
    policy = store.policy
    local = now.astimezone(policy.timezone)
    monday = local.date() - timedelta(days=local.weekday())
    if local < datetime.combine(monday, HOUR, policy.timezone) or out_of_quiet(now, policy) > now:
        return None
    return monday - timedelta(days=7)
