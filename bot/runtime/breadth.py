"""How many copies of an announcement may be on their way at once: as many as the pace needs, and no more.

What is under way when the process dies is sent again: each place beyond need is a copy twice at every crash.
"""

from dataclasses import dataclass

LEAST = 32
"""Whatever was measured: a few slow answers must not stop the others."""

MOST = 200
"""However slow Telegram is: as many people get a copy twice if the process is killed now."""

MARGIN = 1.5
"""Answers do not come evenly."""

NEWEST = 0.1
"""Weight of the last one in the smoothed time."""


@dataclass(slots=True)
class Breadth:
    """Learns how long a copy is under way, from its beginning until its receipt is kept."""

    _seconds: float = 0.0

    def took(self, seconds: float) -> None:
        """One was under way for so long."""
        self._seconds += (seconds - self._seconds) * NEWEST

    def most(self, rate: float) -> int:
        """How many may be under way at `rate` a second (Little's law: rate times time), within the bounds."""
        return int(min(MOST, max(LEAST, rate * self._seconds * MARGIN)))
