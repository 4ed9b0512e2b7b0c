"""The subject words of a message against all words of an entry: TF-IDF of stems, tolerant of typing errors.

A word that the base does not know is expanded to the known words it resembles. Answers the third cosine, the
share of the message that the base knows, and which word counted for what.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.knowledge.arrays import Floats
from bot.knowledge.text import Reading, stem

MIN_SIMILARITY = 0.7
"""Least OSA similarity of a typed word to a known one."""

CONCEPT_WEIGHT = 0.5
"""Weight of an acronym or a synonym group next to the words themselves."""

SHORT, SHORT_SIMILARITY = 5, 0.8
"""Words of so many letters need more, and the same first letter: "nuit" is not "huit"."""

MIN_LETTERS = 4
"""Shorter words are never expanded: one changed letter makes another word of them."""

NEARLY_BEST = 0.03
"""Expansions this close to the best one count too."""

MAX_EXPANDED = 12
"""Unknown words of one message that are expanded; the rest stay unknown. Bounds the time of a long text."""

LENGTH_EXPONENT = 0.3
"""How much a long entry is held back: 0 not at all, 1 as a plain cosine."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One word of a message that the base knows."""

    typed: str
    """The folded word of the message."""
    known: str
    """The stem of the base it was read as; a leading "=" marks an acronym or a synonym group."""
    weight: float
    """Its weight in the comparison: rare words weigh more, resembling ones less."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A message ready for comparison."""

    evidence: tuple[Evidence, ...]
    known_share: float
    """Share of the message's weight that the base knows, 0 to 1."""

    def weights(self) -> dict[str, float]:
        """Stem -> summed weight, scaled to length 1."""
        sums: dict[str, float] = {}
        for item in self.evidence:
            sums[item.known] = sums.get(item.known, 0.0) + item.weight
        length = math.sqrt(sum(value**2 for value in sums.values())) or 1.0
        return {known: value / length for known, value in sums.items()}


@dataclass(frozen=True, slots=True)
class TokenTable:
    """Postings stem -> entries, built once."""

    idf: dict[str, float]
    """Stem -> weight."""
    unseen: float
    """Weight of a stem that no entry has."""
    rows: dict[str, int]
    """Stem -> its row in `starts`."""
    starts: NDArray[np.int64]
    """Where the postings of each stem begin; one more than there are stems."""
    entries: NDArray[np.int32]
    """Postings: which entry."""
    weights: Floats
    """Postings: weight of the stem there."""
    norms: Floats
    """What each entry's sum is divided by."""
    vocabulary: tuple[str, ...]
    """Known words long enough to be the target of an expansion."""

    def probe(self, reading: Reading, absent: Set[str] = frozenset()) -> Probe:
        """Weighs the words of a message; stems in `absent` are taken as unknown (used when rehearsing)."""
        evidence: list[Evidence] = []
        known = total = 0.0
        budget = MAX_EXPANDED
        for word in reading.content:
            root = stem(word)
            if root in self.idf and root not in absent:
                found, share = [Evidence(word, root, self.idf[root])], 1.0
                total += self.idf[root]
                known += self.idf[root]
            elif len(word) < MIN_LETTERS or root in absent or not budget:
                total += self.unseen
                continue
            else:
                budget -= 1
                found, share = self._expanded(word)
                total += self.unseen
                known += self.unseen * share
            evidence.extend(found)
        concepts = [root for root in reading.concepts if root in self.idf and root not in absent]
        evidence.extend(Evidence(root, root, self.idf[root] * CONCEPT_WEIGHT) for root in concepts)
        return Probe(tuple(evidence), known / total if total else 0.0)

    def compare(self, probe: Probe) -> Floats:
        """Similarity with every entry, about 0 to 1."""
        scores = np.zeros(len(self.norms))
        for root, weight in probe.weights().items():
            own = self.having(root)
            scores[self.entries[own]] += self.weights[own] * weight
        return scores / self.norms

    def having(self, root: str) -> slice:
        """The postings of a stem that some entry has."""
        row = self.rows[root]
        return slice(int(self.starts[row]), int(self.starts[row + 1]))

    def compare_without(self, probe: Probe, entry: int, rest: Mapping[str, int]) -> float:
        """Similarity with one entry as if only some of its stems had been written, so many times."""
        weights = probe.weights()
        return sum(
            weights[root] * _weight(rest[root], self.idf[root]) for root in weights if rest.get(root)
        ) / float(self.norms[entry])

    def _expanded(self, word: str) -> tuple[list[Evidence], float]:
        short = len(word) <= SHORT
        least = SHORT_SIMILARITY if short else MIN_SIMILARITY
        hits = process.extract(
            word, self.vocabulary, scorer=OSA.normalized_similarity, score_cutoff=least, limit=8
        )
        hits = [hit for hit in hits if not short or hit[0][0] == word[0]]
        if not hits:
            return [], 0.0
        best = hits[0][1]
        roots: dict[str, float] = {}
        for known, similarity, _ in hits:
            if similarity >= best - NEARLY_BEST:
                roots.setdefault(stem(known), similarity)
        return [Evidence(word, root, self.idf[root] * sim**2) for root, sim in roots.items()], best**4


def build_tokens(readings: Sequence[Reading], owners: Sequence[int], entries: int) -> TokenTable:
    """Indexes the words of every phrasing under its entry; keywords count as one more phrasing."""
    documents = tuple(Counter[str]() for _ in range(entries))
    for reading, owner in zip(readings, owners, strict=True):
        documents[owner].update(stems(reading))
    frequency = Counter(root for document in documents for root in document)
    idf = {root: math.log((1 + entries) / (1 + count)) + 1 for root, count in frequency.items()}
    rows = {root: row for row, root in enumerate(idf)}
    gathered: list[tuple[int, int, float]] = []
    lengths = []
    for entry, document in enumerate(documents):
        weights = {root: _weight(times, idf[root]) for root, times in document.items()}
        lengths.append(math.sqrt(sum(value**2 for value in weights.values())) or 1.0)
        gathered.extend((rows[root], entry, value) for root, value in weights.items())
    gathered.sort()
    counts = np.array([frequency[root] for root in rows], dtype=np.int64)
    length = np.array(lengths, dtype=np.float64)
    typical = float(length.mean()) if entries else 1.0
    words = sorted({word for reading in readings for word in reading.content if len(word) >= MIN_LETTERS})
    return TokenTable(
        idf=idf,
        unseen=math.log(1 + entries) + 1,
        rows=rows,
        starts=np.concatenate(([0], np.cumsum(counts))),
        entries=np.array([entry for _, entry, _ in gathered], dtype=np.int32),
        weights=np.array([value for _, _, value in gathered], dtype=np.float64),
        norms=length**LENGTH_EXPONENT * typical ** (1 - LENGTH_EXPONENT),
        vocabulary=tuple(words),
    )


def stems(reading: Reading) -> Iterable[str]:
    """The stems of a reading, its concepts included."""
    yield from (stem(word) for word in reading.content)
    yield from reading.concepts


def _weight(times: int, idf: float) -> float:
    return (1 + math.log(times)) * idf
