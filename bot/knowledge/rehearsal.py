"""Messages rehearsed on the base itself, so that it learns how sure it may be.

Every phrasing is asked as if it had not been written (is its entry still found?), as if its whole entry had
not (an out-of-scope message of the same domain), and so with half of its words strange (of another domain).
Nothing is indexed again: what is left out is subtracted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from bot.knowledge.arrays import Floats
from bot.knowledge.confidence import Sample, figures
from bot.knowledge.pairs import pairs
from bot.knowledge.scorer import Scorer, combined
from bot.knowledge.text import Reading
from bot.knowledge.tokens import stems

MAX_REHEARSED = 600
"""Phrasings that are rehearsed; of a larger base, so many drawn by lot."""


@dataclass(frozen=True, slots=True)
class Case:
    """One rehearsed message, compared."""

    number: int
    """The phrasing that is asked."""
    owner: int
    """Its entry."""
    words: tuple[str, ...] | None
    """What is asked, where it is not the phrasing as written."""
    totals: Floats
    """Score of every entry, by the words."""
    known_share: float
    inside: bool
    """Only the phrasing is left out; else its whole entry is."""


def rehearse(scorer: Scorer, readings: Sequence[Reading]) -> Iterator[Sample]:
    """Up to three samples for each rehearsed phrasing; `readings` are those of the base, in order."""
    return (sample(case, case.totals) for case in cases(scorer, readings))


def sample(case: Case, totals: Floats) -> Sample:
    """What becomes of a case with these scores of the entries."""
    if not case.inside:
        left = np.delete(totals, case.owner)
        return Sample(figures(left, case.known_share), right=False, near=False, inside=False)
    place = int((totals > totals[case.owner]).sum())
    return Sample(figures(totals, case.known_share), place == 0, place < 3, inside=True)


def cases(scorer: Scorer, readings: Sequence[Reading]) -> Iterator[Case]:
    """What is rehearsed on a base, its entries compared by the words."""
    sizes = np.bincount(scorer.owners, minlength=len(scorer.starts))
    if len(scorer.starts) < 2:
        return
    spread = _spread(readings)
    for number in _drawn(readings):
        if readings[number].content:
            phrasings = scorer.grams.compare(readings[number].words)
            yield _outsider(scorer, number, readings[number], phrasings)
            yield _foreign(scorer, number, readings[number])
            if sizes[scorer.owners[number]] > 1:
                yield _without_phrasing(scorer, number, readings, phrasings, spread)


def _drawn(readings: Sequence[Reading]) -> list[int]:
    """Which phrasings are rehearsed: by lot, and the lot of each hangs on its own words alone.

    So one phrasing more changes the sample by one at most, and the thresholds hardly.
    """
    lots = sorted(
        (crc32(" ".join(reading.words).encode()), number) for number, reading in enumerate(readings)
    )
    return sorted(number for _, number in lots[:MAX_REHEARSED])


def ranked_without(scorer: Scorer, readings: Sequence[Reading]) -> Iterator[tuple[int, list[int]]]:
    """Each phrasing of an entry that has others, with the first three entries when it is left out."""
    sizes = np.bincount(scorer.owners, minlength=len(scorer.starts))
    spread = _spread(readings)
    for number, reading in enumerate(readings):
        if reading.content and sizes[scorer.owners[number]] > 1:
            phrasings = scorer.grams.compare(reading.words)
            scores, _ = _scores_without(scorer, number, readings, phrasings, spread)
            yield number, np.argsort(-scores, kind="stable")[:3].tolist()


def _spread(readings: Iterable[Reading]) -> Mapping[str, int]:
    """Stem -> how many phrasings have it."""
    return Counter(root for reading in readings for root in set(stems(reading)))


def _without_phrasing(
    scorer: Scorer, number: int, readings: Sequence[Reading], phrasings: Floats, spread: Mapping[str, int]
) -> Case:
    scores, known_share = _scores_without(scorer, number, readings, phrasings, spread)
    return Case(number, int(scorer.owners[number]), None, scores, known_share, inside=True)


def _scores_without(
    scorer: Scorer, number: int, readings: Sequence[Reading], phrasings: Floats, spread: Mapping[str, int]
) -> tuple[Floats, float]:
    """The scores of a phrasing as if it had not been written, and how much of it is then known."""
    reading, entry = readings[number], int(scorer.owners[number])
    left_out = Counter(stems(reading))
    siblings = [readings[other] for other in np.flatnonzero(scorer.owners == entry).tolist()]
    rest = Counter(root for sibling in siblings for root in stems(sibling)) - left_out
    own = phrasings[scorer.owners == entry]
    itself = float(phrasings[number])
    phrasings = phrasings.copy()
    phrasings[number] = 0.0
    # |S - v|² = |S|² - 2 S·v + v·v, where S·v is the sum of the similarities within the entry.
    length = scorer.grams.centroids[entry] ** 2 - 2 * float(own.sum()) + itself
    centroid = np.add.reduceat(phrasings, scorer.starts) / scorer.grams.centroids
    centroid[entry] *= scorer.grams.centroids[entry] / np.sqrt(max(length, 1e-6))
    absent = {root for root in left_out if spread[root] == 1}
    probe = scorer.tokens.probe(reading, absent)
    tokens = scorer.tokens.compare(probe)
    tokens[entry] = scorer.tokens.compare_without(probe, entry, rest)
    written = Counter(pair for sibling in siblings for pair in pairs(sibling.words))
    kept = written - Counter(pairs(reading.words))
    turns = scorer.pairs.compare(reading.words)
    turns[entry] = scorer.pairs.compare_without(reading.words, entry, kept)
    nearest = np.maximum.reduceat(phrasings, scorer.starts)
    return combined(nearest, centroid, tokens, turns), probe.known_share


def _foreign(scorer: Scorer, number: int, reading: Reading) -> Case:
    """Half of the words replaced by words of no language: a message that shares a word by accident."""
    swapped = {word: word[::-1] for word in reading.content[::2]}
    words = tuple(swapped.get(word, word) for word in reading.words)
    content = tuple(swapped.get(word, word) for word in reading.content)
    reading = Reading(words, content, ())
    return _outsider(scorer, number, reading, scorer.grams.compare(words), strange=True)


def _outsider(
    scorer: Scorer, number: int, reading: Reading, phrasings: Floats, *, strange: bool = False
) -> Case:
    """A message whose entry has never been written."""
    entry = int(scorer.owners[number])
    absent = {root for root in stems(reading) if _only_in(scorer, root, entry)}
    probe = scorer.tokens.probe(reading, absent)
    nearest = np.maximum.reduceat(phrasings, scorer.starts)
    centroid = np.add.reduceat(phrasings, scorer.starts) / scorer.grams.centroids
    turns = scorer.pairs.compare(reading.words)
    scores = combined(nearest, centroid, scorer.tokens.compare(probe), turns)
    words = reading.words if strange else None
    return Case(number, entry, words, scores, probe.known_share, inside=False)


def _only_in(scorer: Scorer, root: str, entry: int) -> bool:
    tokens = scorer.tokens
    return root in tokens.rows and tokens.entries[tokens.having(root)].tolist() == [entry]
