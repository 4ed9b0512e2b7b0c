"""Every conversation test on the pure engine: the texts, the buttons, the ends, and what they leave unvisited."""

from pathlib import Path

import pytest

from bot.content.rehearsal import read_transcript
from bot.content.transcripts import play
from bot.dialogue.library import Library
from tests.journeys.drivers import all_transcripts


@pytest.mark.parametrize("path", all_transcripts(), ids=lambda path: path.stem)
def test_a_conversation_goes_as_written(path: Path, library: Library) -> None:
    wrong, _ = play(read_transcript(path), library)
    assert wrong == []
