"""`/statistiques` over HTTP against the stand-in: staff see numbers and pictures, a stranger nothing."""

import asyncio
import io
from pathlib import Path

from tests.documents.pictures import width_of
from tests.journeys.on_telegram import on, serving
from tests.journeys.program import PATIENCE, alliances
from tests.small_base import HOME, write_small_base
from tests.storage.samples import rows
from tests.telegram_api import BotApi

CLAIRE, AWA = 4717001, 4717002
KNOWN = "c'est quoi la différence entre mutualiser et coopérer"


async def test_staff_see_what_people_asked_and_a_stranger_sees_nothing(tmp_path: Path) -> None:
    content = tmp_path / "content"
    write_small_base(content)
    async with BotApi() as api:
        settings = on(api, content=content, staff=CLAIRE)
        awa, claire = api.person(AWA, first_name="Awa"), api.person(CLAIRE, first_name="Claire")
        async with serving(tmp_path, settings) as program:
            for _ in range(6):
                await awa.says(KNOWN)
                assert "coopérer" in (await awa.hears(PATIENCE)).text
            await awa.says("/statistiques")
            refused = await awa.hears(PATIENCE)
            assert "ne connais pas" in refused.text
            await awa.says("/rien-de-tel")
            assert (await awa.hears(PATIENCE)).text == refused.text.replace("statistiques", "rien-de-tel")

            await claire.says("/statistiques")
            shown = await claire.hears(PATIENCE)
            assert "Questions posées\u00a0: 6 (0)" in shown.text
            # Two people: too few to be told.
            assert "Personnes actives\u00a0: moins de\u00a05" in shown.text
            await claire.hears(PATIENCE)  # the second picture, with the buttons
            pictures = api.calls("sendPhoto")
            assert pictures and all(call.params["chat_id"] == str(CLAIRE) for call in pictures)
            await claire.taps("Tableau (CSV)")
            assert "Voici le tableau" in (await claire.hears(PATIENCE)).text
            await claire.taps("Retour")
            assert "Questions posées" in (await claire.hears(PATIENCE)).text
            assert program.stop() == 0
        assert "Traceback" not in program.err
    database = tmp_path / "data" / "alliances.sqlite3"
    assert rows(database, "SELECT fate, article, count FROM asked") == [("answered", HOME, 6)]
    assert rows(database, "SELECT act FROM journal WHERE act <> 'role.taken'") == [("statistics.exported",)]
    names = [name for (name,) in rows(database, "SELECT name FROM file ORDER BY name")]
    assert [name.split("_")[1] for name in names] == ["questions.png", "rubriques.png", "statistiques.csv"]
    for (sha256,) in rows(database, "SELECT sha256 FROM file WHERE media_type = 'image/png'"):
        (kept,) = (tmp_path / "data" / "files").rglob(sha256)
        assert width_of(kept.read_bytes()) == 1080
    done = await asyncio.to_thread(alliances, "stats", "--days", "7", folder=tmp_path, settings=settings)
    assert "questions" in done.stdout and "fewer than 5" in done.stdout, done.stderr
    assert io.StringIO(done.stdout).readline().endswith("as many days before\n")
