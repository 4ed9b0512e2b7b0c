"""A journey over HTTP: the program beside the stand-in of the Bot API, and what people press there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.journeys.program import PATIENCE, Program, Settings, alliances
from tests.telegram_api import TOKEN, BotApi, Person
from tests.telegram_api.world import Heard


def on(api: BotApi, **others: str | Path | int) -> Settings:
    """The settings of a program that serves on this Telegram."""
    return {"telegram_token": TOKEN, "telegram_api": api.url, "port": 0, **others}


@asynccontextmanager
async def serving(folder: Path, settings: Settings) -> AsyncIterator[Program]:
    """`alliances run`, connected to its Telegram."""
    with Program("run", folder=folder, settings=settings) as program:
        await asyncio.to_thread(program.prints, "Telegram: connected")
        yield program


async def beside(folder: Path, settings: Settings, *arguments: str) -> str:
    """What `alliances …` prints, run beside the program; it must not fail."""
    done = await asyncio.to_thread(alliances, *arguments, folder=folder, settings=settings)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def presses(person: Person, heard: Heard, words: str) -> Heard:
    """Press the one button of a message whose label holds these words; what comes next."""
    assert heard.keyboard is not None
    buttons = [button for row in heard.keyboard.rows for button in row]
    (data,) = (button.data for button in buttons if words in button.label and button.data is not None)
    await person.sends_tap(data, message=person.chat.thread[heard.message_id])
    return await person.hears(PATIENCE)
