"""From the inbox on disk into the lanes: each raw update is read, its file fetched, and its turn taken.

What does not fit into memory stays on disk; what cannot be read, or fails again and again, is set aside.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

from bot.model.inputs import Attachment, Input, Unusable
from bot.model.message import Message
from bot.model.values import StoredFile
from bot.runtime.channel import RawChannel, Reading
from bot.runtime.clock import Clock
from bot.runtime.flood import Flood, Verdict
from bot.runtime.lanes import Lanes
from bot.runtime.next_attempt import pause
from bot.runtime.runner import Arrival, Runner, is_act
from bot.storage.errors import StatementRefused, StorageClosed, StorageError
from bot.storage.inbox import Update, Waiting
from bot.storage.store import Store

log = logging.getLogger(__name__)

TRIES = 3
"""Times one update is tried before it is set aside."""

BATCH = 200
"""Updates read from disk at once."""

REFILL = 20
"""Updates of one lane taken from disk at once, where the lane has that much space."""

LARGEST_FILE = 20_000_000
"""Bytes that a bot may download (Bot API, `getFile`)."""


@dataclass(slots=True, kw_only=True)
class Inbox:
    """Feeds one channel's updates to the runner; the channel calls `accept` before it acknowledges."""

    channel: RawChannel
    store: Store
    runner: Runner
    lanes: Lanes
    clock: Clock
    rng: Random
    too_fast: Message | None = None
    """What a person reads who sends without end; None: everything is answered."""
    flood: Flood = field(default_factory=Flood)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _cursor: int = 0
    """Rows up to this one are in a lane, finished, or in a lane that is behind."""
    _behind: dict[str, bool] = field(default_factory=dict)
    """Lanes that were full, so that some of their rows are on disk only; True: look there again."""
    _signs: set[asyncio.Task[None]] = field(default_factory=set)

    async def accept(self, updates: Sequence[Update]) -> int:
        """Keep raw updates (id, lane, body) durably; how many were new. Now they may be acknowledged."""
        new = await self.store.accept(self.channel.name, updates, now=self.clock.now())
        if new:
            self._arrived.set()
        return new

    async def run(self) -> None:
        """Feed the lanes for ever, beginning with what an earlier process left unfinished."""
        while True:
            self._arrived.clear()
            rows = await self.store.unfinished(self.channel.name, after=self._cursor, limit=BATCH)
            for row in rows:
                await self.lanes.room()
                self._place(row)
                self._cursor = row.id
            if not rows:
                await self._arrived.wait()

    def _key(self, lane: str) -> str:
        return f"{self.channel.name}:{lane}"

    def _place(self, row: Waiting) -> None:
        key = self._key(row.lane)
        if row.lane not in self._behind and not self.lanes.is_full(key):
            self.lanes.put(key, lambda: self._handle(row))
            return
        self._behind[row.lane] = True
        if not self.lanes.pending(key):  # it was full of timers, or a look on disk failed
            self.lanes.put(key, lambda: self._refill(row.lane))

    async def _handle(self, row: Waiting) -> None:
        """Be done with one row, whatever happens; then look on disk if its lane was behind."""
        await self._persist(row)
        if row.lane in self._behind and self.lanes.pending(self._key(row.lane)) == 1:
            await self._refill(row.lane)

    async def _refill(self, lane: str) -> None:
        """Take rows that were left on disk into a lane that has nothing else to do."""
        key = self._key(lane)
        limit = min(REFILL, self.lanes.space(key))
        rows: list[Waiting] = []
        while not rows and self._behind.get(lane):
            self._behind[lane] = False
            found = await self.store.unfinished(self.channel.name, lane=lane, limit=limit)
            # Later rows are on their way here by the main loop.
            rows = [row for row in found if row.id <= self._cursor]
        taken = 0
        for row in rows:
            # A timer may have taken the last place meanwhile.
            if not self.lanes.is_full(key):
                self.lanes.put(key, lambda row=row: self._handle(row))  # type: ignore[misc]
                taken += 1
        if taken < len(rows) or len(rows) == limit:
            self._behind[lane] = True
        elif not self._behind[lane]:
            del self._behind[lane]

    async def _persist(self, row: Waiting) -> None:
        """Process a row until it is finished or set aside."""
        failures, reason = 0, ""
        while True:
            try:
                if reason:
                    await self.store.set_aside(row.id, reason)
                else:
                    await self._process(row, last=failures == TRIES - 1)
                return
            except StorageClosed:
                return  # It is still on disk, and first in line at the next start.
            except Exception as error:
                # Trouble of the whole store is not this row's fault, and passes or is seen by the operator.
                storage = isinstance(error, StorageError) and not isinstance(error, StatementRefused)
                failures += 0 if storage else 1
                kind = type(error).__name__
                log.error("update_failed", extra={"inbox": row.id, "error": kind, "failures": failures})
                if failures == TRIES and not reason:
                    reason = f"failed {TRIES} times: {kind}"
                    continue
            await self.clock.sleep(pause(failures + 1, rng=self.rng, cap=30.0))

    async def _process(self, row: Waiting, *, last: bool) -> None:
        try:
            reading = self.channel.read(row.body)
        except Exception as error:
            log.error("update_unreadable", extra={"inbox": row.id, "error": type(error).__name__})
            await self.store.set_aside(row.id, f"unreadable: {type(error).__name__}")
            return
        if reading is None:
            await self.store.finish(row.id)
            return
        match self._judge(reading):
            case Verdict.SILENCE:
                await self.store.finish(row.id)
                return
            case Verdict.NOTICE:
                instead = Arrival(reading.address, reading.input, inbox=row.id, instead=self.too_fast)
                await self.runner.turn(instead)
                return
        self._sign(row.body)
        input = await self._with_file(row, reading.input, last=last)
        await self.runner.turn(Arrival(reading.address, input, reading.name, inbox=row.id))

    def _judge(self, reading: Reading) -> Verdict:
        """Whether this person sends faster than can be meant. What they do not do themselves never is."""
        if self.too_fast is None or not is_act(reading.input):
            return Verdict.PASS
        sent = reading.sent if reading.sent is not None else self.clock.now().timestamp()
        verdict = self.flood.judge(str(reading.address), sent)
        if verdict is not Verdict.PASS:
            log.info("too_fast", extra={"channel": self.channel.name, "verdict": verdict.value})
        return verdict

    def _sign(self, body: str) -> None:
        """Let the channel stop a button's clock while the turn is being decided."""
        sign = asyncio.create_task(self.channel.settle(body))
        self._signs.add(sign)
        sign.add_done_callback(self._signs.discard)

    async def _with_file(self, row: Waiting, input: Input, *, last: bool) -> Input:
        """The input with its file at hand; unusable if the file cannot be had."""
        match input:
            case Attachment(StoredFile(sha256="", size=size)):
                if size > LARGEST_FILE:
                    return Unusable("too_large")
                try:
                    file = await self.channel.fetch(row.body)
                except Exception:
                    if not last:
                        raise
                    file = None
                return Unusable("other") if file is None else replace(input, content=file)
            case _:
                return input
