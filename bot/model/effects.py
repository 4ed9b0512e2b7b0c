"""What must happen after a decision: the closed set of effects, all of them applied in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from bot.model.event import EventId, Place, Reply
from bot.model.message import Message
from bot.model.values import ArticleId, FieldRef, FlowId, Task, Value


@dataclass(frozen=True, slots=True)
class Send:
    """Say this to the person."""

    message: Message


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the message that went out under `message.key`; sent anew where it cannot be found."""

    message: Message


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
class Escalate:
    """A person asks for a human: a request is recorded for staff."""

    reason: str
    """Where it came from: a flow and step, or `three-failures`, or `asked`."""
    text: str = ""
    """What the person agreed to pass on."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that was not answered; stored without identity."""

    text: str
    verdict: str
    """`suggest`, `reject`, or `disliked`: answered, but the person said that it was not what they meant."""
    guesses: tuple[ArticleId, ...] = ()


@dataclass(frozen=True, slots=True)
class Opinion:
    """An entry helped, or was not what the person meant; counted by day, without identity."""

    article: ArticleId
    helpful: bool


@dataclass(frozen=True, slots=True)
class Settle:
    """Staff put questions away that need no answer; those that are not open any more stay as they are."""

    misses: tuple[int, ...]
    """Ids of the questions."""


@dataclass(frozen=True, slots=True)
class Propose:
    """Staff want phrasings added to an entry; they are checked before anything is published."""

    article: ArticleId
    phrasings: tuple[str, ...]
    misses: tuple[int, ...]
    """Ids of the questions that this settles; nothing is recorded if none is open any more."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the content or the engine went wrong for this person; recorded for staff, no texts
    of people.
    """

    code: str
    flow: FlowId
    step: str


@dataclass(frozen=True, slots=True)
class Finish:
    """A run ended; counted for `done()` and `started()`."""

    flow: FlowId
    outcome: str
    """`done`, `cancelled` or `left` (runaway protection)."""


@dataclass(frozen=True, slots=True)
class Begin:
    """A run started."""

    flow: FlowId


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """The person chose a language."""

    language: str


@dataclass(frozen=True, slots=True)
class Reach:
    """The person can or can no longer be reached on this channel."""

    reachable: bool


@dataclass(frozen=True, slots=True)
class Export:
    """Hand out everything stored about the person as a JSON file attached to `message`."""

    message: Message
    name: str
    """File name, `.json`."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file made in a decision."""

    name: str
    media_type: str
    content: bytes
    alternative: str = ""
    """What the picture shows, for people who do not see it."""


@dataclass(frozen=True, slots=True)
class HandOut:
    """Send files that this turn made, attached to `message` in their order."""

    message: Message
    files: tuple[NewFile, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """Answer an event. If the commit finds another place than expected, the turn is decided again."""

    event: EventId
    reply: Reply
    revision: int
    """Of the event that this was decided on."""
    expected: Place
    """What the person is told that they get."""
    news: Message
    """To whoever gets a seat by it."""
    ahead: int | None = None
    """How many the person is told come before them on the waiting list."""
    unsure: Message | None = None
    """Stands in for the `Edit` of its key if others were faster and `ahead` is not so any more."""


@dataclass(frozen=True, slots=True)
class Erase:
    """Erase everything of the person, then say `farewell`, whose row is erased once delivered."""

    farewell: Message


Effect = (
    Send
    | Edit
    | Remember
    | Forget
    | SetTimer
    | CancelTimer
    | AddTask
    | Escalate
    | Miss
    | Opinion
    | Settle
    | Propose
    | Problem
    | Begin
    | Finish
    | SetLanguage
    | Reach
    | Export
    | HandOut
    | Register
    | Erase
)
