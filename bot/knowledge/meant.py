"""What the comparison by meaning adds to that by words: its weight on a base, and how sure both are."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.knowledge.arrays import Floats, Singles
from bot.knowledge.confidence import MIN_SAMPLES, SHARPNESS, Confidence, fit
from bot.knowledge.embedding import Embedder, wrong_vectors
from bot.knowledge.meaning import WEIGHTS, MeaningTable, Texts, build_meaning
from bot.knowledge.rehearsal import Case, sample
from bot.knowledge.scorer import ALMOST, Scores

SHARES = (0.3, 0.6, 1.0, 1.5, 2.0)
"""Weights of the meaning that are tried on a base, the words having 1; on a small one, the middle one."""

MOST_LEFT_OUT = 0.25
"""Phrasings of a base that are left out at once, at most, when it is rehearsed."""

_MOST = sum(WEIGHTS.values())
_FAILURES = (OSError, ValueError, RuntimeError, MemoryError, TypeError)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Meaning:
    """The comparison by meaning, ready for messages."""

    table: MeaningTable
    embedder: Embedder
    weight: float
    """Of the meaning next to the words, which have 1."""
    confidence: Confidence
    """How sure a ranking by both is on this base."""

    def joined(self, scores: Scores, text: str) -> Scores:
        """A comparison by words with that by meaning added; as it was if the model fails on this text."""
        vector = _vector(self.embedder, text) if len(scores.totals) else None
        if vector is None:
            return scores
        meant, phrasings = self.table.compare(vector)
        totals = np.minimum(join(scores.totals, meant, self.weight), ALMOST)
        totals[scores.totals == 1.0] = 1.0  # a phrasing of the base word for word stays first
        return replace(scores, totals=totals, phrasings=scores.phrasings + phrasings, meant=True)


def join(words: Floats, meant: Singles, weight: float) -> Floats:
    """The weighted mean of both, on the scale of the words: about 0 to 1."""
    joined: Floats = (words + weight * meant) / (1 + weight * _MOST)
    return joined


def rehearse_meaning(
    cases: Sequence[Case], texts: Texts, vectors: Mapping[int, Singles]
) -> tuple[float, Confidence]:
    """The weight of the meaning on a base, and how sure both are, from cases already compared by words.

    `vectors`: place in `cases` -> vector of a case that is not asked as its phrasing was written.
    """
    compared = tuple(_compared(cases, texts, vectors))
    weight = _best_weight([(case, meant) for case, meant in compared if case.inside])
    return weight, fit([sample(case, join(case.totals, meant, weight)) for case, meant in compared])


def _compared(
    cases: Sequence[Case], texts: Texts, vectors: Mapping[int, Singles]
) -> Iterator[tuple[Case, Singles]]:
    """Each case with the scores of the entries by meaning, from tables that never saw the phrasing asked."""
    held = [case.number for case in cases if case.inside]
    folds = max(1, int(np.ceil(len(held) / len(texts.owners) / MOST_LEFT_OUT)))
    fold_of = {number: place % folds for place, number in enumerate(held)}
    for fold in range(folds):
        table = build_meaning(texts, held[fold::folds])
        for place, case in enumerate(cases):
            if fold_of.get(case.number, 0) == fold:
                yield case, table.compare(vectors.get(place, texts.phrasings[case.number]))[0]


def _best_weight(compared: Sequence[tuple[Case, Singles]]) -> float:
    """The weight with which the right entries are likeliest."""
    if len(compared) < MIN_SAMPLES:
        return SHARES[len(SHARES) // 2]
    return max(SHARES, key=lambda weight: sum(_likelihood(case, meant, weight) for case, meant in compared))


def _likelihood(case: Case, meant: Singles, weight: float) -> float:
    steep = join(case.totals, meant, weight) * SHARPNESS
    top = float(steep.max())
    return float(steep[case.owner]) - top - float(np.log(np.exp(steep - top).sum()))


def _vector(embedder: Embedder, text: str) -> Singles | None:
    try:
        found = embedder.embed([text])
        wrong = wrong_vectors(found)
    except _FAILURES as error:
        wrong = type(error).__name__
    if wrong:
        log.warning("meaning_failed", extra={"reason": wrong})
        return None
    vector: Singles = found[0]
    return vector
