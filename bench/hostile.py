"""How long the loop stands still while messages of 4,096 characters are answered through the real Runner."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Mapping
from datetime import datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from bench.figures import Figure, milliseconds
from bench.inside import runner_for
from bot.dialogue.library import Library
from bot.dialogue.respond import respond
from bot.model.inputs import Command, Input, Utterance
from bot.model.session import Session
from bot.model.turn import Policy, Turn, View
from bot.model.who import Address
from bot.runtime.clock import Clock
from bot.runtime.runner import Arrival
from bot.storage.store import Store

LENGTH = 4096
"""Characters of the longest message that Telegram takes."""
TIMES = 10
"""Each shape is sent so often."""
BEAT = 0.001
"""Seconds between two beats of the loop."""
SEED = 5


def shapes(library: Library) -> Mapping[str, Input]:
    """Messages that are as long as they can be, each hard in its own way."""
    rng = Random(SEED)
    letters = "abcdefghijklmnopqrstuvwxyz"
    known = " ".join(rng.sample(library.index.texts, 200))
    unknown = " ".join("".join(rng.choices(letters, k=rng.randint(4, 12))) for _ in range(1000))
    phrasing = library.index.texts[0]
    return {
        "one token": Utterance("a" * LENGTH),
        "spaces": Utterance(" " * (LENGTH - 1) + "x"),
        "apostrophes": Utterance("l'" * (LENGTH // 2)),
        "known words": Utterance(known[:LENGTH]),
        "unknown words": Utterance(unknown[:LENGTH]),
        "one phrasing again and again": Utterance((f"{phrasing} " * LENGTH)[:LENGTH]),
        "combining marks": Utterance("e\N{COMBINING ACUTE ACCENT}" * (LENGTH // 2)),
        "Markdown": Utterance("[*_`>" * (LENGTH // 5)),
        "numbers": Utterance("12 " * (LENGTH // 3)),
        "/question": Command("question", unknown[:LENGTH]),
    }


async def standing_still(library: Library, clock: Clock) -> tuple[Figure, ...]:
    """The longest gap between two beats, for each shape, in a chat without and within a journey."""

    failed: list[Exception] = []

    def decide(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        try:
            return respond(session, input, library, view, now=now, rng=rng)
        except Exception as error:  # the runner apologises, and what was measured would be nothing
            failed.append(error)
            raise

    gaps: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(Path(folder) / "bench.sqlite3", policy=Policy(ZoneInfo("Europe/Paris")))
        try:
            runner = runner_for(store, decide, clock)
            inside = Address("terminal", "bench-inside")
            await runner.turn(Arrival(inside, Command("start")))
            await runner.turn(Arrival(inside, Command("menu")))
            outside = Address("terminal", "bench-outside")
            for name, input in shapes(library).items():
                found = [
                    await _longest_gap(runner.turn(Arrival(address, input)))
                    for address in (outside, inside) * TIMES
                ]
                gaps[name] = max(found)
            idle = await _longest_gap(asyncio.sleep(1.0))
        finally:
            await store.close()
    if failed:
        raise failed[0]
    worst = max(gaps, key=lambda name: gaps[name])
    every = ", ".join(f"{name} {gap * 1000:.0f}" for name, gap in gaps.items())
    how = f"{TIMES * 2} turns each; ms: {every}; nothing to do: {idle * 1000:.0f}"
    what = "The loop stands still for a message of 4 096 characters, longest"
    return (Figure(f"{what} ({worst})", milliseconds(gaps[worst]), "≤ 50 ms", how),)


async def _longest_gap(work: Awaitable[None]) -> float:
    """Seconds by which the latest beat came late while `work` was done."""
    latest = 0.0

    async def beat() -> None:
        nonlocal latest
        before = time.perf_counter()
        while True:
            await asyncio.sleep(BEAT)
            now = time.perf_counter()
            latest, before = max(latest, now - before - BEAT), now

    beating = asyncio.create_task(beat())
    await asyncio.sleep(0)
    try:
        await work
        await asyncio.sleep(2 * BEAT)  # what held the last beat up counts too
    finally:
        beating.cancel()
    return latest


def measure_standing_still(library: Library, clock: Clock) -> tuple[Figure, ...]:
    """`standing_still` in a loop of its own."""
    return asyncio.run(standing_still(library, clock))
