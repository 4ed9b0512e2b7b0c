"""The index of a knowledge base: built once from its entries, asked many times, never changed.

Importing it loads numpy; what only compares a typed answer with labels uses `choice` instead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bot.knowledge.article import Kind, Words
from bot.knowledge.confidence import Confidence, figures, fit
from bot.knowledge.rehearsal import rehearse
from bot.knowledge.scorer import Scorer, Scores, build_scorer

DEFAULT_LIMIT = 5
"""Matches that a search returns unless told otherwise."""


class Entry(Protocol):
    """What is indexed: an `Article`, or a line of a collection."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def question(self) -> str: ...
    @property
    def phrasings(self) -> Sequence[str]: ...
    @property
    def keywords(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Match:
    """A scored hit."""

    id: str
    """The entry."""
    score: float
    """0 to 1, higher is nearer."""
    phrasing: str
    """The phrasing of the entry that is nearest to the message, as it was written."""


@dataclass(frozen=True, slots=True)
class Index:
    """The entries of a base, ready to be searched."""

    ids: tuple[str, ...]
    redirects: frozenset[str]
    """Entries that say "we do not treat this, see …"."""
    texts: tuple[str, ...]
    """Every phrasing as written, entry after entry."""
    scorer: Scorer
    confidence: Confidence
    """How sure a ranking on this base is."""

    def search(self, text: str, limit: int = DEFAULT_LIMIT) -> tuple[Match, ...]:
        """The entries nearest to a message, best first; those that share nothing with it are left out."""
        return self.matches(self.scorer.score(text), limit)

    def matches(self, scores: Scores, limit: int = DEFAULT_LIMIT) -> tuple[Match, ...]:
        """The first entries of a comparison already made."""
        order = np.argsort(-scores.totals, kind="stable")[:limit]
        return tuple(self._match(scores, int(entry)) for entry in order if scores.totals[entry] > 0)

    def sureness(self, scores: Scores) -> float:
        """The chance, 0 to 1, that the first entry answers the message."""
        return self.confidence.of(figures(scores.totals, scores.probe.known_share))

    def _match(self, scores: Scores, entry: int) -> Match:
        own = np.flatnonzero(self.scorer.owners == entry)
        nearest = int(own[np.argmax(scores.phrasings[own])])
        return Match(self.ids[entry], round(min(float(scores.totals[entry]), 1.0), 4), self.texts[nearest])


def build_index(articles: Iterable[Entry], words: Words | None = None) -> Index:
    """Indexes a base and rehearses on it; takes about a second for 3,000 phrasings."""
    entries = tuple(articles)
    phrasings = [phrasings_of(entry) for entry in entries]
    scorer, readings = build_scorer(phrasings, words or Words())
    return Index(
        ids=tuple(entry.id for entry in entries),
        redirects=frozenset(entry.id for entry in entries if entry.kind == "redirect"),
        texts=tuple(text for entry in phrasings for text in entry),
        scorer=scorer,
        confidence=fit(tuple(rehearse(scorer, readings))),
    )


def phrasings_of(entry: Entry) -> list[str]:
    """What is indexed of an entry: its question, its phrasings, and its keywords as one more."""
    keywords = [" ".join(entry.keywords)] if entry.keywords else []
    return [entry.question, *entry.phrasings, *keywords]
