"""From the inbox on disk into the lanes: each raw update is read, its file fetched, and its turn taken.

What does not fit into memory stays on disk; what cannot be read, or fails again and again, is set aside.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

from bot.model.inputs import Attachment, InGroup, Input, Rewritten, StaffReply, Tap, Unusable
from bot.model.message import Message
from bot.model.rights import Right, may
from bot.model.values import StoredFile
from bot.model.who import Address
from bot.runtime.channel import Moved, RawChannel, Reading, Voted
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

GROUP_RATE = 20 / 60
"""Questions a second that a group may go on asking: more answers could not leave (Telegram, Bot FAQ)."""

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
    group_flood: Flood = field(default_factory=lambda: Flood(rate=GROUP_RATE))
    _judged: dict[int, Verdict] = field(default_factory=dict)
    """Rows under way."""
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
        try:
            await self._insist(row)
        finally:
            self._judged.pop(row.id, None)

    async def _insist(self, row: Waiting) -> None:
        failures, reason = 0, ""
        while True:
            try:
                if reason:
                    await self._give_up(row, reason)
                else:
                    await self._process(row, last=failures == TRIES - 1)
                return
            except StorageClosed:
                return  # It is still on disk, and first in line at the next start.
            except Exception as error:
                failures += 0 if _passes(error) else 1
                kind = type(error).__name__
                log.error("update_failed", extra={"inbox": row.id, "error": kind, "failures": failures})
                if failures == TRIES and not reason:
                    reason = f"failed {TRIES} times: {kind}"
                    continue
            await self.clock.sleep(pause(failures + 1, rng=self.rng, cap=30.0))

    async def _give_up(self, row: Waiting, reason: str) -> None:
        """Set aside a row that fails again and again; whoever sent it waits for a word, once."""
        try:
            reading = self.channel.read(row.body)
            if isinstance(reading, Reading) and is_act(reading.input):
                sorry = self.runner.sorry(reading.input)
                await self.store.give_up(row.id, reason, reading.address, sorry, now=self.clock.now())
                self.runner.committed()
                return
        except Exception as error:
            if _passes(error):
                raise
        await self.store.set_aside(row.id, reason)

    async def _process(self, row: Waiting, *, last: bool) -> None:
        try:
            reading = self.channel.read(row.body)
        except Exception as error:
            log.error("update_unreadable", extra={"inbox": row.id, "error": type(error).__name__})
            await self.store.set_aside(row.id, f"unreadable: {type(error).__name__}")
            return
        if reading is None:
            self._dismiss(row)
            await self.store.finish(row.id)
            return
        if isinstance(reading, Moved):
            await self.store.move(row.id, reading.before, reading.now)
            self.runner.committed()  # what waits for the old address may leave for the new one
            return
        if isinstance(reading, Voted):
            await self.store.announcements.vote(row.id, reading.poll, reading.address, reading.options)
            return
        if isinstance(reading.input, Rewritten) and not await self._concerns(reading.address):
            await self.store.finish(row.id)  # nobody becomes known, or is heard, by what they change
            return
        match self._judge_once(row, reading):
            case Verdict.SILENCE:
                await self.store.finish(row.id)
                return
            case Verdict.NOTICE if isinstance(reading.input, Rewritten):
                await self.store.finish(row.id)  # it is no act that waits for an answer
                return
            case Verdict.NOTICE:
                if _is_tap(reading.input):
                    self._sign(row.body)
                instead = Arrival(reading.address, reading.input, inbox=row.id, instead=self.too_fast)
                await self.runner.turn(instead)
                return
        if _is_tap(reading.input):
            self._sign(row.body)
        input = await self._with_file(row, reading.input, last=last)
        await self.runner.turn(Arrival(reading.address, input, reading.name, inbox=row.id))

    async def _concerns(self, address: Address) -> bool:
        """Whether what somebody changes may have been passed on: they have a request, or answer some."""
        found = await self.store.find(address, now=self.clock.now())
        return found is not None and (
            found.view.request is not None or may(found.view.person.standing, Right.ANSWER)
        )

    def _judge_once(self, row: Waiting, reading: Reading) -> Verdict:
        """A row that is tried again must not count again."""
        if row.id not in self._judged:
            self._judged[row.id] = self._judge(reading)
        return self._judged[row.id]

    def _judge(self, reading: Reading) -> Verdict:
        """Whether this person sends faster than can be meant. What they do not do themselves never is."""
        counts = is_act(reading.input) or isinstance(reading.input, Rewritten)
        if self.too_fast is None or not counts:
            return Verdict.PASS
        if isinstance(reading.input, StaffReply):
            return Verdict.PASS  # a few people whom somebody let in, and what they write leaves at the pace
        flood = self.group_flood if isinstance(reading.input, InGroup) else self.flood
        if reading.sent is not None:
            verdict = flood.judge(str(reading.address), reading.sent)
        else:
            verdict = flood.judge(_undated(str(reading.address)), self.clock.now().timestamp())
        if verdict is not Verdict.PASS:
            log.info("too_fast", extra={"channel": self.channel.name, "verdict": verdict.value})
        return verdict

    def _dismiss(self, row: Waiting) -> None:
        """Stop the clock on a button that we did not make, too, as often as anybody may tap."""
        at = self.clock.now().timestamp()
        if self.flood.judge(_undated(self._key(row.lane)), at) is Verdict.PASS:
            self._sign(row.body)

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


def _passes(error: Exception) -> bool:
    """Trouble of the whole store is not one row's fault, and passes or is seen by the operator."""
    return isinstance(error, StorageError) and not isinstance(error, StatementRefused)


def _is_tap(input: Input) -> bool:
    return isinstance(input.input if isinstance(input, InGroup | StaffReply) else input, Tap)


def _undated(address: str) -> str:
    """By which taps are counted: no update tells when they were made, and judged by our clock in one count
    with messages, one tap after an outage would make every message look as if all came at once."""
    return f"{address} undated"
