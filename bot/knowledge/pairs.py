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

from bot.knowledge.arrays import Floats
from bot.knowledge.text import Reading, stem

UNSEEN_SHARE = 0.3
"""How much a pair that no entry has counts in the length of a message."""

LENGTH_EXPONENT = 0.3
"""As for the words: how much an entry with many phrasings is held back."""


@dataclass(frozen=True, slots=True)
class PairTable:
    """Postings pair -> entries, built once."""

    roots: dict[str, int]
    """Stem, stop words and edges included -> its number."""
    keys: NDArray[np.int64]
    """Every pair as a number (`_key`), ascending; its place is its row in `idf` and `starts`."""
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
        total = sum(
            weighed.get(row, 0.0) * (1 + math.log(rest[pair])) * float(self.idf[row])
            for pair, row in self._rows(pairs(words)).items()
            if rest.get(pair)
        )
        return total / float(self.norms[entry])

    def _only_in(self, pair: str, entry: int) -> bool:
        row = self._rows([pair]).get(pair, -1)
        return row >= 0 and self.entries[self.starts[row] : self.starts[row + 1]].tolist() == [entry]

    def _weighed(self, words: Sequence[str], absent: Set[str]) -> dict[int, float]:
        """Row -> weight of the pairs that are known, the length of the whole message being 1."""
        counts = Counter(pairs(words))
        known = {row: counts[pair] for pair, row in self._rows(counts).items() if pair not in absent}
        weights = {row: (1 + math.log(count)) * float(self.idf[row]) for row, count in known.items()}
        missing = (len(counts) - len(known)) * self.unseen**2 * UNSEEN_SHARE
        length = math.sqrt(sum(weight**2 for weight in weights.values()) + missing) or 1.0
        return {row: weight / length for row, weight in weights.items()}

    def _rows(self, wanted: Iterable[str]) -> dict[str, int]:
        """The rows of those pairs that some entry has, in the order given."""
        found = {pair: _key(pair, self.roots) for pair in wanted}
        keys = np.array(list(found.values()), dtype=np.int64)
        rows = np.searchsorted(self.keys, keys).tolist()
        return {
            pair: row
            for (pair, key), row in zip(found.items(), rows, strict=True)
            if row < len(self.keys) and self.keys[row] == key
        }


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
    roots: dict[str, int] = {}
    for pair in rows:
        for root in pair.split(" "):
            roots.setdefault(root, len(roots))
    keys = np.array([_key(pair, roots) for pair in rows], dtype=np.int64)
    ascending = np.argsort(keys)
    order = np.argsort(np.argsort(ascending)[row], kind="stable")  # postings in the order of the keys
    return PairTable(
        roots=roots,
        keys=keys[ascending],
        idf=idf[ascending],
        unseen=math.log(1 + entries) + 1,
        starts=np.concatenate(([0], np.cumsum(counts[ascending]))),
        entries=entry[order].astype(np.int32),
        weights=(weights / norms[entry])[order].astype(np.float32),
        norms=norms,
    )


def pairs(words: Sequence[str]) -> Iterable[str]:
    """Neighbouring stems, the edges of the text included."""
    roots = ["^", *map(stem, words), "$"]
    return (f"{left} {right}" for left, right in pairwise(roots))


def _key(pair: str, roots: Mapping[str, int]) -> int:
    """A pair as a number; -1 if one of its stems stands nowhere in the base."""
    left, right = pair.split(" ")
    if left not in roots or right not in roots:
        return -1
    return roots[left] << 32 | roots[right]
