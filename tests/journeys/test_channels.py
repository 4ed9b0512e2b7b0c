"""The same conversations through the real program, on every channel: what a person reads there, turn by turn,
is what the pure engine says beside it."""

import asyncio
from collections.abc import Coroutine, Mapping
from pathlib import Path

import pytest

from bot.content.rehearsal import read_transcript
from bot.content.transcripts import Transcript
from bot.dialogue.library import Library
from bot.model.message import Option
from tests.journeys.at_emulator import EmulatorSeat, judged
from tests.journeys.at_page import page_seat
from tests.journeys.at_telegram import TelegramSeat
from tests.journeys.at_terminal import terminal_seat
from tests.journeys.drivers import Seat, all_transcripts, can_be_held, differences, hold, oracle_for
from tests.journeys.on_telegram import on
from tests.journeys.program import Program, page_of
from tests.telegram_api import BotApi

ON_TELEGRAM = ("p1-jusqu-au-bout", "p2-jusqu-au-bout", "retour-et-question")
"""Telegram takes one message a second and person: these three are held at the same time."""
BY_THE_JUDGE = ON_TELEGRAM[:2]


TERMINALS = 3
"""Open at the same time: each is a process."""


async def test_the_terminal_says_what_the_engine_says(library: Library, tmp_path: Path) -> None:
    waiting = sorted(_holdable(library).items())

    async def work_through(name: str) -> dict[str, list[str]]:
        parted: dict[str, list[str]] = {}
        async with terminal_seat(tmp_path, name) as seat:
            while waiting and not parted:
                title, transcript = waiting.pop()
                if wrong := await hold(seat, oracle_for(transcript, library, seat), transcript.turns):
                    parted[title] = wrong
                else:
                    await _erase_all(seat)
            assert parted or await seat.rest() == []
        return parted

    found = await asyncio.gather(*(work_through(f"personne-{place}") for place in range(TERMINALS)))
    assert [parted for parted in found if parted] == []
    assert (tmp_path / "stderr").read_text() == ""


async def _erase_all(seat: Seat) -> None:
    """Become somebody of whom nothing is known, so that the next conversation can begin."""
    await seat.says("/effacer")
    (asked,) = await seat.hears(1)
    await seat.taps(Option("erase-yes", asked.buttons[0], "do.erase-yes"))
    (farewell,) = await seat.hears(1)
    assert farewell.buttons == ()


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
    """By polling, against the stand-in; and beside it against a judge, somebody else's Bot API."""
    parted, refused = await asyncio.gather(
        _at_the_stand_in(library, tmp_path / "stand-in"), _before_the_judge(library, tmp_path / "judge")
    )
    assert parted == {}
    assert refused == {}


async def _at_the_stand_in(library: Library, folder: Path) -> dict[str, list[str]]:
    async with BotApi() as api:
        settings = on(api)
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
