"""The content in use: loaded once, and again when a file changes; a broken file leaves the last good one."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.content.build import build_beside
from bot.content.library import ContentBroken, deeper, library_of, read_content
from bot.content.problem import Problem
from bot.dialogue.library import Library
from bot.runtime.clock import Clock
from bot.shipped import ROOMS

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
"""Seconds between looks at the folder."""

AFTER_START = 0.5
"""Seconds before the index is made ready: the first poll and the page go before it."""

AFTER_INDEX = 10.0
"""Seconds before the comparison by meaning is prepared where it is not: a minute of one core, once."""


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
    """Folder where the checked content and the index are kept between two starts."""
    semantic: bool = False
    """Compare by meaning too, as soon as it is prepared, if the extra is installed and well."""
    _seen: tuple[tuple[str, int, int], ...] = field(default=())

    @classmethod
    def open(cls, folder: Path, cache: Path | None = None, *, semantic: bool = False) -> "Keeper":
        """Load the folder; ContentBroken with every error if it has any."""
        seen = _looks_of(folder)
        content = read_content(folder, cache)
        library = library_of(content, cache)
        return cls(folder, library, (), content.media_files(folder), cache, semantic, seen)

    async def warm(self) -> None:
        """Have the index ready before the first question, off the loop; without an entry there is none."""
        if not self.library.shelf.articles:
            return
        if self.cache is not None:
            await build_beside(self.folder, self.cache)
        await asyncio.to_thread(lambda: self.library.index)

    async def deepen(self, clock: Clock) -> None:
        """Have messages compared by meaning too, if the extra is used; until then their words are enough."""
        library, cache = self.library, self.cache
        if not self.semantic or cache is None or not library.shelf.articles:
            return
        try:
            better = await asyncio.to_thread(deeper, library, cache)
            if better is None and await asyncio.to_thread(_worth_preparing, cache):
                await clock.sleep(AFTER_INDEX)
                await build_beside(self.folder, cache, "made")
                better = await asyncio.to_thread(deeper, library, cache)
        except Exception as error:  # it is an extra: whatever it does, questions are answered
            log.warning("semantic_broken", extra={"reason": type(error).__name__})
            return
        if better is not None and self.library is library:
            await asyncio.to_thread(better.index.score, "bonjour")  # the model's pages are read
            self.library = better
            log.info("semantic_ready")

    async def watch(self, clock: Clock) -> None:
        """Load again whenever a file changed; for ever."""
        await clock.sleep(AFTER_START)
        await self.warm()
        deepening = asyncio.create_task(self.deepen(clock))
        try:
            while True:
                await clock.sleep(LOOK_EVERY)
                if await self.look():
                    await _stopped(deepening)
                    await self.warm()
                    deepening = asyncio.create_task(self.deepen(clock))
        finally:
            await _stopped(deepening)

    async def look(self) -> bool:
        """Load again if a file changed; whether one did."""
        seen = await asyncio.to_thread(_looks_of, self.folder)
        if seen == self._seen:
            return False
        self._seen = seen
        await asyncio.to_thread(self._reload)
        return True

    def _reload(self) -> None:
        try:
            content = read_content(self.folder, self.cache)
        except ContentBroken as error:
            self.problems = error.problems
            log.error("content_refused", extra={"errors": len(error.problems)})
            return
        self.library, self.media = library_of(content, self.cache), content.media_files(self.folder)
        self.problems = ()
        log.info("content_loaded", extra={"fingerprint": self.library.fingerprint[:12]})


def _worth_preparing(cache: Path) -> bool:
    from bot.knowledge.semantic import may_be_used

    return may_be_used(cache)


async def _stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _looks_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, time and size of every authored file."""
    found = []
    for room in ROOMS:
        for path in sorted((folder / room).rglob("*")):
            if path.is_file():
                status = path.stat()
                found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(found)
