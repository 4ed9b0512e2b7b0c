"""The turns of phrase of a message against those of an entry: TF-IDF of pairs of neighbouring stems.

Stop words count here: it tells "comment quitter" from "pourquoi quitter", where the words of the subject are
the same. Weak by itself.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.text import Reading, stem

UNSEEN_SHARE = 0.3
"""How much a pair that no entry has counts in the length of a message."""

LENGTH_EXPONENT = 0.3
"""As for the words: how much an entry with many phrasings is held back."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairTable:
    """Postings pair -> entries, built once."""

    rows: dict[str, int]
    """Pair -> its row in `starts` and `idf`."""
    idf: Floats
    """Weight of each pair."""
    unseen: float
    """Weight of a pair that no entry has."""
    starts: NDArray[np.int64]
    """Where the postings of each pair begin; one more than there are pairs."""
    entries: NDArray[np.int32]
    """Postings: which entry."""
    weights: NDArray[np.float32]
    """Postings: weight of the pair there, divided by the entry's norm."""
    norms: Floats
    """What each entry was divided by."""

    def compare(self, words: Sequence[str], absent: Set[str] = frozenset()) -> Floats:
        """Similarity with every entry, about 0 to 1; pairs in `absent` are taken as unknown."""
        scores = np.zeros(len(self.norms))
        for row, weight in self._weighed(words, absent).items():
            own = slice(int(self.starts[row]), int(self.starts[row + 1]))
            scores[self.entries[own]] += self.weights[own] * weight
        return scores

    def compare_without(self, words: Sequence[str], entry: int, rest: Mapping[str, int]) -> float:
        """Similarity with one entry as if only some pairs had been written, so many times."""
        absent = {pair for pair in pairs(words) if not rest.get(pair) and self._only_in(pair, entry)}
        weighed = self._weighed(words, absent)
        told = {pair: weighed.get(self.rows[pair], 0.0) for pair in pairs(words) if pair in self.rows}
        total = sum(
            weight * (1 + math.log(rest[pair])) * float(self.idf[self.rows[pair]])
            for pair, weight in told.items()
            if rest.get(pair)
        )
        return total / float(self.norms[entry])

    def _only_in(self, pair: str, entry: int) -> bool:
        row = self.rows.get(pair, -1)
        return row >= 0 and self.entries[self.starts[row] : self.starts[row + 1]].tolist() == [entry]

    def _weighed(self, words: Sequence[str], absent: Set[str]) -> dict[int, float]:
        """Row -> weight of the pairs that are known, the length of the whole message being 1."""
        counts = Counter(pairs(words))
        known = {self.rows[pair]: n for pair, n in counts.items() if pair in self.rows and pair not in absent}
        weights = {row: (1 + math.log(count)) * float(self.idf[row]) for row, count in known.items()}
        missing = (len(counts) - len(known)) * self.unseen**2 * UNSEEN_SHARE
        length = math.sqrt(sum(weight**2 for weight in weights.values()) + missing) or 1.0
        return {row: weight / length for row, weight in weights.items()}


def build_pairs(readings: Sequence[Reading], owners: Sequence[int], entries: int) -> PairTable:
    """Indexes the neighbouring words of every phrasing under its entry."""
    documents = tuple(Counter[str]() for _ in range(entries))
    for reading, owner in zip(readings, owners, strict=True):
        documents[owner].update(pairs(reading.words))
    rows: dict[str, int] = {}
    found = [
        (rows.setdefault(pair, len(rows)), entry, times)
        for entry, document in enumerate(documents)
        for pair, times in document.items()
    ]
    table = np.array(found, dtype=np.int64).reshape(-1, 3)
    row, entry, times = table[np.argsort(table[:, 0], kind="stable")].T
    counts = np.bincount(row, minlength=len(rows))
    idf = np.log((1 + entries) / (1 + counts)) + 1
    weights = (1 + np.log(times)) * idf[row]
    lengths = np.sqrt(np.bincount(entry, weights=weights**2, minlength=entries))
    typical = float(lengths.mean()) if entries else 1.0
    norms = np.maximum(lengths, 1e-6) ** LENGTH_EXPONENT * max(typical, 1e-6) ** (1 - LENGTH_EXPONENT)
    return PairTable(
        rows=rows,
        idf=idf,
        unseen=math.log(1 + entries) + 1,
        starts=np.concatenate(([0], np.cumsum(counts))),
        entries=entry.astype(np.int32),
        weights=(weights / norms[entry]).astype(np.float32),
        norms=norms,
    )


def pairs(words: Sequence[str]) -> Iterable[str]:
    """Neighbouring stems, the edges of the text included."""
    roots = ["^", *map(stem, words), "$"]
    return (f"{left} {right}" for left, right in pairwise(roots))
