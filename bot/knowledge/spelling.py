"""Whether two folded words are the same word, typing errors allowed. No numpy."""

from functools import lru_cache

from rapidfuzz.distance import OSA

from bot.knowledge.text import stem

MIN_LETTERS = 4
"""Shorter words must be typed as they are."""

MIN_LIKENESS = 0.74
"""OSA similarity from which two words are the same: one error in four letters, two in eight."""

STRICT_LETTERS, STRICT_LIKENESS = 5, 0.8
"""The same for a word that stands alone and commands something ("retour")."""


@lru_cache(maxsize=8192)
def likeness(left: str, right: str) -> float:
    """1 for the same word or stem, less for a typing error, 0 for another word."""
    if left == right or (min(len(left), len(right)) > 2 and stem(left) == stem(right)):
        return 1.0
    if min(len(left), len(right)) < MIN_LETTERS or left.isdigit() or right.isdigit():
        return 0.0
    return OSA.normalized_similarity(left, right, score_cutoff=MIN_LIKENESS)


def same_command(left: str, right: str) -> bool:
    """Whether two control words are the same, more strictly than within a sentence."""
    if left == right:
        return True
    if min(len(left), len(right)) < STRICT_LETTERS:
        return False
    return stem(left) == stem(right) or OSA.normalized_similarity(left, right) >= STRICT_LIKENESS
