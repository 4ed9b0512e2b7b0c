"""The same conversations through the real program, on every channel: what a person reads there, turn by turn,
is what the pure engine says beside it."""

import asyncio
from collections.abc import Coroutine, Mapping
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


AT_ONCE = 3
"""Terminals open at the same time: each is a process."""


async def test_the_terminal_says_what_the_engine_says(library: Library, tmp_path: Path) -> None:
    room = asyncio.Semaphore(AT_ONCE)

    async def held(transcript: Transcript) -> list[str]:
        folder = tmp_path / transcript.transcript
        folder.mkdir()
        async with room, terminal_seat(folder) as seat:
            parted = await differences(seat, transcript, library)
        return parted or (folder / "stderr").read_text().splitlines()

    assert await _each({name: held(one) for name, one in _holdable(library).items()}) == {}


async def test_the_page_says_what_the_engine_says(library: Library, tmp_path: Path) -> None:
    async def held(transcript: Transcript, url: str) -> list[str]:
        async with page_seat(url) as seat:
            return await differences(seat, transcript, library)

    with Program("run", folder=tmp_path, settings={"port": 0}) as program:
        url = page_of(program)
        assert await _each({name: held(one, url) for name, one in _holdable(library).items()}) == {}
        assert program.stop() == 0


@pytest.mark.emulator
async def test_telegram_says_what_the_engine_says(library: Library, tmp_path: Path) -> None:
    """By polling, against the stand-in; and beside it against somebody else's Bot API, the independent judge."""
    parted, refused = await asyncio.gather(
        _at_the_stand_in(library, tmp_path / "stand-in"), _before_the_judge(library, tmp_path / "judge")
    )
    assert parted == {}
    assert refused == {}


async def _at_the_stand_in(library: Library, folder: Path) -> dict[str, list[str]]:
    async with BotApi() as api:
        settings = {"telegram_token": TOKEN, "telegram_api": api.url, "port": 0}
        with Program("run", folder=folder, settings=settings) as program:
            people = [TelegramSeat(api.person(1001 + place)) for place in range(len(ON_TELEGRAM))]
            parted = await _held(dict(zip(ON_TELEGRAM, people, strict=True)), library)
            assert [call for call in api.journal if call.answer is not None and not call.ok] == []
            assert program.stop() == 0
    return parted


async def _before_the_judge(library: Library, folder: Path) -> dict[str, list[str]]:
    async with judged(folder) as judge:
        people = [EmulatorSeat(judge, 2001 + place) for place in range(len(BY_THE_JUDGE))]
        parted = await _held(dict(zip(BY_THE_JUDGE, people, strict=True)), library)
        assert judge.refused == []
    return parted


def _holdable(library: Library) -> dict[str, Transcript]:
    """Each conversation that a person can hold here and now."""
    found = {path.stem: read_transcript(path) for path in all_transcripts()}
    return {name: one for name, one in found.items() if can_be_held(one, library)}


async def _held(who: Mapping[str, Seat], library: Library) -> dict[str, list[str]]:
    """These conversations at once, each by its own person."""
    paths = {path.stem: path for path in all_transcripts()}
    return await _each(
        {name: differences(seat, read_transcript(paths[name]), library) for name, seat in who.items()}
    )


async def _each(jobs: Mapping[str, Coroutine[None, None, list[str]]]) -> dict[str, list[str]]:
    """All at once; those in which channel and engine part."""
    parted = await asyncio.gather(*jobs.values())
    return {name: wrong for name, wrong in zip(jobs, parted, strict=True) if wrong}
