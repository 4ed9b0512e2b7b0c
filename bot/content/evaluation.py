"""`alliances evaluate`: the labelled messages of knowledge/questions/ and the figures last recorded there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from bot.content.decode import decode
from bot.content.document import Listed
from bot.content.library import open_library
from bot.content.problem import Problem
from bot.content.source import read_document
from bot.dialogue.library import Library
from bot.knowledge.measure import (
    Labelled,
    LeftOut,
    Outcome,
    by_group,
    calibration,
    confusions,
    figures,
    leave_out,
    lost,
    outcomes,
    share,
)
from bot.knowledge.semantic import semantic_state

FOLDER, RECORDED = "knowledge/questions", "recorded.json"
RECORDED_SEMANTIC = "recorded-semantic.json"
"""The figures of the comparison by meaning; those of left-out phrasings are of the words in both."""

TOLERANCES = {
    "first": 0.01,
    "first three": 0.01,
    "direct answers right": 0.01,
    "answered rightly": 0.03,  # moves with the thresholds, which are fitted again with every entry
    "helped": 0.015,
    "outsiders told apart": 0.01,
    "outsiders answered": 0.01,
    "outsiders refused": 0.03,
    "left out first": 0.01,
    "left out first three": 0.01,
}
"""How much worse than recorded a figure may be; more is a regression."""

LESS_IS_BETTER = frozenset(["outsiders answered"])
SHOWN_PAIRS = 15
OUTSIDE = "(out of scope)"


class QuestionsBroken(ValueError):
    """The labelled messages or the recorded figures cannot be read; the text says where."""


class SemanticMissing(RuntimeError):
    """The comparison by meaning cannot be measured; the text says why."""


class Written(BaseModel):
    """One labelled message as written."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    text: Annotated[str, Field(min_length=1)]
    id: str | None = None
    """The entry that answers it; none: out of scope."""
    ids: tuple[str, ...] = ()
    """Instead of `id`, where several entries are right."""
    kind: Annotated[str, Field(min_length=1)]
    redirect: str | None = None
    """For a message out of scope: the redirect that sends it on."""


@dataclass(frozen=True, slots=True)
class Regression:
    """A figure that fell by more than its tolerance."""

    name: str
    before: float
    now: float


def evaluate(
    folder: Path,
    *,
    as_json: bool = False,
    record: bool = False,
    cache: Path | None = None,
    semantic: bool = False,
) -> tuple[str, int]:
    """What to print, and the exit status: 1 if a figure fell. `record` keeps the new figures instead.

    `semantic`: by meaning too; SemanticMissing if that cannot be. Otherwise by words, whatever is installed:
    the figures are the same everywhere.
    """
    library = open_library(folder, cache, "made" if semantic else "words")
    if semantic and library.index.meaning is None:
        raise SemanticMissing(semantic_state(cache).reason)
    asked = outcomes(library.index, read_questions(folder, library))
    left_out = leave_out(library.index)
    now, before = figures(asked, left_out), {} if record else read_recorded(folder, semantic=semantic)
    fallen = regressions(before, now)
    if record:
        text = json.dumps(now, indent=2, ensure_ascii=False) + "\n"
        _recorded(folder, semantic).write_text(text, encoding="utf-8")
    tables = _tables(library, asked, left_out)
    if as_json:
        told = {"figures": now, "recorded": before, "regressions": [one.name for one in fallen]} | tables
        return json.dumps(told, ensure_ascii=False), int(bool(fallen))
    return _as_text(now, before, fallen, tables), int(bool(fallen))


def read_questions(folder: Path, library: Library) -> tuple[Labelled, ...]:
    """Every labelled message of a content folder; QuestionsBroken with every problem."""
    found: list[Labelled] = []
    problems: list[Problem] = []
    known = {str(id) for id in library.shelf.articles}
    for path in sorted((folder / FOLDER).glob("[!.]*.yaml")):
        document, refused = read_document(f"{FOLDER}/{path.name}", path.read_bytes())
        problems += refused
        if document.root is not None and not isinstance(document.root, Listed):
            problems.append(document.problem("wrong-type", "une liste de messages est attendue"))
        places = len(document.root.items) if isinstance(document.root, Listed) else 0
        for place in range(places):
            written, wrong = decode(Written, document, (place,))
            problems += wrong
            if written is None:
                continue
            right = written.ids or ((written.id,) if written.id else ())
            for name in {*right, *([written.redirect] if written.redirect else [])} - known:
                problems.append(document.problem("unknown-article", f"fiche inconnue {name}", (place,)))
            found.append(Labelled(written.text, right, written.kind))
    if problems:
        raise QuestionsBroken("\n".join(map(str, problems)))
    if not found:
        raise QuestionsBroken(f"no labelled messages in {folder / FOLDER}")
    return tuple(found)


def read_recorded(folder: Path, *, semantic: bool = False) -> dict[str, float]:
    """The figures last recorded; none if there are none yet."""
    path = _recorded(folder, semantic)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): float(value) for name, value in data.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError, TypeError):
        raise QuestionsBroken(f"{path} is damaged; write it again with --record") from None


def _recorded(folder: Path, semantic: bool) -> Path:
    return folder / FOLDER / (RECORDED_SEMANTIC if semantic else RECORDED)


def regressions(before: Mapping[str, float], now: Mapping[str, float]) -> tuple[Regression, ...]:
    """The figures that fell by more than `TOLERANCES` allows."""
    return tuple(
        Regression(name, before[name], now[name])
        for name, tolerance in TOLERANCES.items()
        if name in before and _fall(name, before[name], now[name]) > tolerance + 1e-9
    )


def _fall(name: str, before: float, now: float) -> float:
    return now - before if name in LESS_IS_BETTER else before - now


def _tables(library: Library, asked: Sequence[Outcome], left_out: Sequence[LeftOut]) -> dict[str, Any]:
    chapters = {str(id): article.chapter for id, article in library.shelf.articles.items()}

    def chapter(asked: Labelled) -> str:
        return chapters.get(asked.right[0], "?") if asked.right else OUTSIDE

    left = {
        name: share(
            [one for one in left_out if chapters[one.entry] == name], lambda one: one.entry in one.found[:1]
        )
        for name in set(chapters.values())
    }
    return {
        "chapters": {
            name: _row(group) | ({"left out first": round(left[name], 3)} if name in left else {})
            for name, group in by_group(asked, chapter).items()
        },
        "kinds": {name: _row(group) for name, group in by_group(asked, lambda one: one.kind).items()},
        "confusions": [[*pair, count] for pair, count in confusions(asked, left_out)[:SHOWN_PAIRS]],
        "calibration": [list(row) for row in calibration(asked)],
        "never found": sorted(lost(left_out)),
    }


def _row(group: Sequence[Outcome]) -> dict[str, float]:
    return {
        "messages": len(group),
        "first": round(share(group, lambda one: one.first), 3),
        "first three": round(share(group, lambda one: one.near), 3),
        "answered": round(share(group, lambda one: one.answered), 3),
        "helped": round(share(group, lambda one: one.helped), 3),
        "refused": round(share(group, lambda one: one.refused), 3),
    }


def _as_text(
    now: Mapping[str, float],
    before: Mapping[str, float],
    fallen: Sequence[Regression],
    tables: Mapping[str, Any],
) -> str:
    lines = [f"{'figure':28}     now  recorded"]
    lines += [
        f"{name:28} {now[name]:7.3f}  " + (f"{before[name]:8.3f}" if name in before else "       -")
        for name in now
    ]
    for title, more in (("chapters", ["left out first"]), ("kinds", [])):
        columns = [*_row(()), *more]
        lines += ["", f"{title:28} " + " ".join(f"{column:>14}" for column in columns)]
        for name, row in tables[title].items():
            lines.append(f"{name:28} " + " ".join(f"{row.get(column, ''):>14}" for column in columns))
    lines += ["", "confidence    messages  first right"]
    lines += [
        f"{low:.1f} to {high:.1f} {count:11} {right:12.3f}"
        for low, high, count, right in tables["calibration"]
    ]
    lines += ["", "taken for another (entry -> found, times)"]
    lines += [f"{count:4} {right} -> {found}" for right, found, count in tables["confusions"]]
    if tables["never found"]:
        lines += ["", "found by none of their left-out phrasings: " + ", ".join(tables["never found"])]
    lines += ["", *(f"REGRESSION {one.name}: {one.before:.3f} -> {one.now:.3f}" for one in fallen)]
    return "\n".join(
        lines if fallen else [*lines, "no regression" if before else "nothing recorded to compare with"]
    )
