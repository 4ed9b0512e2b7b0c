"""What is kept about a person, about their way through journeys, and forgotten."""

from dataclasses import dataclass
from datetime import datetime

from bot.model.message import Message
from bot.model.preferences import Preferences
from bot.model.values import FieldRef, FlowId, Task, Value


@dataclass(frozen=True, slots=True)
class Remember:
    """Keep an answer."""

    field: FieldRef
    value: Value
    erase_after: datetime | None = None
    """Aware; when retention ends. None: until the person erases it."""
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Forget:
    """Drop an answer."""

    field: FieldRef


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Come back at `due` with `Timeout(key)`; replaces a timer of the same key of this person."""

    key: str
    due: datetime


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Forget the timer; no error if there is none."""

    key: str


@dataclass(frozen=True, slots=True)
class AddTask:
    """Put a task on the road map; replaces an open one of the same id and owner."""

    task: Task


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the content or the engine went wrong for this person; recorded for staff, no texts
    of people.
    """

    code: str
    flow: FlowId
    step: str


@dataclass(frozen=True, slots=True)
class Begin:
    """A run started."""

    flow: FlowId


@dataclass(frozen=True, slots=True)
class Finish:
    """A run ended; counted for `done()` and `started()`."""

    flow: FlowId
    outcome: str
    """`done`, `cancelled` or `left` (runaway protection)."""


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """The person chose a language."""

    language: str


@dataclass(frozen=True, slots=True)
class SetPreferences:
    """The person said what they want to hear; what waits for them is taken back or held accordingly."""

    preferences: Preferences


@dataclass(frozen=True, slots=True)
class Reach:
    """The person can or can no longer be reached on this channel."""

    reachable: bool


@dataclass(frozen=True, slots=True)
class Erase:
    """Erase everything of the person, then say `farewell`, whose row is erased once delivered."""

    farewell: Message
