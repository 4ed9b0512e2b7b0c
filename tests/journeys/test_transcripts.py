"""Every conversation test on the pure engine: texts, buttons, ends; and what all of them leave unvisited."""

from pathlib import Path

import pytest

from bot.content.coverage import coverage
from bot.content.rehearsal import read_transcript
from bot.content.transcripts import play
from bot.dialogue.library import Library
from tests.journeys.drivers import all_transcripts


@pytest.mark.parametrize("path", all_transcripts(), ids=lambda path: path.stem)
def test_a_conversation_goes_as_written(path: Path, library: Library) -> None:
    wrong = play(read_transcript(path), library).wrong
    assert not wrong, "\n".join(wrong)


def test_every_step_and_every_way_on_is_taken_by_some_conversation(library: Library) -> None:
    worlds = [play(read_transcript(path), library).world for path in all_transcripts()]
    left_out = {
        flow: (left.steps, left.ways)
        for flow, left in coverage(library, worlds).items()
        if left.steps or left.ways
    }
    assert left_out == {}


def test_each_conversation_has_a_name_of_its_own() -> None:
    paths = all_transcripts()
    assert sorted({path.stem for path in paths}) == sorted(path.stem for path in paths)
    assert [path.stem for path in paths if read_transcript(path).transcript != path.stem] == []
