"""Phrasings of two entries that ask nearly the same in nearly the same letters.

Compares every phrasing with every other, so it must not cost what asking each of them costs: only the
phrasings that share enough of a phrasing's rarest letter groups are compared in full.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.arrays import Floats
from bot.knowledge.grams import GramTable
from bot.knowledge.index import Index

TWINS = 0.87
"""Least cosine of two twins, chosen on the shipped base: above it both ask the same ("un appel à projets
est-il une subvention", "appel à projets c'est une subvention"); the next pairs below do not (0.86 "le cycle
du partnering toolbook", "partnering toolbook"; 0.85 "rétroplanning sur un an", "rétroplanning fusion")."""

_RARE_SHARE = 0.6
"""Share of a phrasing's squared length that its rarest grams must hold to be compared first."""

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Place:
    """A text of an entry."""

    entry: str
    number: int
    """Among the texts that are indexed of it: 0 its question, then its phrasings, its keywords last."""


@dataclass(frozen=True, slots=True)
class Twins:
    """Two texts of different entries; the first stands before the second."""

    first: Place
    second: Place
    cosine: float


def find_twins(index: Index, least: float = TWINS) -> Iterator[Twins]:
    """Every pair of texts of different entries that are at least so near, in order of the second."""
    owners, starts = index.scorer.owners, index.scorer.starts
    grams = _by_phrasing(index.scorer.grams)
    for second, (rows, weights) in enumerate(grams):
        near = _candidates(index.scorer.grams, rows, weights, least)
        for first in near[(near < second) & (owners[near] != owners[second])].tolist():
            cosine = _cosine(grams[first], grams[second])
            if cosine >= least:
                here, there = (
                    Place(index.ids[owners[text]], int(text - starts[owners[text]]))
                    for text in (first, second)
                )
                yield Twins(here, there, cosine)


def _by_phrasing(table: GramTable) -> list[tuple[Rows, Floats]]:
    """Of each phrasing, its grams and their weights (together of length 1), rarest gram first."""
    frequencies = np.diff(table.starts)
    gram = np.repeat(np.arange(len(frequencies)), frequencies)
    order = np.lexsort((frequencies[gram], table.phrasings))
    bounds = np.cumsum(np.bincount(table.phrasings, minlength=len(table.owners)))[:-1]
    rows = np.split(gram[order], bounds)
    weights = np.split(table.weights[order].astype(np.float64), bounds)
    return list(zip(rows, weights, strict=True))


def _candidates(table: GramTable, rows: Rows, weights: Floats, least: float) -> Rows:
    """The phrasings whose cosine may reach `least`; none that does is missed.

    What the common grams add to a cosine is at most their own length: the rare ones must bring the rest.
    """
    held = np.cumsum(weights**2)
    rare = int(np.searchsorted(held, _RARE_SHARE)) + 1
    common = float(np.sqrt(max(0.0, 1.0 - held[min(rare, len(held)) - 1]))) if len(held) else 0.0
    postings = [slice(int(table.starts[row]), int(table.starts[row + 1])) for row in rows[:rare]]
    if not postings:
        return np.zeros(0, dtype=np.int64)
    sharing = np.concatenate([table.phrasings[part] for part in postings])
    lengths = [part.stop - part.start for part in postings]
    products = np.concatenate([table.weights[part] for part in postings]) * np.repeat(weights[:rare], lengths)
    found, place = np.unique(sharing, return_inverse=True)
    return found[np.bincount(place, products) >= least - common - 1e-6].astype(np.int64)


def _cosine(one: tuple[Rows, Floats], other: tuple[Rows, Floats]) -> float:
    _, here, there = np.intersect1d(one[0], other[0], assume_unique=True, return_indices=True)
    return float(one[1][here] @ other[1][there])
