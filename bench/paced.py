"""An announcement at the pace that Telegram allows, and what people who ask meanwhile notice of it.

The stand-in of the tests judges, in a process of its own, with strict sliding windows: one call too many in
any second is refused. Waiting is measured there, from a question's arrival to the first word of its answer.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.asking import FIRST_ASKING, Asking, Waits, compared, waits
from bench.figures import Figure, milliseconds
from bench.judging import telegram
from bench.living import FIRST_PERSON, TEXT, Bot, acquaint, announce
from bench.processes import PATIENCE


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
    delay: float = 0.0
    """Seconds that the judge takes for each answer, as a network does."""

    @property
    def what(self) -> str:
        """Its name."""
        late = f", each answer after {milliseconds(self.delay)}" if self.delay else ""
        return f"Announcement at {self.rate} a second{late}"


PLANS = (
    Plan(rate=30, people=600, asked=8.0, idle=25.0),
    Plan(rate=1000, people=14_000, asked=20.0),
    Plan(rate=1000, people=14_000, asked=20.0, delay=0.05),
)
SHORT = (
    Plan(rate=30, people=150, asked=8.0, idle=5.0),
    Plan(rate=1000, people=3_000, asked=20.0, idle=5.0),
    Plan(rate=1000, people=3_000, asked=20.0, idle=5.0, delay=0.05),
)


async def paced(plans: Sequence[Plan] = PLANS) -> tuple[Figure, ...]:
    """At each pace: quiet first, then during an announcement."""
    return tuple([row for plan in plans for row in await _at(plan)])


async def _at(plan: Plan) -> tuple[Figure, ...]:
    with tempfile.TemporaryDirectory() as folder:
        async with telegram("bench.judge", str(plan.rate), str(plan.delay)) as judge:
            bot = Bot(Path(folder), judge.api, rate=plan.rate)
            await judge.do("people", first=FIRST_PERSON, count=plan.people)
            await judge.do("people", first=FIRST_ASKING, count=10_000)
            await bot.warm_up(judge)
            await acquaint(bot.database, plan.people)
            async with bot.alive():
                await judge.do("polled", timeout=PATIENCE)
                await asyncio.sleep(3.0)
                asking = Asking(judge)
                quiet = await waits(judge, asking, asyncio.sleep(plan.idle), plan.asked)
                await judge.do("sent")
                await announce(bot.settings, Path(folder))
                busy = await waits(judge, asking, bot.until_announced(), plan.asked)
    return _rows(plan, quiet, busy)


def _rows(plan: Plan, quiet: Waits, busy: Waits) -> tuple[Figure, ...]:
    copies = [one.at for one in busy.shown if one.text == TEXT]
    first, last = min(copies), max(copies)
    within = sum(1 for one in busy.shown if first <= one.at <= last)
    share = (within - 1) / (last - first) / plan.rate
    return (
        Figure(
            f"{plan.what}: share of the limit that was used",
            f"{share:.3f}",
            "≥ 0.95",
            f"{len(copies)} copies and {within - len(copies)} replies in {last - first:.1f} s",
        ),
        Figure(
            f"{plan.what}: calls refused", str(busy.refused + quiet.refused), "0", "strict sliding windows"
        ),
        Figure(
            f"{plan.what}: waiting for a reply, p99, to the same without it",
            f"{busy.p99 / quiet.p99:.2f} times",
            "≤ 2",
            compared(quiet, busy, plan.asked),
        ),
    )


async def _main() -> None:
    """`python -m bench.paced`."""
    for figure in await paced(SHORT if "--short" in sys.argv else PLANS):
        print(figure.what, figure.value, figure.goal, figure.how, sep=" | ")


if __name__ == "__main__":
    asyncio.run(_main())
