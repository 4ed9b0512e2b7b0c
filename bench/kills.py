"""What a SIGKILL costs: updates lost, effects done twice, messages that went out twice.

The stand-in of the tests judges, in a process of its own; the bot dies at random moments and is started
again. What was in flight at a kill is what the judge had shown a person and our database did not know of.
"""

import asyncio
import json
import string
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.figures import Figure
from bench.judging import Telegram, telegram
from bench.living import FIRST_PERSON, Bot, acquaint, announce
from bench.processes import PATIENCE, DidNotWork
from bench.seen import UNSENT_COPIES, Seen

RATE = 1000
"""Messages a second that the judge allows."""
SEED = 6
LONGEST = 120.0
"""Seconds that the last life may take to finish."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is done."""

    kills: int
    each: float
    """Updates a second that flow all the time."""
    people: int
    """To whom an announcement goes."""
    bulk_kills: int


WHOLE = Plan(kills=100, each=250.0, people=12_000, bulk_kills=12)
SHORT = Plan(kills=10, each=250.0, people=2_000, bulk_kills=3)

TALKERS = 4000
"""People who write in turn, none of them too fast."""
MOST = 9
"""Messages of each: with their answers fewer than a history holds."""


async def kills(plan: Plan = WHOLE) -> tuple[Figure, ...]:
    """While updates flow, and while an announcement runs."""
    return (*await _while_updates_flow(plan), *await _while_announcing(plan))


async def _while_updates_flow(plan: Plan) -> tuple[Figure, ...]:
    rng, seen = Random(SEED), Seen(lambda chat, text: text, "SELECT body FROM outbox")
    with tempfile.TemporaryDirectory() as folder:
        async with telegram("bench.judge", str(RATE)) as judge:
            bot = Bot(Path(folder), judge.api, (sys.executable, "-m", "bench.ours", "traced"))
            await judge.do("people", first=FIRST_PERSON, count=TALKERS)
            await bot.warm_up(judge)
            talking = asyncio.create_task(_talk(judge, plan.each))
            for _ in range(plan.kills):
                async with bot.alive() as process:
                    await asyncio.sleep(rng.uniform(0.4, 2.0))
                    process.kill()
                await seen.look(judge, bot)
            talking.cancel()
            with suppress(asyncio.CancelledError):
                await talking
            async with bot.alive():
                told = await judge.do("quiet", idle=2.0, timeout=LONGEST)
            await seen.look(judge, bot, alive=True)
            if not told["quiet"]:
                raise DidNotWork("the bot did not finish what it had accepted")
        return _of_updates(plan, seen, bot)


def _of_updates(plan: Plan, seen: Seen, bot: Bot) -> tuple[Figure, ...]:
    rows = bot.rows(
        "SELECT body FROM history WHERE direction = 'in'", "SELECT text FROM miss", "SELECT state FROM inbox"
    )
    heard = Counter(json.loads(body) for body in rows[0])
    noted = Counter(rows[1])
    accepted = len(rows[2])
    texts = {_marker(number) for number in range(accepted)}
    lost = sum(1 for text in texts if not (heard[text] and noted[text] and seen.said[text]))
    lost += sum(1 for state in rows[2] if state != "done")
    doubled = sum(more.total() - len(more) for more in (heard, noted))
    what = f"{plan.kills} kills while updates flow"
    how = f"{accepted} updates, {plan.each:.0f} a second; effects: a row of the history, one of the misses"
    return (
        Figure(f"{what}: accepted updates lost", str(lost), "0", how),
        Figure(f"{what}: double effects", str(doubled), "0", f"{heard.total() + noted.total()} effects"),
        Figure(
            f"{what}: replies that went out twice",
            str(seen.copies),
            f"≤ {seen.flight}, in flight",
            seen.spread(),
        ),
    )


async def _while_announcing(plan: Plan) -> tuple[Figure, ...]:
    rng, seen = Random(SEED), Seen(lambda chat, text: str(chat), UNSENT_COPIES)
    with tempfile.TemporaryDirectory() as folder:
        async with telegram("bench.judge", str(RATE)) as judge:
            bot = Bot(Path(folder), judge.api)
            await judge.do("people", first=FIRST_PERSON, count=plan.people)
            await bot.warm_up(judge)
            await acquaint(bot.database, plan.people)
            await announce(bot.settings, Path(folder))
            share = plan.people / RATE / (plan.bulk_kills + 1)
            for _ in range(plan.bulk_kills):
                async with bot.alive() as process:
                    await judge.do("polled", timeout=PATIENCE)
                    await asyncio.sleep(share * rng.uniform(0.3, 1.5))
                    process.kill()
                await seen.look(judge, bot)
            async with bot.alive():
                await bot.until_announced(LONGEST)
            await seen.look(judge, bot, alive=True)
        fates = Counter(bot.rows("SELECT fate FROM delivery")[0])
    return _of_copies(plan, seen, fates)


def _of_copies(plan: Plan, seen: Seen, fates: Mapping[str, int]) -> tuple[Figure, ...]:
    lost = plan.people - len(seen.said)
    copies, flight = seen.copies, seen.flight
    people = f"{plan.people:,}".replace(",", " ")
    what = f"Announcement to {people} people, {plan.bulk_kills} kills"
    share = f"{copies / flight:.2f} × what was in flight" if flight else f"{copies}; nothing was in flight"
    told = ", ".join(f"{count} {fate}" for fate, count in sorted(fates.items()))
    how = f"{copies} copies twice, {copies / plan.bulk_kills:.0f} a kill; {seen.spread()}"
    return (
        Figure(f"{what}: people who got none", str(lost), "0", f"kept of the copies: {told}"),
        Figure(f"{what}: people who got it twice", share, "≤ 1.5 ×", how),
        Figure(f"{what}: refused as too many", str(seen.refused), "0", f"at {RATE} a second"),
    )


async def _talk(judge: Telegram, each: float) -> None:
    """So many messages a second, each with a text of its own, until cancelled."""
    number, step = 0, 0.05
    while number < TALKERS * MOST:
        count = int(each * step)
        words = [(FIRST_PERSON + (number + one) % TALKERS, _marker(number + one)) for one in range(count)]
        # Shielded: an answer that nobody takes would be taken for that of the next order.
        await asyncio.shield(judge.do("say", words=words))
        number += count
        await asyncio.sleep(step)


def _marker(number: int) -> str:
    """A text that no other update has; letters only, for numbers are masked in what is kept."""
    word = ""
    for _ in range(6):
        number, letter = divmod(number, 26)
        word += string.ascii_lowercase[letter]
    return f"xyz{word}"


async def _main() -> None:
    """`python -m bench.kills [--short]`."""
    for figure in await kills(SHORT if "--short" in sys.argv else WHOLE):
        print(figure.what, figure.value, figure.goal, figure.how, sep=" | ")


if __name__ == "__main__":
    asyncio.run(_main())
