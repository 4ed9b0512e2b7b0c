"""An event composed in the chat, over HTTP: published, joined, changed, announced to the others."""

from pathlib import Path

from tests.journeys.drivers import tidy
from tests.journeys.on_telegram import on, serving
from tests.journeys.program import PATIENCE
from tests.telegram_api import BotApi, Person

CLAIRE, AWA, BO = 4715001, 4715002, 4715003


async def test_an_event_is_composed_joined_changed_and_announced(tmp_path: Path) -> None:
    async with BotApi() as api:
        settings = on(api, staff=CLAIRE, quiet_hours="3:00-3:00")
        claire, awa, bo = (
            api.person(id, first_name=name) for id, name in ((CLAIRE, "Claire"), (AWA, "Awa"), (BO, "Bo"))
        )
        async with serving(tmp_path, settings) as program:
            for person in (awa, bo):
                await person.starts()
                await person.hears(PATIENCE)
            await _compose(claire)
            assert "Salle 2" in await _until(claire, "Café des alliés")
            await _until(claire, "On la publie")
            await claire.taps("Publier")
            await _until(claire, "l'annoncer")
            await claire.taps("Non")
            await _until(claire, "C'est publié")
            await awa.says("/evenements")
            assert "Salle 2" in await _until(awa, "Café des alliés")
            await awa.taps("Je viens")
            await _until(awa, "Vous venez")
            await _change_place(claire)
            assert "Le parc" in await _until(awa, "a changé")
            await _announce(claire)
            assert "Le parc" in await _until(bo, "Un rendez-vous pour vous.")
            await bo.taps("Je viens")
            await _until(bo, "Votre place est réservée")
            await api.quiet()
            assert program.stop() == 0
        assert "Salle" not in program.err and "Café" not in program.err


async def _compose(claire: Person) -> None:
    """Up to its card."""
    await claire.says("/evenement Café des alliés")
    for answer in ("jeudi 18 février 2055 à 18 h 30", "2 h", "Salle 2", "passer", "valider"):
        await _until(claire, "?")
        await claire.says(answer)
    await _until(claire, "Est-ce juste")
    await claire.taps("Oui")


async def _change_place(claire: Person) -> None:
    """By the button of the card for staff."""
    await claire.says("/evenements")
    await _until(claire, "Pour l'équipe")
    await claire.taps("Modifier")
    await _until(claire, "Est-ce juste")
    await claire.taps("Je corrige")
    await _until(claire, "?")
    await claire.taps("Où a-t-il lieu ?")
    await _until(claire, "Touchez")
    await claire.says("Le parc")
    await _until(claire, "Est-ce juste")
    await claire.taps("Oui")
    assert "À prévenir : 1 personne." in await _until(claire, "On enregistre")
    await claire.taps("Enregistrer")
    await _until(claire, "C'est publié")
    await claire.taps("Les rendez-vous")
    await _until(claire, "Pour l'équipe")


async def _announce(claire: Person) -> None:
    """To everybody, at once."""
    await claire.taps("L'annoncer")
    await _until(claire, "sous votre message")
    await claire.taps("Un rendez-vous pour vous.")
    await _until(claire, "À qui")
    for label, next_one in (
        ("À tout le monde", "épargner"),
        ("Valider", "Quand part"),
        ("Tout de suite", "Est-ce juste"),
        ("Oui", "On l'envoie"),
    ):
        await claire.taps(label)
        await _until(claire, next_one)
    await claire.taps("Envoyer à 3 personnes")


async def _until(person: Person, words: str) -> str:
    """What comes, up to the first new message that holds these words."""
    came = ""
    while words not in tidy(came):
        heard = await person.hears(PATIENCE)
        came = heard.text.replace("\u2019", "'")
    return tidy(came)
