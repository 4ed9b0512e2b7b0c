"""An announcement at the pace that Telegram allows, and what people who ask meanwhile notice of it.

The stand-in of the tests judges, in a process of its own, with strict sliding windows: one call too many in
any second is refused. Waiting is measured there, from a question's arrival to the first word of its answer.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.figures import Figure, median, milliseconds, percentile
from bench.judging import Telegram, telegram
from bench.living import FIRST_PERSON, TEXT, Bot, acquaint, announce
from bench.processes import PATIENCE, DidNotWork
from bot.content.library import open_library
from bot.shipped import shipped_content

FIRST_ASKING = 500_001
"""Ids of those who ask; they get no copy: the announcement was made before they wrote."""
SEED = 8
LONGEST = 180.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One pace."""

    rate: int
    """Calls a second that the judge allows."""
    people: int
    asked: float
    """Questions a second."""
    idle: float = 12.0
    """Seconds of asking before the announcement."""


PLANS = (Plan(rate=30, people=600, asked=8.0, idle=25.0), Plan(rate=1000, people=14_000, asked=20.0))
SHORT = (Plan(rate=30, people=150, asked=8.0, idle=5.0), Plan(rate=1000, people=3_000, asked=20.0, idle=5.0))


@dataclass(frozen=True, slots=True)
class Shown:
    """One message that somebody was shown."""

    chat: int
    text: str
    at: float


async def paced(plans: Sequence[Plan] = PLANS) -> tuple[Figure, ...]:
    """At each pace: quiet first, then during an announcement."""
    return tuple([row for plan in plans for row in await _at(plan)])


async def _at(plan: Plan) -> tuple[Figure, ...]:
    with tempfile.TemporaryDirectory() as folder:
        async with telegram("bench.judge", str(plan.rate)) as judge:
            bot = Bot(Path(folder), judge.api, rate=plan.rate)
            await judge.do("people", first=FIRST_PERSON, count=plan.people)
            await judge.do("people", first=FIRST_ASKING, count=10_000)
            await bot.warm_up(judge)
            await acquaint(bot.database, plan.people)
            async with bot.alive():
                await judge.do("polled", timeout=PATIENCE)
                await asyncio.sleep(3.0)
                asking = _Asking(judge)
                quiet = await _waits(judge, asking, asyncio.sleep(plan.idle), plan.asked)
                await judge.do("sent")
                await announce(bot.settings, Path(folder))
                busy = await _waits(judge, asking, _done(bot), plan.asked)
    return _rows(plan, quiet, busy)


@dataclass(frozen=True, slots=True)
class Waits:
    """What was seen in one span."""

    seconds: Sequence[float]
    """How long each question waited."""
    shown: Sequence[Shown]
    refused: int


@dataclass(slots=True)
class _Asking:
    """People who ask, each once."""

    judge: Telegram
    next: int = FIRST_ASKING

    async def run(self, each: float, asked: dict[int, float]) -> None:
        """So many questions a second, at random moments, until cancelled; notes when."""
        rng, texts = Random(SEED), open_library(shipped_content()).index.texts
        while True:
            await asyncio.sleep(rng.expovariate(each))
            person, self.next = self.next, self.next + 1
            # Shielded: an answer that nobody takes would be taken for that of the next order.
            told = await asyncio.shield(self.judge.do("say", words=[(person, rng.choice(texts))]))
            asked[person] = told["at"]


async def _waits(judge: Telegram, asking: _Asking, span: Awaitable[None], each: float) -> Waits:
    asked: dict[int, float] = {}
    task = asyncio.create_task(asking.run(each, asked))
    await span
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await judge.do("quiet", idle=1.5, timeout=LONGEST)
    told = await judge.do("sent")
    shown = [Shown(*one) for one in told["said"]]
    first: dict[int, float] = {}
    for one in shown:
        if one.chat in asked and one.text != TEXT:
            first.setdefault(one.chat, one.at)
    if len(first) < len(asked):
        raise DidNotWork(f"{len(asked) - len(first)} questions of {len(asked)} had no answer")
    return Waits([first[chat] - at for chat, at in asked.items()], shown, told["refused"])


async def _done(bot: Bot) -> None:
    """Wait until the announcement is done."""
    async with asyncio.timeout(LONGEST):
        while not bot.is_announced():
            await asyncio.sleep(1.0)


def _rows(plan: Plan, quiet: Waits, busy: Waits) -> tuple[Figure, ...]:
    copies = [one.at for one in busy.shown if one.text == TEXT]
    first, last = min(copies), max(copies)
    within = sum(1 for one in busy.shown if first <= one.at <= last)
    share = (within - 1) / (last - first) / plan.rate
    what = f"Announcement at {plan.rate} a second"
    idle, bulk = (percentile(one.seconds, 0.99) for one in (quiet, busy))
    middle = [milliseconds(median(one.seconds)) for one in (quiet, busy)]
    waits = f"{len(busy.seconds)} questions, {plan.asked:.0f} a second"
    waits += f"; {milliseconds(bulk)}, with nothing else to do {milliseconds(idle)}"
    return (
        Figure(
            f"{what}: share of the limit that was used",
            f"{share:.3f}",
            "≥ 0.95",
            f"{len(copies)} copies and {within - len(copies)} replies in {last - first:.1f} s",
        ),
        Figure(f"{what}: calls refused", str(busy.refused + quiet.refused), "0", "strict sliding windows"),
        Figure(
            f"{what}: waiting for a reply, p99, to the same without it",
            f"{bulk / idle:.2f} times",
            "≤ 2",
            f"{waits}; p50: {middle[1]}, {middle[0]}",
        ),
    )


async def _main() -> None:
    """`python -m bench.paced`."""
    for figure in await paced(SHORT if "--short" in sys.argv else PLANS):
        print(figure.what, figure.value, figure.goal, figure.how, sep=" | ")


if __name__ == "__main__":
    asyncio.run(_main())
