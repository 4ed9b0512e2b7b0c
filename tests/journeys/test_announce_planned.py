"""An announcement over HTTP on the stand-in's clock: composed, seen, for some, planned, sent, reported."""

from pathlib import Path

from bot.events.audience import vocabulary_of
from tests.faults.stage import Stage
from tests.journeys.drivers import tidy
from tests.journeys.test_announcing import federation, play, to_the_end
from tests.storage.announcing import shelf
from tests.telegram_api import Person

DAY = 24 * 3600


async def test_composed_seen_for_volunteers_planned_for_tomorrow_sent_and_reported(tmp_path: Path) -> None:
    async with federation(tmp_path, 6) as (here, claire, people):
        here.store.audiences.vocabulary = lambda: vocabulary_of(shelf())
        volunteers, others = people[:4], people[4:]
        async with here.running():
            for person in people:
                await person.says("/profil")
                await play(here, 2.0)
                await person.taps("Bénévole" if person in volunteers else "Salariée ou salarié")
                await play(here, 2.0)
            await people[3].blocks_bot()
            await _plans(here, claire)
            before = [len(person.chat.messages) for person in people]
            await here.advance(DAY / 2)
            await play(here, 5.0)
            assert [len(person.chat.messages) for person in people] == before
            await here.advance(DAY / 2)
            await to_the_end(here)
        for number, person in enumerate(volunteers[:3]):
            assert person.chat.last.text == f"Bonjour P{number}, à jeudi."
        assert all(
            "à jeudi" not in one.text for person in (*others, people[3]) for one in person.chat.messages
        )
        asked = [call for call in here.api.calls("sendMessage") if "à jeudi" in call.text("text")]
        arrived = [call.chat_id for call in asked if call.ok and call.chat_id in {one.id for one in people}]
        (report,) = [one.text for one in claire.chat.messages if "Bilan de l'annonce" in one.text]
        assert f"{len(arrived)} reçues" in tidy(report) and "3 reçues" in tidy(report)
        files = [one.file.upload.name for one in claire.chat.messages if one.file]
        assert any(name.endswith(".csv") for name in files) and any(name.endswith(".png") for name in files)


async def _plans(here: Stage, claire: Person) -> None:
    """From the command to the plan: every screen is there before the next answer."""
    await claire.says("/annonce")
    await _sees(here, claire, "De quoi parle cette annonce")
    await claire.taps("Vie du réseau")
    await _sees(here, claire, "Que voulez-vous dire")
    await claire.says("Bonjour {prénom}, à jeudi.")
    await _sees(here, claire, "À qui l'envoyer")
    await claire.taps("À certaines personnes")
    await _sees(here, claire, "Comment les choisir")
    for label in ("Leur rôle", "Valider"):
        await claire.taps(label)
        await play(here, 2.0)
    await _sees(here, claire, "Quels rôles")
    for label in ("Bénévole", "Valider"):
        await claire.taps(label)
        await play(here, 2.0)
    await _sees(here, claire, "Qui épargner")
    await claire.taps("Valider")
    await _sees(here, claire, "Quand part-elle")
    await claire.taps("Plus tard")
    await _sees(here, claire, "Quel jour")
    await claire.says("demain à 19 h 30")
    await _sees(here, claire, "Est-ce juste")
    await claire.taps("Oui")
    preview = await _sees(here, claire, "telle qu'elle sera lue")
    assert "Pour 3 personnes" in preview
    assert any("Bonjour Claire, à jeudi." in one.text for one in claire.chat.messages)
    await claire.taps("Programmer l'envoi")
    await play(here, 4.0)


async def _sees(here: Stage, person: Person, words: str) -> str:
    """What stands last in the chat, once these words are there."""
    for _ in range(200):
        said = [tidy(one.text.replace("\u2019", "'")) for one in person.chat.messages]
        if said and any(words in one for one in said[-2:]):
            return next(one for one in reversed(said) if words in one)
        await play(here, 0.5)
    raise AssertionError(f"{words!r} did not come; the last were {said[-3:]}")
