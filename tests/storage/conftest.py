"""A real Store on a real file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.store import Store
from tests.storage.samples import POLICY


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "alliances.sqlite3"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(path, policy=POLICY)
    yield opened
    await opened.close()
