"""A small disk of one's own, and the running program on the stand-in of the Bot API."""

import asyncio
import ctypes
import json
import os
import sqlite3
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.program import Program, Settings, page_of
from tests.telegram_api import TOKEN, BotApi

MS_RDONLY, MS_REMOUNT, MNT_DETACH = 1, 32, 2
"""mount(2), umount(2)."""

_ROOM = "room taken by the test"


class Disk:
    """A file system of a few megabytes that a test fills, empties and closes to writing."""

    def __init__(self, folder: Path, size: str = "4m") -> None:
        self.folder = folder
        self._call("mount", b"tmpfs", self._place, b"tmpfs", 0, f"size={size},mode=0700".encode())

    def fill(self) -> None:
        """Take every byte that is left."""
        with (self.folder / _ROOM).open("ab", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                return

    def free(self) -> None:
        """Give the room back."""
        (self.folder / _ROOM).unlink()

    def close_to_writing(self) -> None:
        """Make it read-only; nobody may have a file of it open for writing."""
        self._call("mount", b"tmpfs", self._place, b"tmpfs", MS_REMOUNT | MS_RDONLY, None)

    def remove(self) -> None:
        """Take it off, whoever still uses it."""
        self._call("umount2", self._place, MNT_DETACH)

    @property
    def _place(self) -> bytes:
        return os.fsencode(self.folder)

    @staticmethod
    def _call(name: str, *arguments: object) -> None:
        if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments):
            raise OSError(ctypes.get_errno(), name)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of 4 MB. Skipped where no file system may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if sys.platform != "linux":
        pytest.skip("mounts a file system as Linux does")
    try:
        made = Disk(folder)
    except PermissionError:
        pytest.skip("only root may mount a file system")
    yield made
    made.remove()


@dataclass
class Running:
    """The program, connected to the stand-in."""

    program: Program
    page: str

    async def health(self) -> tuple[int, dict[str, Any]]:
        """Status and body of `/healthz`."""
        return await asyncio.to_thread(_get, f"{self.page}/healthz")

    async def unready(self) -> str:
        """Wait until it says that it is not ready; the reason."""
        async with asyncio.timeout(20):
            while True:
                status, told = await self.health()
                if status != 200:
                    assert (status, told["live"], told["ready"]) == (503, True, False)
                    return str(told["reason"])
                await asyncio.sleep(0.05)

    async def ready(self) -> None:
        """Wait until it says that all is well."""
        async with asyncio.timeout(20):
            while (await self.health())[0] != 200:
                await asyncio.sleep(0.05)


@asynccontextmanager
async def running(
    api: BotApi, folder: Path, settings: Settings | None = None, module: str = "bot"
) -> AsyncIterator[Running]:
    """`alliances run` in `folder`, polling, with its page open."""
    ours: Settings = {"telegram_token": TOKEN, "telegram_api": api.url, "port": 0, **(settings or {})}
    with Program("run", folder=folder, settings=ours, module=module) as program:
        page = await asyncio.to_thread(page_of, program)
        await asyncio.to_thread(program.prints, "Telegram: connected")
        yield Running(program, page)


def damage(database: Path, table: str) -> None:
    """Write rubbish over the first page of a table of a closed database, as a failing disk does."""
    with closing(sqlite3.connect(database)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"rubbish!" * (size // 8))


def _get(address: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)
