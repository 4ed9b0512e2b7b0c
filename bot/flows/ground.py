"""What a walk through a flow stands on, and how it may come to its end."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from bot.flows.desk import Desk
from bot.flows.shelf import Shelf
from bot.model.message import Markdown
from bot.model.turn import View
from bot.model.values import FlowId, Value


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run came to its end."""

    outcome: str
    """`done`, `cancelled` or `left`."""
    suggest: tuple[str, ...] = ()
    say: Markdown = field(default=Markdown(""))
    switch: FlowId | None = None
    """The flow that starts instead."""
    given: tuple[tuple[str, Value], ...] = ()
    """Answers that it is given."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a walk stands on."""

    shelf: Shelf
    view: View
    now: datetime
    rng: Random
    started: frozenset[FlowId] = frozenset()
    """Flows of the person's open runs."""
    desk: Desk | None = None
    """What composes for staff; None where nobody composes."""
