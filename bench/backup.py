"""`alliances backup` beside a store that is written to without a break: how long a commit waits for it."""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from bench.figures import Figure, median, milliseconds, percentile
from bot.model.effects import Remember
from bot.model.turn import Policy, Turn
from bot.model.values import FieldRef, Owner
from bot.model.who import Address
from bot.runtime.clock import SystemClock
from bot.storage.store import Store

ROOT = Path(__file__).resolve().parent.parent
PEOPLE = 20_000
NOTE = 2_000
"""Characters that each of them has told: 60 MB and more in all."""
WRITERS = 20
PACE = 0.1
"""Seconds between two turns of one writer: 200 turns a second in all."""
QUIET = 3.0
"""Seconds of the same without a backup, before and after."""
RUNS = 3
SEED = 2


class _Load:
    """People whose turns are committed, evenly, as long as it runs; seconds that each commit took."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._clock = SystemClock()
        self.seconds: list[float] = []

    async def one(self, address: Address, number: int = 0) -> None:
        """One turn of one person."""
        now = self._clock.now()
        note = "x" * (NOTE - len(str(number))) + str(number)
        loaded = await self._store.load(address, now=now)
        turn = Turn(loaded.session, (Remember(FieldRef(Owner.PERSON, "note"), note),))
        before = time.perf_counter()
        await self._store.commit_turn(loaded, turn, now=now)
        self.seconds.append(time.perf_counter() - before)

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            for writer in range(WRITERS):
                group.create_task(self._write(writer))

    async def _write(self, writer: int) -> None:
        rng, number = Random(SEED + writer), 0
        await asyncio.sleep(PACE * writer / WRITERS)
        while True:
            number += 1
            next_turn = time.perf_counter() + PACE
            await self.one(Address("web", str(rng.randrange(writer, PEOPLE, WRITERS))), number)
            await asyncio.sleep(max(0.0, next_turn - time.perf_counter()))

    async def measured(self, seconds: float) -> list[float]:
        """What the commits took in this time."""
        self.seconds = []
        await asyncio.sleep(seconds)
        return self.seconds


async def backup_pause() -> tuple[Figure, ...]:
    """The longest wait of a commit while the short command makes its copy, and without it."""
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(Path(folder) / "alliances.sqlite3", policy=Policy(ZoneInfo("Europe/Paris")))
        try:
            load = _Load(store)
            for first in range(0, PEOPLE, 500):
                await asyncio.gather(*(load.one(Address("web", str(first + n))) for n in range(500)))
            writing = asyncio.create_task(load.run())
            idle = await load.measured(QUIET)
            during: list[list[float]] = []
            took: list[float] = []
            for run in range(RUNS):
                load.seconds = []
                took.append(await _back_up(Path(folder), run))
                during.append(load.seconds)
            idle += await load.measured(QUIET)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            size = (Path(folder) / "alliances.sqlite3").stat().st_size
        finally:
            await store.close()
    turns = sum(map(len, during)) / sum(took)
    how = f"{PEOPLE} people, {size / 2**20:.0f} MB, {turns:.0f} turns a second; {RUNS} backups"
    worst = [max(one) for one in during]
    return (
        Figure("`alliances backup` beside the running store", f"{median(took):.1f} s", how=how),
        Figure(
            "Longest wait of a commit during a backup",
            milliseconds(median(worst)),
            "≤ 100 ms",
            f"median of the {RUNS} longest; worst of all {milliseconds(max(worst))}; "
            f"p99 {milliseconds(percentile([one for run in during for one in run], 0.99))}",
        ),
        Figure(
            "The same without a backup",
            milliseconds(max(idle)),
            how=f"p99 {milliseconds(percentile(idle, 0.99))}, {2 * QUIET:.0f} s",
        ),
    )


async def _back_up(folder: Path, run: int) -> float:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ALLIANCES_")}
    before = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "backup", f"copy-{run}.tar"),
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(ROOT), "ALLIANCES_DATA": str(folder)},
        stdout=asyncio.subprocess.DEVNULL,
    )
    if await process.wait():
        raise RuntimeError("the backup failed; what it said stands above")
    return time.perf_counter() - before
