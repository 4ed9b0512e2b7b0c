"""An event from its file to its cancellation, over HTTP: the last seat, the waiting list, moving up."""

from pathlib import Path

import icalendar

from tests.journeys.drivers import tidy
from tests.journeys.on_telegram import beside, on, presses, serving
from tests.journeys.program import PATIENCE, Settings
from tests.telegram_api import BotApi, Person
from tests.telegram_api.world import Heard

FILE = """\
format: 1
id: rencontre
title: Rencontre des alliés
starts: 2031-02-18 18:30
ends: 2031-02-18 20:30
place: Salle des fêtes, Évry
capacity: 1
"""


async def test_registration_to_the_last_seat_waiting_list_promotion_and_cancellation(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text(FILE, encoding="utf-8")
    async with BotApi() as api:
        settings = on(api)
        awa, bo, claire = (
            api.person(4711001 + number, first_name=name)
            for number, name in enumerate(("Awa", "Bo", "Claire"))
        )
        async with serving(tmp_path, settings) as program:
            told = await beside(tmp_path, settings, "event", "e.yaml", "--yes")
            assert "rencontre is announced (revision 1)" in told and "[Je viens]" in told
            seated = await _takes_the_last_seat(awa)
            await _waits(bo, 1)
            later = await _waits(claire, 2)
            freed = await presses(awa, seated, "Je ne viens pas")
            assert "vous ne venez pas" in tidy(freed.text)
            promoted = await bo.hears(PATIENCE)
            assert "elle est à vous" in tidy(promoted.text) and not promoted.edited
            assert claire.missed() == []
            assert "agenda" in (await presses(bo, promoted, "Ajouter à mon agenda")).text
            assert _last_entry(api)["sequence"] == 1
            listed = await beside(tmp_path, settings, "event", "--attendees", "rencontre")
            assert [line.split()[1:3] for line in listed.splitlines()] == [
                ["seated", "Bo"],
                ["waiting", "Claire"],
                ["declined", "Awa"],
            ]
            await _is_called_off(tmp_path, settings, bo, claire)
            await api.quiet()
            assert awa.missed() == []
            assert (_last_entry(api)["sequence"], _last_entry(api)["status"]) == (2, "CANCELLED")
            assert "Annulé" in (await presses(claire, later, "Peut-être")).text
            assert program.stop() == 0
        assert "Claire" not in program.err


async def _takes_the_last_seat(person: Person) -> Heard:
    """By a link; the card is edited in place."""
    await person.starts("e_rencontre")
    card = await person.hears(PATIENCE)
    assert tidy(card.text).startswith("Mardi 18 février 2031, de 18 h 30 à 20 h 30 Rencontre des alliés")
    edited = await presses(person, card, "Je viens")
    assert edited.edited and edited.message_id == card.message_id
    assert "Vous venez" in edited.text and "Complet" in edited.text
    return edited


async def _waits(person: Person, position: int) -> Heard:
    """By the command; the position is told."""
    await person.says("/evenements")
    waits = await presses(person, await person.hears(PATIENCE), "M'inscrire en attente")
    assert f"en position {position}" in tidy(waits.text)
    return waits


async def _is_called_off(folder: Path, settings: Settings, *people: Person) -> None:
    told = await beside(folder, settings, "event", "--cancel", "rencontre", "--yes")
    assert f"{len(people)} people are told" in told
    for person in people:
        assert "est annulé" in tidy((await person.hears(PATIENCE)).text)


def _last_entry(api: BotApi) -> icalendar.Event:
    """What the calendar file that was sent last says."""
    *_, file = [file for call in api.calls("sendDocument") for file in call.files.values()]
    assert file.name == "2031-02-18_rencontre-des-allies.ics"
    (entry,) = icalendar.Calendar.from_ical(file.data).walk("VEVENT")
    assert isinstance(entry, icalendar.Event)
    return entry
