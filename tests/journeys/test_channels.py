"""The same conversations through the real program, on every channel: what a person reads there, turn by turn,
is what the pure engine says beside it."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.content.rehearsal import read_transcript
from bot.content.transcripts import Transcript
from bot.dialogue.library import Library
from tests.journeys.at_emulator import EmulatorSeat, judged
from tests.journeys.at_page import page_seat
from tests.journeys.at_telegram import TelegramSeat
from tests.journeys.at_terminal import terminal_seat
from tests.journeys.drivers import Seat, all_transcripts, can_be_held, differences
from tests.journeys.program import Program, page_of
from tests.telegram_api import TOKEN, BotApi

ON_TELEGRAM = ("p1-jusqu-au-bout", "p2-jusqu-au-bout", "retour-et-question")
"""Telegram takes one message a second and person: these three are held at the same time."""
BY_THE_JUDGE = ON_TELEGRAM[:2]


@pytest.fixture(params=all_transcripts(), ids=lambda path: path.stem)
def transcript(request: pytest.FixtureRequest, library: Library) -> Transcript:
    """Each conversation that a person can hold here and now."""
    found = read_transcript(request.param)
    if not can_be_held(found, library):
        pytest.skip("only on the engine: time passes, or something is known before")
    return found


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of one program, for all."""
    with Program("run", folder=tmp_path_factory.mktemp("page"), settings={"port": 0}) as program:
        yield page_of(program)
        assert program.stop() == 0


async def test_the_terminal_says_what_the_engine_says(
    transcript: Transcript, library: Library, tmp_path: Path
) -> None:
    async with terminal_seat(tmp_path) as seat:
        parted = await differences(seat, transcript, library)
        assert not parted, "\n".join(parted)
    assert (tmp_path / "stderr").read_text() == ""


async def test_the_page_says_what_the_engine_says(transcript: Transcript, library: Library, url: str) -> None:
    async with page_seat(url) as seat:
        parted = await differences(seat, transcript, library)
        assert not parted, "\n".join(parted)


async def test_telegram_says_what_the_engine_says(library: Library, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(BotApi())
        settings = {"telegram_token": TOKEN, "telegram_api": api.url, "port": 0}
        program = stack.enter_context(Program("run", folder=tmp_path, settings=settings))
        people = [TelegramSeat(api.person(1001 + place)) for place in range(len(ON_TELEGRAM))]
        assert await _held(dict(zip(ON_TELEGRAM, people, strict=True)), library) == {}
        assert [call for call in api.journal if not call.ok] == []
        assert program.stop() == 0


@pytest.mark.emulator
async def test_an_independent_judge_accepts_both_journeys(library: Library, tmp_path: Path) -> None:
    async with judged(tmp_path) as judge:
        people = [EmulatorSeat(judge, 2001 + place) for place in range(len(BY_THE_JUDGE))]
        assert await _held(dict(zip(BY_THE_JUDGE, people, strict=True)), library) == {}
        assert judge.refused == []


async def _held(who: dict[str, Seat], library: Library) -> dict[str, list[str]]:
    """Several conversations at once; those in which channel and engine part."""
    paths = {path.stem: path for path in all_transcripts()}
    jobs = (differences(seat, read_transcript(paths[name]), library) for name, seat in who.items())
    parted = await asyncio.gather(*jobs)
    return {name: wrong for name, wrong in zip(who, parted, strict=True) if wrong}
