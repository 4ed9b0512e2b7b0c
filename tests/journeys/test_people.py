"""People in bulk over HTTP against the stand-in, and the same from the command line beside it."""

import asyncio
import csv
import io
from pathlib import Path

from tests.journeys.drivers import tidy
from tests.journeys.on_telegram import on, serving
from tests.journeys.program import PATIENCE, alliances
from tests.telegram_api import BotApi

STAFF, AWA, LEO = 4713001, 4713002, 4713003


async def test_everybody_as_a_file_corrected_sent_back_shown_and_applied(tmp_path: Path) -> None:
    async with BotApi() as api:
        settings = on(api, staff=STAFF)
        claire, awa, leo = (
            api.person(number, first_name=name)
            for number, name in ((STAFF, "Claire"), (AWA, "=Awa"), (LEO, "Léo"))
        )
        async with serving(tmp_path, settings) as program:
            await awa.says("/menu")
            await awa.hears(PATIENCE)
            await claire.says("/personnes")
            assert "Je prépare le fichier" in (await claire.hears(PATIENCE)).text
            listed = await claire.hears(PATIENCE)
            assert "Voici 2 personnes" in tidy(listed.text)
            rows = _table(api)
            assert [row["prénom"] for row in rows] == ["'=Awa", "Claire"]
            rows[0]["Rôle"] = "Bénévole"
            rows.append({"adresse": str(LEO), "Rôle": "salariée", "Territoire": "france"})
            rows.append({"adresse": "@quelquun", "Rôle": "salariée"})
            await claire.shares_document("personnes.csv", _file(rows, "cp1252"), mime="text/csv")
            assert "rien n'est changé" in tidy((await claire.hears(PATIENCE)).text).replace("’", "'")
            shown = await claire.hears(PATIENCE)
            text = tidy(shown.text)
            assert "1 fiche modifiée" in text and "1 fiche en attente" in text and "1 ligne refusée" in text
            assert "je ne peux pas écrire en premier" in text and "Ligne 5, adresse" in text
            await claire.taps("Appliquer")
            assert "Import en cours" in (await claire.hears(PATIENCE)).text
            assert "C'est fait" in tidy((await claire.hears(PATIENCE)).text).replace("’", "'")
            await leo.says("/menu")
            await leo.hears(PATIENCE)
            command = ("people", "--list", "--to", "person.role == 'salarie'")
            done = await asyncio.to_thread(alliances, *command, folder=tmp_path, settings=settings)
            assert f"adresse=telegram:{LEO}  prénom=Léo" in done.stdout, done.stderr
            assert "Territoire=Partout en France" in done.stdout
            await claire.says("/journal")
            told = (await claire.hears(PATIENCE)).text
            assert "a importé des personnes" in told and "a exporté des personnes" in told
            assert program.stop() == 0
        assert "Awa" not in program.err and "personnes.csv" not in program.err


def _table(api: BotApi) -> list[dict[str, str]]:
    """The file that was sent last."""
    *_, file = [file for call in api.calls("sendDocument") for file in call.files.values()]
    assert file.name.endswith("_personnes.csv")
    return list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"), newline=""), delimiter=";"))


def _file(rows: list[dict[str, str]], encoding: str) -> bytes:
    """As a spreadsheet saves it."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)
