"""F7: decisions that never end hold up nobody else, up to a bound; then the operator is told."""

import asyncio
from pathlib import Path

from bot.runtime.thinking import MOST_HANGING, THREADS
from tests.faults.conftest import running
from tests.faults.hanging import ENDLESS
from tests.telegram_api import BotApi


async def test_f7_decisions_that_never_end_hold_up_nobody_until_there_are_too_many(tmp_path: Path) -> None:
    async with BotApi() as api, running(api, tmp_path, module="tests.faults.hanging") as run:
        for number in range(MOST_HANGING):
            assert (await run.health())[0] == 200
            sender = api.person(2000 + number)
            await sender.says(ENDLESS)
            assert (await sender.hears(20)).text  # the apology
            other = api.person(3000 + number)
            await other.says("bonjour")  # small talk: it waits for no index
            assert (await other.hears(20)).text
        reason = await run.unready()
        assert f"{MOST_HANGING} decisions do not end" in reason and "start the assistant again" in reason
        assert (await run.health())[1]["live"]
        for number in range(THREADS + 1):  # the last of them is told at once
            sender = api.person(4000 + number)
            await sender.says(ENDLESS)
            assert (await sender.hears(20)).text
        assert await asyncio.to_thread(run.program.stop) == 0
        assert run.program.err.count("decision_hangs") == MOST_HANGING + THREADS
        assert ENDLESS not in run.program.err
