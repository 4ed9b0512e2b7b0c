"""`alliances check`: what is printed, and the exit code."""

import json
import shutil
from pathlib import Path

import pytest

from bot.content.problem import Format, Problem, in_order, render
from bot.content.report import check

SHIPPED = Path(__file__).parents[2]
TEN = Path(__file__).parents[1] / "broken" / "ten"

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
    text, status = check([TEN], standing=SHIPPED)
    lines = text.splitlines()
    assert status == 1
    assert len(lines) == len(TEN_MISTAKES)
    for line, (path, number, column, code) in zip(lines, TEN_MISTAKES, strict=True):
        shown = (TEN / path).relative_to(Path.cwd()) if TEN.is_relative_to(Path.cwd()) else TEN / path
        assert line.startswith(f"{shown}:{number}:{column}: ")
        assert line.endswith(f"[{code}]")


def test_json_carries_a_stable_code_for_each() -> None:
    text, status = check([TEN], format="json", standing=SHIPPED)
    told = json.loads(text)
    assert status == 1
    assert [(found["line"], found["column"], found["code"]) for found in told] == [
        row[1:] for row in TEN_MISTAKES
    ]
    assert {problem["severity"] for problem in told} == {"error"}


@pytest.mark.parametrize("format", ["text", "github", "json"])
def test_one_file_tells_its_own_problems_only(format: Format) -> None:
    text, status = check([TEN / "flows" / "tourner.yaml"], format=format, standing=SHIPPED)
    assert status == 1
    assert "endless-cycle" in text
    assert "choisir" not in text


def test_the_shipped_content_has_no_error() -> None:
    text, status = check([SHIPPED])
    assert status == 0, text


def test_warnings_fail_only_when_strict(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    flow = "flow: a\ntitle: A\nformat: 1\nsteps:\n  - say: Vraiment ?\n"
    (tmp_path / "flows" / "a.yaml").write_text(flow, encoding="utf-8")
    assert check([tmp_path], standing=SHIPPED)[1] == 0
    text, status = check([tmp_path], strict=True, standing=SHIPPED)
    assert status == 1
    assert "avertissement" in text


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_folder_without_content_is_a_mistake(name: str, tmp_path: Path) -> None:
    text, status = check([tmp_path / name], standing=SHIPPED)
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
    text, status = check([tmp_path])
    line = next(line for line in text.splitlines() if "[unvisited-step]" in line and "faire-conn" in line)
    assert "salaries" in line and "ouverture," not in line and status == 0
