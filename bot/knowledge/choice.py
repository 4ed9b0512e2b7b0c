"""A typed answer against a short list of labels: by number, letter, words, or words with typing errors.

Never guesses: two near labels are both returned. A question, a denial or a sentence about something else
chooses nothing, so that it can be treated as what it is. No numpy: flows import this at start-up.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.knowledge.amounts import read_amount, read_range
from bot.knowledge.article import Words
from bot.knowledge.french import (
    ABBREVIATIONS,
    CONTRASTS,
    FILLERS,
    NEGATORS,
    PLACE_OPENINGS,
    POLITENESS,
    POSITIONS,
    QUESTION_OPENINGS,
    QUESTION_WORDS,
)
from bot.knowledge.spelling import likeness, same_command
from bot.knowledge.text import fold, split_words, stem

THRESHOLDS = {
    "whole label": 0.9,  # share of a label found from which it counts as said in full
    "part of label": 0.3,  # share of a label that a text must find when it says nothing else
    "said in full": 0.24,  # share of the text that such a label must cover
    "said in part": 0.7,  # share of the text that a label found in part must cover
    "near": 0.12,  # labels this close to the best are as likely as the best
    "nothing else": 0.75,  # share of the text that several near labels must cover together
}
"""When a label counts as chosen."""

MAX_CHARACTERS = 200
"""A longer text is not the name of a choice, whatever it contains."""

MANY = 50
"""A range that begins above this is no range that a list's own numbers could be mistaken for."""

FILLER_WEIGHT = 0.08
"""Weight of an article or a hedge next to a word that means something."""

_THOUSANDS = re.compile(r"(?<=\d)[ .](?=\d{3}(?!\d))")
_PLACES = re.compile(r"(?:[0-9]{1,2}|[a-z])(?: (?:[0-9]{1,2}|[a-z]))+")
_SEPARATORS = re.compile(r"[,;/+&\n]|\bet\b|\bpuis\b")


@dataclass(frozen=True, slots=True)
class Chosen:
    """One choice was meant."""

    id: str


@dataclass(frozen=True, slots=True)
class Unsure:
    """Several choices may have been meant, likeliest first: ask again."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChosenMany:
    """Several choices were meant, in the order of the list."""

    ids: tuple[str, ...]


Option = tuple[str, Sequence[str]]
"""A choice: its id and its wordings (label, then `also`)."""

Label = tuple[str, Sequence[Sequence[str]]]
"""A choice: its id and the words of each wording."""


@dataclass(frozen=True, slots=True)
class _Wordings:
    """A few control wordings, ready to be compared."""

    bare: frozenset[str]
    """Each without its punctuation."""
    words: Mapping[int, Sequence[Sequence[str]]]
    """Number of words -> the words of each wording that has so many, politeness aside."""


def match_choice(
    text: str, options: Sequence[Option], *, words: Words | None = None
) -> Chosen | Unsure | None:
    """Which of the options a typed answer means; None: it is no answer to this question."""
    folded = _folded(text)
    if not folded or len(folded) > MAX_CHARACTERS:
        return None
    exact = _exactly(folded, options)
    if exact:
        return _settled(exact)
    placed = _by_place(folded, options)
    if placed:
        return _settled(placed)
    return _by_words(_tokens(folded, words), _is_question(folded), options, words)


def match_choices(
    text: str, options: Sequence[Option], *, words: Words | None = None
) -> ChosenMany | Unsure | None:
    """Which options a typed answer means where several are allowed ("1 et 3", "moyens, public")."""
    whole = match_choice(text, options, words=words)
    folded = _folded(text)
    parts = folded.split() if _PLACES.fullmatch(folded) else _SEPARATORS.split(folded)
    parts = [part for part in parts if part.strip()]
    if len(parts) < 2 or len(folded) > MAX_CHARACTERS or _exactly(folded, options):
        return ChosenMany((whole.id,)) if isinstance(whole, Chosen) else whole
    found = [match_choice(part, options, words=words) for part in parts]
    named = {one.id for one in found if isinstance(one, Chosen)}
    unclear = {name for one in found if isinstance(one, Unsure) for name in one.ids}
    in_order = tuple(name for name, _ in options if name in named | unclear)
    if not in_order:
        return None
    return ChosenMany(in_order) if all(isinstance(one, Chosen) for one in found) else Unsure(in_order)


def same_words(text: str, wordings: Sequence[str]) -> bool:
    """Whether a text is one of a few control wordings, politeness and typing errors aside ("retour svp")."""
    if len(text) > MAX_CHARACTERS:
        return False
    folded = fold(text)
    known = _prepared(tuple(wordings))
    if _bare(folded) in known.bare:
        return True
    said = _polite_rest(folded)
    return any(all(map(same_command, said, one)) for one in known.words.get(len(said), ()))


@lru_cache(maxsize=512)  # authored: the same ones come again with every message
def _prepared(wordings: tuple[str, ...]) -> _Wordings:
    folded = [one for one in map(fold, wordings) if one]
    words: dict[int, list[list[str]]] = {}
    for one in folded:
        if rest := _polite_rest(one):
            words.setdefault(len(rest), []).append(rest)
    return _Wordings(frozenset(map(_bare, folded)), words)


def _folded(text: str) -> str:
    """Folded, with the spaces within a number taken out ("10 000" and "10000" are one)."""
    return _THOUSANDS.sub("", fold(text)).strip()


def _exactly(folded: str, options: Sequence[Option]) -> list[str]:
    return [name for name, wordings in options if any(_same(folded, _folded(words)) for words in wordings)]


def _settled(names: Sequence[str]) -> Chosen | Unsure:
    return Chosen(names[0]) if len(names) == 1 else Unsure(tuple(names))


def _same(left: str, right: str) -> bool:
    return bool(right) and _bare(left) == _bare(right)


@lru_cache(maxsize=4096)
def _bare(folded: str) -> str:
    kept = "".join(sign if sign.isalnum() or sign in "+€%" else " " for sign in folded)
    return " ".join(kept.split()) or folded.strip()


def _by_place(folded: str, options: Sequence[Option]) -> list[str]:
    """Options named by their number or letter, or whose range holds the typed number."""
    names = [name for name, _ in options]
    ranges = {name: read_range(_folded(wordings[0])) for name, wordings in options if wordings}
    amount = read_amount(folded)
    found: list[str] = []
    place = _place(folded)
    bounds = [span.low or span.high for span in ranges.values() if span is not None and span.high > 0]
    # "2" among budgets of thousands is the second line; among "1 à 2", "3 à 9" it may be an amount.
    if amount is not None and bounds and (place is None or min(bounds) <= MANY):
        found = [name for name in names if (span := ranges.get(name)) is not None and amount in span]
    if place is not None and 1 <= place <= len(names) and names[place - 1] not in found:
        found.append(names[place - 1])
    return found


def _place(folded: str) -> int | None:
    """The place in the list that a text names: "2", "b)", "la deuxième", "choix n° 2"."""
    words = _bare(folded).split()
    while len(words) > 1 and words[0] in PLACE_OPENINGS:
        words = words[1:]
    word = words[0] if len(words) == 1 else ""
    if word.isdecimal() and word.isascii() and len(word) <= 2:
        return int(word)
    if len(word) == 1 and "a" <= word <= "z":
        return ord(word) - ord("a") + 1
    return POSITIONS.get(word)


def _is_question(folded: str) -> bool:
    words = split_words(folded)
    plain = " ".join(re.sub(r"[^a-z0-9]+", " ", folded).split())
    return (
        folded.rstrip().endswith("?")
        or any(word in QUESTION_WORDS for word in [*words[:3], *words[-1:]])
        or any(opening in plain for opening in QUESTION_OPENINGS)
    )


def _tokens(folded: str, words: Words | None) -> list[str]:
    """Words in order, abbreviations resolved; commas and contrasts stay, they end a denial."""
    spelled = _abbreviations(words)
    found: list[str] = []
    for piece in re.split(r"([,;.!:])", folded):
        if piece and piece in ",;.!:":
            found.append(",")
        else:
            for word in split_words(piece):
                found.extend(split_words(spelled.get(word, word)))
    return found


def _abbreviations(words: Words | None) -> dict[str, str]:
    return _folded_pairs(tuple({**ABBREVIATIONS, **(words.sms if words else {})}.items()))


@lru_cache(maxsize=8)
def _folded_pairs(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {fold(short): fold(meant) for short, meant in pairs}


def _by_words(
    said: Sequence[str], question: bool, options: Sequence[Option], words: Words | None
) -> Chosen | Unsure | None:
    """Compares words: first the text as it is, then without what it denies."""
    labels: list[Label] = [
        (name, [_plain(_tokens(_folded(wording), words)) for wording in wordings])
        for name, wordings in options
    ]
    if unsure := _both_ways(said, labels):
        return unsure
    weights = _weights(labels)
    if _denies_only(_plain(said)):
        return None
    for kept in (_plain(said), _undenied(said)):
        scores = {
            name: max((_score(kept, wording, weights, question) for wording in wordings), default=0.0)
            for name, wordings in labels
        }
        best = max(scores.values(), default=0.0)
        if best > 0:
            near = [name for name, score in scores.items() if score >= best - THRESHOLDS["near"]]
            if len(near) > 1 and _covered(kept, labels, near) < THRESHOLDS["nothing else"]:
                return None
            return _settled(sorted(near, key=lambda name: -scores[name]))
    return None


def _both_ways(said: Sequence[str], labels: Sequence[Label]) -> Unsure | None:
    """ "oui et non": whatever else it contains, it chooses nothing."""
    if not {"oui", "non"} <= set(said):
        return None
    either = [name for name, wordings in labels if any({"oui", "non"} & set(words) for words in wordings)]
    return Unsure(tuple(either)) if len(either) > 1 else None


def _denies_only(said: Sequence[str]) -> bool:
    """ "Ce n'est pas ça": small words and a denial, of whatever was shown; it chooses nothing."""
    return any(word in NEGATORS for word in said) and all(
        word in FILLERS or word in NEGATORS for word in said
    )


def _covered(said: Sequence[str], labels: Sequence[Label], names: Sequence[str]) -> float:
    """Share of the text that some labels cover together."""
    together = [
        word for name, wordings in labels if name in names for wording in wordings for word in wording
    ]
    return _share(said, [max(likeness(word, other) for other in together) for word in said], {})


def _plain(words: Sequence[str]) -> list[str]:
    return [word for word in words if word != ","]


def _undenied(words: Sequence[str]) -> list[str]:
    """The words outside the reach of a negator."""
    kept: list[str] = []
    denied = False
    for word in words:
        if word in NEGATORS:
            denied = True
        elif word == "," or word in CONTRASTS:
            denied = False
        elif not denied:
            kept.append(word)
    return kept


def _weights(labels: Sequence[Label]) -> dict[str, float]:
    """Stem -> weight: what many options share tells them apart less."""
    spread = Counter(
        root for _, wordings in labels for root in {stem(word) for label in wordings for word in label}
    )
    return {root: 1 / count for root, count in spread.items()}


def _score(said: Sequence[str], label: Sequence[str], weights: dict[str, float], question: bool) -> float:
    """0: not this label; else how well text and label cover each other, up to 1."""
    if not label or any(word in NEGATORS and word not in label for word in said):
        return 0.0
    if any(word in NEGATORS and word not in said for word in label):
        return 0.0
    found = [max((likeness(word, other) for other in said), default=0.0) for word in label]
    used = [max((likeness(word, other) for other in label), default=0.0) for word in said]
    # Where nothing but small words was written ("CA", "nous"), they are all there is to go by.
    light = FILLERS - set(said) if all(word in FILLERS for word in said) else FILLERS
    of_label = _share(label, found, weights, light)
    of_text = _share(said, used, weights, light)
    if question and of_text < 1:
        return 0.0
    full = of_label >= THRESHOLDS["whole label"] and of_text >= THRESHOLDS["said in full"]
    part = of_label >= THRESHOLDS["part of label"] and of_text >= THRESHOLDS["said in part"]
    return 2 * of_label * of_text / (of_label + of_text) if full or part else 0.0


def _share(
    words: Sequence[str], found: Sequence[float], weights: dict[str, float], light: frozenset[str] = FILLERS
) -> float:
    weighed = [FILLER_WEIGHT if word in light else weights.get(stem(word), 1.0) for word in words]
    return sum(weight * value for weight, value in zip(weighed, found, strict=True)) / (sum(weighed) or 1.0)


def _polite_rest(folded: str) -> list[str]:
    words = split_words(folded)
    return [word for word in words if word not in POLITENESS] or words
