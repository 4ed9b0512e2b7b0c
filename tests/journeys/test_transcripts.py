"""Every conversation test on the pure engine: texts, buttons, ends; and what all of them leave unvisited."""

from pathlib import Path

import pytest

from bot.content.rehearsal import read_transcript
from bot.content.transcripts import play, uncovered
from bot.dialogue.library import Library
from tests.journeys.drivers import all_transcripts


@pytest.mark.parametrize("path", all_transcripts(), ids=lambda path: path.stem)
def test_a_conversation_goes_as_written(path: Path, library: Library) -> None:
    wrong, _ = play(read_transcript(path), library)
    assert not wrong, "\n".join(wrong)


def test_every_step_is_visited_by_some_conversation(library: Library) -> None:
    visited = [step for path in all_transcripts() for step in play(read_transcript(path), library)[1]]
    assert uncovered(library, visited) == {}


def test_each_conversation_has_a_name_of_its_own() -> None:
    paths = all_transcripts()
    assert sorted({path.stem for path in paths}) == sorted(path.stem for path in paths)
    assert [path.stem for path in paths if read_transcript(path).transcript != path.stem] == []
