"""The program as a process that lives and dies, its database as it lies there, and the people it knows."""

import asyncio
import os
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.judging import Telegram
from bench.processes import PATIENCE, PROGRAM, DidNotWork, spawn
from bot.model.turn import Policy
from bot.model.who import Address
from bot.storage.store import Store
from tests.telegram_api import TOKEN

FIRST_PERSON = 1001
"""Id of the first of many people."""
TEXT = "La rencontre du réseau a lieu jeudi à 18 h, à la maison des associations."
"""What is announced."""


@dataclass(frozen=True, slots=True)
class Bot:
    """A program that may be killed, and its data folder."""

    folder: Path
    api: str
    command: Sequence[str] = (*PROGRAM, "run")
    rate: int = 1000
    """Messages a second that it is told it may send."""

    @property
    def settings(self) -> Mapping[str, str]:
        return {
            "ALLIANCES_TELEGRAM_TOKEN": TOKEN,
            "ALLIANCES_TELEGRAM_API": self.api,
            "ALLIANCES_DATA": str(self.folder / "data"),
            "ALLIANCES_RATE": str(self.rate),
            "ALLIANCES_PORT": "0",
            "ALLIANCES_QUIET_HOURS": "00:00-00:00",  # none: it is measured at any hour
            "ALLIANCES_LOG": "error",
        }

    @property
    def database(self) -> Path:
        return self.folder / "data" / "alliances.sqlite3"

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """From its start to its end, which is waited for."""
        (self.folder / "empty").mkdir(exist_ok=True)
        process = await spawn(self.command, settings=self.settings, folder=str(self.folder / "empty"))
        try:
            yield process
        finally:
            # Not `process.terminate()`: that would take the end of one that was killed just now from asyncio.
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
            _, said = await process.communicate()
            if process.returncode not in (0, -signal.SIGKILL):
                raise DidNotWork(said.decode(errors="replace")[-2000:])

    async def warm_up(self, judge: Telegram) -> None:
        """A first life in peace: the database and the caches are made."""
        async with self.alive():
            await judge.do("polled", timeout=PATIENCE)
            await asyncio.sleep(5.0)

    def is_announced(self) -> bool:
        """Whether the announcement is done."""
        return self._has("SELECT 1 FROM announcement WHERE state = 'done'")

    def is_announcing(self) -> bool:
        """Whether somebody has got it."""
        return self._has("SELECT 1 FROM delivery WHERE fate = 'sent' LIMIT 1")

    def _has(self, query: str) -> bool:
        """By a look beside the running program."""
        with closing(sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchone() is not None

    async def until_announced(self, longest: float = 180.0) -> None:
        """Wait for that; DidNotWork if it takes longer."""
        await self._until(self.is_announced, longest, 0.5)

    async def until_announcing(self, longest: float = 60.0) -> None:
        """Wait for the first copy; DidNotWork if it takes longer."""
        await self._until(self.is_announcing, longest, 0.05)

    @staticmethod
    async def _until(so: Callable[[], bool], longest: float, step: float) -> None:
        until = asyncio.get_running_loop().time() + longest
        while not so():
            if asyncio.get_running_loop().time() > until:
                raise DidNotWork("the announcement did not begin, or did not come to its end")
            await asyncio.sleep(step)

    def rows(self, *queries: str) -> list[list[str]]:
        """First columns of the rows, read from a copy: the dead process's files stay as it left them."""
        with tempfile.TemporaryDirectory() as place:
            for part in ("", "-wal"):
                found = self.database.with_name(self.database.name + part)
                if found.exists():
                    shutil.copy(found, Path(place) / found.name)
            with closing(sqlite3.connect(Path(place) / self.database.name)) as connection:
                return [[row[0] for row in connection.execute(query)] for query in queries]


async def acquaint(database: Path, count: int) -> None:
    """People who wrote once, as the program itself keeps them."""
    store = await Store.open(database, policy=Policy(ZoneInfo("Europe/Paris")))
    try:
        now = datetime.now(UTC)
        for batch in _batches(range(FIRST_PERSON, FIRST_PERSON + count)):
            people = [Address("telegram", str(id)) for id in batch]
            await asyncio.gather(*(store.load(one, now=now, name="Camille") for one in people))
    finally:
        await store.close()


def _batches(ids: Sequence[int], size: int = 500) -> Iterable[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


async def announce(settings: Mapping[str, str], folder: Path, text: str = TEXT) -> None:
    """`alliances announce` to everyone."""
    file = folder / "text.md"
    file.write_text(text, encoding="utf-8")
    command = (*PROGRAM, "announce", "--text", str(file), "--yes", "--again")
    process = await spawn(command, settings=settings, folder=str(folder))
    _, said = await process.communicate()
    if process.returncode:
        raise DidNotWork(said.decode(errors="replace"))
