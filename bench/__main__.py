"""`python -m bench` (`make bench`): measure on this machine, print the table, keep it in bench/README.md."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from bench import hostile, inside, processes, scale, sending
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
    found = (*outside, *loading, *inside.matching(library.index), *inside.measure_turns(library, clock))
    return (*found, *hostile.measure_standing_still(library, clock))


async def _outside() -> tuple[Figure, ...]:
    figures: list[Figure] = []
    alone = (processes.starts, processes.idle_memory, processes.short_commands, scale.matcher_at_size)
    for work in (*alone, sending.sending):
        print(f"{work.__name__}...", file=sys.stderr)
        figures += await work()
    return tuple(figures)


if __name__ == "__main__":
    main()
