"""Staff write to many, over HTTP: compose, preview, audience, schedule, send, report."""

import asyncio
from pathlib import Path

from tests.journeys.drivers import tidy
from tests.journeys.program import PATIENCE, Program, Settings
from tests.telegram_api import TOKEN, BotApi, Person
from tests.telegram_api.world import Heard

CLAIRE = 4714001
NAMES = ("Awa", "Bo", "Dina")
PICTURE = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\1"
    b"\0\0\5\0\1\r\n-\xb4\0\0\0\0IEND\xaeB`\x82"
)


async def test_from_the_first_word_to_the_report(tmp_path: Path) -> None:
    async with BotApi() as api:
        claire, people = _team(api)
        with Program("run", folder=tmp_path, settings=_settings(api)) as program:
            await asyncio.to_thread(program.prints, "Telegram: connected")
            for person in people:
                await person.starts()
                await person.hears(PATIENCE)
            await people[2].blocks_bot()
            await _compose(claire, "Bonjour {prénom}, la **carte** est faite.")
            preview, asked = [await claire.hears(PATIENCE) for _ in range(2)]
            assert tidy(preview.text).startswith("Bonjour Claire, la **carte** est faite.")
            assert "telle qu'elle sera lue" in asked.text.replace("\u2019", "'")
            assert "Pour 3 personnes" in tidy(asked.text), asked.text
            await claire.taps("M'envoyer un test")
            assert (await claire.hears(PATIENCE)).text == preview.text
            await claire.hears(PATIENCE)
            for person in people:
                assert person.missed() == []
            await claire.taps("Envoyer à 3 personnes")
            assert "C'est noté" in await _until(claire, "C'est noté")
            for person, name in zip(people[:2], NAMES, strict=False):
                assert tidy((await person.hears(PATIENCE)).text).startswith(f"Bonjour {name}, la **carte**")
            assert "Annonce terminée" in await _until(claire, "Annonce terminée")
            await api.quiet()
            assert people[2].missed() == []
            assert program.stop() == 0
        assert "Awa" not in program.err and "carte" not in program.err


async def test_a_post_is_copied_as_it_is(tmp_path: Path) -> None:
    async with BotApi() as api:
        claire, (awa, *_) = _team(api)
        with Program("run", folder=tmp_path, settings=_settings(api)) as program:
            await asyncio.to_thread(program.prints, "Telegram: connected")
            await awa.starts()
            await awa.hears(PATIENCE)
            await claire.says("/annonce")
            await claire.hears(PATIENCE)
            await _taps(claire, "Vie du réseau")
            await claire.shares_photo(PICTURE, caption="La carte, en image")
            await claire.hears(PATIENCE)
            await _answers(claire)
            preview, _ = [await claire.hears(PATIENCE) for _ in range(2)]
            await claire.taps("Envoyer à 2 personnes")
            copy = await awa.hears(PATIENCE)
            assert "La carte, en image" in preview.text and "La carte, en image" in copy.text
            copies = [call for call in api.calls("copyMessage") if call.params["chat_id"] == str(awa.id)]
            assert len(copies) == 1 and api.calls("sendPhoto") == []
            assert program.stop() == 0


async def test_who_may_not_write_to_many_finds_no_such_command(tmp_path: Path) -> None:
    async with BotApi() as api:
        _, (awa, *_) = _team(api)
        with Program("run", folder=tmp_path, settings=_settings(api)) as program:
            await asyncio.to_thread(program.prints, "Telegram: connected")
            said = []
            for words in ("/annonce", "/evenement", "/nulle_part"):
                await awa.says(words)
                said.append((await awa.hears(PATIENCE)).text.replace(words, "/…"))
            assert said[0] == said[1] == said[2]
            assert program.stop() == 0


def _team(api: BotApi) -> tuple[Person, list[Person]]:
    people = [api.person(CLAIRE + 1 + number, first_name=name) for number, name in enumerate(NAMES)]
    return api.person(CLAIRE, first_name="Claire"), people


def _settings(api: BotApi) -> Settings:
    return {
        "telegram_token": TOKEN,
        "telegram_api": api.url,
        "port": 0,
        "staff": CLAIRE,
        "quiet_hours": "3:00-3:00",
    }


async def _compose(claire: Person, text: str) -> None:
    """From the command to the preview."""
    await claire.says("/annonce")
    await claire.hears(PATIENCE)
    await _taps(claire, "Vie du réseau")
    await claire.says(text)
    await claire.hears(PATIENCE)
    await _answers(claire)


async def _answers(claire: Person) -> None:
    """The same for everybody, at once: the record of each question, then the next one."""
    await claire.hears(PATIENCE)
    for label in ("À tout le monde", "Valider", "Tout de suite"):
        await _taps(claire, label)
    await claire.taps("Oui")
    await claire.hears(PATIENCE)


async def _taps(person: Person, label: str) -> Heard:
    """Press a button of a question: it becomes the record, and the next question comes."""
    await person.taps(label)
    await person.hears(PATIENCE)
    return await person.hears(PATIENCE)


async def _until(person: Person, words: str) -> str:
    """What comes, up to the first message that holds these words."""
    came = ""
    while words not in tidy(came):
        came = (await person.hears(PATIENCE)).text.replace("\u2019", "'")
    return tidy(came)
