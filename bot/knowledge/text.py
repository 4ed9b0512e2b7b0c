"""How a text is read before it is compared: folded, cut, elisions and abbreviations resolved, words stemmed.

Pure functions and one frozen `Reader`. No ranking here, and no numpy: the matching of typed choices imports
this module at start-up.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from bot.knowledge.french import ABBREVIATIONS, ELISIONS, GLUED, STOP_WORDS, UNSPLIT
from bot.knowledge.snowball import french_stemmer

if TYPE_CHECKING:
    from bot.knowledge.article import Words

MAX_CHARACTERS = 1000
"""What is read of a message; the rest is left out (a Telegram text has up to 4,096 characters)."""

MIN_GLUED_REST = 4
"""Letters of the known word that must follow a glued elision: "dalliance", but never "dont"."""

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
_LIGATURES = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "’": "'", "ʼ": "'", "`": "'", "´": "'", "‘": "'"}
)
_REPEATED = re.compile(r"([a-z])\1{2,}")
_STEMMER = french_stemmer()
_ALONE = Lock()
"""The stemmer keeps the word that it is working on; decisions run in several threads."""


class _Marks(dict[int, int | None]):
    """Code point -> itself, or None (dropped) for a combining mark; filled as signs are met."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.combining(chr(code)) else code
        return self[code]


_MARKS = _Marks()


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as the index sees it."""

    words: tuple[str, ...]
    """Every word, folded, elisions and abbreviations resolved, in order."""
    content: tuple[str, ...]
    """The words that say something about the subject, in order (no stop words)."""
    concepts: tuple[str, ...]
    """Stems of acronyms and synonym groups found in the words, to be added to the stems of `content`."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading needs to know of the language and of this base."""

    abbreviations: Mapping[str, tuple[str, ...]]
    """Folded abbreviation -> folded words that it stands for."""
    concepts: Mapping[tuple[str, ...], tuple[str, ...]]
    """Stems of a phrase -> what it also counts as (its acronym, its group of synonyms)."""
    longest: int
    """Words in the longest phrase of `concepts`."""
    stop: frozenset[str]
    """Folded words that carry no subject."""
    known: frozenset[str]
    """Folded words of the base: what may follow a glued elision."""

    def read(self, text: str) -> Reading:
        """Reads the first `MAX_CHARACTERS` of a text."""
        return self.read_words(split_words(fold(cut(text))))

    def read_words(self, pieces: Sequence[str]) -> Reading:
        """The same for a text already cut, folded and split."""
        words = tuple(self._resolved(pieces))
        content = tuple(word for word in words if word not in self.stop and (len(word) > 1 or word.isdigit()))
        return Reading(words, content, self._concepts(content))

    def _resolved(self, pieces: Iterable[str]) -> Iterable[str]:
        for piece in pieces:
            if piece in self.abbreviations:
                yield from self.abbreviations[piece]
            elif piece in self.known or piece in self.stop:
                yield piece
            else:
                rest = unglued(piece, self.known)
                yield piece if rest in self.stop else rest

    def _concepts(self, content: Sequence[str]) -> tuple[str, ...]:
        stems = [stem(word) for word in content]
        found: list[str] = []
        for start in range(len(stems)):
            for length in range(1, min(self.longest, len(stems) - start) + 1):
                found.extend(self.concepts.get(tuple(stems[start : start + length]), ()))
        return tuple(found)


def make_reader(words: "Words", known: Iterable[str] = ()) -> Reader:
    """Prepares the lexicon of an association; `known` are the folded words of its base, with repeats."""
    return reader_of(words, _really_known(known))


def reader_of(words: "Words", known: frozenset[str]) -> Reader:
    """The same from the words that a reader made before really knew."""
    stop = STOP_WORDS | {fold(word) for word in words.stop}
    abbreviations = {
        fold(short): tuple(split_words(fold(meant)))
        for short, meant in {**ABBREVIATIONS, **words.sms}.items()
    }
    groups: list[tuple[str, tuple[str, ...]]] = [(short, (meant,)) for short, meant in words.acronyms.items()]
    groups += [(group[0], tuple(group)) for group in words.synonyms]
    concepts: dict[tuple[str, ...], tuple[str, ...]] = {}
    for name, members in groups:
        concept = "=" + fold(name)
        for member in {name, *members}:
            key = tuple(stem(word) for word in split_words(fold(member)) if word not in stop)
            if key and concept not in concepts.get(key, ()):
                concepts[key] = (*concepts.get(key, ()), concept)
    longest = max((len(key) for key in concepts), default=0)
    return Reader(abbreviations, concepts, longest, stop, known)


def _really_known(words: Iterable[str]) -> frozenset[str]:
    """The words of a base without those that are a commoner one behind a glued elision."""
    counts = Counter(words)
    every = frozenset(counts)
    return frozenset(
        word for word in every if (rest := unglued(word, every)) == word or counts[rest] <= counts[word]
    )


def cut(text: str, limit: int = MAX_CHARACTERS) -> str:
    """At most `limit` characters, ending between two words where possible."""
    if len(text) <= limit:
        return text
    head = text[: limit + 1]
    end = head.rfind(" ")
    return head[:end] if end > limit // 2 else head[:limit]


def fold(text: str) -> str:
    """Lower case, accents and ligatures removed, typographic apostrophes made plain."""
    if text.isascii():
        return text.lower().replace("`", "'")
    lowered = text.lower().translate(_LIGATURES)
    decomposed = unicodedata.normalize("NFKD", lowered)
    return decomposed.translate(_MARKS).translate(_LIGATURES)


def split_words(folded: str) -> list[str]:
    """The words of a folded text, elisions taken off ("l'alliance" gives "alliance")."""
    found: list[str] = []
    for whole in _WORD.findall(_REPEATED.sub(r"\1", folded)):
        if "'" not in whole:
            found.append(whole)
            continue
        parts = [whole.replace("'", "")] if whole in UNSPLIT else whole.split("'")
        while len(parts) > 1 and parts[0] in ELISIONS:
            parts.pop(0)
        found.extend(parts)
    return found


def unglued(word: str, known: frozenset[str]) -> str:
    """The known word behind an elision typed without its apostrophe, else the word itself."""
    for elision in GLUED:
        rest = word[len(elision) :]
        if (
            word.startswith(elision)
            and len(rest) >= MIN_GLUED_REST
            and rest in known
            and rest[0] in "aeiouyh"
        ):
            return rest
    return word


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Snowball's French stem of a folded word."""
    with _ALONE:
        return _STEMMER.stemWord(word)
