"""`alliances questions`: as a process, on a copy of the content and a real database."""

import asyncio
import json
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.content.evaluation import Regression
from bot.content.judging import Judgement, Stolen
from bot.content.problem import Problem
from bot.model.effects import Effect, Miss, Opinion, Propose
from bot.model.turn import Turn
from bot.model.values import ArticleId
from bot.storage.store import Store
from tests.journeys.program import ROOT, Program, Settings, alliances
from tests.small_base import HOME, write_small_base
from tests.storage.samples import ALICE, POLICY, rows

TROC = (
    "on nous propose un troc de matos avec l'asso voisine",
    "troc de matos avec l'asso voisine, bonne idée ?",
    "faire du troc de matos entre assos",
)
PIZZERIA = "quelle pizzeria choisir ce soir"
FOUNDATION = "bjr comment travailer avec une fondtaion merci"
"""A labelled message of `alliance-avec-fondation`."""
TODAY = datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """A content folder, a database, and the command line."""

    folder: Path

    @property
    def content(self) -> Path:
        return self.folder / "content"

    @property
    def database(self) -> Path:
        return self.folder / "data" / "alliances.sqlite3"

    def fill(self, *effects: Effect, now: datetime = TODAY) -> None:
        """What people asked, said and proposed."""

        async def work() -> None:
            store = await Store.open(self.database, policy=POLICY)
            loaded = await store.load(ALICE, now=now, profile={"standing": "staff"})
            assert await store.commit_turn(loaded, Turn(loaded.session, effects), now=now)
            await store.close()

        asyncio.run(work())

    def run(self, *arguments: str | int | Path) -> subprocess.CompletedProcess[str]:
        """`alliances questions …`."""
        settings = {"content": self.content}
        return alliances("questions", *map(str, arguments), folder=self.folder, settings=settings)

    def json(self, *arguments: str) -> Any:
        """The same with --json."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def ask(self, text: str) -> Any:
        """`alliances ask --json`."""
        settings = {"content": self.content}
        return json.loads(alliances("ask", "--json", text, folder=self.folder, settings=settings).stdout)

    def files(self) -> dict[str, bytes]:
        """Every authored file."""
        found = (path for path in self.content.rglob("*") if path.is_file())
        return {str(path.relative_to(self.content)): path.read_bytes() for path in found}

    def states(self) -> list[str]:
        """State of every question, the oldest first."""
        return [state for (state,) in rows(self.database, "SELECT state FROM miss ORDER BY id")]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The small base, with one labelled message."""
    write_small_base(tmp_path / "content", labelled={FOUNDATION: "alliance-avec-fondation"})
    return Desk(tmp_path)


@pytest.fixture
def whole(tmp_path: Path) -> Desk:
    """The whole base."""
    for room in ("flows", "knowledge"):
        shutil.copytree(ROOT / room, tmp_path / "content" / room)
    return Desk(tmp_path)


def misses(*texts: str, verdict: str = "reject") -> list[Miss]:
    return [Miss(text, verdict) for text in texts]


def test_without_a_database_there_is_nothing_and_none_is_made(desk: Desk) -> None:
    assert desk.run().stdout == "no questions without an answer\n"
    assert desk.json() == {"groups": [], "opinions": []}
    for order in (("show", 1), ("dismiss", 1), ("proposals",), ("withdraw", 1), ("propose", 1, "--to", HOME)):
        done = desk.run(*order)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
        assert "no questions yet" in done.stderr
    assert not desk.database.exists()


def test_groups_biggest_first_with_their_nearest_entries_and_the_worst_opinions(desk: Desk) -> None:
    opinions = [Opinion(ArticleId("fdva"), helpful) for helpful in (True, False, False, False, True)]
    few = [Opinion(ArticleId(HOME), helpful=False)] * 4
    loved = [Opinion(ArticleId("rescrit-fiscal"), helpful=True)] * 6
    desk.fill(*misses(PIZZERIA, *TROC), *misses(TROC[0], verdict="disliked"), *opinions, *few, *loved)
    told = desk.json()
    troc, pizzeria = told["groups"]
    assert (troc["id"], troc["times"], troc["verdicts"]) == (2, 4, {"reject": 3, "disliked": 1})
    assert set(troc["examples"]) == set(TROC) and troc["title"] in TROC
    assert [match["id"] for match in troc["nearest"]] and len(troc["nearest"]) == 3
    assert (pizzeria["id"], pizzeria["times"]) == (1, 1)
    assert told["opinions"] == [{"article": "fdva", "helpful": 2, "unhelpful": 3, "dislike": 0.6}]
    table = desk.run().stdout
    assert table.index(troc["title"]) < table.index(PIZZERIA) < table.index("60%  3 of 5  fdva")
    shown = desk.run("show", 3)
    assert shown.returncode == 0
    assert all(text in shown.stdout for text in TROC) and "group 2: 4 times" in shown.stdout
    assert desk.json("show", "4") == troc


def test_days_and_dismissed(desk: Desk) -> None:
    desk.fill(*misses(PIZZERIA), now=TODAY - timedelta(days=40))
    desk.fill(*misses(*TROC))
    assert [group["id"] for group in desk.json("--days", "30")["groups"]] == [2]
    assert desk.run("dismiss", 2).stdout == "dismissed group 2 (3 questions)\n"
    assert [group["id"] for group in desk.json()["groups"]] == [1]
    assert [group["id"] for group in desk.json("--all")["groups"]] == [2, 1]
    again = desk.run("dismiss", 2)
    assert (again.returncode, "no group 2" in again.stderr) == (2, True)


def test_without_apply_the_patch_is_only_shown(desk: Desk) -> None:
    desk.fill(*misses(PIZZERIA, *TROC))
    before, patch = desk.files(), desk.folder / "troc.patch"
    tried = desk.run("propose", 2, "--to", HOME, "--output", patch)
    assert (tried.returncode, desk.files(), desk.states()) == (0, before, ["open"] * 4), tried.stdout
    assert tried.stdout.startswith(patch.read_text(encoding="utf-8"))
    assert "accepted\n" in tried.stdout and "nothing is written yet" in tried.stdout
    subprocess.run(["git", "apply", patch], cwd=desk.content, check=True)
    (changed,) = (content for name, content in desk.files().items() if content != before[name])
    assert all(f"- {text}\n" in changed.decode() for text in TROC)


def test_an_accepted_phrasing_is_applied_and_then_answers(whole: Desk) -> None:
    whole.fill(*misses(PIZZERIA, *TROC))
    assert whole.ask(TROC[2])["decision"] != "answer"
    before = whole.files()
    done = whole.run("propose", 2, "--to", HOME, "--apply")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "3 questions are done" in done.stdout
    after = whole.files()
    (changed,) = (name for name in after if after[name] != before[name])
    added = [line for line in after[changed].splitlines() if line not in before[changed].splitlines()]
    assert sorted(added) == sorted(f"    - {text}".encode() for text in TROC)
    assert whole.states() == ["open", "done", "done", "done"]
    found = whole.ask(TROC[2])
    assert (found["decision"], found["matches"][0]["id"]) == ("answer", HOME)


def test_a_proposal_that_steals_a_question_is_refused_and_nothing_is_touched(whole: Desk) -> None:
    whole.fill(*misses(FOUNDATION))
    before = whole.files()
    refused = whole.run("propose", 1, "--to", "alliance-avec-entreprise", "--apply")
    assert refused.returncode == 1
    (stolen,) = (line for line in refused.stdout.splitlines() if line.startswith("stolen: "))
    assert "(alliance-avec-fondation): alliance-avec-entreprise comes first" in stolen
    assert stolen.endswith(f"by {FOUNDATION!r}")
    assert refused.stdout.splitlines()[-1] == "refused"
    assert (whole.files(), whole.states()) == (before, ["open"])


NEW_ENTRY = """\
- id: troc-entre-associations
  chapter: 2-alliance-partenariat
  audience: benevole
  question: Peut-on faire du troc de matériel entre associations ?
  phrasings:
    - faire du troc de matos entre assos
    - troc de matériel avec l'association voisine
    - on nous propose un troc de matos
    - un troc de chaises entre clubs
    - troc entre assos
    - le troc de matos, bonne idée ou pas
    - comment organiser un troc de matos avec l'asso d'à côté
    - troquer du matos
  answer: Oui. Notez par écrit qui apporte quoi.
  status: à vérifier
  to_check: {what: la valeur du troc, where: votre comptable, year: 2026}
  author: équipe éditoriale
  reviewed: 2026-11-22
"""


def test_a_new_entry_is_checked_like_the_base_and_applied(desk: Desk) -> None:
    desk.fill(*misses(*TROC))
    file = desk.folder / "fiche.yaml"
    file.write_text(NEW_ENTRY.replace("troc-entre-associations", HOME), encoding="utf-8")
    twin = desk.run("propose", 1, "--entry", file, "--apply")
    assert (twin.returncode, "duplicate-article" in twin.stdout) == (1, True)
    file.write_text(NEW_ENTRY.replace("  question", "  qestion"), encoding="utf-8")
    wrong = desk.run("propose", 1, "--entry", file, "--apply")
    assert (wrong.returncode, "unknown-key" in wrong.stderr) == (2, True)
    assert desk.states() == ["open"] * 3
    file.write_text(NEW_ENTRY, encoding="utf-8")
    done = desk.run("propose", 1, "--entry", file, "--apply")
    assert (done.returncode, desk.states()) == (0, ["done"] * 3), done.stdout
    assert desk.ask(TROC[0])["matches"][0]["id"] == "troc-entre-associations"


def test_what_staff_proposed_is_checked_by_its_number(desk: Desk) -> None:
    desk.fill(*misses(*TROC, FOUNDATION, PIZZERIA))
    desk.fill(Propose(ArticleId(HOME), TROC, (1, 2, 3)))
    desk.fill(Propose(ArticleId("alliance-avec-entreprise"), (FOUNDATION,), (4,)))
    assert [group["id"] for group in desk.json()["groups"]] == [5]
    first, second = desk.json("proposals")
    assert (first["article"], first["phrasings"], first["misses"]) == (HOME, list(TROC), [1, 2, 3])
    assert f"proposal {first['id']}" in desk.run("proposals").stdout
    assert desk.run("propose", "--proposal", second["id"], "--apply").returncode == 1
    assert desk.states() == ["proposed"] * 4 + ["open"]
    assert desk.run("withdraw", second["id"]).returncode == 0
    assert desk.run("propose", "--proposal", first["id"], "--apply").returncode == 0
    assert desk.states() == ["done", "done", "done", "open", "open"]
    assert desk.json("proposals") == []
    again = desk.run("propose", "--proposal", first["id"])
    assert (again.returncode, "no open proposal" in again.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", 99), "no group 99"),
        (("dismiss", 99), "no group 99"),
        (("withdraw", 99), "no open proposal 99"),
        (("propose", 99, "--to", HOME), "no group 99"),
        (("propose", 1, "--to", "nulle-part"), "no entry 'nulle-part'"),
        (("propose", "--to", HOME), "name a group"),
        (("propose", 1, "--proposal", 1), "name a group"),
        (("propose", 1), "required"),
        (("propose", 1, "--entry", "absent.yaml"), "absent.yaml"),
        (("propose", 1, "--entry", "x.yaml", "--phrasing", "x"), "--phrasing"),
        (("propose", 1, "--to", HOME, "--phrasing", "partenariat", "\n"), None),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_a_mistake_of_the_operator_is_told(
    desk: Desk, arguments: tuple[str | int, ...], told: str | None
) -> None:
    desk.fill(*misses(PIZZERIA))
    done = desk.run(*arguments)
    assert "Traceback" not in done.stderr
    if told is not None:
        assert (done.returncode, told in done.stderr) == (2, True), done.stderr


def test_it_works_beside_a_serving_process(desk: Desk) -> None:
    settings: Settings = {"content": desk.content, "port": 0}
    desk.fill(*misses(PIZZERIA))
    with Program("run", folder=desk.folder, settings=settings) as program:
        program.prints("The page: ")
        assert desk.run("dismiss", 1).returncode == 0
        assert desk.json("--all")["groups"][0]["id"] == 1
        assert program.stop() == 0


STOLEN = Stolen("x", "a", "b", "y")
VERDICTS = [
    (Judgement(), True),
    (Judgement(asked=3, helped=1), True),
    (Judgement(asked=3), False),
    (Judgement(stolen=(STOLEN,)), False),
    (Judgement(fallen=(Regression("first", 0.9, 0.8),)), False),
    (Judgement(refitted=(Regression("first", 0.9, 0.8),)), True),
    (Judgement(lost=("x",)), False),
    (Judgement(problems=(Problem("x", 1, 1, "c", "m"),)), False),
]


@pytest.mark.parametrize(("judgement", "accepted"), VERDICTS)
def test_one_reason_is_enough_to_refuse(judgement: Judgement, accepted: bool) -> None:
    assert judgement.accepted is accepted
