"""What the base learns from: questions without identity, opinions, and what staff decide about them."""

import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

import pytest

from bot.model.effects import Effect, Miss, Opinion, Propose, Settle
from bot.model.misses import Liking, Missed, Proposal
from bot.model.session import Session
from bot.model.turn import Need
from bot.model.values import ArticleId
from bot.model.who import Address, Standing
from bot.storage.misses import MOST_CHARACTERS, masked
from bot.storage.queries import migrations
from bot.storage.store import Store
from tests.storage.samples import ALICE, BRUNO, DAY, NOW, POLICY, on_disk, rows, turn

A, B = ArticleId("a"), ArticleId("b")
STAFF = {"standing": "staff"}


def everything(session: Session, standing: Standing) -> Collection[Need]:
    return tuple(Need)


def staff_only(session: Session, standing: Standing) -> Collection[Need]:
    return () if standing is Standing.MEMBER else tuple(Need)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("c'est quoi le mécénat ?", "c'est quoi le mécénat ?"),
        ("écrivez à jean.dupont+asso@mairie-lyon.fr svp", "écrivez à [adresse] svp"),
        ("je suis @jeandupont sur Telegram", "je suis [adresse] sur Telegram"),
        ("mon 06 12 34 56 78 ou 0612345678 ou 06.12.34.56.78", "mon [numéro] ou [numéro] ou [numéro]"),
        ("appelez le +33 6 12 34 56 78, merci", "appelez le [numéro], merci"),
        ("appelez le +33(0)612345678", "appelez le [numéro]"),
        ("0033612345678", "[numéro]"),
        ("IBAN FR76 3000 6000 0112 3456 7890 189.", "IBAN [numéro]."),
        ("notre SIRET 732 829 320 00074 est-il bon", "notre SIRET [numéro] est-il bon"),
        ("voir https://exemple.org/x?y=1 et www.exemple.org", "voir [lien] et [lien]"),
        ("notre page helloasso.com/associations/nous", "notre page [lien]"),
        ("un don de 1 500 € en 2027", "un don de 1 500 € en 2027"),
        ("le 14/01/2027 à 18 h 30, article 200", "le 14/01/2027 à 18 h 30, article 200"),
        ("de 2024 à 2027, 12 personnes, 75 000 €", "de 2024 à 2027, 12 personnes, 75 000 €"),
        ("AG25 pour tout vous dire sans fard", "AG25 pour tout vous dire sans fard"),
        ("c'est quoi.et après ?", "c'est quoi.et après ?"),
        ("\ud83d\0", "?"),
    ],
)
def test_what_obviously_is_personal_is_masked_and_nothing_else(written: str, kept: str) -> None:
    assert masked(written) == kept


def test_a_long_story_is_cut_and_nothing_masked_comes_back_at_the_cut() -> None:
    assert len(masked("mot " * 500)) <= MOST_CHARACTERS
    address = "jean@exemple.fr"
    for before in range(MOST_CHARACTERS - 2 * len(address), MOST_CHARACTERS + 5):
        assert "jean" not in masked("a" * (before - 1) + " " + address + " fin")


@pytest.mark.parametrize(
    "text", ["a" * 4096, "a." * 2048, "0 " * 2048, "@a" * 2048, "+1" * 2048, "x-" * 2048]
)
def test_masking_takes_any_text(text: str) -> None:
    assert len(masked(text)) <= MOST_CHARACTERS


async def test_nothing_personal_reaches_the_disk(store: Store, path: Path) -> None:
    await turn(store, Miss("rappelez coquelicot@exemple.fr", "disliked", (A,)))
    assert on_disk(path, "coquelicot") == []
    (row,) = await store.misses.missed()
    assert row == Missed(row.id, "2027-01-14", "rappelez [adresse]", "disliked", (A,), "open")


async def test_opinions_are_counted_by_day_and_entry(store: Store, path: Path) -> None:
    await turn(store, Opinion(A, helpful=True), Opinion(A, helpful=False), Opinion(A, helpful=False))
    await turn(store, Opinion(A, helpful=True), Opinion(B, helpful=True), at=BRUNO, now=NOW + DAY)
    assert await store.misses.likings() == (Liking(A, 2, 2), Liking(B, 1, 0))
    assert [one.dislike for one in await store.misses.likings()] == [0.5, 0.0]
    assert len(rows(path, "SELECT * FROM opinion")) == 4


@pytest.mark.parametrize(
    ("decided", "states", "proposals"),
    [
        ((Settle((1, 3)),), ["dismissed", "open", "dismissed"], 0),
        ((Propose(A, ("x", "y"), (1, 2)),), ["proposed", "proposed", "open"], 1),
        ((Settle((1,)), Propose(A, ("x",), (1, 2))), ["dismissed", "proposed", "open"], 1),
        ((Propose(A, ("x",), (1, 2)), Settle((1, 2))), ["proposed", "proposed", "open"], 1),
        ((Propose(A, ("x",), (1,)), Propose(B, ("x",), (1,))), ["proposed", "open", "open"], 1),
        ((Settle((4, 99)),), ["open", "open", "open"], 0),
    ],
    ids=["dismissed", "proposed", "in part", "too late to dismiss", "too late to propose", "unknown rows"],
)
async def test_only_open_questions_are_settled(
    store: Store, decided: tuple[Effect, ...], states: list[str], proposals: int
) -> None:
    await turn(store, *(Miss(text, "reject") for text in ("un", "deux", "trois")))
    await store.load(BRUNO, now=NOW, profile=STAFF)
    await turn(store, *decided, at=BRUNO)
    assert [row.state for row in await store.misses.missed()] == states
    assert len(await store.misses.proposals()) == proposals


@pytest.mark.parametrize("decided", [Settle((1,)), Propose(A, ("un",), (1,))])
@pytest.mark.parametrize("standing", ["member", "organiser"])
async def test_the_commit_asks_who_decides_about_questions(
    store: Store, decided: Effect, standing: str
) -> None:
    await turn(store, Miss("un", "reject"))
    await store.load(BRUNO, now=NOW, profile={"standing": standing})
    assert not await turn(store, decided, at=BRUNO)
    assert [row.state for row in await store.misses.missed()] == ["open"]
    assert (await store.roles.team()).journal == ()
    await store.load(BRUNO, now=NOW, profile=STAFF)
    assert await turn(store, decided, at=BRUNO)
    (line,) = (await store.roles.team()).journal
    assert line.act == ("questions.dismissed" if isinstance(decided, Settle) else "questions.proposed")


@pytest.mark.parametrize(("accepted", "state"), [(True, "done"), (False, "open")])
async def test_a_proposal_ends_once(store: Store, accepted: bool, state: str) -> None:
    await store.load(ALICE, now=NOW, profile=STAFF)
    await turn(store, Miss("un", "reject"), Miss("deux", "reject"))
    await turn(store, Propose(A, ("un",), (1,)))
    (proposal,) = await store.misses.proposals()
    assert proposal == Proposal(proposal.id, "2027-01-14", A, ("un",), (1,))
    if accepted:
        assert await store.misses.applied(A, (), proposal, now=NOW) == 0
    else:
        assert await store.misses.withdraw(proposal, now=NOW)
    assert not await store.misses.withdraw(proposal, now=NOW)
    acts = [line.act for line in (await store.roles.team()).journal]
    assert acts == ["questions.applied" if accepted else "questions.withdrawn", "questions.proposed"]
    assert [row.state for row in await store.misses.missed()] == [state, "open"]
    assert await store.misses.proposals() == ()


async def test_questions_done_stay_done(store: Store) -> None:
    await turn(store, Miss("un", "reject"), Miss("deux", "reject"))
    assert await store.misses.applied(A, [1], None, now=NOW) == 1
    assert await store.misses.dismiss([1, 2], now=NOW) == 1
    assert await store.misses.dismiss([1, 2], now=NOW) == 0
    assert [line.act for line in (await store.roles.team()).journal] == [
        "questions.dismissed",
        "questions.applied",
    ]
    assert [row.state for row in await store.misses.missed()] == ["done", "dismissed"]


async def test_questions_are_loaded_for_a_turn_that_needs_them_and_no_other(store: Store) -> None:
    await turn(store, Miss("un", "reject"))
    assert (await store.load(ALICE, now=NOW)).view.misses == ()
    assert (await store.load(ALICE, now=NOW, needs=staff_only)).view.misses == ()
    assert [row.text for row in (await store.load(ALICE, now=NOW, needs=everything)).view.misses] == ["un"]


async def test_what_is_needed_is_asked_by_the_standing_of_now(path: Path) -> None:
    claire = Address("telegram", "1")
    store = await Store.open(path, policy=POLICY, admins=frozenset([claire]))
    await turn(store, Miss("un", "reject"))
    assert len((await store.load(claire, now=NOW, needs=staff_only)).view.misses) == 1
    await store.close()
    later = await Store.open(path, policy=POLICY)
    assert (await later.load(claire, now=NOW, needs=staff_only)).view.misses == ()
    await later.close()


async def test_the_ids_of_erased_questions_are_not_used_again(store: Store) -> None:
    await turn(store, Miss("un", "reject"))
    await store.purge(now=NOW + 366 * DAY)
    await turn(store, Miss("deux", "reject"), now=NOW + 366 * DAY)
    assert [row.id for row in await store.misses.missed()] == [2]


async def test_questions_kept_by_an_earlier_version_stay(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    with closing(sqlite3.connect(path)) as connection:
        for number, script in migrations()[:2]:
            connection.executescript(f"{script}\nPRAGMA user_version = {number};")
        connection.execute(
            "INSERT INTO miss (id, day, text, verdict, guesses) VALUES (7, '2027-01-01', 'x', 'reject', '[]')"
        )
        connection.commit()
    path.chmod(0o600)
    store = await Store.open(path, policy=POLICY)
    assert await store.misses.missed() == (Missed(7, "2027-01-01", "x", "reject"),)
    await store.close()
