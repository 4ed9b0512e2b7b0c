"""Staff who ask for a link, over HTTP against the stand-in. Who comes by one: tests/faults/test_forgery."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.documents.reading import pixels, read
from tests.journeys.on_telegram import on, serving
from tests.journeys.program import PATIENCE
from tests.telegram_api import BotApi

ENTRY = "difference-alliance-partenariat"
STAFF = 4712001
NAME = "alliances_standin_bot"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[BotApi]:
    """The stand-in with the program connected to it."""
    async with BotApi(username=NAME) as api:
        settings = on(api, staff=STAFF)
        async with serving(tmp_path, settings):
            yield api


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
