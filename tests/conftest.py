"""What every room of the tests may use: the content that came with the program, and a real store."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.content.library import open_library
from bot.dialogue.library import Library
from bot.shipped import shipped_content
from bot.storage.store import Store
from tests.storage.samples import POLICY


@pytest.fixture(scope="session")
def library() -> Library:
    """The shipped flows and knowledge, loaded once: a Library never changes."""
    return open_library(shipped_content())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the program would have its database."""
    return tmp_path / "data" / "alliances.sqlite3"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    """A real store on a real file there."""
    opened = await Store.open(path, policy=POLICY)
    yield opened
    await opened.close()
