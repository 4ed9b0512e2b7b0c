"""Messages that are no question: greetings, thanks, insults, "what can you do?", "let me speak to somebody".

The wordings are authored (the phrases file); only the comparison lives here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.knowledge.choice import same_words
from bot.knowledge.french import ABBREVIATIONS, FILLERS, POLITENESS
from bot.knowledge.spelling import likeness, same_command
from bot.knowledge.text import fold, split_words

MAX_WORDS = 12
"""A longer message is about something else, however it begins."""

MAX_CHARACTERS = 400
"""What is read of a message."""

COURTESIES = ("greeting", "thanks")
"""Kinds that give way to any other in the same message."""


@dataclass(frozen=True, slots=True)
class _Wordings:
    """What small talk is made of, ready to be compared."""

    phrases: Sequence[tuple[str, Sequence[str]]]
    """Each kind with the words of each of its wordings, the longest first."""
    vocabulary: frozenset[str]
    """Every word of any of them."""


def recognise(text: str, rules: Mapping[str, Sequence[str]]) -> str | None:
    """The kind of small talk that a message consists of, or None when it goes on with anything else.

    `rules` maps a kind to its wordings. A message made of several kinds counts as the one that asks for
    something:
    "bonjour, que sais-tu faire ?" is no mere greeting.
    """
    spelled = (ABBREVIATIONS.get(word, word) for word in split_words(fold(text[:MAX_CHARACTERS])))
    said = split_words(" ".join(spelled))
    if not said or len(said) > MAX_WORDS:
        return None
    whole = [kind for kind, wordings in rules.items() if same_words(text, wordings)]
    found = set(whole) or _kinds_within(said, rules)
    return min((kind for kind in rules if kind in found), key=lambda kind: kind in COURTESIES, default=None)


def _kinds_within(said: Sequence[str], rules: Mapping[str, Sequence[str]]) -> set[str]:
    """The kinds that together make up the whole message, words without weight aside."""
    known = _prepared(tuple((kind, tuple(wordings)) for kind, wordings in rules.items()))
    # One word that belongs to no wording, and nearly every message is known to be none of these.
    if not all(_is_light(word) or _is_among(word, known.vocabulary) for word in said):
        return set()
    rest = list(said)
    found: set[str] = set()
    for kind, phrase in known.phrases:
        shorter = _without(rest, phrase)
        if len(shorter) < len(rest):
            rest = shorter
            found.add(kind)
    return found if all(map(_is_light, rest)) else set()


@lru_cache(maxsize=8)  # authored: the same ones come again with every message
def _prepared(rules: tuple[tuple[str, tuple[str, ...]], ...]) -> _Wordings:
    phrases = [(kind, split_words(fold(wording))) for kind, wordings in rules for wording in wordings]
    phrases.sort(key=lambda pair: -len(pair[1]))
    return _Wordings(phrases, frozenset(word for _, phrase in phrases for word in phrase))


def _is_light(word: str) -> bool:
    return word in FILLERS or word in POLITENESS


def _is_among(word: str, vocabulary: frozenset[str]) -> bool:
    return word in vocabulary or any(
        likeness(word, other) > 0 or same_command(word, other) for other in vocabulary
    )


def _without(words: list[str], phrase: Sequence[str]) -> list[str]:
    """The words without the first occurrence of a phrase."""
    for start in range(len(words) - len(phrase) + 1 if phrase else 0):
        if _alike(words[start : start + len(phrase)], phrase):
            return words[:start] + words[start + len(phrase) :]
    return words


def _alike(words: Sequence[str], phrase: Sequence[str]) -> bool:
    if len(phrase) == 1:
        return same_command(words[0], phrase[0])
    return all(likeness(word, other) > 0 for word, other in zip(words, phrase, strict=True))
