"""F24: one person who sends without end is told once; a thousand who send one message are all answered."""

import asyncio
from pathlib import Path

from tests.journeys.program import PATIENCE
from tests.journeys.test_group import Room, room

SECONDS = 3
A_SECOND = 100
PASSED = 20 + SECONDS - 1
"""A burst of 20, and one for each second that passes."""
CROWD = 1000
FLOODER = 4711


async def test_f24_a_flood_is_told_once_and_a_crowd_is_served(tmp_path: Path) -> None:
    async with room(tmp_path, more={"rate": 1000, "log": "info"}) as here:
        began = int(here.api.clock.now())
        flooder, last = here.api.person(FLOODER), here.api.person(FLOODER + 1)
        crowd = [here.api.person(5000 + number, first_name=f"P{number}") for number in range(CROWD)]
        for number in range(SECONDS * A_SECOND):
            await flooder.says("merci", date=began + number // A_SECOND)
            if number % 3 == 0:
                for person in crowd[number * 10 // 3 : number * 10 // 3 + 10]:
                    await person.says("merci")
        await last.says("merci")
        answer = (await last.hears(3 * PATIENCE)).text
        assert answer.startswith("Avec plaisir")
        for person in crowd:
            assert (await person.hears(3 * PATIENCE)).text == answer
        await _all_done(here)
        told = here.program.err
        assert told.count("verdict=notice") == 1
        assert told.count("verdict=silence") == SECONDS * A_SECOND - PASSED - 1
        # They leave at the pace of one chat: some wait. One may have been heard since, and count twice.
        waiting = [str(*row) for row in here.query(f"SELECT body FROM outbox WHERE address = '{FLOODER}'")]
        answers = waiting + [heard.text for heard in flooder.missed()]
        assert any("Vos messages arrivent trop vite" in text for text in answers)
        assert PASSED + 1 <= len(answers) <= PASSED + 2


async def _all_done(here: Room) -> None:
    async with asyncio.timeout(PATIENCE):
        while here.query("SELECT 1 FROM inbox WHERE state = 'waiting' LIMIT 1"):
            await asyncio.sleep(0.05)
