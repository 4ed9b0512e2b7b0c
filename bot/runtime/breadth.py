"""How many copies of an announcement may be on their way at once: as many as the pace needs, and no more.

What is under way when the process dies is sent again: each place beyond need is a copy twice at every crash.
"""

from dataclasses import dataclass
from math import inf

LEAST = 32
"""Whatever was measured: a few slow answers must not stop the others."""

MOST = 200
"""However slow Telegram is: as many people get a copy twice if the process is killed now."""

MARGIN = 1.5
"""Answers do not come evenly."""

SAMPLE = 16
"""Copies of which the quickest tells how long one takes."""


GROWTH = 1.001
"""How much longer than before a copy is believed to take, at most, from one sample to the next: ten times as
long after 37,000 copies. Faster, a line that our own copies make would count as the length of the way."""


@dataclass(slots=True)
class Breadth:
    """Learns how long a copy is under way, from its beginning until its receipt is kept.

    By the quickest of a few: what is beyond it is waiting in line, here or there, and more copies at once
    would only make the line longer (so does TCP BBR).
    """

    _seconds: float = 0.0
    _quickest: float = inf
    _count: int = 0

    def took(self, seconds: float) -> None:
        """One was under way for so long."""
        self._quickest = min(self._quickest, seconds)
        self._count += 1
        if self._count == SAMPLE:
            grown = self._seconds * GROWTH or inf
            self._seconds, self._quickest, self._count = min(self._quickest, grown), inf, 0

    def most(self, rate: float) -> int:
        """How many may be under way at `rate` a second (Little's law: rate times time), within the bounds."""
        return int(min(MOST, max(LEAST, rate * self._seconds * MARGIN)))
