"""The index of a knowledge base: built once from its entries, asked many times, never changed.

Importing it loads numpy; what only compares a typed answer with labels uses `choice` instead.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.knowledge.confidence import Confidence, figures, fit
from bot.knowledge.entry import Entry, phrasings_of
from bot.knowledge.rehearsal import rehearse
from bot.knowledge.scorer import Scorer, Scores, build_scorer

if TYPE_CHECKING:
    from bot.knowledge.article import Words
    from bot.knowledge.meant import Meaning

DEFAULT_LIMIT = 5
"""Matches that a search returns unless told otherwise."""


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
    """How sure a ranking on this base by the words alone is."""
    meaning: "Meaning | None" = None
    """The comparison by meaning, where the extra is used: see `semantic`."""

    def score(self, text: str) -> Scores:
        """Compares a message with every entry: by its words, and by its meaning where that can be."""
        scores = self.scorer.score(text)
        return scores if self.meaning is None else self.meaning.joined(scores, text)

    def limits(self, scores: Scores) -> Confidence:
        """The fitted confidence for comparisons like this one."""
        return self.meaning.confidence if self.meaning is not None and scores.meant else self.confidence

    def search(self, text: str, limit: int = DEFAULT_LIMIT) -> tuple[Match, ...]:
        """The entries nearest to a message, best first; those that share nothing with it are left out."""
        return self.matches(self.score(text), limit)

    def matches(self, scores: Scores, limit: int = DEFAULT_LIMIT) -> tuple[Match, ...]:
        """The first entries of a comparison already made."""
        order = np.argsort(-scores.totals, kind="stable")[:limit]
        return tuple(self._match(scores, int(entry)) for entry in order if scores.totals[entry] > 0)

    def sureness(self, scores: Scores) -> float:
        """The chance, 0 to 1, that the first entry answers the message."""
        return self.limits(scores).of(figures(scores.totals, scores.probe.known_share))

    def _match(self, scores: Scores, entry: int) -> Match:
        own = np.flatnonzero(self.scorer.owners == entry)
        nearest = int(own[np.argmax(scores.phrasings[own])])
        return Match(self.ids[entry], round(min(float(scores.totals[entry]), 1.0), 4), self.texts[nearest])


def build_index(articles: Iterable[Entry], words: "Words | None" = None) -> Index:
    """Indexes a base and rehearses on it; takes about a second for 3,000 phrasings."""
    from bot.knowledge.article import Words  # pydantic: who reads an index from a file needs none

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
