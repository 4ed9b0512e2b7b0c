"""`alliances check`: what is printed, and the exit code."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.content.problem import Format, Problem, in_order, render
from bot.content.report import Asked, check

SHIPPED = Path(__file__).parents[2]
TEN = Path(__file__).parents[1] / "broken" / "ten"
ASKED = Asked(today=date(2026, 11, 23), standing=SHIPPED)

TEN_MISTAKES = [
    ("flows/choisir.yaml", 8, 14, "unknown-section"),
    ("flows/choisir.yaml", 10, 38, "unknown-key"),
    ("flows/choisir.yaml", 15, 22, "unknown-choice"),
    ("flows/choisir.yaml", 16, 16, "unknown-step"),
    ("flows/choisir.yaml", 18, 18, "unknown-name"),
    ("flows/choisir.yaml", 20, 5, "unreachable-step"),
    ("flows/illisible.yaml", 2, 23, "yaml"),
    ("flows/tourner.yaml", 4, 10, "duplicate-command"),
    ("flows/tourner.yaml", 6, 5, "endless-cycle"),
    ("knowledge/1-un.yaml", 8, 13, "unknown-article"),
]


def test_ten_mistakes_are_ten_lines_and_exit_1() -> None:
    text, status = check([TEN], ASKED)
    lines = text.splitlines()
    assert status == 1
    assert len(lines) == len(TEN_MISTAKES)
    for line, (path, number, column, code) in zip(lines, TEN_MISTAKES, strict=True):
        shown = (TEN / path).relative_to(Path.cwd()) if TEN.is_relative_to(Path.cwd()) else TEN / path
        assert line.startswith(f"{shown}:{number}:{column}: ")
        assert line.endswith(f"[{code}]")


def test_json_carries_a_stable_code_for_each() -> None:
    text, status = check([TEN], ASKED, format="json")
    told = json.loads(text)
    assert status == 1
    assert [(found["line"], found["column"], found["code"]) for found in told] == [
        row[1:] for row in TEN_MISTAKES
    ]
    assert {problem["severity"] for problem in told} == {"error"}


@pytest.mark.parametrize("format", ["text", "github", "json"])
def test_one_file_tells_its_own_problems_only(format: Format) -> None:
    text, status = check([TEN / "flows" / "tourner.yaml"], ASKED, format=format)
    assert status == 1
    assert "endless-cycle" in text
    assert "choisir" not in text


def test_the_shipped_content_has_no_error() -> None:
    text, status = check([SHIPPED], ASKED)
    assert status == 0, text


def test_warnings_fail_only_when_strict(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    flow = "flow: a\ntitle: A\nformat: 1\nsteps:\n  - say: Vraiment ?\n"
    (tmp_path / "flows" / "a.yaml").write_text(flow, encoding="utf-8")
    assert check([tmp_path], ASKED)[1] == 0
    text, status = check([tmp_path], ASKED, strict=True)
    assert status == 1
    assert "avertissement" in text


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_folder_without_content_is_a_mistake(name: str, tmp_path: Path) -> None:
    text, status = check([tmp_path / name], ASKED)
    assert (status, "[no-content]" in text) == (1, True)


def test_annotations_escape_what_the_workflow_would_read() -> None:
    odd = Problem("a,b:c.yaml", 1, 2, "x", "100 %\nfin", "warning")
    assert render([odd], "github") == "::warning file=a%2Cb%3Ac.yaml,line=1,col=2,title=x::100 %25%0Afin"


def test_errors_come_first_and_none_twice() -> None:
    late = Problem("b", 9, 1, "x", "m")
    early = Problem("a", 1, 1, "x", "m", "warning")
    assert in_order([early, late, late]) == (late, early)


def test_a_step_that_no_transcript_visits_is_a_warning_at_its_place(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / "flows", tmp_path / "flows")
    shutil.copytree(SHIPPED / "knowledge", tmp_path / "knowledge")
    talks = tmp_path / "tests" / "transcripts"
    talks.mkdir(parents=True)
    talk = "transcript: debut\nflow: faire-connaissance\nturns:\n  - say: /profil\n"
    (talks / "debut.yaml").write_text(talk, encoding="utf-8")
    text, status = check([tmp_path], ASKED)
    line = next(line for line in text.splitlines() if "[unvisited-step]" in line and "faire-conn" in line)
    assert "salaries" in line and "ouverture," not in line and status == 0


ENTRIES = """
- id: lue
  chapter: 1-un
  audience: benevole
  question: Comment louer une salle\N{NO-BREAK SPACE}?
  phrasings: [salle a, salle b, salle le soir, louer, salle des fêtes, location, louer salle, trouver salle]
  answer: Oui.
  status: sourcé
  author: équipe
  reviewed: 2026-11-22
- id: attend
  chapter: 1-un
  audience: benevole
  question: Comment réserver un bus\N{NO-BREAK SPACE}?
  phrasings: [bus a, bus b, bus le soir, réserver, bus de tourisme, trajet, réserver bus, trouver bus]
  answer: Oui.
  status: sourcé
  author: équipe
  reviewed: 2026-11-22
  ready: false
  not_ready_because: Un juriste doit relire.
"""


def _with_entries(root: Path, entries: str = ENTRIES) -> Path:
    (root / "knowledge").mkdir()
    (root / "knowledge" / "1-un.yaml").write_text(entries, encoding="utf-8")
    return root


def test_the_end_counts_the_entries_that_wait_for_a_competent_reader(tmp_path: Path) -> None:
    folder = _with_entries(tmp_path)
    counted = "2\N{NO-BREAK SPACE}fiches, dont 1 en attente de relecture"
    assert check([folder], ASKED) == (f"Aucun problème\N{NO-BREAK SPACE}: {counted}.", 0)
    assert check([folder], ASKED, format="github") == (f"::notice title=counts::{counted}", 0)
    last = json.loads(check([folder], ASKED, format="json")[0])[-1]
    assert (last["code"], last["severity"], last["message"]) == ("counts", "note", counted)
    assert (last["flows"], last["articles"], last["waiting"]) == (0, 2, 1)


def test_the_end_counts_warnings_too(tmp_path: Path) -> None:
    folder = _with_entries(tmp_path, ENTRIES.replace("salle b", "SALLE A"))
    text, status = check([folder], ASKED)
    assert "[repeated-phrasing]" in text.splitlines()[0]
    assert text.splitlines()[-1].startswith("1 avertissement\N{NO-BREAK SPACE}: 2\N{NO-BREAK SPACE}fiches")
    assert status == 0


def test_beside_errors_nothing_is_counted(tmp_path: Path) -> None:
    folder = _with_entries(tmp_path, ENTRIES.replace("audience: benevole", "audience: tous"))
    assert "relecture" not in check([folder], ASKED)[0]


def test_a_review_is_due_the_day_after_its_date(tmp_path: Path) -> None:
    folder = _with_entries(tmp_path, ENTRIES + "  review_after: 2026-11-23\n")
    assert "stale-review" not in check([folder], ASKED)[0]
    assert "stale-review" in check([folder], replace(ASKED, today=date(2026, 11, 24)))[0]


def test_only_the_index_of_the_content_in_use_is_kept(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folder = _with_entries(tmp_path)
    check([folder], replace(ASKED, cache=cache, home=SHIPPED))
    assert not cache.exists()
    check([folder / "knowledge"], replace(ASKED, cache=cache, home=folder))
    assert {"index.npz", "trial.json"} <= {path.name for path in cache.iterdir()}


def test_a_kept_trial_tells_the_same_until_the_base_changes(tmp_path: Path) -> None:
    folder = _with_entries(tmp_path, ENTRIES.replace("bus a", "salle le soir"))
    asked = replace(ASKED, cache=tmp_path / "cache", home=folder)
    first = check([folder], asked)
    assert "[twin-phrasing]" in first[0]
    assert check([folder], asked) == first
    (tmp_path / "cache" / "trial.json").write_text("[", encoding="utf-8")
    assert check([folder], asked) == first, "a damaged file is made again"
    (folder / "knowledge" / "1-un.yaml").write_text(ENTRIES, encoding="utf-8")
    assert "[twin-phrasing]" not in check([folder], asked)[0]
