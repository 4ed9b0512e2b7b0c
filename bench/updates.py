"""How many updates a second a bot answers when they wait in batches of 100; ours, beside two bare echo bots.

Each bot is a process of its own, and so is what stands in for Telegram (`bench/arbiter.py`). The bots take
turns, so that a slow moment of the machine hits each alike; compared are ratios of one run.
"""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bench import foreign
from bench.figures import Figure, median
from bench.judging import Telegram, telegram
from bench.processes import PATIENCE, ROOT, RUNS, DidNotWork, spawn
from bench.sending import Pace
from bot.content.library import open_library
from bot.shipped import shipped_content
from tests.telegram_api import TOKEN

PEOPLE = 300
EACH = 10
"""Messages of each person: fewer than what is taken for a flood."""
LONGEST = 120.0
"""Seconds for one run."""
SETTLE = 4.0
"""Seconds after the first poll, for the index and the first use of everything."""
SEED = 4

PTB = "bare python-telegram-bot echo"
AIOGRAM = "bare aiogram echo"

Program = Callable[[str], tuple[Sequence[str], Mapping[str, str]]]
"""From the address of the Bot API to a command and its settings."""


@dataclass(frozen=True, slots=True)
class Bot:
    """One of those compared."""

    name: str
    program: Program
    asks: bool = False
    """It is asked questions of the base instead of being sent short words."""


async def updates() -> tuple[Figure, ...]:
    """All bots in turn, RUNS times."""
    with tempfile.TemporaryDirectory() as folder:
        bots, missing = await _bots(Path(folder))
        paces: dict[str, list[Pace]] = {}
        for _ in range(RUNS):
            for bot in bots:
                paces.setdefault(bot.name, []).append(await measured(bot, Path(folder)))
    how = f"median of {RUNS} interleaved runs of {PEOPLE * EACH} messages of {PEOPLE} people"
    rows = [_row(name, found, how) for name, found in paces.items()]
    return (*rows, *missing, *_ratios(paces))


def _row(name: str, paces: Sequence[Pace], how: str) -> Figure:
    rates = [one.rate for one in paces]
    work = median([one.work for one in paces])
    span = f"{min(rates):.0f} to {max(rates):.0f}"
    how = f"{how}; {span}; {work:.2f} s of processor for 1,000"
    return Figure(f"Updates: {name}", f"{median(rates):.0f}/s", how=how)


def _ratios(paces: Mapping[str, Sequence[Pace]]) -> list[Figure]:
    found = {name: median([one.rate for one in runs]) for name, runs in paces.items()}
    pairs = (
        ("echo, all on disk", PTB, "≥ 3"),
        ("echo, all on disk", AIOGRAM, "≥ 1.5"),
        ("questions to the base, all on disk", PTB, ""),
        ("questions to the base, all on disk", AIOGRAM, ""),
        ("echo, all on disk", "echo, not waiting for the disk", "≥ 0.85"),
    )
    return [
        Figure(f"Updates: ratio of « {one} » to « {other} »", f"{found[one] / found[other]:.2f}", goal)
        for one, other, goal in pairs
        if one in found and other in found
    ]


async def _bots(folder: Path) -> tuple[list[Bot], list[Figure]]:
    bots = [
        Bot(PTB, lambda api: ([sys.executable, "-m", "bench.echo", TOKEN, api], {})),
        Bot("echo, all on disk", ours(folder, "echo", "unpaced")),
        Bot("echo, not waiting for the disk", ours(folder, "echo", "unpaced", "unsafe")),
        Bot("questions to the base, all on disk", ours(folder, "unpaced"), asks=True),
    ]
    try:
        python = await foreign.python()
    except (DidNotWork, OSError) as error:
        why = f"cannot be installed: {error}"
        return bots, [Figure(f"Updates: {AIOGRAM}", "not measured", how=why)]
    script = str(ROOT / "bench" / "echo_aiogram.py")
    bots.insert(1, Bot(AIOGRAM, lambda api: ([python, script, TOKEN, api], {})))
    return bots, []


def ours(folder: Path, *changes: str) -> Program:
    """Our program with these changes (`bench/ours.py`) and its data in `folder`."""

    def program(api: str) -> tuple[Sequence[str], Mapping[str, str]]:
        return [sys.executable, "-m", "bench.ours", *changes], {
            "ALLIANCES_TELEGRAM_TOKEN": TOKEN,
            "ALLIANCES_TELEGRAM_API": api,
            "ALLIANCES_DATA": str(folder / "data"),
            "ALLIANCES_PORT": "0",
            "ALLIANCES_LOG": "warning",
        }

    return program


async def measured(bot: Bot, folder: Path) -> Pace:
    """One run, from the first batch to the last reply. The people are known already."""
    for left in (folder / "data").glob("alliances.sqlite3*"):
        left.unlink()
    async with telegram("bench.arbiter") as arbiter, polling(arbiter, bot.program) as pid:
        rng = Random(SEED)
        texts = [_words(rng) for _ in range(PEOPLE * EACH)]
        await arbiter.do("send", texts=texts[:PEOPLE], people=PEOPLE)
        await _settled(arbiter, PEOPLE)
        if bot.asks:
            asked = open_library(shipped_content()).index.texts
            texts = [rng.choice(asked) for _ in texts]
        before = processor_time(pid)
        await arbiter.do("send", texts=texts, people=PEOPLE)
        told = await _settled(arbiter, 0 if bot.asks else len(texts))
        work = (processor_time(pid) - before) / len(texts) * 1000
        return Pace(len(texts) / told["seconds"], work)


def processor_time(pid: int) -> float:
    """Seconds that a process has computed so far (Linux: proc(5), fields 14 and 15 of `stat`)."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


async def _settled(arbiter: Telegram, replies: int) -> Mapping[str, Any]:
    told = await arbiter.do("settled", replies=replies, timeout=LONGEST)
    if told["replies"] < (replies or PEOPLE * EACH):
        raise DidNotWork(f"only {told['replies']} replies came: {told['methods']}")
    return told


def _words(rng: Random) -> str:
    return " ".join(f"{rng.getrandbits(16):x}" for _ in range(4))


@asynccontextmanager
async def polling(stand_in: Telegram, program: Program, *, settle: float = SETTLE) -> AsyncIterator[int]:
    """The program, from its first poll and `settle` seconds on; its process id. Ended at the end."""
    command, settings = program(stand_in.api)
    with tempfile.TemporaryDirectory() as folder:
        process = await spawn(command, settings=settings, folder=folder)
        try:
            await stand_in.do("polled", timeout=PATIENCE)
            await asyncio.sleep(settle)
            yield process.pid
        finally:
            if process.returncode is None:
                process.terminate()
            _, said = await process.communicate()
            if said and process.returncode not in (0, -signal.SIGTERM):
                print(said.decode(errors="replace")[-2000:], file=sys.stderr)


async def _main() -> None:
    """Only these rows: `python -m bench.updates`."""
    for figure in await updates():
        print(figure.what, figure.value, figure.goal, figure.how, sep=" | ")


if __name__ == "__main__":
    asyncio.run(_main())
