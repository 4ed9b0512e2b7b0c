"""The letters of a message against the letters of every phrasing: TF-IDF of 2 to 5 letters within words.

Answers two of the three cosines: the nearest phrasing of an entry, and the centroid of its phrasings.
Tolerates typing errors and unknown endings by itself. Knows nothing of stop words, synonyms or verdicts.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.arrays import Floats

MIN_LENGTH, MAX_LENGTH = 2, 5
"""Letters in a gram, the spaces around the word included."""

MAX_CHARACTERS = 200
"""Characters of a message that are compared; beyond, its words still count in `tokens`."""


@dataclass(frozen=True, slots=True)
class GramTable:
    """Postings gram -> phrasings, built once."""

    keys: NDArray[np.uint64]
    """Every gram as a number (`gram_keys`), ascending; its place is its row in `idf` and `starts`."""
    idf: Floats
    """Weight of each gram."""
    unseen: float
    """Weight of a gram that no phrasing has."""
    starts: NDArray[np.int64]
    """Where the postings of each gram begin; one more than there are grams."""
    phrasings: NDArray[np.integer[Any]]
    """Postings: which phrasing; two bytes each where that is enough."""
    weights: NDArray[np.float32]
    """Postings: weight of the gram in that phrasing (each phrasing has length 1)."""
    owners: NDArray[np.int64]
    """Entry of each phrasing."""
    centroids: Floats
    """Length of the sum of the phrasing vectors of each entry."""

    def compare(self, words: Sequence[str]) -> Floats:
        """Cosine with every phrasing, 0 to 1."""
        counts: Counter[str] = Counter()
        for word in _within(words, MAX_CHARACTERS):
            counts.update(grams(word))
        typed = gram_keys(counts)
        rows = np.searchsorted(self.keys, typed)
        known = rows < len(self.keys)
        known[known] = self.keys[rows[known]] == typed[known]
        if not known.any():
            return np.zeros(len(self.owners))
        rows = rows[known]
        weights = (1 + np.log(np.array(list(counts.values()))[known])) * self.idf[rows]
        missing = (len(counts) - len(rows)) * self.unseen**2
        weights /= math.sqrt(float(weights @ weights) + missing)
        lengths = self.starts[rows + 1] - self.starts[rows]
        # Positions of all postings of all rows, without a Python loop over the rows.
        offsets = np.repeat(self.starts[rows] - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        picked = offsets + np.arange(int(lengths.sum()))
        products: Floats = np.repeat(weights, lengths) * self.weights[picked]
        # bincount says integers in numpy's type hints, and gives floats as soon as there are weights.
        return np.asarray(np.bincount(self.phrasings[picked], products, len(self.owners)), dtype=np.float64)


def build_grams(phrasings: Sequence[Sequence[str]], owners: Sequence[int], entries: int) -> GramTable:
    """Indexes the words of every phrasing; `owners` says the entry of each, `entries` how many there are."""
    ids: dict[str, int] = {}
    known: dict[str, list[int]] = {}
    rows, documents, counts = [], [], []
    for words in phrasings:
        found: list[int] = []
        for word in words:
            if word not in known:
                known[word] = [ids.setdefault(gram, len(ids)) for gram in grams(word)]
            found.extend(known[word])
        gram_rows, times = np.unique(np.array(found, dtype=np.int64), return_counts=True)
        rows.append(gram_rows)
        counts.append(times)
        documents.append(len(gram_rows))
    row = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    document = np.repeat(np.arange(len(phrasings)), documents)
    idf = np.log((1 + len(phrasings)) / (1 + np.bincount(row, minlength=len(ids)))) + 1
    weight = (1 + np.log(np.concatenate(counts) if counts else np.zeros(0))) * idf[row]
    norms = np.sqrt(np.bincount(document, weights=weight**2, minlength=len(phrasings)))
    weight /= norms[document]
    owner = np.array(owners, dtype=np.int64)
    centroids = _centroid_lengths(owner[document] * max(len(ids), 1) + row, weight, len(ids), entries)
    keys = gram_keys(ids)
    ascending = np.argsort(keys)
    row = np.argsort(ascending)[row]  # from the order in which they were met to that of their keys
    order = np.argsort(row, kind="stable")
    return GramTable(
        keys=keys[ascending],
        idf=idf[ascending],
        unseen=math.log(1 + len(phrasings)) + 1,
        starts=np.concatenate(([0], np.cumsum(np.bincount(row, minlength=len(ids))))),
        phrasings=document[order].astype(np.min_scalar_type(max(len(phrasings) - 1, 0))),
        weights=weight[order].astype(np.float32),
        owners=owner,
        centroids=centroids,
    )


def grams(word: str) -> list[str]:
    """The grams of one word, its borders included: "dla" gives " d", "dl", … " dla "."""
    bordered = f" {word} "
    longest = min(MAX_LENGTH, len(bordered))
    return [
        bordered[start : start + length]
        for length in range(MIN_LENGTH, longest + 1)
        for start in range(len(bordered) - length + 1)
    ]


def gram_keys(found: Iterable[str]) -> NDArray[np.uint64]:
    """Grams as numbers: their at most five signs of ASCII are at most five bytes."""
    return np.array([int.from_bytes(gram.encode("ascii")) for gram in found], dtype=np.uint64)


def _centroid_lengths(cells: NDArray[np.int64], weights: Floats, width: int, entries: int) -> Floats:
    """Length of each entry's summed vector; a cell is `entry * width + gram`."""
    cell, inverse = np.unique(cells, return_inverse=True)
    sums = np.bincount(inverse, weights=weights)
    squares = np.bincount(cell // max(width, 1), weights=sums**2, minlength=entries)
    lengths: Floats = np.sqrt(np.maximum(squares, 1e-12))
    return lengths


def _within(words: Sequence[str], limit: int) -> Sequence[str]:
    length = 0
    for count, word in enumerate(words):
        length += len(word) + 1
        if length > limit and count:
            return words[:count]
    return words
