"""The one way out: takes what is due from the outbox, replies first, and sends it at the allowed pace.

Inside one address strictly in order, one at a time; several addresses at once. It reserves no place in the
future, so a reply that arrives now overtakes everything that has not left yet.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from random import Random

from bot.model.receipt import Deferred, Delivered, Failed, Receipt, Refused, Unknown, Unreachable
from bot.model.who import Address
from bot.runtime.channel import Channel
from bot.runtime.clock import Clock, rung_or_passed
from bot.runtime.next_attempt import next_attempt
from bot.runtime.pacing import Pacer
from bot.storage.outbox import Outgoing
from bot.storage.store import Store

log = logging.getLogger(__name__)

WINDOW = 100
"""Messages looked at together; more than are sent at once, or busy addresses would hide the others."""

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
        parallel: int = 32,
        only: Address | None = None,
    ) -> None:
        """`pacers` by channel name; a channel without one has no limit. `only`: serve this address alone."""
        self._store = store
        self._channels = channels
        self._served = list(channels) if only is None else [str(only)]
        self._clock = clock
        self._rng = rng
        self._pacers = pacers or {}
        self._parallel = parallel
        self._bell = asyncio.Event()
        self._sending: dict[Address, asyncio.Task[None]] = {}

    def wake(self) -> None:
        """There may be something to send."""
        self._bell.set()

    async def run(self) -> None:
        """Send for ever."""
        while True:
            self._bell.clear()
            now = self._clock.now()
            # What is on its way while we look may be in the answer although it has arrived by then.
            busy = set(self._sending)
            due = await self._store.due_messages(self._served, now=now, limit=WINDOW)
            wait = self._start([outgoing for outgoing in due if outgoing.address not in busy])
            later = await self._store.next_due(self._served, now=now)
            if later is not None:
                wait = min(wait, (later - now).total_seconds())
            await rung_or_passed(self._bell, wait, self._clock)

    async def typing(self, address: Address) -> None:
        """Show that an answer is coming, if the pace leaves room for it; never raises."""
        channel, pacer = self._channels.get(address.channel), self._pacers.get(address.channel)
        if channel is not None and (pacer is None or pacer.take_sign(self._clock.monotonic())):
            await channel.typing(address)

    async def flush(self, seconds: float) -> None:
        """Wait until nothing is due or this time has passed; `run` must be running."""
        try:
            async with asyncio.timeout(seconds):
                while self._sending or await self._due():
                    self.wake()
                    await asyncio.wait(list(self._sending.values()) or [asyncio.create_task(_tick())])
        except TimeoutError:
            log.warning("courier_left_messages", extra={"sending": len(self._sending)})

    async def close(self) -> None:
        """Stop sending; what was on its way may be sent again at the next start."""
        tasks = list(self._sending.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _due(self) -> bool:
        return bool(await self._store.due_messages(self._served, now=self._clock.now(), limit=1))

    def _start(self, due: Sequence[Outgoing]) -> float:
        """Start what may leave now; seconds until more may, unless something is rung before."""
        wait = IDLE
        for outgoing in due:
            if len(self._sending) >= self._parallel:
                break
            pause = self._claim(outgoing.address)
            if pause > 0:
                wait = min(wait, pause)
                continue
            task = asyncio.create_task(self._send(outgoing), name=f"courier {outgoing.id}")
            self._sending[outgoing.address] = task
        return wait

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
        try:
            receipt = await self._delivered(outgoing)
            self._note(outgoing, receipt)
            await self._record(outgoing, receipt)
        finally:
            del self._sending[outgoing.address]
            self.wake()

    async def _delivered(self, outgoing: Outgoing) -> Receipt:
        """What the channel says; a channel that raises or hangs gets the receipt it should have given."""
        channel = self._channels[outgoing.address.channel]
        try:
            message = outgoing.message
        except Exception as error:  # written by another version of the program
            return Refused(f"unreadable: {type(error).__name__}")
        try:
            async with asyncio.timeout(PATIENCE):
                return await channel.send(outgoing.address, message, replaces=outgoing.replaces)
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
            await self._store.record(outgoing.id, receipt, now=now, again=again)
        except Exception as error:
            # The row is still due: without a pause it would be sent again and again.
            log.error("receipt_lost", extra={"outbox": outgoing.id, "error": type(error).__name__})
            await self._clock.sleep(IDLE)

    def _note(self, outgoing: Outgoing, receipt: Receipt) -> None:
        """Log what is not a delivery, and slow down when told so."""
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
