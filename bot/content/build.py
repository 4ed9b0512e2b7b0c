"""Building an index in a process of its own: `python -m bot.content.build FOLDER CACHE [made]`.

What building needs (40 MiB and a second of the interpreter for 3,000 phrasings) is then never part of the
process that serves people: it only reads the file.
"""

import asyncio
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bot.content.compiled import content_key, kept_base
from bot.content.library import ContentBroken, open_library
from bot.settings import spare_threads

if TYPE_CHECKING:
    from bot.knowledge.semantic import Depth

log = logging.getLogger(__name__)

PATIENCE: Mapping["Depth", float] = {"words": 120.0, "made": 1800.0}
"""Seconds, by depth; ten thousand phrasings take about five by words, and some minutes by meaning."""


async def build_beside(folder: Path, cache: Path, depth: "Depth" = "words") -> None:
    """Have the index of a folder in its cache, if that can be; who asks for it builds it itself otherwise.

    By meaning ("made") only what prepares it: the model never meets a new text in this process first.
    """
    if depth == "words" and not await asyncio.to_thread(_is_missing, folder, cache):
        return
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __name__, str(folder.absolute()), str(cache.absolute()), depth),
            cwd=Path(__file__).resolve().parents[2],
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        log.warning("index_not_built_beside", extra={"error": type(error).__name__})
        return
    try:
        async with asyncio.timeout(PATIENCE[depth]):
            if status := await process.wait():
                log.warning("index_not_built_beside", extra={"status": status})
    except TimeoutError:
        log.warning("index_not_built_beside", extra={"error": "TimeoutError"})
    finally:
        if process.returncode is None:  # too slow, or the assistant is stopping
            process.kill()
            await process.wait()


def _is_missing(folder: Path, cache: Path) -> bool:
    """Whether the index could lie in the cache (the content does), but does not."""
    from bot.knowledge.compiled import is_kept

    key = content_key(folder)
    base = kept_base(key, cache) if key is not None else None
    return base is not None and not is_kept(base, cache)


def main() -> None:
    """Build the index of a content folder into a cache folder."""
    folder, cache = (Path(argument) for argument in sys.argv[1:3])
    depth: Depth = "made" if sys.argv[3:] == ["made"] else "words"
    spare_threads()
    try:
        _ = open_library(folder, cache, depth).index
    except ContentBroken as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
