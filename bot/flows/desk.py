"""What composes events and announcements for staff, as the steps see it: it is made above this room.

A flow only collects the answers; what they make is known to `events`, which stands on flows.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from bot.model.effects import Effect
from bot.model.message import Markdown, Message
from bot.model.turn import Wanted
from bot.model.values import Value

if TYPE_CHECKING:
    from bot.flows.step import Scope


@dataclass(frozen=True, slots=True)
class Composed:
    """What answers make."""

    text: Markdown
    """What would happen, or what is in the way."""
    options: tuple[tuple[str, tuple[str, ...]], ...]
    """Decisions that can be taken, each with the wordings that mean it, the label first."""
    shown: tuple[Message, ...] = ()
    """What people will get, as they will see it."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What a decision brings about."""

    effects: tuple[Effect, ...] = ()
    stays: bool = False
    """Nothing is decided yet: the prompt comes again."""
    fills: tuple[tuple[str, Value], ...] = field(default=())
    """What the step can hand on: its key for a field (`made`) and the value."""


class Desk(Protocol):
    """Composes what a step of the kind `publish` or `announce` is about. Pure, like deciding."""

    def compose(self, step: Any, scope: "Scope") -> Composed:
        """What the answers make as they are now."""
        ...

    def decide(self, step: Any, decision: str, scope: "Scope") -> Deed:
        """What a decision does; only for one that `compose` offers."""
        ...

    def lacks(self, step: Any, scope: "Scope") -> frozenset[Wanted]:
        """What should be known to compose it, and is not yet."""
        ...

    def refuses(self, condition: str, scope: "Scope") -> str:
        """Why a written audience cannot be read, in French; empty if it can."""
        ...
