"""The matcher at 1,000 and 10,000 phrasings, each in processes of its own.

python -m bench.scale FILE.jsonl CACHE: has the index of a collection ready (built and kept the first
time, then read), asks it, and prints one JSON object.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from bench.figures import Figure, milliseconds, percentile
from bot.settings import spare_threads
from bot.shipped import shipped_content

SIZES = (1_000, 10_000)
GOALS: Mapping[str, Sequence[str]] = {
    "built": ("", ""),
    "p99": ("", "≤ 8 ms"),
    "ready": ("≤ 1 s", "≤ 5 s"),
    "memory": ("≤ 70 MB", "≤ 200 MB"),
}
"""For each of SIZES."""
SEED = 3
MESSAGES = 1_000
STRANGE = 0.3
"""Share of the words of an invented phrasing that are other words of the base."""

Line = dict[str, Any]


async def matcher_at_size() -> tuple[Figure, ...]:
    """Build, read from the cache, ask: at each size."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for place, size in enumerate(SIZES):
            file, cache = Path(folder) / f"{size}.jsonl", Path(folder) / f"cache-{size}"
            lines = list(_lines(size))
            file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
            cache.mkdir()
            built, kept = [await _child(file, cache) for _ in range(2)]
            figures += _figures(place, size, built, kept, len(lines))
    return tuple(figures)


def _figures(place: int, size: int, built: Line, kept: Line, entries: int) -> Iterator[Figure]:
    base = f"{size:,} phrasings".replace(",", " ")
    goals = {name: goal[place] for name, goal in GOALS.items()}
    how = f"{entries} entries, {built['messages']} messages, one letter missing in each"
    yield Figure(f"Matcher at {base}, p50", milliseconds(kept["p50"]), how=how)
    yield Figure(
        f"Matcher at {base}, p99",
        milliseconds(kept["p99"]),
        goals["p99"],
        f"most: {milliseconds(kept['most'])}",
    )
    yield Figure(
        f"Index of {base}, built", milliseconds(built["seconds"]), goals["built"], "imports included"
    )
    yield Figure(f"Index of {base}, ready from the cache", milliseconds(kept["seconds"]), goals["ready"])
    yield Figure(
        f"Memory of the matcher at {base}",
        f"{kept['memory'] / 1e6:.0f} MB",
        goals["memory"],
        f"resident set more than before its imports; {built['memory'] / 1e6:.0f} MB where it was built",
    )


async def _child(file: Path, cache: Path) -> Line:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.scale", str(file), str(cache)),
        cwd=Path(__file__).resolve().parents[1],
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    found: Line = json.loads(said)
    return found


def _lines(size: int) -> Iterator[Line]:
    """Entries of the shipped base, as far as `size` phrasings reach; then invented ones in its words."""
    from bot.content.library import open_library

    rng = Random(SEED)
    written = tuple(open_library(shipped_content()).shelf.articles.values())
    words = sorted({word for entry in written for text in entry.phrasings for word in text.split()})

    def told(text: str, round: int) -> str:
        if not round:
            return text
        return " ".join(rng.choice(words) if rng.random() < STRANGE else word for word in text.split())

    left = size
    for round in count():
        for entry in written:
            ways = [told(text, round) for text in entry.phrasings][: max(left - 2, 1)]
            keywords = list(entry.keywords) if not round else []
            left -= 1 + len(ways) + bool(keywords)
            yield {
                "id": f"{entry.id}-{round}",
                "question": told(entry.question, round),
                "alternatives": ways,
                "keywords": keywords,
            }
            if left <= 0:
                return


def main() -> None:
    """The child: ready, ask, tell."""
    file, cache = (Path(argument) for argument in sys.argv[1:])
    before, start = _resident(), time.perf_counter()
    spare_threads()
    from bot.knowledge.ask import ask
    from bot.knowledge.compiled import cached_index
    from bot.knowledge.evaluate import read_collection

    index = cached_index(read_collection(file), None, cache)
    ready = time.perf_counter() - start
    rng, seconds = Random(SEED), []
    texts = index.texts[:: max(len(index.texts) // MESSAGES, 1)]
    ask(index, texts[0])
    for text in texts:
        place = rng.randrange(len(text))
        message = text[:place] + text[place + 1 :]
        start = time.perf_counter()
        ask(index, message)
        seconds.append(time.perf_counter() - start)
    told = {"p50": percentile(seconds, 0.5), "p99": percentile(seconds, 0.99), "most": max(seconds)}
    told |= {"seconds": ready, "memory": _resident() - before, "messages": len(seconds)}
    print(json.dumps(told))


def _resident() -> int:
    """Bytes of this process that are in memory (Linux)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


if __name__ == "__main__":
    main()
