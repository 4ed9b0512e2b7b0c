"""How the base learns, over HTTP: from a question that nobody could answer to its answer."""

import asyncio
import json
import re
from pathlib import Path

from tests.journeys.on_telegram import beside, on, presses, serving
from tests.journeys.program import PATIENCE
from tests.small_base import HOME, write_small_base
from tests.storage.samples import rows
from tests.telegram_api import BotApi

QUESTION = "on se prête une sono entre assos, c'est du troc ?"
CLAIRE = 4711001


async def test_a_question_without_an_answer_is_answered_once_staff_said_where_it_belongs(
    tmp_path: Path,
) -> None:
    content = tmp_path / "content"
    write_small_base(content)
    async with BotApi() as api:
        settings = on(api, content=content, staff=CLAIRE)
        awa, claire = api.person(4711002, first_name="Awa"), api.person(CLAIRE, first_name="Claire")
        async with serving(tmp_path, settings) as program:
            await awa.says(QUESTION)
            assert HOME not in (await awa.hears(PATIENCE)).text
            await awa.says("/questions")
            assert "sono" not in (await awa.hears(PATIENCE)).text

            await claire.says("/questions")
            listed = await claire.hears(PATIENCE)
            assert QUESTION in listed.text
            shown = await presses(claire, listed, "sono")
            assert "mutualiser, collaborer et coopérer" in shown.text
            said = await presses(claire, shown, "Quelle différence")
            assert re.search("sera vérifiée avant d.être publiée", said.text)
            assert "Aucune question" in said.text

            (proposal,) = json.loads(await beside(tmp_path, settings, "questions", "proposals", "--json"))
            assert (proposal["article"], proposal["phrasings"]) == (HOME, [QUESTION])
            told = await beside(
                tmp_path, settings, "questions", "propose", "--proposal", str(proposal["id"]), "--apply"
            )
            assert "accepted" in told and "1 questions are done" in told
            await asyncio.to_thread(program.logs, "content_loaded")

            await awa.says(QUESTION)
            assert "mutualiser, collaborer et coopérer" in (await awa.hears(PATIENCE)).text
            assert program.stop() == 0
        assert "sono" not in program.err
    database = tmp_path / "data" / "alliances.sqlite3"
    assert rows(database, "SELECT state FROM miss") == [("done",)]
