"""The comparison by meaning: vectors of a model against those of every phrasing, made for one base.

Three things are done to the vectors before they are compared. The mean of the base is taken away: it is what
all its texts share. They are whitened by how the phrasings of one entry differ: what varies within entries
tells none from another. And each entry's vector is sharpened: moved until its phrasings prefer it to others.
Plain numpy; knows nothing of the model, of words or of verdicts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.arrays import Singles

WEIGHTS = {"phrasing": 0.5, "centroid": 0.5, "sharpened": 1.5}
"""Weights of an entry's nearest phrasing, its centroid and its sharpened vector."""

SHRINKAGE = 2.0
"""How far whitening is held back, in mean variances: a base has fewer phrasings than a vector has numbers."""

SHARPENING = {"steps": 30, "scale": 10.0, "ridge": 3.0, "rate": 0.03}
"""The descent: how many steps, how steep the softmax, how small vectors stay, how far a step goes."""

MOST_SHARPENED = 5_000_000
"""Phrasings times entries beyond which vectors stay as they are: sharpening 10,000 by 2,000 takes minutes."""

_ROWS = 1024
_DECAY = (0.9, 0.999)


@dataclass(frozen=True, slots=True)
class MeaningTable:
    """The vectors of a base, ready to be compared with."""

    mean: Singles
    """What is taken away from every vector."""
    whitening: Singles
    """Square; what every vector is multiplied by."""
    rows: Singles
    """A vector of length 1 for each phrasing, placed by both."""
    starts: NDArray[np.int64]
    """First phrasing of each entry."""
    heads: Singles
    """A vector for each entry: its centroid and its sharpened vector, weighted."""

    def compare(self, vector: Singles) -> tuple[Singles, Singles]:
        """Of a vector of the model: the similarity with every entry, and the cosine with every phrasing."""
        placed = place(vector[None, :], self.mean, self.whitening)[0]
        phrasings = self.rows @ placed
        nearest = np.maximum.reduceat(phrasings, self.starts)
        return WEIGHTS["phrasing"] * nearest + self.heads @ placed, phrasings


@dataclass(frozen=True, slots=True)
class Texts:
    """The vectors of a base as the model gives them."""

    phrasings: Singles
    owners: NDArray[np.int64]
    """Entry of each phrasing, ascending."""
    answers: Singles
    answer_owners: NDArray[np.int64]
    """Entry of each answer; an entry may have none."""
    entries: int


def build_meaning(texts: Texts, left_out: Sequence[int] = ()) -> MeaningTable:
    """The table of a base, as if the phrasings at `left_out` had not been written; each entry must keep one.

    `rows` and `starts` are those of what is kept.
    """
    kept = np.ones(len(texts.owners), dtype=bool)
    kept[list(left_out)] = False
    owners = texts.owners[kept]
    counts = np.bincount(owners, minlength=texts.entries)
    starts = (np.cumsum(counts) - counts).astype(np.int64)
    mean: Singles = texts.phrasings[kept].mean(axis=0)
    whitening = _whitening(_unit(texts.phrasings[kept] - mean), owners, starts)
    rows = place(texts.phrasings[kept], mean, whitening)
    # An answer is written in other words and in another voice: it has a mean of its own.
    answers = (
        _unit(_unit(texts.answers - texts.answers.mean(axis=0)) @ whitening)
        if len(texts.answers)
        else rows[:0]
    )
    sums = np.add.reduceat(rows, starts, axis=0)
    np.add.at(sums, texts.answer_owners, answers)
    centroids = _unit(sums)
    told, tellers = np.concatenate([rows, answers]), np.concatenate([owners, texts.answer_owners])
    sharpened = _sharpened(centroids, told, tellers)
    heads = WEIGHTS["centroid"] * centroids + WEIGHTS["sharpened"] * sharpened
    return MeaningTable(mean, whitening, rows, starts, heads)


def place(vectors: Singles, mean: Singles, whitening: Singles) -> Singles:
    """Vectors of the model where those of the base lie: without the mean, whitened, of length 1."""
    return _unit(_unit(vectors - mean) @ whitening)


def _whitening(rows: Singles, owners: NDArray[np.int64], starts: NDArray[np.int64]) -> Singles:
    """The inverse square root of the shrunk covariance within the entries."""
    size = rows.shape[1]
    counts = np.bincount(owners, minlength=len(starts))
    within = rows - (np.add.reduceat(rows, starts, axis=0) / counts[:, None])[owners]
    freedom = len(rows) - len(starts)
    if freedom < 1:
        return np.eye(size, dtype=np.float32)
    covariance = (within.T @ within).astype(np.float64) / freedom
    shrunk = SHRINKAGE * max(float(np.trace(covariance)) / size, 1e-9)
    values, vectors = np.linalg.eigh(covariance)
    root = (vectors / np.sqrt(np.maximum(values, 0.0) + shrunk)) @ vectors.T
    scaled: Singles = (root / np.sqrt(shrunk)).astype(np.float32)
    return scaled


def _sharpened(centroids: Singles, rows: Singles, owners: NDArray[np.int64]) -> Singles:
    """Softmax regression from the centroids on, by Adam; a phrasing has about 1 with its own entry."""
    heads, first, second = centroids.copy(), np.zeros_like(centroids), np.zeros_like(centroids)
    counts = np.bincount(owners, minlength=len(centroids)).astype(np.float32)
    # Entries count alike, however many phrasings they have.
    weights = ((1 / counts)[owners] * (len(rows) / len(centroids))).astype(np.float32)
    slow, fast = _DECAY[1], _DECAY[0]
    steps = int(SHARPENING["steps"]) if len(rows) * len(centroids) <= MOST_SHARPENED else 0
    for step in range(1, steps + 1):
        slope = _slope(heads, rows, owners, weights)
        first = fast * first + (1 - fast) * slope
        second = slow * second + (1 - slow) * slope**2
        pace = np.sqrt(second / (1 - slow**step)) + 1e-8
        heads = heads - SHARPENING["rate"] * (first / (1 - fast**step)) / pace
    own = float((rows * heads[owners]).sum(axis=1).mean())
    return heads / np.float32(max(own, 1e-6))


def _slope(heads: Singles, rows: Singles, owners: NDArray[np.int64], weights: Singles) -> Singles:
    slope: Singles = SHARPENING["ridge"] * heads
    scale = np.float32(SHARPENING["scale"])
    for start in range(0, len(rows), _ROWS):  # in pieces: phrasings times entries is much for a large base
        part = slice(start, start + _ROWS)
        chances = scale * (rows[part] @ heads.T)
        chances = np.exp(chances - chances.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        chances[np.arange(len(chances)), owners[part]] -= 1
        chances *= weights[part, None]
        slope += scale * (chances.T @ rows[part])
    slope /= np.float32(len(rows))
    return slope


def _unit(vectors: Singles) -> Singles:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Singles = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit
