"""Questions that were not answered well, and what staff propose about them: without identity."""

from dataclasses import dataclass
from typing import Literal

from bot.model.values import ArticleId

MissState = Literal["open", "proposed", "done", "dismissed"]
"""Nobody saw to it yet; staff proposed where it belongs; the base has it now; it needs no answer."""

ADDRESS, LINK, NUMBER = "[adresse]", "[lien]", "[numéro]"
MASKS = (ADDRESS, LINK, NUMBER)
"""What stands for personal data in a question that is kept."""


@dataclass(frozen=True, slots=True)
class Missed:
    """One question as it is kept: personal data masked, cut, by day only."""

    id: int
    """Grows with time, never used again."""
    day: str
    """ISO date, UTC."""
    text: str
    verdict: str
    """`suggest`, `reject` or `disliked`, see `effects.Miss`."""
    guesses: tuple[ArticleId, ...] = ()
    """What was suggested or shown instead, the likeliest first."""
    state: MissState = "open"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Phrasings that somebody of staff wants added to an entry."""

    id: int
    day: str
    """ISO date, UTC."""
    article: ArticleId
    phrasings: tuple[str, ...]
    misses: tuple[int, ...]
    """Ids of the questions that it settles."""


@dataclass(frozen=True, slots=True)
class Liking:
    """What people said about one entry."""

    article: ArticleId
    helpful: int
    """How often it helped."""
    unhelpful: int
    """How often it was not what the person meant."""

    @property
    def dislike(self) -> float:
        """Share of the opinions against it, 0 to 1."""
        return self.unhelpful / (self.helpful + self.unhelpful)
