"""The words that the base defines, and which of them a text uses. Entries of the kind `glossary` only."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.knowledge.french import STOP_WORDS
from bot.knowledge.text import cut, fold, split_words, stem

if TYPE_CHECKING:  # as in `ask`
    from bot.knowledge.article import Article

KIN = 4
"""Letters that the stems of a word and of the term share when one stands for the other: alliés, alliance."""

_QUOTED = re.compile(r"«\s*(.+?)\s*»")
_ASKED = re.compile(r"^qu'est-ce qu(?:e |')(?:une? |les? |la |l'|des )?(.+?)\s*\?*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or an expression that an entry defines."""

    entry: str
    """Id of the entry."""
    name: str
    """The term as its title writes it: `utilité sociale`."""
    wordings: tuple[tuple[str, ...], ...]
    """Stems of every way to write it, the longest first."""


def terms_of(articles: Iterable["Article"]) -> tuple[Term, ...]:
    """The terms of a base; cheap after the first time for the same entries."""
    return _terms(tuple(article for article in articles if article.kind == "glossary"))


@lru_cache(maxsize=512)  # the texts of the flows come again with every person
def terms_in(text: str, terms: tuple[Term, ...], most: int) -> tuple[Term, ...]:
    """The terms that a text uses, at most so many, the longest first; a word counts for one term only."""
    stems: list[str | None] = [stem(word) for word in split_words(fold(cut(text)))]
    wordings = [(wording, term) for term in terms for wording in term.wordings]
    found: list[Term] = []
    for wording, term in sorted(wordings, key=lambda pair: -sum(map(len, pair[0]))):
        for start in range(len(stems) - len(wording) + 1):
            if stems[start : start + len(wording)] == list(wording):
                stems[start : start + len(wording)] = [None] * len(wording)
                found += [] if term in found else [term]
    return tuple(found[:most])


@lru_cache(maxsize=8)
def _terms(articles: tuple["Article", ...]) -> tuple[Term, ...]:
    return tuple(_term(article) for article in articles)


def _term(article: "Article") -> Term:
    title = article.question.replace("’", "'")
    named = _QUOTED.search(title) or _ASKED.search(title)
    name = named[1] if named else title.rstrip(" ?")
    own = _stems(name)
    alike = (_stems(word) for word in article.keywords if _stands_for(word, name))
    wordings = {wording for wording in (own, *alike) if wording}
    return Term(article.id, name, tuple(sorted(wordings, key=lambda wording: (-len(wording), wording))))


def _stands_for(keyword: str, name: str) -> bool:
    """Whether a keyword is the term in other words, not merely something said about it.

    It does as the term's acronym, or spelled out by it, or as one of its family: a word for a word, some of
    the words for several.
    """
    words, term = split_words(fold(keyword)), split_words(fold(name))
    if words == term or "".join(words) == _initials(term) or "".join(term) == _initials(words):
        return True
    families = {stem(word)[:KIN] for word in term if word not in STOP_WORDS}
    bearing = [stem(word) for word in words if word not in STOP_WORDS]
    kin = all(len(root) >= KIN and root[:KIN] in families for root in bearing)
    return kin and (len(bearing) > 1) == (len(families) > 1)


def _initials(words: Sequence[str]) -> str:
    bearing = [word[0] for word in words if word not in STOP_WORDS]
    return "".join(bearing) if len(bearing) > 1 else ""


def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in split_words(fold(text)))
