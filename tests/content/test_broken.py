"""Broken content is refused with every problem at its exact place. The cases are tests/broken/*.yaml."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.content.report import Asked, examine
from bot.content.source import read_document

CASES = Path(__file__).parents[1] / "broken"
SHIPPED = Path(__file__).parents[2]
TODAY = date(2026, 11, 23)


def _cases() -> list[Any]:
    found = []
    for file in sorted(CASES.glob("*.yaml")):
        document, problems = read_document(file.name, file.read_bytes())
        assert not problems, problems
        found += [pytest.param(case, id=f"{file.stem}: {case['case']}") for case in document.data]
    return found


def write(folder: Path, files: dict[str, str]) -> None:
    """Make a content folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="")


@pytest.mark.parametrize("case", _cases())
def test_every_problem_is_told_at_its_place(case: Any, tmp_path: Path) -> None:
    write(tmp_path, case["files"])
    loaded, found = examine(tmp_path, Asked(TODAY, standing=SHIPPED))
    told = [f"{problem.path}:{problem.line}:{problem.column} {problem.code}" for problem in found]
    assert told == case["expect"], "\n".join(map(str, found))
    errors = [problem for problem in found if problem.severity == "error"]
    assert (loaded.shelf is None) == bool(errors)
    assert (loaded.fingerprint is None) == bool(errors)
