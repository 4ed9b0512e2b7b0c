"""The program from inside: reading the content, finding an answer, taking a turn.

All in this process, on the shipped content.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from bench.figures import Figure, median, milliseconds, percentile, spread
from bot.content.library import read_content
from bot.content.load import load_library
from bot.dialogue.library import Library
from bot.dialogue.respond import respond
from bot.knowledge.ask import ask
from bot.knowledge.index import Index, build_index
from bot.model.effects import Send
from bot.model.inputs import Command, Input, Tap, Utterance
from bot.model.message import Markdown, Message
from bot.model.session import Session
from bot.model.turn import Policy, Turn, View
from bot.model.who import Address
from bot.runtime.clock import Clock
from bot.runtime.lanes import Lanes
from bot.runtime.runner import Arrival, Runner
from bot.storage.store import Store

TURNS = 500
PEOPLE = 10
LOADS = 5
SEED = 2


def loading(folder: Path) -> tuple[Figure, ...]:
    """Reading and checking every file, or what was kept of it, and building the index."""
    reading, indexing = [], []
    with tempfile.TemporaryDirectory() as cache:
        read_content(folder, Path(cache))
        again = [_timed(lambda: read_content(folder, Path(cache))) for _ in range(LOADS)]
    for _ in range(LOADS):
        before = time.perf_counter()
        material = load_library(folder).material
        between = time.perf_counter()
        index = build_index([authored.article for authored in material.articles], material.words)
        reading.append(between - before)
        indexing.append(time.perf_counter() - between)
    flows, entries = len(material.flows), len(index.ids)
    return (
        Figure(
            "Content: read and check",
            milliseconds(median(reading)),
            how=f"{flows} journeys, {entries} entries; median of {LOADS}, {spread(reading)}",
        ),
        Figure(
            "Content: checked before, from the cache",
            milliseconds(median(again)),
            how=f"median of {LOADS}, {spread(again)}",
        ),
        Figure(
            "Content: build the index",
            milliseconds(median(indexing)),
            how=f"{len(index.texts)} phrasings; median of {LOADS}, {spread(indexing)}",
        ),
    )


def matching(index: Index) -> tuple[Figure, ...]:
    """Finding the answer to each phrasing of the base, typed with one letter missing."""
    rng = Random(SEED)
    messages = [_mistyped(text, rng) for text in index.texts]
    ask(index, messages[0])
    seconds = [_timed(lambda text=text: ask(index, text)) for text in messages]  # type: ignore[misc]
    how = f"{len(messages)} messages, one letter missing in each, one at a time"
    return (
        Figure("Matcher, p50", milliseconds(percentile(seconds, 0.5)), how=how),
        Figure(
            "Matcher, p99", milliseconds(percentile(seconds, 0.99)), how=f"most: {milliseconds(max(seconds))}"
        ),
    )


async def turns(library: Library, clock: Clock) -> tuple[Figure, ...]:
    """Whole turns: load, decide, commit to SQLite on disk; nothing is sent."""
    last: list[Turn] = []

    def decide(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        last[:] = [respond(session, input, library, view, now=now, rng=rng)]
        return last[0]

    seconds: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(Path(folder) / "bench.sqlite3", policy=Policy(ZoneInfo("Europe/Paris")))
        try:
            runner = runner_for(store, decide, clock)
            for person in range(PEOPLE):
                conversation = _conversation(library, last, Random(SEED + person))
                for input, _ in zip(conversation, range(TURNS // PEOPLE), strict=False):
                    before = time.perf_counter()
                    await runner.turn(Arrival(Address("terminal", f"bench-{person}"), input))
                    seconds.append(time.perf_counter() - before)
        finally:
            await store.close()
    how = f"{len(seconds)} turns of {PEOPLE} people, one after the other: a journey, taps, questions"
    return (
        Figure("Turn (load, decide, commit to SQLite), p50", milliseconds(percentile(seconds, 0.5)), how=how),
        Figure(
            "Turn, p99",
            milliseconds(percentile(seconds, 0.99)),
            how=f"{len(seconds) / sum(seconds):.0f} turns a second in this one line",
        ),
    )


def runner_for(
    store: Store, decide: Callable[[Session, Input, View, datetime, Random], Turn], clock: Clock
) -> Runner:
    """The real Runner on a store, with nobody to send to."""

    async def no_typing(address: Address) -> None:
        """Nobody looks."""

    return Runner(
        store=store,
        decide=decide,
        clock=clock,
        rng=Random(SEED),
        apology=Message(Markdown("a turn failed")),
        lanes=Lanes(),
        committed=lambda: None,
        typing=no_typing,
    )


def _conversation(library: Library, last: Sequence[Turn], rng: Random) -> Iterator[Input]:
    """What one person does: starts, then taps what is offered, and asks a question every fifth time."""
    yield Command("start")
    while True:
        for _ in range(4):
            yield _tap(last, rng)
        yield Utterance(_mistyped(rng.choice(library.index.texts), rng))


def _tap(last: Sequence[Turn], rng: Random) -> Input:
    for effect in reversed(last[0].effects):
        if isinstance(effect, Send) and effect.message.options:
            return Tap(rng.choice(effect.message.options).act)
    return Command("menu")


def _mistyped(text: str, rng: Random) -> str:
    """The text without one of its letters."""
    place = rng.randrange(len(text))
    return text[:place] + text[place + 1 :]


def _timed(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def measure_turns(library: Library, clock: Clock) -> tuple[Figure, ...]:
    """`turns` in a loop of its own."""
    return asyncio.run(turns(library, clock))
