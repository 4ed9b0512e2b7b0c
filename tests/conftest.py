"""What every room of the tests may use: the content that came with the program."""

import pytest

from bot.content.library import open_library
from bot.dialogue.library import Library
from bot.shipped import shipped_content


@pytest.fixture(scope="session")
def library() -> Library:
    """The shipped flows and knowledge, loaded once: a Library never changes."""
    return open_library(shipped_content())
