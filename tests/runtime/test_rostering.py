"""Files that staff ask for and send, from the commit of their turn to the last word about them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from bot.flows.roster import columns_of
from bot.model.effects import AgreeRoster, ExportRoster, ImportRoster, Remember
from bot.model.message import Message
from bot.model.receipt import Delivered
from bot.model.roster import RosterId, RosterOrder
from bot.model.turn import Turn
from bot.model.values import FieldRef, Owner
from bot.model.who import Address, Standing
from bot.runtime import rostering
from bot.runtime.rostering import Rostering
from bot.storage.store import Store
from bot.storage.turns import Cause
from tests.flows.test_roster import shelf
from tests.runtime.fakes import SteppedClock
from tests.storage.samples import ALICE, BRUNO, CHANNELS, NOW, say, turn

TEXT = FieldRef(Owner.PERSON, "texte")
TOLD, GONE = say("Entendu", key="people-1"), say("Trop tard", key="gone")


@dataclass
class Said:
    """One message on its way out."""

    text: str
    edits: bool
    buttons: list[str]
    file: bytes


class Office:
    """Staff at work."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock = store, SteppedClock()
        self.rostering = Rostering(store=store, shelf=shelf, clock=self.clock, committed=lambda: None)

    async def open(self) -> None:
        for at in (ALICE, BRUNO):
            await self.store.load(at, now=NOW, profile={"standing": Standing.STAFF})

    async def sends(self, content: str, name: str = "mars.csv") -> None:
        """A file arrives and is looked through."""
        file = await self.store.files.keep(content.encode(), name=name, media_type="text/csv")
        await turn(self.store, ImportRoster(file), cause=Cause(heard=name, file=file))
        await self.works()

    async def says(self, order: RosterOrder, roster: int = 1, at: Address = ALICE) -> None:
        await turn(self.store, AgreeRoster(RosterId(roster), order, TOLD, GONE), at=at)
        await self.works()

    async def works(self) -> None:
        while await self.rostering.step():
            pass

    async def hears(self) -> list[Said]:
        """All that waits to be sent, delivered."""
        said = []
        while due := await self.store.due_messages(CHANNELS, now=self.clock.now()):
            for one in due:
                said.append(await self._read(one.message, edits=one.replaces is not None))
                await self.store.record(one, Delivered("1"), now=NOW)
        return said

    async def _read(self, message: Message, *, edits: bool) -> Said:
        files = [await self.store.files.read(one.sha256) or b"" for one in message.attachments]
        text = re.sub(r"\\(.)", r"\1", message.text).replace("\N{NO-BREAK SPACE}", " ")
        return Said(text, edits, [one.label for one in message.options], b"".join(files))


@pytest.fixture
async def office(store: Store) -> Office:
    made = Office(store)
    await made.open()
    return made


async def known(store: Store, at: Address = ALICE) -> object:
    return (await store.load(at, now=NOW)).view.answers.get(TEXT)


async def journal(store: Store) -> Sequence[tuple[str, str]]:
    return [(line.act, line.about) for line in (await store.roles.team()).journal]


async def test_everybody_comes_as_a_file_that_is_read_again(office: Office) -> None:
    await turn(office.store, Remember(TEXT, "=1+1"))
    await office.sends("adresse;person.texte\n4799;Zoé\n")
    await office.says(RosterOrder.APPLY)
    await office.hears()
    await turn(office.store, ExportRoster())
    await office.works()
    (said,) = await office.hears()
    assert "Voici 2 personnes." in said.text and "1 fiche en attente" in said.text
    lines = said.file.decode("utf-8-sig").splitlines()
    assert lines[0] == ";".join(column.label for column in columns_of(shelf()))
    assert lines[1].startswith("1;telegram:4711;;fr;;oui;'=1+1;") and lines[3].startswith(
        ";telegram:4799;;;;en attente;Zoé"
    )
    assert ("people.exported", "3") in await journal(office.store)
    await office.sends(said.file.decode("utf-8-sig"))
    (shown,) = await office.hears()
    assert "3 sans changement" in shown.text and shown.buttons == []


async def test_a_condition_chooses_whom_the_file_is_about(office: Office) -> None:
    await turn(office.store, Remember(TEXT, "Zoé"))
    await turn(office.store, ExportRoster("person.texte == 'Zoé'"))
    await office.works()
    (said,) = await office.hears()
    assert "Voici 1 personne." in said.text and len(said.file.splitlines()) == 2
    await turn(office.store, ExportRoster("person.nix == 1"))
    await office.works()
    (said,) = await office.hears()
    assert "Je ne comprends pas la condition" in said.text and "person.nix" in said.text and not said.file


async def test_a_file_is_shown_before_anything_of_it_is_done(office: Office) -> None:
    await turn(office.store, Remember(TEXT, "moi"), at=BRUNO)
    await office.sends(
        "adresse;person.texte;joignable\n4711;Zoé;oui\n4712;lui;oui\n4799;neuf;non\n4800;;x;y\n"
    )
    (shown,) = await office.hears()
    assert "**Aperçu de « mars.csv »**, 4 lignes" in shown.text
    assert "1 fiche modifiée" in shown.text and "1 fiche en attente" in shown.text
    assert "jamais reprises : joignable" in shown.text and "1 valeur donnée par" in shown.text
    assert "je ne peux pas écrire en premier" in shown.text
    assert "- Ligne 5 : Il y a plus de cases que de colonnes." in shown.text
    assert shown.buttons == ["Appliquer", "Remplacer leurs réponses", "Annuler"]
    assert shown.file.decode("utf-8-sig").splitlines()[1].startswith("5;4800;;Il y a plus de cases")
    assert await known(office.store) is None
    await office.says(RosterOrder.APPLY)
    told, done = await office.hears()
    assert told.text == "Entendu" and told.edits
    assert "C'est fait" in done.text and "1 ligne refusée" in done.text and done.file
    assert (await known(office.store), await known(office.store, BRUNO)) == ("Zoé", "moi")
    assert await journal(office.store) == [("people.imported", "2")]


async def test_the_file_is_gone_once_it_was_applied_or_dropped(office: Office) -> None:
    for number, order in enumerate((RosterOrder.APPLY, RosterOrder.DROP), 1):
        await office.sends(f"adresse;person.texte\n4711;{order}\n")
        (row,) = await office.store._database.all("export_files", person=1)
        assert row["origin"] == "received"
        await office.says(order, number)
        rows = await office.store._database.all("export_files", person=1)
        assert [row["origin"] for row in rows] == []
        assert await office.store.files.read(row["sha256"]) is None


async def test_to_replace_answers_is_shown_first_and_can_be_taken_back(office: Office) -> None:
    await turn(office.store, Remember(TEXT, "moi"))
    await office.sends("adresse;person.texte\n4711;fichier\n")
    (shown,) = await office.hears()
    assert shown.buttons == ["Remplacer leurs réponses", "Annuler"]
    await office.says(RosterOrder.REPLACE)
    _, again = await office.hears()
    assert "sera remplacé" in again.text and again.buttons == [
        "Appliquer",
        "Garder leurs réponses",
        "Annuler",
    ]
    await office.says(RosterOrder.KEEP)
    *_, kept = await office.hears()
    assert kept.buttons == shown.buttons
    await office.says(RosterOrder.REPLACE)
    await office.says(RosterOrder.APPLY)
    assert await known(office.store) == "fichier"


async def test_nobody_applies_a_file_twice_or_that_of_another_or_one_that_was_dropped(office: Office) -> None:
    await office.sends("adresse;person.texte\n4711;un\n")
    await office.hears()
    await office.says(RosterOrder.APPLY, at=BRUNO)
    assert [one.text for one in await office.hears()] == ["Trop tard"]
    await office.says(RosterOrder.DROP)
    await office.says(RosterOrder.APPLY)
    assert [one.text for one in await office.hears()] == ["Entendu", "Trop tard"]
    assert await known(office.store) is None


async def test_a_newer_file_takes_the_place_of_one_that_was_only_shown(office: Office) -> None:
    await office.sends("adresse;person.texte\n4711;un\n")
    await office.sends("adresse;person.texte\n4711;deux\n")
    await office.hears()
    await office.says(RosterOrder.APPLY, 1)
    assert [one.text for one in await office.hears()] == ["Trop tard"]
    await office.says(RosterOrder.APPLY, 2)
    assert await known(office.store) == "deux"


async def test_a_process_that_died_in_the_middle_goes_on_where_it_was(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rostering, "CHUNK", 2)
    people = "".join(f"48{number:02};p{number}\n" for number in range(7))
    await office.sends(f"adresse;person.texte\n{people}4801;twice\n")
    await office.hears()
    apply, count = office.store.roster_jobs.apply, 0

    async def dies(*given: object, **named: object) -> object:
        nonlocal count
        count += 1
        if count == 3:
            raise KeyboardInterrupt
        return await apply(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(office.store.roster_jobs, "apply", dies)
    with pytest.raises(KeyboardInterrupt):
        await office.says(RosterOrder.APPLY)
    assert (await office.store.rosters.counts()).expected == 4
    await office.works()
    assert (await office.store.rosters.counts()).expected == 7
    *_, done = await office.hears()
    assert "7 fiches en attente" in done.text and "1 ligne refusée" in done.text
    assert "déjà à la ligne 3" in done.text and "sans changement" not in done.text
    assert await journal(office.store) == [("people.imported", "7")]


async def test_who_lost_the_right_meanwhile_changes_nothing(office: Office) -> None:
    await office.sends("adresse;person.texte\n4711;un\n")
    loaded = await office.store.load(ALICE, now=NOW)
    await office.store.load(ALICE, now=NOW, profile={"standing": Standing.MEMBER})
    effect = AgreeRoster(RosterId(1), RosterOrder.APPLY, TOLD, GONE)
    assert not await office.store.commit_turn(loaded, Turn(loaded.session, (effect,)), now=NOW)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("adresse;person.text\n4711;x\n", "Est-ce « person.texte » ?"),
        ("", "Le fichier est vide."),
        ("PK\x03\x04", "C'est un classeur."),
        ('adresse;person.texte\n4711;"x\n', "Un guillemet est ouvert et jamais fermé, vers la ligne 2."),
    ],
)
async def test_a_file_that_cannot_be_read_is_told_why(office: Office, content: str, told: str) -> None:
    await office.sends(content)
    (said,) = await office.hears()
    assert told in said.text.replace("’", "'") and said.buttons == []


async def test_a_file_with_too_many_lines_is_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rostering, "MOST", 1)
    await office.sends("adresse;person.texte\n4711;x\n4712;y\n")
    (said,) = await office.hears()
    assert "plus de 1 lignes" in said.text


async def test_who_asked_and_was_erased_is_told_nothing(office: Office) -> None:
    await office.sends("adresse;person.texte\n4799;x\n")
    await office.hears()
    await office.store._database.write(lambda tx: tx.run("erase_person", person=1))
    assert await office.store.roster_jobs.next() is None
