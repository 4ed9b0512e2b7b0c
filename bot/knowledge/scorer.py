"""The lexical comparison: four cosines an entry, summed. Ranks; decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.arrays import Floats
from bot.knowledge.grams import GramTable, build_grams
from bot.knowledge.pairs import PairTable, build_pairs
from bot.knowledge.text import Reader, Reading, cut, fold, make_reader, split_words
from bot.knowledge.tokens import Probe, TokenTable, build_tokens

if TYPE_CHECKING:
    from bot.knowledge.article import Words

WEIGHTS = {"phrasing": 4, "centroid": 8, "tokens": 7, "pairs": 4}
"""Weights of the cosines: nearest phrasing, centroid of the phrasings, words and word pairs of the entry."""

VERBATIM = 0.985
"""Cosine with a phrasing from which the message is that phrasing: its entry scores 1."""

ALMOST = 0.99
"""The most that another message scores."""

Number = TypeVar("Number", float, Floats)
_TOTAL = WEIGHTS["phrasing"] + WEIGHTS["centroid"] + WEIGHTS["tokens"]  # pairs are seldom shared: a bonus


@dataclass(frozen=True, slots=True)
class Scores:
    """What comparing one message gave."""

    totals: Floats
    """Score of every entry, about 0 to 1."""
    phrasings: Floats
    """Cosine with every phrasing."""
    probe: Probe
    meant: bool = False
    """The meaning is compared too, not the words alone: see `meaning`."""


@dataclass(frozen=True, slots=True)
class Scorer:
    """Both tables and the reader that feeds them."""

    reader: Reader
    owners: NDArray[np.int64]
    """Entry of each phrasing."""
    starts: NDArray[np.int64]
    """First phrasing of each entry (the phrasings of one entry follow each other)."""
    grams: GramTable
    tokens: TokenTable
    pairs: PairTable

    def score(self, text: str) -> Scores:
        """Compares a message with every entry."""
        if not len(self.starts):
            return Scores(np.zeros(0), np.zeros(0), Probe((), 0.0))
        reading = self.reader.read(text)
        phrasings = self.grams.compare(reading.words)
        probe = self.tokens.probe(reading)
        centroid = np.add.reduceat(phrasings, self.starts) / self.grams.centroids
        nearest = np.maximum.reduceat(phrasings, self.starts)
        pairs = self.pairs.compare(reading.words)
        totals = np.minimum(combined(nearest, centroid, self.tokens.compare(probe), pairs), ALMOST)
        totals[nearest >= VERBATIM] = 1.0
        return Scores(totals, phrasings, probe)


def build_scorer(phrasings: Sequence[Sequence[str]], words: "Words") -> tuple[Scorer, tuple[Reading, ...]]:
    """Indexes the phrasings of every entry, in order, at least one each; also returns how it read them."""
    pieces = [split_words(fold(cut(text))) for entry in phrasings for text in entry]
    counts = [len(entry) for entry in phrasings]
    owners = np.repeat(np.arange(len(counts)), counts)
    reader = make_reader(words, (word for text in pieces for word in text))
    readings = tuple(reader.read_words(text) for text in pieces)
    listed = owners.tolist()
    scorer = Scorer(
        reader=reader,
        owners=owners,
        starts=(np.cumsum(counts) - counts).astype(np.int64),
        grams=build_grams([reading.words for reading in readings], listed, len(counts)),
        tokens=build_tokens(readings, listed, len(counts)),
        pairs=build_pairs(readings, listed, len(counts)),
    )
    return scorer, readings


def combined(nearest: Number, centroid: Number, tokens: Number, pairs: Number) -> Number:
    """The weighted sum of the cosines; above 1 at the most by the share of the pairs."""
    return (
        WEIGHTS["phrasing"] * nearest
        + WEIGHTS["centroid"] * centroid
        + WEIGHTS["tokens"] * tokens
        + WEIGHTS["pairs"] * pairs
    ) / _TOTAL
