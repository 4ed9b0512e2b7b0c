"""Events and who comes to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.model.effects.talking import HandOut
from bot.model.event import Event, EventId, Place, Reply
from bot.model.message import Message
from bot.model.who import PersonId


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
class News:
    """What people are told of a change of an event."""

    promoted: Message
    """To those who get a seat by it."""
    told: Mapping[Place, HandOut] = field(default_factory=dict)
    """To the others, by their place."""


@dataclass(frozen=True, slots=True)
class Publish:
    """Staff announce an event, change it or call it off; the right is asked for again in the commit, which
    also writes the journal. If somebody else changed the event meanwhile, the turn is decided again.
    """

    event: Event
    """As it will be, of the revision after the one stored."""
    news: News


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Somebody is there: by the list of staff, who must have the right, or by the code at the door."""

    event: EventId
    person: PersonId | None = None
    """None: somebody who came without the assistant, under `name`."""
    name: str = ""
    code: str | None = None
    """The code that the person themselves came with; None: staff checks them in. One that is not the door's
    has the turn decided again.
    """


@dataclass(frozen=True, slots=True)
class CheckOut:
    """Staff take a check-in back."""

    event: EventId
    person: PersonId | None = None
    """Whose; None: the one of that number."""
    attendance: int = 0


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """Staff want a code for the door: made if there is none, or anew. The right is asked for again."""

    event: EventId
    code: str
    """Lower-case letters and digits, unguessable."""


@dataclass(frozen=True, slots=True)
class RemindNow:
    """Staff have those who come reminded at once, or after the quiet hours; the right is asked for again."""

    event: EventId
