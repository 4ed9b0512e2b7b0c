"""How the base learns, over HTTP: from a question that nobody could answer to its answer."""

import asyncio
import json
import re
from pathlib import Path

from tests.journeys.program import PATIENCE, Program, Settings, alliances
from tests.small_base import HOME, write_small_base
from tests.storage.samples import rows
from tests.telegram_api import TOKEN, BotApi, Person
from tests.telegram_api.world import Heard

QUESTION = "on se prête une sono entre assos, c'est du troc ?"
CLAIRE = 4711001


async def test_a_question_without_an_answer_is_answered_once_staff_said_where_it_belongs(
    tmp_path: Path,
) -> None:
    content = tmp_path / "content"
    write_small_base(content)
    async with BotApi() as api:
        settings: Settings = {
            "telegram_token": TOKEN,
            "telegram_api": api.url,
            "port": 0,
            "content": content,
            "staff": CLAIRE,
        }
        awa, claire = api.person(4711002, first_name="Awa"), api.person(CLAIRE, first_name="Claire")
        with Program("run", folder=tmp_path, settings=settings) as program:
            await asyncio.to_thread(program.prints, "Telegram: connected")
            await awa.says(QUESTION)
            assert HOME not in (await awa.hears(PATIENCE)).text
            await awa.says("/questions")
            assert "sono" not in (await awa.hears(PATIENCE)).text

            await claire.says("/questions")
            listed = await claire.hears(PATIENCE)
            assert QUESTION in listed.text
            shown = await _taps(claire, listed, "sono")
            assert "mutualiser, collaborer et coopérer" in shown.text
            said = await _taps(claire, shown, "Quelle différence")
            assert re.search("sera vérifiée avant d.être publiée", said.text)
            assert "Aucune question" in said.text

            (proposal,) = json.loads(await _runs(tmp_path, settings, "proposals", "--json"))
            assert (proposal["article"], proposal["phrasings"]) == (HOME, [QUESTION])
            told = await _runs(tmp_path, settings, "propose", "--proposal", str(proposal["id"]), "--apply")
            assert "accepted" in told and "1 questions are done" in told
            await asyncio.to_thread(program.logs, "content_loaded")

            await awa.says(QUESTION)
            assert "mutualiser, collaborer et coopérer" in (await awa.hears(PATIENCE)).text
            assert program.stop() == 0
        assert "sono" not in program.err
    database = tmp_path / "data" / "alliances.sqlite3"
    assert rows(database, "SELECT state FROM miss") == [("done",)]


async def _taps(person: Person, heard: Heard, words: str) -> Heard:
    """Press the button whose label holds these words; what comes next."""
    assert heard.keyboard is not None
    buttons = [button for row in heard.keyboard.rows for button in row]
    (data,) = (button.data for button in buttons if words in button.label and button.data is not None)
    await person.sends_tap(data, message=person.chat.thread[heard.message_id])
    return await person.hears(PATIENCE)


async def _runs(folder: Path, settings: Settings, *arguments: str) -> str:
    """`alliances questions …` beside the running program."""
    done = await asyncio.to_thread(alliances, "questions", *arguments, folder=folder, settings=settings)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
