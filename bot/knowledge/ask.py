"""The verdict on a message: answer it, suggest three entries, or refuse it; and why."""

from dataclasses import dataclass
from enum import StrEnum

from bot.knowledge.index import Index, Match
from bot.knowledge.scorer import Scores
from bot.knowledge.tokens import Evidence

THRESHOLDS = {
    "least score": 0.16,  # a first match below it is refused, however alone it stands
    "least known share": 0.2,  # a message of which the base knows less is refused
    "faint score": 0.25,  # a first match below it is refused too …
    "faint is known": 0.5,  # … unless the base knows so much of the message
    "clear score": 0.45,  # a first match from here on is never refused, however many are as near …
    "clear is known": 0.7,  # … if the base knows so much of the message
    "least margin": 0.015,  # a first match this close to the second is never answered directly …
    "close share": 0.9,  # … nor one whose second has so much of its score
    "answer is known": 0.45,  # a direct answer needs the base to know so much of the message
}
"""Limits that hold on every base; those of the confidence are fitted (`confidence.TARGETS`)."""

SUGGESTIONS = 3
"""Entries offered when none is sure."""


class Verdict(StrEnum):
    """What to do with a message."""

    ANSWER = "answer"
    SUGGEST = "suggest"
    REJECT = "reject"


class Reason(StrEnum):
    """Why the verdict is what it is."""

    SURE = "sure"
    TOO_CLOSE = "too-close"
    UNSURE = "unsure"
    UNKNOWN_WORDS = "unknown-words"
    NOTHING_ALIKE = "nothing-alike"
    NOT_TREATED = "not-treated"


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one message."""

    verdict: Verdict
    matches: tuple[Match, ...]
    """Best first, whatever the verdict: the answer is the first, suggestions are the first three."""
    confidence: float
    """Chance, 0 to 1, that the first match is right; a redirect counts against there being an answer."""
    reason: Reason
    redirect: str | None = None
    """The entry that says where to go, when the subject is not treated here."""

    @property
    def suggestions(self) -> tuple[Match, ...]:
        """The entries to offer; empty unless the verdict is to suggest."""
        return self.matches[:SUGGESTIONS] if self.verdict is Verdict.SUGGEST else ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a finding came about."""

    finding: Finding
    evidence: tuple[Evidence, ...]
    """Which words of the message counted, heaviest first."""
    known_share: float
    """Share of the message's weight that the base knows, 0 to 1."""
    answer_from: float
    """Confidence from which this base answers directly."""
    suggest_from: float
    """Confidence from which this base suggests."""


def ask(index: Index, text: str) -> Finding:
    """The verdict on a message; takes a few milliseconds at most, whatever the length of the text."""
    return _judge(index, index.scorer.score(text))


def explain(index: Index, text: str) -> Explanation:
    """The verdict on a message together with what led to it."""
    scores = index.scorer.score(text)
    evidence = tuple(sorted(scores.probe.evidence, key=lambda item: -item.weight))
    limits = index.confidence
    return Explanation(
        _judge(index, scores), evidence, scores.probe.known_share, limits.answer, limits.suggest
    )


def _judge(index: Index, scores: Scores) -> Finding:
    matches = index.matches(scores)
    sure = index.sureness(scores) if matches else 0.0
    refusal = _refusal(index, matches, scores.probe.known_share, sure)
    if refusal is not None:
        return Finding(Verdict.REJECT, matches, sure, refusal)
    first = matches[0]
    limits = index.confidence
    if first.id in index.redirects:
        return Finding(Verdict.REJECT, matches, min(sure, 1 - sure), Reason.NOT_TREATED, redirect=first.id)
    second = matches[1].score if len(matches) > 1 else 0.0
    if first.score - second < THRESHOLDS["least margin"] or second > first.score * THRESHOLDS["close share"]:
        return Finding(Verdict.SUGGEST, matches, sure, Reason.TOO_CLOSE)
    if sure < limits.answer or scores.probe.known_share < THRESHOLDS["answer is known"]:
        return Finding(Verdict.SUGGEST, matches, sure, Reason.UNSURE)
    return Finding(Verdict.ANSWER, matches, sure, Reason.SURE)


def _refusal(index: Index, matches: tuple[Match, ...], known_share: float, sure: float) -> Reason | None:
    if not matches or matches[0].score < THRESHOLDS["least score"]:
        return Reason.NOTHING_ALIKE
    faint = matches[0].score < THRESHOLDS["faint score"]
    if known_share < THRESHOLDS["faint is known" if faint else "least known share"]:
        return Reason.UNKNOWN_WORDS
    clear = matches[0].score >= THRESHOLDS["clear score"] and known_share >= THRESHOLDS["clear is known"]
    return Reason.UNSURE if sure < index.confidence.suggest and not clear else None
