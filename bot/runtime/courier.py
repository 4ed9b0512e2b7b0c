"""The one way out: takes what is due from the outbox, replies first, and sends it at the allowed pace.

Inside one address strictly in order, one at a time; several addresses at once. It reserves no place in the
future, so a reply that arrives now overtakes everything that has not left yet. Bulk takes what is left.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from random import Random

from bot.model.receipt import Deferred, Delivered, Failed, Receipt, Refused, Unknown, Unreachable
from bot.model.who import Address
from bot.runtime.breadth import LEAST, Breadth
from bot.runtime.channel import Channel
from bot.runtime.clock import Clock, rung_or_passed
from bot.runtime.next_attempt import next_attempt
from bot.runtime.pacing import Pacer
from bot.storage.outbox import Outgoing, Priority
from bot.storage.store import Store

log = logging.getLogger(__name__)

WINDOW = 100
"""Messages looked at together; more than are sent at once, or busy addresses would hide the others."""

BULK_WINDOW = 200
"""Copies of announcements held in memory; who is erased meanwhile is taken out by `recall`."""

BULK_TRIES = 20
"""Copies looked at for one that may leave now: an address may be busy, or have had its share."""

GIVE_WAY = 0.03
"""Seconds that a copy waits at most while somebody's answer is being found: it needs the processor more. Less
than the slack of the pace, or copies would leave more slowly for it."""

AT_ONCE = 4
"""Copies begun before others get the processor."""

IDLE = 5.0
"""Seconds between looks without being rung: a short command beside us may have queued something."""

PATIENCE = 120.0
"""Seconds for one delivery; a channel has shorter ones of its own."""

ALARM = 60.0
"""Seconds of a refused pace from which an operator should know."""


class Courier:
    """Sends what the outbox holds for these channels."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        *,
        clock: Clock,
        rng: Random,
        pacers: Mapping[str, Pacer] | None = None,
        parallel: int = 64,
        only: Address | None = None,
    ) -> None:
        """`pacers` by channel name; a channel without one has no limit. `only`: serve this address alone.

        At most `parallel` deliveries at once are replies; copies have places of their own (`Breadth`).
        """
        self._store = store
        self._channels = channels
        self.served = list(channels) if only is None else [str(only)]
        """Names of whole channels, or one address."""
        self._clock = clock
        self._rng = rng
        self._pacers = pacers or {}
        self._parallel = parallel
        self._bell = asyncio.Event()
        self._look = True
        """The outbox must be looked at before anything more is sent."""
        self._look_at = 0.0
        """Monotonic time of the next look without being rung."""
        self._due: list[Outgoing] = []
        self._hidden: set[Address] = set()
        """Addresses with more to send than what is on its way to them."""
        self._bulk: deque[Outgoing] = deque()
        self._more_bulk = True
        """The outbox may hold copies that are not in memory."""
        self._breadth: dict[str, Breadth] = {}
        """By channel: how many copies may be on their way."""
        self.copies = 0
        """Copies on their way; they still lie in the outbox."""
        self._seeking = 0
        """Answers that are being found."""
        self._sending: dict[Address, Outgoing] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._recalled: set[Address] = set()
        self._all_recalled = False
        """While we looked for copies: what was found is of before."""
        self._stopping = False
        self.counts: Counter[tuple[str, str]] = Counter()
        """Deliveries by priority and kind of receipt, since the start."""

    def wake(self) -> None:
        """There may be a reply to send."""
        self._look = True
        self._bell.set()

    def wake_bulk(self) -> None:
        """There may be copies of an announcement to send."""
        self._more_bulk = True
        self._bell.set()

    @contextmanager
    def giving_way(self) -> Iterator[None]:
        """Somebody's answer is being found meanwhile: copies wait a little."""
        self._seeking += 1
        try:
            yield
        finally:
            self._seeking -= 1
            if not self._seeking and self._bulk:
                self._bell.set()

    def recall(self, address: Address) -> None:
        """Rows of this address were taken out of the outbox: copies in memory must not leave either."""
        self._bulk = deque(one for one in self._bulk if one.address != address)
        self._due = [one for one in self._due if one.address != address]
        self._recalled.add(address)  # a look that is under way may still bring them
        self.wake()

    def recall_bulk(self) -> None:
        """Copies may not leave any more, or not now: read again which ones may."""
        self._bulk.clear()
        self._all_recalled = True
        self.wake_bulk()

    async def run(self) -> None:
        """Send for ever."""
        while True:
            self._bell.clear()
            if self._clock.monotonic() >= self._look_at:
                self._look = self._more_bulk = True
            if self._look:
                await self._refresh()
            if self._more_bulk and not self._stopping and len(self._bulk) < BULK_WINDOW // 4:
                await self._refill()
            wait = min(self._start(), self._look_at - self._clock.monotonic())
            await rung_or_passed(self._bell, wait, self._clock)

    async def typing(self, address: Address) -> None:
        """Show that an answer is coming, if the pace leaves room for it; never raises."""
        channel, pacer = self._channels.get(address.channel), self._pacers.get(address.channel)
        if channel is not None and (pacer is None or pacer.take_sign(self._clock.monotonic())):
            await channel.typing(address)

    def reserve(self, channel: str, *, within: float, chat: str = "") -> float | None:
        """Take the next place on a channel for a call beside the outbox, or for one more to a chat; seconds
        until it. For few calls.

        None, and nothing is taken, if it is more than `within` seconds away.
        """
        pacer, now = self._pacers.get(channel), self._clock.monotonic()
        if pacer is None:
            return 0.0
        return None if pacer.wait_of_all(now) > within else pacer.reserve(now, chat)

    def refused(self, channel: str, seconds: float) -> None:
        """A call beside the outbox was told "too many": everybody on this channel slows down."""
        pacer = self._pacers.get(channel)
        if pacer is not None:
            pacer.refused(seconds + self._rng.uniform(0.0, 0.5), self._clock.monotonic())

    async def flush(self, seconds: float) -> None:
        """Wait until no reply is due or this time has passed; `run` must be running. Bulk stays for later."""
        self._stopping = True
        self._bulk.clear()
        self._all_recalled = True
        try:
            async with asyncio.timeout(seconds):
                while self._tasks or await self._any_due():
                    self.wake()
                    await asyncio.wait(set(self._tasks) or [asyncio.create_task(_tick())])
        except TimeoutError:
            log.warning("courier_left_messages", extra={"sending": len(self._tasks)})

    async def close(self) -> None:
        """Stop sending; what was on its way may be sent again at the next start."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _any_due(self) -> bool:
        return bool(await self._store.due_messages(self.served, now=self._clock.now(), limit=1))

    async def _refresh(self) -> None:
        """Look at what may leave now, bulk aside, and when something more may."""
        self._look = False
        self._recalled.clear()
        now, moment = self._clock.now(), self._clock.monotonic()
        # What is on its way while we look may be in the answer although it has arrived by then.
        busy = set(self._sending)
        due = await self._store.due_messages(self.served, now=now, limit=WINDOW)
        later = await self._store.next_due(self.served, now=now)
        self._due = [one for one in due if one.address not in busy and one.address not in self._recalled]
        self._hidden = busy & {one.address for one in due}
        if self._hidden - set(self._sending):  # it ended while we looked: nobody else will ring for it
            self._look = True
            self._bell.set()
        until = IDLE if later is None else min(IDLE, (later - now).total_seconds())
        self._look_at = moment + max(0.0, until)

    async def _refill(self) -> None:
        """Take more copies into memory."""
        known = {one.id for one in self._bulk} | {one.id for one in self._sending.values()}
        limit = BULK_WINDOW + self.copies
        self._more_bulk = self._all_recalled = False
        found = await self._store.due_bulk(self.served, now=self._clock.now(), limit=limit)
        self._more_bulk |= len(found) == limit  # rung for meanwhile, there are more all the same
        if self._all_recalled:
            return
        self._bulk.extend(one for one in found if one.id not in known and one.address not in self._recalled)

    def _start(self) -> float:
        """Start what may leave now; seconds until more may, unless something is rung before."""
        wait = IDLE
        waiting: list[Outgoing] = []
        for outgoing in self._due:
            if outgoing.address in self._sending:  # a copy got there first: its end rings
                self._hidden.add(outgoing.address)
                waiting.append(outgoing)
                continue
            if len(self._tasks) - self.copies >= self._parallel:
                waiting.append(outgoing)
                continue
            pause = self._claim(outgoing.address)
            if pause > 0:
                wait = min(wait, pause)
                waiting.append(outgoing)
            else:
                self._begin(outgoing)
        self._due = waiting
        return min(wait, self._start_bulk())

    def _start_bulk(self) -> float:
        """Start copies at the pace that replies leave."""
        wait, tries, begun = IDLE, 0, 0
        awaited = {one.address for one in self._due}
        while self._bulk and tries < BULK_TRIES:
            if begun == AT_ONCE:
                return 0.0
            outgoing = self._bulk[0]
            pacer, now = self._pacers.get(outgoing.address.channel), self._clock.monotonic()
            if self.copies >= self._most_copies(outgoing.address.channel, pacer, now):
                break  # the first that ends rings
            if pacer is not None and (pause := pacer.wait_of_all(now)) > 0:
                return min(wait, pause)
            if pacer is not None and self._seeking and (pause := GIVE_WAY - pacer.late(now)) > 0:
                return min(wait, pause)
            self._bulk.popleft()
            taken = outgoing.address in self._sending or outgoing.address in awaited
            pause = IDLE if taken else self._claim(outgoing.address)
            if pause > 0:  # only this address must wait: the next one may be free
                self._bulk.append(outgoing)
                wait, tries = min(wait, pause), tries + 1
            else:
                self._begin(outgoing)
                begun += 1
        return wait

    def _most_copies(self, channel: str, pacer: Pacer | None, now: float) -> int:
        """How many copies may be on their way."""
        return LEAST if pacer is None else self._breadth_of(channel).most(pacer.rate(now))

    def _breadth_of(self, channel: str) -> Breadth:
        return self._breadth.setdefault(channel, Breadth())

    def _begin(self, outgoing: Outgoing) -> None:
        self._sending[outgoing.address] = outgoing
        self.copies += outgoing.priority is Priority.BULK
        if (pacer := self._pacers.get(outgoing.address.channel)) is not None:
            pacer.begun()
        task = asyncio.create_task(self._send(outgoing), name=f"courier {outgoing.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _claim(self, address: Address) -> float:
        """Take a place at the pace of the channel; seconds to wait if there is none now."""
        pacer = self._pacers.get(address.channel)
        if pacer is None:
            return 0.0
        now = self._clock.monotonic()
        pause = pacer.wait(address.id, now)
        if pause <= 0:
            pacer.take(address.id, now)
        return pause

    async def _send(self, outgoing: Outgoing) -> None:
        began = self._clock.monotonic()
        try:
            try:
                receipt = await self._delivered(outgoing)
            finally:
                if (pacer := self._pacers.get(outgoing.address.channel)) is not None:
                    pacer.ended(self._clock.monotonic())
            self._note(outgoing, receipt)
            await self._record(outgoing, receipt)
        finally:
            del self._sending[outgoing.address]
            if outgoing.priority is Priority.BULK:
                self.copies -= 1
                self._breadth_of(outgoing.address.channel).took(self._clock.monotonic() - began)
            if outgoing.priority is not Priority.BULK or outgoing.address in self._hidden:
                self._look = True
            self._bell.set()

    async def _delivered(self, outgoing: Outgoing) -> Receipt:
        """What the channel says; a channel that raises or hangs gets the receipt it should have given."""
        channel = self._channels[outgoing.address.channel]
        try:
            message = outgoing.message
        except Exception as error:  # written by another version of the program
            return Refused(f"unreadable: {type(error).__name__}")
        try:
            async with asyncio.timeout(PATIENCE):
                bulk = outgoing.priority is Priority.BULK
                return await channel.send(outgoing.address, message, replaces=outgoing.replaces, bulk=bulk)
        except TimeoutError:
            return Unknown("the channel did not answer")
        except Exception as error:
            log.error("channel_raised", extra={"outbox": outgoing.id, "error": type(error).__name__})
            return Failed(f"raised {type(error).__name__}")

    async def _record(self, outgoing: Outgoing, receipt: Receipt) -> None:
        now = self._clock.now()
        pause = next_attempt(receipt, attempts=outgoing.attempts, age=now - outgoing.created, rng=self._rng)
        try:
            again = None if pause is None else now + pause
            await self._store.record(outgoing, receipt, now=now, again=again)
        except Exception as error:
            # The row is still due: without a pause it would be sent again and again.
            log.error("receipt_lost", extra={"outbox": outgoing.id, "error": type(error).__name__})
            await self._clock.sleep(IDLE)

    def _note(self, outgoing: Outgoing, receipt: Receipt) -> None:
        """Log what is not a delivery, and slow down when told so."""
        self.counts[outgoing.priority.name.lower(), type(receipt).__name__.lower()] += 1
        seen = {"outbox": outgoing.id, "channel": outgoing.address.channel, "attempts": outgoing.attempts}
        match receipt:
            case Delivered():
                log.debug("delivered", extra=seen)
            case Deferred(seconds):
                pacer = self._pacers.get(outgoing.address.channel)
                if pacer is not None:
                    # Spread a little, so that several processes do not come back in the same instant.
                    pacer.refused(seconds + self._rng.uniform(0.0, 0.5), self._clock.monotonic())
                level = logging.ERROR if seconds > ALARM else logging.INFO
                log.log(level, "deferred", extra={**seen, "seconds": seconds})
            case Unreachable(reason):
                log.info("unreachable", extra={**seen, "reason": reason})
            case Failed(reason) | Unknown(reason):
                log.warning("not_delivered", extra={**seen, "reason": reason})
            case Refused(reason):
                log.error("refused", extra={**seen, "reason": reason})
            case _:
                log.info("moved", extra=seen)


async def _tick() -> None:
    await asyncio.sleep(0.02)
