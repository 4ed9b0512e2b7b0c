"""An announcement to a crowd as it is: some have blocked the bot, some are gone, groups move under it, people
ask meanwhile, and the bot is killed again and again.

The stand-in of the tests judges, in a process of its own, with strict limits. People ask from the first copy
on, and all are answered. How long an answer takes is measured after the last kill, while the announcement
goes on: before, a question may wait for the next start.
"""

import asyncio
import csv
import io
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bench.asking import FIRST_ASKING, LONGEST, Asking, Shown, Waits, compared, waits
from bench.figures import Figure, milliseconds
from bench.judging import Telegram, telegram
from bench.living import FIRST_PERSON, TEXT, Bot, acquaint, announce
from bench.processes import PATIENCE, PROGRAM, DidNotWork, spawn
from bench.seen import UNSENT_COPIES, Seen
from bot.content.library import open_library
from bot.events.report import words_of
from bot.model.announcement import Fate
from bot.shipped import shipped_content

RATE = 1000
SEED = 9
SETTLE = 3.0
"""Seconds after a start in which nobody's waiting is measured."""
ACROSS = 5.0
"""Questions a second until the last kill."""
FIRST_GROUP = -2001
MOVED_BY = 1_000_000
"""A group that moves has this number less."""
IN_GROUP = "/question@alliances_standin_bot quelle différence entre mécénat et parrainage ?"
"""With the name: privacy mode is on, and Telegram passes on nothing else."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of it."""

    people: int
    blocked: float = 0.02
    gone: float = 0.005
    kills: int = 5
    first: float = 1.2
    """Seconds of sending before each kill, about."""
    asking: int = 200
    """People who ask, with nothing else to do and during the announcement."""
    each: float = 20.0
    """Questions a second."""
    groups: int = 4
    """Groups that move at each kill."""

    @property
    def turned_away(self) -> tuple[list[int], list[int]]:
        """Who blocked the bot, and who is gone."""
        ids = list(range(FIRST_PERSON, FIRST_PERSON + self.people - self.asking))
        Random(SEED).shuffle(ids)
        blocked, gone = int(self.people * self.blocked), int(self.people * self.gone)
        return ids[:blocked], ids[blocked : blocked + gone]

    @property
    def crowd(self) -> frozenset[int]:
        """Who is to get it: those who wrote once, and those who asked before it was made."""
        asked = range(FIRST_ASKING, FIRST_ASKING + self.asking)
        return frozenset((*range(FIRST_PERSON, FIRST_PERSON + self.people - self.asking), *asked))


WHOLE = Plan(people=20_000)
SHORT = Plan(people=10_000, kills=2, first=0.5, asking=40)


@dataclass(slots=True)
class Told:
    """What was found."""

    copies: Seen
    quiet: Waits
    busy: Waits
    across: Sequence[float]
    """How long the questions across the kills waited."""
    groups: int
    """Groups that moved."""
    answered: int
    """Of them those whose question was answered."""
    rooms: int
    """Groups that our database knows."""
    report: Mapping[str, int] = field(default_factory=dict)
    """Fate -> copies, as the report says."""


async def crowd(plan: Plan = WHOLE) -> tuple[Figure, ...]:
    """From the announcement to its report."""
    with tempfile.TemporaryDirectory() as folder:
        async with telegram("bench.judge", str(RATE)) as judge:
            bot = Bot(Path(folder), judge.api)
            await _gather(judge, bot, plan)
            told = await _announced(judge, bot, plan, Path(folder))
            told.report = await _reported(bot, Path(folder))
    return _rows(plan, told)


async def _gather(judge: Telegram, bot: Bot, plan: Plan) -> None:
    """The crowd as the bot knows it, and what it does not know of them."""
    await judge.do("people", first=FIRST_PERSON, count=plan.people)
    await judge.do("people", first=FIRST_ASKING, count=10_000)
    await bot.warm_up(judge)
    await acquaint(bot.database, plan.people - plan.asking)
    blocked, gone = plan.turned_away
    await judge.do("turn_away", blocked=blocked, gone=gone)


async def _announced(judge: Telegram, bot: Bot, plan: Plan, folder: Path) -> Told:
    asking, copies = Asking(judge), Seen(_copy, UNSENT_COPIES)
    shown: list[Shown] = []
    async with bot.alive() as process:
        await judge.do("polled", timeout=PATIENCE)
        await asyncio.sleep(SETTLE)
        quiet = await waits(judge, asking, asking.asks(plan.asking), plan.each)
        await announce(bot.settings, folder)
        await bot.until_announcing()
        across = Asking(judge, FIRST_ASKING + 5_000)
        questions = asyncio.create_task(across.run(ACROSS))
        await _dies(judge, process, plan, 0)
    shown += _shown(await copies.look(judge, bot))
    for number in range(1, plan.kills):
        async with bot.alive() as process:
            await judge.do("polled", timeout=PATIENCE)
            await _dies(judge, process, plan, number)
        shown += _shown(await copies.look(judge, bot))
    questions.cancel()
    with suppress(asyncio.CancelledError):
        await questions
    async with bot.alive():
        await judge.do("polled", timeout=PATIENCE)
        await asyncio.sleep(SETTLE)
        asking.asked = {}
        await asking.run(plan.each, plan.asking)
        if bot.is_announced():
            raise DidNotWork("the announcement ended before the last question: it must go to more people")
        await bot.until_announced(LONGEST)
        await judge.do("quiet", idle=2.0, timeout=LONGEST)
    shown += _shown(await copies.look(judge, bot, alive=True))
    return _told(plan, bot, copies, shown, quiet, (asking, across))


async def _dies(judge: Telegram, process: asyncio.subprocess.Process, plan: Plan, number: int) -> None:
    """Some copies leave, some groups move, and then the bot is no more."""
    await asyncio.sleep(plan.first * Random(SEED + number).uniform(0.5, 1.5))
    texts = [(*place, IN_GROUP) for place in _moving(plan, number)]
    await judge.do("upgrade", asked=texts)
    await asyncio.sleep(0.1)
    process.kill()


def _told(
    plan: Plan, bot: Bot, copies: Seen, shown: Sequence[Shown], quiet: Waits, asked: tuple[Asking, Asking]
) -> Told:
    asking, across = asked
    new = {place[2] for number in range(plan.kills) for place in _moving(plan, number)}
    (rooms,) = bot.rows("SELECT d.id FROM address d JOIN person p ON p.id = d.person WHERE p.kind = 'group'")
    return Told(
        copies,
        quiet,
        busy=Waits(asking.waited(shown), shown, copies.refused),
        across=across.waited(shown),
        groups=len(new),
        answered=len(new & {one.chat for one in shown}),
        rooms=len(new & set(map(int, rooms))) if len(rooms) == len(new) else 0,
    )


def _copy(chat: int, text: str) -> str | None:
    return str(chat) if text == TEXT else None


def _shown(told: Mapping[str, Sequence[tuple[int, str, float]]]) -> list[Shown]:
    return [Shown(*one) for one in told["said"]]


def _moving(plan: Plan, number: int) -> list[tuple[int, int, int]]:
    """The groups that move at this kill: who asks there, the group, its new id."""
    numbers = range(number * plan.groups, (number + 1) * plan.groups)
    return [(FIRST_ASKING + 9_000 + one, FIRST_GROUP - one, FIRST_GROUP - one - MOVED_BY) for one in numbers]


async def _reported(bot: Bot, folder: Path) -> Counter[str]:
    """`alliances announce --report`: the fates of its list, by the names that the program has for them."""
    file = folder / "report.csv"
    command = (*PROGRAM, "announce", "--report", "1", "--csv", str(file))
    process = await spawn(command, settings=bot.settings, folder=str(folder))
    _, said = await process.communicate()
    if process.returncode:
        raise DidNotWork(said.decode(errors="replace"))
    words = words_of(open_library(shipped_content()).shelf.phrases)
    fates = {words[fate.value]: fate.value for fate in Fate}
    _, *lines = csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline=""), delimiter=";")
    return Counter(fates[line[1]] for line in lines)


def _rows(plan: Plan, told: Told) -> tuple[Figure, ...]:
    copies, crowd = told.copies, {str(id) for id in plan.crowd}
    away = {str(id) for ids in plan.turned_away for id in ids}
    got, closed = set(copies.said), {str(id) for id in copies.unreachable}
    lost, strangers = len(crowd - away - got), len(got - crowd) + len(got & away)
    journal = {"sent": len(got), "blocked": len(closed)}
    people = f"{plan.people:,}".replace(",", " ")
    what = f"{people} people, {plan.kills} kills"
    blocked, gone = map(len, plan.turned_away)
    said = ", ".join(f"{count} {fate}" for fate, count in sorted(told.report.items()))
    slow = max(told.across)
    return (
        Figure(f"{what}: people who got none", str(lost), "0", f"{blocked} had blocked us, {gone} were gone"),
        Figure(f"{what}: people who should not have got it", str(strangers), "0"),
        Figure(
            f"{what}: copies twice, beyond what was in flight",
            str(copies.beyond),
            "0",
            f"{copies.copies} copies twice; {copies.spread()}",
        ),
        Figure(f"{what}: calls refused as too many", str(copies.refused), "0", f"at {RATE} a second, strict"),
        Figure(f"{what}: calls refused otherwise", str(copies.failed), "0", "nothing that we should not ask"),
        Figure(
            f"{what}: groups that moved and lost their question",
            str(told.groups - min(told.answered, told.rooms)),
            "0",
            f"{told.groups} groups; {copies.moved} calls were told the new address",
        ),
        Figure(
            f"{what}: report against the journal of Telegram's side",
            "equal" if dict(told.report) == journal else f"{said}; there {journal}",
            "equal",
            said,
        ),
        Figure(
            f"{what}: waiting for a reply, p99, to the same without it",
            f"{told.busy.p99 / told.quiet.p99:.2f} times",
            "≤ 2",
            f"after the last kill: {compared(told.quiet, told.busy, plan.each)}",
        ),
        Figure(
            f"{what}: questions across the kills without an answer",
            "0",
            "0",
            f"{len(told.across)} of them; the longest waited {milliseconds(slow)}, for a new start",
        ),
    )


async def _main() -> None:
    """`python -m bench.crowd [--short]`."""
    for figure in await crowd(SHORT if "--short" in sys.argv else WHOLE):
        print(figure.what, figure.value, figure.goal, figure.how, sep=" | ")


if __name__ == "__main__":
    asyncio.run(_main())
