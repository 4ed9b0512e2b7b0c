"""Whether a change to the base may be published: the whole evaluation before and after, one by one.

The thresholds of the confidence are held while comparing. They are fitted anew with every entry, on a sample
that moves, and would shift dozens of messages that have nothing to do with the change. Compared is by words,
as the recorded figures are.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.content.evaluation import (
    FOLDER,
    QuestionsBroken,
    Regression,
    read_questions,
    read_recorded,
    regressions,
)
from bot.content.library import build_library, open_library
from bot.content.load import load_library
from bot.content.problem import Problem
from bot.content.proposing import Change
from bot.dialogue.library import Library
from bot.knowledge.ask import Verdict, ask
from bot.knowledge.index import Index
from bot.knowledge.measure import Labelled, LeftOut, Outcome, figures, leave_out, outcomes
from bot.shipped import ROOMS


@dataclass(frozen=True, slots=True)
class Stolen:
    """A message that was answered well before and is not after."""

    text: str
    right: str
    """The entry that answers it; empty: it is out of scope."""
    found: str
    """The entry that comes first now, or (`weakened`) comes too near."""
    phrasing: str
    """By which of its phrasings."""
    weakened: bool = False
    """The right entry is still first, but another is now too near to answer directly."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the evaluation says of a change."""

    problems: tuple[Problem, ...] = ()
    """Errors of the content with it; then nothing was measured."""
    stolen: tuple[Stolen, ...] = ()
    fallen: tuple[Regression, ...] = ()
    """Figures that fell beyond `TOLERANCES`, against now or against what is recorded."""
    lost: tuple[str, ...] = ()
    """Texts of the change that do not find their entry."""
    helped: int = 0
    """Questions of the group that find the entry with the change: answered, or first of those suggested."""
    asked: int = 0
    """Questions of the group."""
    compared: int = 0
    """Messages and left-out phrasings that were compared."""
    refitted: tuple[Regression, ...] = ()
    """What falls beyond `TOLERANCES` once the thresholds are fitted anew; not held against the change."""

    @property
    def accepted(self) -> bool:
        """Whether it may be published."""
        return not (self.problems or self.stolen or self.fallen or self.lost) and (
            not self.asked or self.helped > 0
        )


def judge(folder: Path, change: Change, asked: Sequence[str], cache: Path | None = None) -> Judgement:
    """Evaluate a content folder with and without a change; about ten seconds for 4,000 phrasings.

    `asked`: the questions of the group for which the change is made. Changes nothing in `folder`, nor what
    lies in `cache`.
    """
    before = open_library(folder, cache)
    messages = _messages(folder, before)
    with tempfile.TemporaryDirectory(prefix="alliances-") as scratch:
        copy = Path(scratch) / "content"
        for room in ROOMS:
            if (folder / room).is_dir():
                shutil.copytree(folder / room, copy / room)
        (copy / change.path).parent.mkdir(parents=True, exist_ok=True)
        (copy / change.path).write_bytes(change.after.encode())
        loaded = load_library(copy)
        if loaded.shelf is None:
            return Judgement(tuple(one for one in loaded.problems if one.severity == "error"))
        after = build_library(copy, loaded)
        return _compared(folder, change, asked, messages, (replace(before.index, meaning=None), after.index))


def _compared(
    folder: Path,
    change: Change,
    asked: Sequence[str],
    messages: Sequence[Labelled],
    indexes: tuple[Index, Index],
) -> Judgement:
    old, new = indexes
    held = replace(new, confidence=old.confidence)
    were, are = outcomes(old, messages), outcomes(held, messages)
    left_before, left_after = leave_out(old), leave_out(held)
    then, now = figures(were, left_before), figures(are, left_after)
    recorded = read_recorded(folder)
    already = {one.name for one in regressions(recorded, then)}
    beyond = [one for one in regressions(recorded, now) if one.name not in already]
    fallen = {one.name: one for one in (*beyond, *regressions(then, now))}
    refitted = regressions(then, figures(outcomes(new, messages), left_after))
    return Judgement(
        stolen=(
            *_stolen_messages(were, are, change.entry),
            *_stolen_phrasings(left_before, left_after, change, held),
        ),
        fallen=tuple(fallen.values()),
        lost=tuple(text for text in change.texts if not finds(held, text, change.entry)),
        helped=sum(finds(held, text, change.entry) for text in asked),
        asked=len(asked),
        compared=len(were) + len(left_before),
        refitted=tuple(one for one in refitted if one.name not in fallen),
    )


def finds(index: Index, text: str, entry: str) -> bool:
    """Whether a text finds an entry: answered or sent on by it, or suggested first."""
    finding = ask(index, text)
    first = bool(finding.matches) and finding.matches[0].id == entry
    return first and (finding.verdict is not Verdict.REJECT or finding.redirect == entry)


def _messages(folder: Path, library: Library) -> tuple[Labelled, ...]:
    """The labelled messages; none where an association has not written any."""
    if not any((folder / FOLDER).glob("[!.]*.yaml")):
        return ()
    try:
        return read_questions(folder, library)
    except QuestionsBroken as error:
        raise QuestionsBroken(f"the labelled messages cannot be read:\n{error}") from None


def _stolen_messages(were: Sequence[Outcome], are: Sequence[Outcome], entry: str) -> Iterator[Stolen]:
    """Labelled messages: whoever comes first instead of the right entry, it is by this change."""
    for was, now in zip(were, are, strict=True):
        matches = now.finding.matches
        right = was.asked.right[0] if was.asked.right else ""
        if _well(was) and not _well(now):
            first = matches[0] if matches else None
            yield Stolen(was.asked.text, right, first.id if first else "", first.phrasing if first else "")
        elif was.answered and was.first and not now.answered and [one.id for one in matches[1:2]] == [entry]:
            # Others cross the threshold by themselves: with one phrasing more, each word weighs less.
            yield Stolen(was.asked.text, right, entry, matches[1].phrasing, weakened=True)


def _well(outcome: Outcome) -> bool:
    """The right entry is first; out of scope: it is not answered as if it were in scope."""
    return outcome.first if outcome.asked.right else outcome.finding.verdict is not Verdict.ANSWER


def _stolen_phrasings(
    before: Sequence[LeftOut], after: Sequence[LeftOut], change: Change, index: Index
) -> Iterator[Stolen]:
    """Phrasings of other entries that find the changed entry when they are left out, and found their own."""
    now = {(one.entry, one.text): one.found[:1] for one in after}
    for one in before:
        found = now.get((one.entry, one.text), ())
        if one.found[:1] == (one.entry,) and found == (change.entry,) != (one.entry,):
            by = next((m.phrasing for m in index.search(one.text) if m.id == change.entry), "")
            yield Stolen(one.text, one.entry, change.entry, by)
