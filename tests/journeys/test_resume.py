"""Nobody loses their place: both journeys through one pipe, and through programs killed on the way."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.content.rehearsal import read_transcript
from bot.content.transcripts import Exchange, Transcript, input_of
from bot.dialogue.library import Library
from bot.markup import plain
from bot.model.inputs import Tap
from tests.journeys.at_telegram import TelegramSeat
from tests.journeys.at_terminal import terminal_seat
from tests.journeys.drivers import HERE, hold, oracle_for, tidy
from tests.journeys.on_telegram import on, serving
from tests.journeys.program import Program, alliances
from tests.telegram_api import BotApi, Person, faults

JOURNEYS = ("p1-jusqu-au-bout", "p2-jusqu-au-bout")
RESUME = (Exchange(say="/reprendre"), Exchange(say="1"))


@pytest.fixture(params=JOURNEYS)
def journey(request: pytest.FixtureRequest) -> Transcript:
    """A question in the middle, a step back, and a choice typed with an error are in each."""
    return read_transcript(HERE / f"{request.param}.yaml")


def test_a_pipe_goes_through_a_journey_to_its_end(
    journey: Transcript, library: Library, tmp_path: Path
) -> None:
    oracle = oracle_for(journey, library)
    lines, answers = [], []
    for deed in journey.turns:
        act = input_of(deed, oracle.world)
        lines.append(f"> {act.act}" if isinstance(act, Tap) else deed.say or "")
        answers.append([bubble.text for bubble in oracle.give(deed) if bubble.buttons or not bubble.edited])
    done = alliances(
        "chat", "--json", folder=tmp_path, typed="\n".join(lines), settings={"contact": "Claire"}
    )
    assert (done.returncode, done.stderr) == (0, "")
    said: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    for turn, expected in enumerate(answers, 1):
        heard = [one["text"] for one in said if one["turn"] == turn]
        assert len(heard) == len(expected), (lines[turn - 1], heard, expected)
    assert oracle.world.outcomes[journey.flow or ""] == "done"
    assert tidy(said[-1]["text"]).startswith(answers[-1][-1][:40])


@pytest.mark.parametrize("after", [3, 9])
async def test_a_killed_terminal_goes_on_where_it_was(
    journey: Transcript, after: int, library: Library, tmp_path: Path
) -> None:
    async with terminal_seat(tmp_path) as seat:
        oracle = oracle_for(journey, library, seat)
        assert await hold(seat, oracle, journey.turns[:after]) == []
        last = tidy(plain(oracle.world.heard[-1].text, links=True))
        seat.process.kill()
        await seat.process.wait()
    async with terminal_seat(tmp_path) as seat:
        if oracle.world.session.active:
            assert await hold(seat, oracle, RESUME) == []
        assert await hold(seat, oracle, journey.turns[after:]) == []
        assert await seat.rest() == []
        # It was killed between saying and noting that it had said: then it says the last message once more.
        assert [one.text[: len(last)] for one in seat.leftovers] in ([], [last])
    assert oracle.world.outcomes[journey.flow or ""] == "done"
    assert (tmp_path / "stderr").read_text() == ""


async def test_a_terminal_killed_while_it_answers_keeps_the_place(library: Library, tmp_path: Path) -> None:
    """The answer counts or does not, as a whole; what was decided and not said comes first afterwards."""
    for round in range(3):
        async with terminal_seat(tmp_path, f"personne-{round}") as seat:
            await seat.says("/profil")
            assert len(await seat.hears(2)) == 2
            await seat.says("bénévole")
            await asyncio.sleep(0.006 * round)
            seat.process.kill()
            await seat.process.wait()
        done = alliances(
            "chat", "--json", "--as", f"personne-{round}", folder=tmp_path, typed="/reprendre\n1\n"
        )
        assert (done.returncode, done.stderr) == (0, "")
        said = [json.loads(line) for line in done.stdout.splitlines()]
        labels = [option["label"] for option in said[-1]["options"]]
        assert labels[0] in ("Bénévole", "Aucune")
        assert [one["turn"] for one in said if one["turn"]] == [1, 2]


@pytest.mark.parametrize("moment", ["fetched", "refused"])
async def test_a_killed_program_answers_on_telegram_once(
    moment: str, library: Library, tmp_path: Path
) -> None:
    journey = read_transcript(HERE / "retour-et-question.yaml")
    async with BotApi() as api:
        settings = on(api)
        seat = TelegramSeat(api.person(1001))
        oracle = oracle_for(journey, library, seat)
        async with serving(tmp_path, settings) as program:
            silence = api.fault(faults.server_error(), method="sendMessage", times=None)
            await seat.says("/profil")
            await _until(moment, api, seat.person)
            program.kill()
        assert seat.person.missed() == []
        silence.end()
        with Program("run", folder=tmp_path, settings=settings) as program:
            expected = oracle.give(Exchange(say="/profil"))
            assert await seat.hears(len(expected)) == expected
            assert await hold(seat, oracle, journey.turns[1:4]) == []
            assert await seat.rest() == []
            assert program.stop() == 0


async def _until(moment: str, api: BotApi, person: Person) -> None:
    """Wait until the program has gone so far with the newest update."""
    newest = max(api.updates.history)

    def reached() -> bool:
        match moment:
            case "fetched":  # Telegram gave it out; perhaps it is not on our disk yet
                return any(str(newest) in str(call.answer) for call in api.calls("getUpdates") if call.answer)
            case _:  # the answer was decided and could not leave
                return bool(api.calls("sendMessage"))

    async with asyncio.timeout(20):
        while not reached():
            await asyncio.sleep(0.001)
