"""A stage and its page for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.channels.web.stage import Stage, served
from tests.channels.web.window import Window, window


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """The scripted assistant."""
    return Stage(tmp_path)


@pytest.fixture
async def url(stage: Stage) -> AsyncIterator[str]:
    """Address of its page."""
    async with served(stage) as address:
        yield address


@pytest.fixture
async def visitor(url: str) -> AsyncIterator[Window]:
    """A window in which the page is open, so that it has its cookie."""
    async with window(url) as opened:
        await opened.conversation()
        yield opened
