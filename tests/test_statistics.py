"""`alliances stats` and `alliances graph`, as processes beside a real database."""

import asyncio
import csv
import io
import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.model.effects import Asked, Effect
from bot.model.session import Checkpoint, Frame, Run, Session, Wait
from bot.model.turn import Turn
from bot.model.values import ArticleId, FlowId, RunId
from bot.model.who import Address
from bot.storage.store import Store
from tests.documents.pictures import width_of
from tests.journeys.program import Settings, alliances
from tests.small_base import HOME, write_small_base
from tests.storage.samples import POLICY

KNOWN = ArticleId(HOME)
TODAY = datetime.now(UTC)
PATH = FlowId("faire-connaissance")


@dataclass(frozen=True)
class Desk:
    """A content folder, a database, and the command line."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "data" / "alliances.sqlite3"

    def fill(self, *effects: Effect, runs: int = 0, at: str = "role", now: datetime = TODAY) -> None:
        """What people asked, and so many who stand at a step of the first journey."""

        async def work() -> None:
            store = await Store.open(self.database, policy=POLICY)
            loaded = await store.load(Address("telegram", "1"), now=now)
            assert await store.commit_turn(loaded, Turn(loaded.session, effects), now=now)
            for number in range(2, runs + 2):
                loaded = await store.load(Address("telegram", str(number)), now=now)
                here, past = (Frame(PATH, at),), (Checkpoint((Frame(PATH, "role"),)),)
                run = Run(RunId(f"r{number}"), PATH, "", now, here, past, Wait(1, at, now))
                assert await store.commit_turn(loaded, Turn(Session(runs=(run,))), now=now)
            await store.close()

        asyncio.run(work())

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """`alliances …`, in this folder, on the small base."""
        settings: Settings = {"content": self.folder / "content"}
        return alliances(*map(str, arguments), folder=self.folder, settings=settings)

    def graph(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """`alliances graph …`, in this folder, on the shipped flows."""
        return alliances("graph", *map(str, arguments), folder=self.folder, settings={})


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The small base."""
    write_small_base(tmp_path / "content")
    return Desk(tmp_path)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    return done.stderr


def test_without_a_database_it_says_so_and_makes_none(desk: Desk) -> None:
    assert "nothing was counted yet" in refused(desk.run("stats"))
    assert not desk.database.exists()


def test_numbers_of_few_are_told_neither_in_words_nor_as_json(desk: Desk) -> None:
    desk.fill(*[Asked("answered", KNOWN)] * 7, *[Asked("unanswered")] * 3)
    said = desk.run("stats").stdout
    assert "answered                    7" in said and "fewer than 5" in said and "at least 8" in said
    found: Any = json.loads(desk.run("stats", "--json").stdout)
    assert found["measures"]["answered"]["now"] == 7
    assert found["measures"]["unanswered"]["now"] is None
    assert found["measures"]["questions"]["now"] == {"at_least": 8}
    assert list(found["chapters"].values()) == [7]


def test_a_period_is_days_or_since_a_day(desk: Desk) -> None:
    desk.fill(*[Asked("answered", KNOWN)] * 7, now=TODAY - timedelta(days=40))
    day = (TODAY - timedelta(days=40)).date().isoformat()
    for arguments, count in (((), 0), (("--days", "60"), 7), (("--since", day), 7)):
        found: Any = json.loads(desk.run("stats", "--json", *arguments).stdout)
        assert found["measures"]["questions"]["now"] == count, arguments


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--days", "0"), "1 to 1100 days"),
        (("--since", "2999-01-01"), "1 to 1100 days"),
        (("--since", "hier"), "no day"),
        (("--days", "7", "--since", "2027-01-01"), "not allowed with"),
        (("--csv", "nirgendwo/x.csv"), "cannot write"),
    ],
)
def test_what_is_no_period_or_no_file_is_refused_with_the_reason(
    desk: Desk, arguments: tuple[str, ...], told: str
) -> None:
    desk.fill()
    assert told in refused(desk.run("stats", *arguments))


def test_the_table_and_the_pictures_are_written(desk: Desk) -> None:
    desk.fill(*[Asked("answered", KNOWN)] * 7)
    desk.run("stats", "--csv", desk.folder / "x.csv", "--charts", desk.folder / "charts")
    content = (desk.folder / "x.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert ["", "Questions posées", "7", "0"] in table
    pictures = sorted((desk.folder / "charts").iterdir())
    assert [path.name.split("_")[1] for path in pictures] == [
        "questions.png",
        "reponses.png",
        "rubriques.png",
    ]
    assert all(width_of(path.read_bytes()) == 1080 for path in pictures)


@pytest.mark.parametrize(
    ("arguments", "file", "begins"),
    [
        ((), "faire-connaissance.svg", b"<svg"),
        (("--format", "png"), "faire-connaissance.png", b"\x89PNG"),
        (("--output", "x.png"), "x.png", b"\x89PNG"),
        (("--output", "x.mmd"), "x.mmd", b"flowchart TD"),
        (("--output", "x.txt", "--format", "svg"), "x.txt", b"<svg"),
    ],
)
def test_a_flow_is_drawn_in_the_format_that_is_named(
    desk: Desk, arguments: tuple[str, ...], file: str, begins: bytes
) -> None:
    done = desk.graph(PATH, *arguments)
    assert (done.returncode, done.stdout) == (0, f"{file}\n"), done.stderr
    assert (desk.folder / file).read_bytes().startswith(begins)


def test_a_name_that_tells_no_format_is_refused_and_nothing_is_written(desk: Desk) -> None:
    done = desk.graph(PATH, "--output", "x.pdf")
    assert (done.returncode, done.stdout) == (2, "")
    assert "x.pdf: end the name in .svg, .png, .mmd, .md, or choose with --format" in done.stderr
    assert not (desk.folder / "x.pdf").exists()


def test_without_a_file_mermaid_goes_to_the_terminal(desk: Desk) -> None:
    said = desk.graph(PATH, "--format", "mermaid").stdout
    assert said.startswith("flowchart TD\n") and "Quel est votre rôle" in said


def test_usage_tells_shares_of_many_and_nothing_of_few(desk: Desk) -> None:
    desk.fill(runs=20, at="salaries")
    said = desk.graph(PATH, "--usage", "--format", "mermaid").stdout
    assert "Quel est votre rôle ?<br/>≈ 100\u202f%" in said
    assert "≈ 100\u202f% · environ 20 y sont" in said


def test_usage_by_few_people_says_only_that(desk: Desk) -> None:
    desk.fill(runs=4, at="salaries")
    said = desk.graph(PATH, "--usage", "--format", "mermaid").stdout
    assert "≈" not in said and "y sont" not in said
    assert desk.graph(PATH, "--usage", "--output", "x.svg").returncode == 0


def test_a_flow_that_is_not_there_is_told_with_those_that_are_near(desk: Desk) -> None:
    assert "did you mean faire-connaissance?" in refused(desk.graph("faire-connaisance"))
    assert "there are " in refused(desk.graph("xyz"))
