"""`python -m bench` (`make bench`): measure on this machine, print the tables, keep them in README.md."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bench import (
    backup,
    crowd,
    hostile,
    inside,
    kills,
    paced,
    processes,
    scale,
    sending,
    unpaced,
    updates,
)
from bench.figures import Figure
from bench.machine import describe
from bench.table import keep, render
from bot.content.library import open_library
from bot.runtime.clock import Clock, SystemClock
from bot.shipped import shipped_content

Figures = tuple[Figure, ...]


def main(arguments: Sequence[str] | None = None, *, clock: Clock | None = None) -> None:
    """Measure everything, or the subjects that are named."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure the assistant on this machine.")
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"of: {', '.join(SUBJECTS)}")
    parser.add_argument("--dry-run", action="store_true", help="print the tables only, write nothing")
    parser.add_argument(
        "--short", action="store_true", help="crowd, kills, paced: less of it; writes nothing"
    )
    parsed = parser.parse_args(arguments)
    if unknown := [name for name in parsed.subjects if name not in SUBJECTS]:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(SUBJECTS)}")
    clock = clock or SystemClock()
    works = {**SUBJECTS, **(SHORT if parsed.short else {})}
    for subject in parsed.subjects or works:
        print(f"{subject}...", file=sys.stderr)
        table = render(subject, works[subject](clock), day=clock.now().date().isoformat(), machine=describe())
        print(f"{table}\n", flush=True)
        if not parsed.dry_run and not parsed.short:  # at once: a run takes a quarter of an hour
            keep({subject: table}, list(SUBJECTS))


def _apart(work: Callable[[], Awaitable[Figures]]) -> Callable[[Clock], Figures]:
    """A measurement of other processes, in a loop of its own."""

    async def measured() -> Figures:
        return await work()

    return lambda clock: asyncio.run(measured())


def _inside(clock: Clock) -> Figures:
    folder = shipped_content()
    loading = inside.loading(folder)
    library = open_library(folder)
    return (*loading, *inside.matching(library.index), *inside.measure_turns(library, clock))


def _hostile(clock: Clock) -> Figures:
    return hostile.measure_standing_still(open_library(shipped_content()), clock)


SUBJECTS: Mapping[str, Callable[[Clock], Figures]] = {
    # The processes first, while this one is still small.
    "start": _apart(processes.starts),
    "memory": _apart(processes.idle_memory),
    "commands": _apart(processes.short_commands),
    "matcher": _apart(scale.matcher_at_size),
    "updates": _apart(updates.updates),
    "unpaced": _apart(unpaced.unpaced),
    "paced": _apart(paced.paced),
    "kills": _apart(kills.kills),
    "crowd": _apart(crowd.crowd),
    "sending": _apart(sending.sending),
    "backup": _apart(backup.backup_pause),
    "inside": _inside,
    "hostile": _hostile,
}

SHORT: Mapping[str, Callable[[Clock], Figures]] = {
    "paced": _apart(lambda: paced.paced(paced.SHORT)),
    "kills": _apart(lambda: kills.kills(kills.SHORT)),
    "crowd": _apart(lambda: crowd.crowd(crowd.SHORT)),
}


if __name__ == "__main__":
    main()
