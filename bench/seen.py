"""What people were shown over several lives of a bot, and what of it was in flight when one of them ended."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.figures import median
from bench.judging import Telegram
from bench.living import Bot

UNSENT_COPIES = "SELECT address FROM outbox WHERE priority = 2"
"""Addresses of the copies that our database believes unsent."""

Key = Callable[[int, str], str | None]
"""From chat and text to what a message is counted as; None: it is not looked at."""


@dataclass(slots=True)
class Seen:
    """Judged from Telegram's side: what was in flight at a kill is what a person had been shown and our
    database did not know of.
    """

    key: Key
    waiting: str
    """Statement whose first column is the bodies or addresses of what our database believes unsent."""
    said: Counter[str] = field(default_factory=Counter)
    """What people were shown, by its key."""
    refused: int = 0
    """As too many."""
    failed: int = 0
    """Calls refused for anything that is no fact about the person or the group."""
    unreachable: set[int] = field(default_factory=set)
    """Chats that Telegram said are closed to us."""
    moved: int = 0
    """Calls that were told another address of a group."""
    in_flight: list[Counter[str]] = field(default_factory=list)
    """At each kill."""

    async def look(self, judge: Telegram, bot: Bot, *, alive: bool = False) -> dict[str, Any]:
        """Take in what was said since the last look; `alive`: the bot was not killed. What the judge told."""
        if not alive:
            await asyncio.sleep(0.02)  # what had left the dead process arrives
        told = await judge.do("sent", settle=0.0 if alive else 1.0)
        said = [key for chat, text, _ in told["said"] if (key := self.key(chat, text)) is not None]
        self.said.update(said)
        self.refused += told["refused"]
        self.failed += told["failed"]
        self.moved += told["moved"]
        self.unreachable.update(told["unreachable"])
        if not alive:
            (unsent,) = bot.rows(self.waiting)
            believed = {_text_of(one) for one in unsent}
            self.in_flight.append(Counter(key for key in said if key in believed))
        return told

    @property
    def flight(self) -> int:
        """All that was in flight at the kills."""
        return sum(len(one) for one in self.in_flight)

    @property
    def copies(self) -> int:
        """What was shown once more than once."""
        return self.said.total() - len(self.said)

    @property
    def beyond(self) -> int:
        """What was shown again although nothing of it had been in flight."""
        allowed: Counter[str] = Counter()
        for one in self.in_flight:
            allowed.update(one.keys())
        return sum(max(0, count - 1 - allowed[key]) for key, count in self.said.items())

    def spread(self) -> str:
        """What was in flight at the kills, in words."""
        found: Sequence[int] = [len(one) for one in self.in_flight] or [0]
        return f"in flight at a kill: {median(found):.0f} in the middle, {max(found)} at most"


def _text_of(written: str) -> str:
    """The text of a message's body; an address as it is."""
    return str(json.loads(written)["text"]) if written.startswith("{") else written
