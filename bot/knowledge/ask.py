"""The verdict on a message: answer it, suggest three entries, or refuse it; and why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the dialogue imports this module: an assistant without entries never loads numpy
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
    "tied share": 0.8,  # an entry with so much of the first's score wins if it explains a word in sight
}
"""Limits that hold on every base; those of the confidence are fitted (`confidence.TARGETS`)."""

MEANT = THRESHOLDS | {
    "least score": 0.3,  # entries of the same domain are never far from each other by meaning
    "least known share": 0.0,  # what a message means may be known when its words are not
    "faint score": 0.0,
    "clear score": 1.0,  # outsiders near the domain score high too: only the fitted confidence tells
    "answer is known": 0.2,
}
"""The same where the meaning is compared too: whole messages are near each other that share no word."""

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
    ABOUT_TOPIC = "about-topic"
    """It goes on from the entry read last, and that entry comes first again: see `follow`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one message."""

    verdict: Verdict
    matches: "tuple[Match, ...]"
    """Best first, whatever the verdict: the answer is the first, suggestions are the first three."""
    confidence: float
    """Chance, 0 to 1, that the first match is right; a redirect counts against there being an answer."""
    reason: Reason
    redirect: str | None = None
    """The entry that says where to go, when the subject is not treated here."""

    @property
    def suggestions(self) -> "tuple[Match, ...]":
        """The entries to offer; empty unless the verdict is to suggest."""
        return self.matches[:SUGGESTIONS] if self.verdict is Verdict.SUGGEST else ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a finding came about."""

    finding: Finding
    evidence: "tuple[Evidence, ...]"
    """Which words of the message counted, heaviest first."""
    known_share: float
    """Share of the message's weight that the base knows, 0 to 1."""
    answer_from: float
    """Confidence from which this base answers directly."""
    suggest_from: float
    """Confidence from which this base suggests."""


def ask(index: "Index", text: str, *, here: Collection[str] = ()) -> Finding:
    """The verdict on a message; takes a few milliseconds at most, whatever the length of the text.

    `here`: entries that explain a word which the person has before their eyes. One of them wins a tie.
    """
    scores = index.score(text)
    finding = judge(index, scores)
    if not here or finding.verdict is not Verdict.SUGGEST:
        return finding
    least = finding.matches[0].score * THRESHOLDS["tied share"]
    tied = [match.id for match in finding.matches if match.score >= least]
    if not any(name in here for name in tied):
        return finding
    # Without its rivals: is the word before the person's eyes what they ask about?
    totals = scores.totals.copy()
    totals[[index.ids.index(name) for name in tied if name not in here]] = 0.0
    alone = judge(index, replace(scores, totals=totals))
    matches = (*(m for m in finding.matches if m.id in here and m.id in tied), *finding.matches)
    verdict, reason = (
        (alone.verdict, alone.reason)
        if alone.verdict is Verdict.ANSWER
        else (finding.verdict, finding.reason)
    )
    return replace(finding, verdict=verdict, reason=reason, matches=tuple(dict.fromkeys(matches)))


def prefer(finding: Finding, merits: Mapping[str, int]) -> Finding:
    """Among suggestions too close to tell apart, those of most merit first; nothing else changes.

    `merits`: entry -> how well it suits who asks; an entry that is not named has none.
    """
    if finding.reason is not Reason.TOO_CLOSE:
        return finding
    best = finding.matches[0].score
    tied = [match for match in finding.matches if match.score >= best * THRESHOLDS["close share"]]
    rest = finding.matches[len(tied) :]
    return replace(finding, matches=(*sorted(tied, key=lambda match: -merits.get(match.id, 0)), *rest))


def explain(index: "Index", text: str) -> Explanation:
    """The verdict on a message together with what led to it."""
    scores = index.score(text)
    evidence = tuple(sorted(scores.probe.evidence, key=lambda item: -item.weight))
    limits = index.limits(scores)
    return Explanation(
        judge(index, scores), evidence, scores.probe.known_share, limits.answer, limits.suggest
    )


def judge(index: "Index", scores: "Scores") -> Finding:
    """The verdict on a comparison already made."""
    matches = index.matches(scores)
    sure = index.sureness(scores) if matches else 0.0
    refusal = _refusal(index, matches, scores, sure)
    if refusal is not None:
        return Finding(Verdict.REJECT, matches, sure, refusal)
    first = matches[0]
    limits, thresholds = index.limits(scores), MEANT if scores.meant else THRESHOLDS
    if first.id in index.redirects:
        return Finding(Verdict.REJECT, matches, min(sure, 1 - sure), Reason.NOT_TREATED, redirect=first.id)
    second = matches[1].score if len(matches) > 1 else 0.0
    if first.score - second < thresholds["least margin"] or second > first.score * thresholds["close share"]:
        return Finding(Verdict.SUGGEST, matches, sure, Reason.TOO_CLOSE)
    if sure < limits.answer or scores.probe.known_share < thresholds["answer is known"]:
        return Finding(Verdict.SUGGEST, matches, sure, Reason.UNSURE)
    return Finding(Verdict.ANSWER, matches, sure, Reason.SURE)


def _refusal(index: "Index", matches: "tuple[Match, ...]", scores: "Scores", sure: float) -> Reason | None:
    thresholds, known_share = MEANT if scores.meant else THRESHOLDS, scores.probe.known_share
    if not matches or matches[0].score < thresholds["least score"]:
        return Reason.NOTHING_ALIKE
    faint = matches[0].score < thresholds["faint score"]
    if known_share < thresholds["faint is known" if faint else "least known share"]:
        return Reason.UNKNOWN_WORDS
    clear = matches[0].score >= thresholds["clear score"] and known_share >= thresholds["clear is known"]
    return Reason.UNSURE if sure < index.limits(scores).suggest and not clear else None
