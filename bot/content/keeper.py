"""The content in use: loaded once, and again when a file changes; a broken file leaves the last good one."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.content.library import ContentBroken, build_library
from bot.content.load import load_library
from bot.content.problem import Problem
from bot.dialogue.library import Library
from bot.runtime.clock import Clock

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
"""Seconds between looks at the folder."""

AFTER_START = 0.5
"""Seconds before the index is made ready: the first poll and the page go before it."""


@dataclass(slots=True)
class Keeper:
    """Holds the current library of one content folder."""

    folder: Path
    library: Library
    problems: tuple[Problem, ...] = ()
    """What is wrong with the folder as it is now; the library may be older."""
    media: Mapping[str, Path] = field(default_factory=dict)
    """sha256 of an authored picture or file -> where its bytes lie."""
    cache: Path | None = None
    """Folder where the index is kept between two starts."""
    _seen: tuple[tuple[str, int, int], ...] = field(default=())

    @classmethod
    def open(cls, folder: Path, cache: Path | None = None) -> "Keeper":
        """Load the folder; ContentBroken with every error if it has any."""
        seen = _looks_of(folder)
        loaded = load_library(folder)
        library = build_library(folder, loaded, cache)
        return cls(folder, library, loaded.problems, loaded.media_files, cache, seen)

    async def warm(self) -> None:
        """Have the index ready before the first question, off the loop."""
        await asyncio.to_thread(lambda: self.library.index)

    async def watch(self, clock: Clock) -> None:
        """Load again whenever a file changed; for ever."""
        await clock.sleep(AFTER_START)
        await self.warm()
        while True:
            await clock.sleep(LOOK_EVERY)
            if await self.look():
                await self.warm()

    async def look(self) -> bool:
        """Load again if a file changed; whether one did."""
        seen = await asyncio.to_thread(_looks_of, self.folder)
        if seen == self._seen:
            return False
        self._seen = seen
        await asyncio.to_thread(self._reload)
        return True

    def _reload(self) -> None:
        loaded = load_library(self.folder)
        self.problems = loaded.problems
        try:
            library = build_library(self.folder, loaded, self.cache)
        except ContentBroken as error:
            log.error("content_refused", extra={"errors": len(error.problems)})
            return
        self.library, self.media = library, loaded.media_files
        log.info("content_loaded", extra={"fingerprint": library.fingerprint[:12]})


def _looks_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, time and size of every authored file."""
    found = []
    for room in ("flows", "knowledge"):
        for path in sorted((folder / room).rglob("*")):
            if path.is_file():
                status = path.stat()
                found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(found)
