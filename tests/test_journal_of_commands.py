"""What staff do on the command line stands in the journal, like what they do in the chat."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.model.effects import Miss, News, Propose
from bot.model.turn import Turn
from bot.model.values import ArticleId
from bot.storage.store import Store
from tests.events.samples import EVENT
from tests.journeys.program import alliances
from tests.small_base import write_small_base
from tests.storage.announcing import announced
from tests.storage.samples import ALICE, NOW, POLICY, rows, say

PIZZERIA = "quelle pizzeria choisir ce soir"
ENTRY = "alliance-avec-fondation"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Alice, who knows of an event and of an announcement, two questions without answer, one of them with a
    proposal, and the draft of an entry.
    """
    write_small_base(tmp_path / "content")
    (tmp_path / "avis.md").write_text("Bonjour", "utf-8")
    asyncio.run(_filled(tmp_path / "data" / "alliances.sqlite3"))
    return tmp_path


async def _filled(file: Path) -> None:
    store = await Store.open(file, policy=POLICY)
    loaded = await store.load(ALICE, now=NOW, name="Alice", profile={"standing": "staff"})
    asked = (Miss(PIZZERIA, "reject"), Miss("recette de la tarte aux fraises", "reject"))
    turn = Turn(loaded.session, (*asked, Propose(ArticleId(ENTRY), ("une fondation",), (2,))))
    assert await store.commit_turn(loaded, turn, now=NOW)
    await store.publish_event(EVENT, News(say("")), now=NOW)
    await announced(store)
    await store.close()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("event", "--attendees", EVENT.id), ("event.list", EVENT.id)),
        (("event", "--attendees", EVENT.id, "--csv", "out.csv"), ("event.list", EVENT.id)),
        (("announce", "--report", "1", "--csv", "out.csv"), ("announcement.list", "1")),
        (("announce", "--text", "avis.md", "--test", str(ALICE)), ("announcement.tested", "")),
        (("people", "--list"), ("people.exported", "1")),
        (("stats", "--csv", "out.csv"), ("statistics.exported", "")),
        (("stats", "--charts", "."), ("statistics.exported", "")),
        (("questions", "dismiss", "1"), ("questions.dismissed", "")),
        (("questions", "withdraw", "1"), ("questions.withdrawn", ENTRY)),
    ],
    ids=" ".join,
)
def test_it_leaves_its_line(folder: Path, words: tuple[str, ...], line: tuple[str, str]) -> None:
    file = folder / "data" / "alliances.sqlite3"
    (before,) = rows(file, "SELECT max(id) FROM journal")[0]
    done = alliances(*words, folder=folder, settings={"content": folder / "content"})
    assert done.returncode == 0, done.stderr
    assert rows(file, f"SELECT act, about FROM journal WHERE id > {before} AND person IS NULL") == [line]


@pytest.mark.parametrize(
    "words",
    [
        ("announce", "--text", "avis.md", "--yes"),
        ("announce", "--text", "avis.md", "--test", str(ALICE)),
        ("announce", "--pause", "1"),
        ("announce", "--cancel", "1"),
        ("announce", "--correct", "1", "avis.md", "--yes"),
        ("announce", "--recall", "1", "--yes"),
        ("people", "--export", "out.csv"),
        ("questions", "dismiss", "1"),
        ("questions", "withdraw", "1"),
        ("team", "--invite", "staff"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_noted_is_not_done(folder: Path, words: tuple[str, ...]) -> None:
    file = folder / "data" / "alliances.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    tables = ("announcement", "delivery", "outbox", "miss", "proposal", "invitation")
    before = [rows(file, f"SELECT * FROM {table}") for table in tables]
    done = alliances(*words, folder=folder, settings={"content": folder / "content"})
    assert done.returncode
    assert [rows(file, f"SELECT * FROM {table}") for table in tables] == before
    assert not (folder / "out.csv").exists()


@pytest.mark.parametrize(
    "words", [("announce", "--report", "1"), ("announce", "--list"), ("stats",), ("event", "--list")]
)
def test_a_look_at_numbers_leaves_none(folder: Path, words: tuple[str, ...]) -> None:
    file = folder / "data" / "alliances.sqlite3"
    before = rows(file, "SELECT * FROM journal")
    done = alliances(*words, folder=folder, settings={"content": folder / "content"})
    assert done.returncode == 0, done.stderr
    assert rows(file, "SELECT * FROM journal") == before
