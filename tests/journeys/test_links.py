"""People who come by a link or a poster, and staff who ask for one, over HTTP against the stand-in."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.dialogue.library import Library
from bot.model.values import ArticleId
from tests.documents.reading import pixels, read
from tests.journeys.drivers import tidy
from tests.journeys.program import PATIENCE, Program, Settings
from tests.telegram_api import TOKEN, BotApi, Person

ENTRY, FLOW = "difference-alliance-partenariat", "faire-connaissance"
STAFF = 4712001
NAME = "alliances_standin_bot"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[BotApi]:
    """The stand-in with the program connected to it."""
    async with BotApi(username=NAME) as api:
        settings: Settings = {"telegram_token": TOKEN, "telegram_api": api.url, "port": 0, "staff": STAFF}
        with Program("run", folder=tmp_path, settings=settings) as program:
            await asyncio.to_thread(program.prints, "Telegram: connected")
            yield api


async def heard(person: Person) -> str:
    """All that the bot says next until it is quiet."""
    said = [(await person.hears(PATIENCE)).text]
    await asyncio.sleep(0.5)
    return tidy(" ".join([*said, *(more.text for more in person.missed())]))


async def test_a_link_opens_the_entry_or_the_journey_and_no_other_payload_opens_anything(
    api: BotApi, library: Library
) -> None:
    article = library.shelf.articles[ArticleId(ENTRY)]
    greeting = "Je suis un assistant automatique"
    payloads = {
        f"q_{ENTRY}": article.question,
        FLOW: "1 sur",
        f"q_{ENTRY}x": greeting,
        f"Q_{ENTRY}": greeting,
        f"q_q_{ENTRY}": greeting,
        "q_": greeting,
        "q_../../secret": greeting,
        "a" * 64: greeting,
        "a" * 65: greeting,
        f"q_{ENTRY} {FLOW}": greeting,
        "é": greeting,
    }
    people = [api.person(4711000 + number) for number in range(len(payloads))]
    for person, payload in zip(people, payloads, strict=True):
        await person.starts(payload)
    for person, (payload, words) in zip(people, payloads.items(), strict=True):
        said = await heard(person)
        assert tidy(words) in said, payload
        assert (greeting in said) is (words == greeting), payload


async def test_staff_gets_a_picture_that_opens_the_entry_and_a_volunteer_does_not(api: BotApi) -> None:
    claire, camille = api.person(STAFF, first_name="Claire"), api.person(4711099)
    await claire.says(f"/lien {ENTRY}")
    await camille.says(f"/lien {ENTRY}")
    assert f"https://t.me/{NAME}?start=q_{ENTRY}" in (await claire.hears(PATIENCE)).text
    (call,) = [call for call in api.calls("sendPhoto") if call.chat_id == STAFF]
    (upload,) = call.files.values()
    assert upload.name == f"qr_{ENTRY}.png"
    assert read(pixels(upload.data)) == f"https://t.me/{NAME}?start=q_{ENTRY}"
    assert re.search("ne connais pas .*/lien", (await camille.hears(PATIENCE)).text)
    await api.quiet()
    assert not [call for call in api.calls("sendPhoto") if call.chat_id == camille.id]
    menus = [one["command"] for call in api.calls("setMyCommands") for one in call.params["commands"]]
    assert menus and "lien" not in menus
