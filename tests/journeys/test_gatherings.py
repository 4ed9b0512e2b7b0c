"""An event as staff see to it, over HTTP: its picture, the door, the list, and calling it off."""

import asyncio
import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.documents.qr import qr_picture
from bot.model.message import Option
from tests.documents.reading import pixels, read
from tests.journeys.at_page import page_seat
from tests.journeys.at_terminal import terminal_seat
from tests.journeys.drivers import tidy
from tests.journeys.on_telegram import beside, on, presses, serving
from tests.journeys.program import PATIENCE, Program, page_of
from tests.telegram_api import BotApi, Person
from tests.telegram_api.world import Heard

STAFF = 4712001
NAME = "alliances_standin_bot"
SOON = (datetime.now(UTC) + timedelta(hours=2)).replace(second=0, microsecond=0)
"""Late enough to answer, soon enough for the door to be open."""
FILE = f"""\
format: 1
id: rencontre
title: Rencontre des alliés
starts: {SOON:%Y-%m-%d %H:%M}
ends: {SOON + timedelta(hours=1):%Y-%m-%d %H:%M}
zone: UTC
place: Salle des fêtes, Évry
capacity: 3
picture: {{file: salle.png, alt: La salle}}
"""


async def test_staff_see_to_an_event_from_its_card_to_the_door_and_call_it_off(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text(FILE, encoding="utf-8")
    (tmp_path / "salle.png").write_bytes(qr_picture("https://example.org"))
    async with BotApi(username=NAME) as api:
        settings = on(api, staff=STAFF)
        awa, bo = (api.person(4711001 + number, first_name=name) for number, name in enumerate(("Awa", "Bo")))
        claire = api.person(STAFF, first_name="Claire")
        async with serving(tmp_path, settings) as program:
            await beside(tmp_path, settings, "event", "e.yaml", "--yes")
            seated = await _registers_on_the_picture(awa)
            manage = await _sees_how_it_stands(claire)
            door = await _checks_awa_in(claire, manage)
            link = await _shows_the_code(api, claire, door)
            await bo.starts(link.partition("start=")[2])
            assert "même sans inscription" in tidy((await bo.hears(PATIENCE)).text)
            await _gets_the_list(api, claire, manage)
            await _calls_it_off(claire, manage)
            calendar, off = await awa.hears(PATIENCE), await awa.hears(PATIENCE)
            assert calendar.file is not None and calendar.file.path.endswith(".ics")
            assert "est annulé" in tidy(off.text) and off.content.kind == "photo"
            assert all(one.edited for one in awa.missed())
            assert seated.message_id != off.message_id
            assert program.stop() == 0
        assert "Awa" not in program.err and link.rpartition("_")[2] not in program.err


async def _registers_on_the_picture(person: Person) -> Heard:
    """The card is a picture with its words below; an answer changes the words alone."""
    await person.starts("e_rencontre")
    card = await person.hears(PATIENCE)
    assert card.content.kind == "photo" and "Il reste 3 places sur 3" in tidy(card.text)
    edited = await presses(person, card, "Je viens")
    assert edited.edited and edited.message_id == card.message_id
    assert edited.content.kind == "photo" and "Il reste 2 places sur 3" in tidy(edited.text)
    return edited


async def _sees_how_it_stands(claire: Person) -> Heard:
    await claire.says("/evenements")
    card, manage = await claire.hears(PATIENCE), await claire.hears(PATIENCE)
    assert card.content.kind == "photo" and "Pour l'équipe" in tidy(manage.text)
    assert "Inscriptions : 1 sur 3" in tidy(manage.text)
    return manage


async def _checks_awa_in(claire: Person, manage: Heard) -> Heard:
    door = await presses(claire, manage, "Pointer les présences")
    assert "0 présence pour 1 place réservée" in tidy(door.text)
    ticked = await presses(claire, door, "Awa")
    assert ticked.edited and ticked.labels[0] == "✓ Awa" and "1 présence" in tidy(ticked.text)
    await claire.says("zoe")
    found = await claire.hears(PATIENCE)
    assert "Aucun nom ne ressemble" in tidy(found.text)
    added = await presses(claire, found, "zoe")
    assert added.edited and "Dont 1 sans place réservée" in tidy(added.text)
    return added


async def _shows_the_code(api: BotApi, claire: Person, door: Heard) -> str:
    shown = await presses(claire, door, "Code à afficher")
    (call,) = [call for call in api.calls("sendPhoto") if "entree_rencontre.png" in _names(call.files)]
    (upload,) = call.files.values()
    link = read(pixels(upload.data))
    assert link.startswith(f"https://t.me/{NAME}?start=c_rencontre_") and link in shown.text
    return link


async def _gets_the_list(api: BotApi, claire: Person, manage: Heard) -> None:
    await presses(claire, manage, "Liste des inscriptions")
    await claire.hears(PATIENCE)
    files = [file for call in api.calls("sendDocument") for file in call.files.values()]
    paper, table = (next(file for file in files if file.name.endswith(kind)) for kind in (".pdf", ".csv"))
    assert paper.data.startswith(b"%PDF")
    rows = list(csv.reader(io.StringIO(table.data.decode("utf-8-sig")), delimiter=";"))
    assert [(row[1], row[2], row[4]) for row in rows[1:]] == [
        ("Place réservée", "Awa", "x"),
        ("Sans inscription", "zoe", "x"),
        ("Sans inscription", "Bo", "x"),
    ]


async def _calls_it_off(claire: Person, manage: Heard) -> None:
    asked = await presses(claire, manage, "Annuler le rendez-vous")
    assert "1 personne lira ceci" in tidy(asked.text) and "Nous regrettons" in asked.text
    said = await presses(claire, asked, "Oui, annuler")
    assert "1 personne prévenue" in tidy(said.text)


def _names(files: object) -> list[str]:
    assert isinstance(files, dict)
    return [file.name for file in files.values()]


ON_PAGES = FILE.replace("capacity: 3", "capacity: 1")


async def test_the_page_shows_the_card_with_its_picture_and_changes_it_in_place(tmp_path: Path) -> None:
    picture = qr_picture("https://example.org")
    (tmp_path / "e.yaml").write_text(ON_PAGES, encoding="utf-8")
    (tmp_path / "salle.png").write_bytes(picture)
    with Program("run", folder=tmp_path, settings={"port": 0}) as program:
        url = await asyncio.to_thread(page_of, program)
        await beside(tmp_path, {}, "event", "e.yaml", "--yes")
        async with page_seat(url) as awa:
            await awa.says("/evenements")
            (card,) = await awa.hears(1)
            assert "Il reste 1 place sur 1" in card.text and "Je viens" in card.buttons
            (bubble,) = [one for one in await awa.reload() if one["files"]]
            assert (await awa.client.get(bubble["files"][0]["url"])).content == picture
            await awa.taps(Option("going", "Je viens", "going.rencontre"))
            (edited,) = await awa.hears(1)
            assert edited.edited and "Vous venez" in edited.text and "Complet" in edited.text
            (kept,) = [one for one in await awa.reload() if one["files"]]
            assert kept["id"] == bubble["id"] and "Vous venez" in kept["html"]
        assert program.stop() == 0


async def test_the_terminal_tells_the_card_and_takes_an_answer(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text(ON_PAGES.replace("picture:", "# picture:"), encoding="utf-8")
    await beside(tmp_path, {}, "event", "e.yaml", "--yes")
    async with terminal_seat(tmp_path, "awa") as seat:
        await seat.says("/evenements")
        (card,) = await seat.hears(1)
        assert "Il reste 1 place sur 1" in card.text
        await seat.taps(Option("going.rencontre", "Je viens", "going.rencontre"))
        (answered,) = await seat.hears(1)
        assert "Vous venez" in answered.text
        assert await seat.rest() == []
