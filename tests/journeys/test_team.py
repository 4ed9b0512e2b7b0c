"""An invitation over HTTP against the stand-in: from the administrator to the menu of the new member."""

import asyncio
import re
from pathlib import Path

from tests.journeys.on_telegram import on, serving
from tests.journeys.program import PATIENCE, Program, alliances
from tests.telegram_api import BotApi

CLAIRE, LEO, EVE = 4713001, 4713002, 4713003
NAME = "alliances_standin_bot"


async def test_who_follows_an_invitation_gets_the_role_and_its_menu_and_the_next_one_nothing(
    tmp_path: Path,
) -> None:
    async with BotApi(username=NAME) as api:
        settings = on(api, staff=CLAIRE)
        claire, leo, eve = (
            api.person(CLAIRE, first_name="Claire"),
            api.person(LEO, first_name="Léo"),
            api.person(EVE, first_name="Eve"),
        )
        async with serving(tmp_path, settings) as program:
            await claire.says("/equipe")
            listed = await claire.hears(PATIENCE)
            await claire.taps("Inviter dans l'équipe")
            await claire.hears(PATIENCE)
            link = (await claire.hears(PATIENCE)).text
            found = re.search(rf"https://t.me/{NAME}\?start=(i_\S+)", link)
            assert found and "Claire" in listed.text
            await leo.says(f"/start {found[1]}")
            assert "Bienvenue dans l'équipe" in (await leo.hears(PATIENCE)).text.replace("’", "'")
            assert "Léo" in (await claire.hears(PATIENCE)).text
            await eve.says(f"/start {found[1]}")
            assert "a déjà servi" in (await eve.hears(PATIENCE)).text
            await leo.says("/journal")
            assert "a pris un rôle" in (await leo.hears(PATIENCE)).text
            await eve.says("/journal")
            assert "ne connais pas" in (await eve.hears(PATIENCE)).text
            assert program.stop() == 0
        # A new process tells Telegram the menus of everybody with a role.
        with Program("run", folder=tmp_path, settings=settings) as program:
            async with asyncio.timeout(PATIENCE):
                while LEO not in (scopes := menus(api)):
                    await asyncio.sleep(0.05)
            assert program.stop() == 0
        assert "equipe" in scopes[CLAIRE] and "equipe" not in scopes[LEO] and "journal" in scopes[LEO]
        assert EVE not in scopes
        done = await asyncio.to_thread(alliances, "team", "--journal", folder=tmp_path, settings=settings)
        assert "role.taken" in done.stdout and "refused" in done.stdout, done.stderr


def menus(api: BotApi) -> dict[int, set[str]]:
    """Chat -> commands that are shown there alone."""
    calls = [call.params for call in api.calls("setMyCommands") if "scope" in call.params]
    return {one["scope"]["chat_id"]: {each["command"] for each in one["commands"]} for one in calls}
