"""People in bulk on a real database: what a file changes, what stays, who is expected, who must not be."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.flows.roster import Column, columns_of, header_of
from bot.flows.roster_line import read_line
from bot.flows.weighing import Scale, Weigher
from bot.model.announcement import NewsKind
from bot.model.effects import Erase, Reach, Remember
from bot.model.message import Markdown, Message
from bot.model.roster import Change, Line, Weighed
from bot.model.turn import Turn
from bot.model.values import FieldRef, Owner, Value
from bot.model.who import Address
from bot.storage.backup import back_up, restore
from bot.storage.store import Store
from tests.flows.test_roster import shelf
from tests.storage.samples import ALICE, BRUNO, DAY, NOW, POLICY, mine, on_disk, rows, turn

CLAIRE = Address("telegram", "4713")
TEXT = FieldRef(Owner.PERSON, "texte")
SIZE = FieldRef(Owner.ASSOCIATION, "taille")


class File:
    """A file about people, as far as a store sees it."""

    def __init__(self, store: Store, header: str, *, replaces: bool = False) -> None:
        self.store = store
        self.columns: Sequence[Column] = header_of(header.split(";"), columns_of(shelf()))
        self.weigher = Weigher(Scale.of(self.columns, shelf().phrases, replaces=replaces))

    def lines(self, *written: str) -> list[Line]:
        return [
            read_line(number, one.split(";"), self.columns, shelf().phrases, now=NOW, today=date(2027, 1, 14))
            for number, one in enumerate(written, 2)
        ]

    async def apply(self, *written: str) -> Sequence[Weighed]:
        done = await self.store.rosters.apply(self.lines(*written), self.weigher.begin, now=NOW)
        self.weigher.end()
        return done

    async def weigh(self, *written: str) -> Sequence[Weighed]:
        return await self.store.rosters.weigh(self.lines(*written), self.weigher.begin, now=NOW)


def told(weighed: Sequence[Weighed]) -> list[str]:
    """How each line came out: the change, or the first reason."""
    return [one.flaws[0].phrase if one.flaws else one.change for one in weighed]


async def answers(store: Store, at: Address = ALICE) -> dict[FieldRef, Value]:
    return dict((await store.load(at, now=NOW)).view.answers)


async def test_a_file_fills_in_what_nobody_said_and_says_the_same_before_and_after(store: Store) -> None:
    await store.load(ALICE, now=NOW, name="Alice")
    header, line = "adresse;prénom;person.texte;association.taille", "4711;Alicia;Zoé;3 à 9"
    assert told(await File(store, header).weigh(line)) == [Change.CHANGED]
    assert await answers(store) == {}
    (one,) = await File(store, header).apply(line)
    assert (one.change, one.kept) == (Change.CHANGED, 1)
    assert await answers(store) == {TEXT: "Zoé", SIZE: "3-9"}
    view = (await store.load(ALICE, now=NOW)).view
    assert view.person.name == "Alice" and view.association is not None


async def test_done_twice_it_changes_nothing_more(store: Store) -> None:
    await store.load(ALICE, now=NOW)
    header = "adresse;person.texte;person.plusieurs"
    written = ("4711;Zoé;1-2|3-9", "4713;Luc;nsp")
    assert told(await File(store, header).apply(*written)) == [Change.CHANGED, Change.EXPECTED]
    before = await answers(store)
    assert told(await File(store, header).apply(*written)) == [Change.SAME, Change.SAME]
    assert await answers(store) == before


@pytest.mark.parametrize(("replaces", "kept", "value"), [(False, 1, "moi"), (True, 0, "fichier")])
async def test_an_answer_of_their_own_stays_unless_the_file_replaces_it(
    store: Store, replaces: bool, kept: int, value: str
) -> None:
    await turn(store, Remember(TEXT, "moi"))
    (one,) = await File(store, "adresse;person.texte", replaces=replaces).apply("4711;fichier")
    assert one.kept == kept
    assert (await answers(store))[TEXT] == value


async def test_what_came_from_a_file_gives_way_to_the_next_file_and_to_the_person(store: Store) -> None:
    await store.load(ALICE, now=NOW)
    await File(store, "adresse;person.texte").apply("4711;un")
    await File(store, "adresse;person.texte").apply("4711;deux")
    assert (await answers(store))[TEXT] == "deux"
    await turn(store, Remember(TEXT, "moi"))
    await File(store, "adresse;person.texte").apply("4711;trois")
    assert (await answers(store))[TEXT] == "moi"


async def test_an_empty_cell_changes_nothing(store: Store) -> None:
    await store.load(ALICE, now=NOW)
    await File(store, "adresse;person.texte").apply("4711;un")
    assert told(await File(store, "adresse;person.texte;prénom").apply("4711;;")) == [Change.SAME]
    assert (await answers(store))[TEXT] == "un"


async def test_who_never_wrote_is_expected_and_known_from_their_first_message_on(
    store: Store, path: Path
) -> None:
    header = "adresse;prénom;annonces refusées;person.texte;association.taille;person.mail"
    await File(store, header).apply("4713;Claire;Rendez-vous;avant;1-2;c@exemple.fr")
    assert (await store.rosters.counts()).expected == 1
    assert (await store.rosters.counts()).people == 0
    await File(store, "adresse;person.texte").apply("4713;après")
    view = (await store.load(CLAIRE, now=NOW)).view
    assert view.person.name == "Claire" and view.association is not None
    assert {ref.name: value for ref, value in view.answers.items()} == {
        "texte": "après",
        "taille": "1-2",
        "mail": "c@exemple.fr",
    }
    assert (await store.rosters.counts()).expected == 0
    assert rows(path, "SELECT off FROM preference") == [("events",)]
    assert rows(path, "SELECT name, personal, imported FROM answer WHERE name = 'mail'") == [("mail", 1, 1)]
    (one,) = await File(store, "adresse;person.texte").apply("4713;encore")
    assert one.change is Change.CHANGED, "what a file said about them is not their own answer"


async def test_their_name_on_telegram_goes_before_the_one_in_the_file(store: Store) -> None:
    await File(store, "adresse;prénom").apply("4713;Claire")
    assert (await store.load(CLAIRE, now=NOW, name="Clara")).view.person.name == "Clara"


async def test_who_asked_to_be_forgotten_is_refused_until_they_come_back(store: Store, path: Path) -> None:
    await turn(store, Erase(Message(Markdown("Adieu"))))
    header = "adresse;person.texte"
    assert told(await File(store, header).apply("4711;Coquelicot")) == ["people_erased"]
    assert on_disk(path, "Coquelicot") == []
    await store.load(ALICE, now=NOW)
    assert told(await File(store, header).apply("4711;Coquelicot")) == [Change.CHANGED]


async def test_who_cannot_be_reached_is_kept_and_stays_so(store: Store) -> None:
    await turn(store, Reach(False))
    assert told(await File(store, "adresse;person.texte").apply("4711;Zoé")) == [Change.CHANGED]
    (listed,) = await store.rosters.page(after=0, limit=9, now=NOW)
    assert not listed.reachable and listed.answers[TEXT] == "Zoé"


async def test_a_file_can_refuse_announcements_and_never_asks_for_them_again(
    store: Store, path: Path
) -> None:
    await store.load(ALICE, now=NOW)
    header = "adresse;annonces refusées"
    await File(store, header).apply("4711;Rendez-vous")
    assert told(await File(store, header, replaces=True).apply("4711;Vie du réseau")) == [Change.CHANGED]
    assert rows(path, "SELECT off FROM preference") == [(f"{NewsKind.EVENTS},{NewsKind.LIFE}",)]


async def test_whom_a_line_cannot_mean_is_told(store: Store) -> None:
    await store.load(ALICE, now=NOW)
    await store.load(BRUNO, now=NOW)
    await store.load(Address("telegram", "-100"), now=NOW, group=True)
    people = {one.address: one.person for one in await store.rosters.page(after=0, limit=9, now=NOW)}
    alice, bruno = people[ALICE], people[BRUNO]
    assert len(people) == 2
    file = File(store, "personne;adresse;person.texte")
    assert told(
        await file.apply(
            f"{alice};4711;a",
            f"{alice};;b",
            ";4711;c",
            "99;;d",
            f"{bruno};4711;e",
            f"{bruno};4713;f",
            "3;;g",
            f"{bruno};4712;h",
            ";4713;i",
            ";telegram:4713;j",
        )
    ) == [
        Change.CHANGED,
        "people_twice",
        "people_twice",
        "people_unknown_number",
        "people_two_people",
        "people_two_people",
        "people_unknown_number",
        Change.CHANGED,
        Change.EXPECTED,
        "people_twice",
    ]


async def test_a_refused_line_changes_nothing_at_all(store: Store) -> None:
    await store.load(ALICE, now=NOW)
    file = File(store, "adresse;person.texte;person.nombre")
    (one,) = await file.apply("4711;Zoé;beaucoup")
    assert [flaw.column for flaw in one.flaws] == ["person.nombre"]
    assert await answers(store) == {}


async def test_two_members_of_one_association_cannot_say_two_things_about_it(
    store: Store, path: Path
) -> None:
    await turn(store, Remember(SIZE, "1-2"))
    await store.load(BRUNO, now=NOW)
    association = (await store.load(ALICE, now=NOW)).view.person.association

    async def join(tx):  # type: ignore[no-untyped-def]
        await tx.run("person_join", person=2, association=association)

    await store.rosters._database.write(join)
    file = File(store, "adresse;association.taille", replaces=True)
    assert told(await file.apply("4711;3-9", "4712;nsp")) == [Change.CHANGED, "people_association_twice"]
    assert (await answers(store, BRUNO))[SIZE] == "3-9"


async def test_a_chunk_whose_transaction_is_begun_anew_finds_no_duplicates_of_its_own(store: Store) -> None:
    file = File(store, "adresse;person.texte")
    lines = file.lines("4713;a")
    await file.store.rosters.weigh(lines, file.weigher.begin, now=NOW)
    assert told(await file.store.rosters.weigh(lines, file.weigher.begin, now=NOW)) == [Change.EXPECTED]
    file.weigher.end()
    assert told(await file.store.rosters.weigh(lines, file.weigher.begin, now=NOW)) == ["people_twice"]


async def test_what_was_being_decided_about_a_person_is_decided_again(store: Store) -> None:
    loaded = await store.load(ALICE, now=NOW)
    await File(store, "adresse;person.texte").apply("4711;Zoé")
    assert not await store.commit_turn(loaded, Turn(loaded.session, ()), now=NOW)


async def test_who_is_expected_is_forgotten_after_half_a_year(store: Store) -> None:
    await File(store, "adresse;person.texte").apply("4713;Zoé")
    await store.purge(now=NOW + timedelta(days=179))
    assert (await store.rosters.counts()).expected == 1
    await store.purge(now=NOW + timedelta(days=180))
    assert (await store.rosters.counts()).expected == 0


async def test_a_personal_answer_of_a_file_is_erased_when_its_time_has_come(store: Store) -> None:
    await store.load(ALICE, now=NOW)
    await File(store, "adresse;person.mail").apply("4711;a@exemple.fr", "4713;c@exemple.fr")
    later = NOW + 366 * DAY
    assert (await store.load(ALICE, now=later)).view.answers == {}
    assert (await store.load(CLAIRE, now=later)).view.answers == {}


async def test_a_restored_backup_does_not_expect_who_asked_to_be_forgotten_since(path: Path) -> None:
    store = await Store.open(path, policy=POLICY)
    await File(store, "adresse;person.texte").apply("4713;Coquelicot", "4714;Pivoine")
    archive = path.parent.parent / "copy.tar"
    (path.parent / "secret").write_bytes(b"x" * 32)
    await back_up(path.parent, path, archive, now=NOW)
    await store.load(CLAIRE, now=NOW + DAY)
    await turn(store, Erase(Message(Markdown("Adieu"))), at=CLAIRE, now=NOW + DAY)
    await store.close()
    await restore(archive, path.parent, path, now=NOW + 2 * DAY)
    assert rows(path, "SELECT id FROM expected") == [("4714",)]


async def test_people_come_page_by_page_without_groups(store: Store) -> None:
    for number in range(5):
        await store.load(Address("telegram", str(100 + number)), now=NOW, name=f"P{number}")
    await store.load(Address("telegram", "-100"), now=NOW, group=True)
    await store.load(Address("web", "secret"), now=NOW)
    first = await store.rosters.page(after=0, limit=3, now=NOW)
    rest = await store.rosters.page(after=first[-1].person or 0, limit=9, now=NOW)
    assert [one.name for one in (*first, *rest)] == ["P0", "P1", "P2", "P3", "P4", ""]
    assert rest[-1].address is None, "what stands in a cookie is a key to the page"


async def test_an_answer_within_a_journey_is_no_column(store: Store) -> None:
    await turn(store, Remember(mine("texte"), "profil"))
    (listed,) = await store.rosters.page(after=0, limit=9, now=NOW)
    assert listed.answers == {TEXT: "profil"} and listed.imported == frozenset()
