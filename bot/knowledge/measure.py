"""How well a base answers: labelled messages, and its own phrasings left out one by one.

Figures and tables only; reading the messages and judging a regression belong to `bot.content.evaluation`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from bot.knowledge.ask import SUGGESTIONS, Finding, Verdict, ask
from bot.knowledge.index import Index
from bot.knowledge.rehearsal import ranked_without

BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.01)
"""Bounds of the confidences that are compared with what came true."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message and what should come of it."""

    text: str
    right: tuple[str, ...]
    """Entries that answer it; none: it is out of scope."""
    kind: str
    """How it is written ("oral", "keywords", "oos-near" …)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a message."""

    asked: Labelled
    finding: Finding

    @property
    def first(self) -> bool:
        """A right entry is the first."""
        return self._among(1)

    @property
    def near(self) -> bool:
        """A right entry is among the first three."""
        return self._among(SUGGESTIONS)

    @property
    def answered(self) -> bool:
        """It was answered directly, or sent on to who treats it, as its label wants."""
        redirected = self.finding.redirect is not None and self.finding.redirect in self.asked.right
        return self.finding.verdict is Verdict.ANSWER or redirected

    @property
    def helped(self) -> bool:
        """Answered rightly, or the right entry is among those suggested."""
        return (self.answered and self.first) or (self.finding.verdict is Verdict.SUGGEST and self.near)

    @property
    def refused(self) -> bool:
        """Neither answered nor given suggestions."""
        return self.finding.verdict is Verdict.REJECT and not self.answered

    def _among(self, places: int) -> bool:
        return any(match.id in self.asked.right for match in self.finding.matches[:places])


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A phrasing asked as if it had not been written."""

    text: str
    entry: str
    found: tuple[str, ...]
    """The first three entries."""


def outcomes(index: Index, messages: Iterable[Labelled]) -> tuple[Outcome, ...]:
    """Asks every message."""
    return tuple(Outcome(message, ask(index, message.text)) for message in messages)


def leave_out(index: Index) -> tuple[LeftOut, ...]:
    """Asks every phrasing of the base without it; a few seconds for 3,000."""
    found = []
    for number, entries in ranked_without(index.scorer, [index.scorer.reader.read(t) for t in index.texts]):
        own = index.ids[int(index.scorer.owners[number])]
        found.append(LeftOut(index.texts[number], own, tuple(index.ids[e] for e in entries)))
    return tuple(found)


def figures(asked: Sequence[Outcome], left_out: Sequence[LeftOut]) -> dict[str, float]:
    """The figures that are recorded, 0 to 1."""
    inside = [one for one in asked if one.asked.right]
    outside = [one for one in asked if not one.asked.right]
    direct = [one for one in asked if one.finding.verdict is Verdict.ANSWER]
    found = {
        "first": share(inside, lambda one: one.first),
        "first three": share(inside, lambda one: one.near),
        "direct answers right": share(direct, lambda one: one.first),
        "answered rightly": share(inside, lambda one: one.answered and one.first),
        "helped": share(inside, lambda one: one.helped),
        "outsiders told apart": _told_apart(inside, outside),
        "outsiders answered": share(outside, lambda one: one.finding.verdict is Verdict.ANSWER),
        "outsiders refused": share(outside, lambda one: one.refused),
        "left out first": share(left_out, lambda one: one.entry in one.found[:1]),
        "left out first three": share(left_out, lambda one: one.entry in one.found),
    }
    return {name: round(value, 4) for name, value in found.items()}


def by_group(asked: Iterable[Outcome], group: Callable[[Labelled], str]) -> dict[str, list[Outcome]]:
    """The outcomes by what `group` says of their message, in its order."""
    groups: dict[str, list[Outcome]] = {}
    for one in asked:
        groups.setdefault(group(one.asked), []).append(one)
    return dict(sorted(groups.items()))


def confusions(asked: Iterable[Outcome], left_out: Iterable[LeftOut]) -> list[tuple[tuple[str, str], int]]:
    """(Right entry, entry that came first) with how often, commonest first."""
    pairs = Counter(
        (one.asked.right[0], one.finding.matches[0].id)
        for one in asked
        if one.asked.right and one.finding.matches and not one.first
    )
    pairs.update((one.entry, one.found[0]) for one in left_out if one.found and one.found[0] != one.entry)
    return sorted(pairs.items(), key=lambda item: (-item[1], item[0]))


def calibration(asked: Sequence[Outcome]) -> list[tuple[float, float, int, float]]:
    """For each range of confidence: its bounds, how many messages, and the share whose first is right."""
    table = []
    for low, high in pairwise(BINS):
        within = [one for one in asked if low <= one.finding.confidence < high]
        table.append((low, min(high, 1.0), len(within), share(within, lambda one: one.first)))
    return table


def lost(left_out: Iterable[LeftOut], least: int = 1) -> Mapping[str, int]:
    """Entries found first by fewer than `least` of their phrasings when left out -> how many find them."""
    hits: Counter[str] = Counter()
    for one in left_out:
        hits[one.entry] += one.found[:1] == (one.entry,)
    return {entry: count for entry, count in hits.items() if count < least}


def share(items: Sequence[T], holds: Callable[[T], bool]) -> float:
    """How many of the items hold, 0 to 1; 0 for none."""
    return sum(map(holds, items)) / len(items) if items else 0.0


def _told_apart(inside: Sequence[Outcome], outside: Sequence[Outcome]) -> float:
    """The chance that a message in scope is surer than one out of scope (area under the ROC curve)."""
    if not inside or not outside:
        return 0.0
    better = sum(
        (one.finding.confidence > other.finding.confidence)
        + 0.5 * (one.finding.confidence == other.finding.confidence)
        for one in inside
        for other in outside
    )
    return better / (len(inside) * len(outside))
