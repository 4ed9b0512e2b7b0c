"""`python -m bench` (`make bench`): measure on this machine, print the table, keep it in bench/README.md."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from bench import inside, processes
from bench.figures import Figure
from bench.machine import describe
from bench.table import keep, render
from bot.content.library import open_library
from bot.runtime.clock import Clock, SystemClock
from bot.shipped import shipped_content


def main(arguments: Sequence[str] | None = None, *, clock: Clock | None = None) -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure the assistant on this machine.")
    parser.add_argument("--dry-run", action="store_true", help="print the table only, write nothing")
    parsed = parser.parse_args(arguments)
    clock = clock or SystemClock()
    figures = measure(clock)
    table = render(figures, day=clock.now().date().isoformat(), machine=describe())
    print(table)
    if not parsed.dry_run:
        keep(table)


def measure(clock: Clock) -> tuple[Figure, ...]:
    """All figures; the processes first, while this one is still small."""
    outside = asyncio.run(_outside())
    folder = shipped_content()
    loading = inside.loading(folder)
    library = open_library(folder)
    return (*outside, *loading, *inside.matching(library.index), *inside.measure_turns(library, clock))


async def _outside() -> tuple[Figure, ...]:
    figures: list[Figure] = []
    for work in (processes.starts, processes.idle_memory, processes.one_shot):
        print(f"{work.__name__}...", file=sys.stderr)
        figures += await work()
    return tuple(figures)


if __name__ == "__main__":
    main()
