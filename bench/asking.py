"""People who ask while something else goes on, and how long each waits for the first word of the answer."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from bench.figures import median, milliseconds, percentile
from bench.judging import Telegram
from bench.living import TEXT
from bench.processes import DidNotWork
from bot.content.library import open_library
from bot.shipped import shipped_content

FIRST_ASKING = 500_001
"""Id of the first of those who ask, each once."""
SEED = 8
LONGEST = 180.0
"""Seconds that the answers may take to come."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One message that somebody was shown."""

    chat: int
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Waits:
    """What was seen in one span."""

    seconds: Sequence[float]
    """How long each question waited."""
    shown: Sequence[Shown]
    refused: int
    """Calls refused as too many."""

    @property
    def p99(self) -> float:
        """Seconds below which 99 of 100 waited."""
        return percentile(self.seconds, 0.99)


@dataclass(slots=True)
class Asking:
    """Questions to the base, at random moments."""

    judge: Telegram
    next: int = FIRST_ASKING
    asked: dict[int, float] = field(default_factory=dict)
    """Person -> when."""
    _rng: Random = field(default_factory=lambda: Random(SEED))
    _texts: Sequence[str] = ()

    async def run(self, each: float, count: int | None = None) -> None:
        """So many a second, each by somebody new, until that many were asked or this is cancelled."""
        self._texts = self._texts or open_library(shipped_content()).index.texts
        until = None if count is None else len(self.asked) + count
        while until is None or len(self.asked) < until:
            await asyncio.sleep(self._rng.expovariate(each))
            person, self.next = self.next, self.next + 1
            # Shielded: an answer that nobody takes would be taken for that of the next order.
            words = [(person, self._rng.choice(self._texts))]
            told = await asyncio.shield(self.judge.do("say", words=words))
            self.asked[person] = told["at"]

    async def asks(self, count: int) -> None:
        """Wait until so many have asked."""
        while len(self.asked) < count:
            await asyncio.sleep(0.02)

    def waited(self, shown: Sequence[Shown]) -> list[float]:
        """How long each waited; DidNotWork if a question has no answer."""
        first: dict[int, float] = {}
        for one in shown:
            if one.chat in self.asked and one.text != TEXT:
                first.setdefault(one.chat, one.at)
        if missing := len(self.asked) - len(first):
            raise DidNotWork(f"{missing} questions of {len(self.asked)} had no answer")
        return [first[chat] - at for chat, at in self.asked.items()]


async def waits(judge: Telegram, asking: Asking, span: Awaitable[None], each: float) -> Waits:
    """Ask while `span` lasts, then wait for every answer."""
    asking.asked = {}
    task = asyncio.create_task(asking.run(each))
    await span
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await judge.do("quiet", idle=1.5, timeout=LONGEST)
    told = await judge.do("sent")
    shown = [Shown(*one) for one in told["said"]]
    return Waits(asking.waited(shown), shown, told["refused"])


def compared(quiet: Waits, busy: Waits, each: float) -> str:
    """How the waits of two spans compare, in words."""
    middle = [milliseconds(median(one.seconds)) for one in (quiet, busy)]
    return (
        f"{len(busy.seconds)} questions, {each:.0f} a second; {milliseconds(busy.p99)}, with nothing else to "
        f"do {milliseconds(quiet.p99)}; p50: {middle[1]}, {middle[0]}"
    )
