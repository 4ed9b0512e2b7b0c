"""What people want to hear, over HTTP: the card, the way out of an announcement, and who is never reached."""

import asyncio
from pathlib import Path

from tests.journeys.drivers import tidy
from tests.journeys.on_telegram import on, serving
from tests.journeys.program import PATIENCE, Settings, alliances
from tests.telegram_api import BotApi

FIRST = "Le compte rendu de la rencontre est en ligne."
SECOND = "L'annuaire du réseau est à jour."


async def test_who_does_not_want_an_announcement_never_gets_one(tmp_path: Path) -> None:
    for name, text in (("first.md", FIRST), ("second.md", SECOND)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    async with BotApi() as api:
        settings = on(api, quiet_hours="3:00-3:00")
        awa, bo, dina = (
            api.person(4715001 + number, first_name=name) for number, name in enumerate(("Awa", "Bo", "Dina"))
        )
        async with serving(tmp_path, settings) as program:
            for person in (awa, bo, dina):
                await person.starts()
                await person.hears(PATIENCE)
            await dina.blocks_bot()
            await awa.says("/nouvelles")
            card = await awa.hears(PATIENCE)
            assert "Vie du réseau : oui" in tidy(card.text)
            await awa.taps("Arrêter\N{NO-BREAK SPACE}: Vie du réseau")
            changed = await awa.hears(PATIENCE)
            assert changed.edited and changed.message_id == card.message_id
            assert "Vie du réseau : non" in tidy(changed.text)

            await _announces(tmp_path, settings, "first.md")
            copy = await bo.hears(PATIENCE)
            assert tidy(copy.text).startswith(FIRST)
            await bo.taps("Ne plus recevoir")
            assert "Vos nouvelles" in (await bo.hears(PATIENCE)).text
            await bo.taps("Tout mettre en pause")
            assert "ni annonce, ni rappel" in tidy((await bo.hears(PATIENCE)).text)
            await bo.taps("Jusqu'à nouvel ordre")
            paused = await bo.hears(PATIENCE)
            assert paused.edited and tidy(paused.text).count("En pause") == 1

            await _announces(tmp_path, settings, "second.md")
            await asyncio.to_thread(_until_done, tmp_path, settings)
            await api.quiet()
            for person in (awa, bo, dina):
                assert person.missed() == []
            assert program.stop() == 0
        sent = [str(call.params.get("text")) for call in api.calls("sendMessage")]
        assert sum(FIRST[:20] in text for text in sent) == 1
        assert not any(SECOND[:10] in text for text in sent)


async def _announces(folder: Path, settings: Settings, name: str) -> None:
    done = await asyncio.to_thread(
        alliances, "announce", "--text", name, "--yes", folder=folder, settings=settings
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _until_done(folder: Path, settings: Settings) -> None:
    """Wait until no announcement wants to go on."""
    for _ in range(60):
        listed = alliances("announce", "--list", folder=folder, settings=settings).stdout
        if "running" not in listed and "planned" not in listed:
            return
    raise AssertionError(listed)
