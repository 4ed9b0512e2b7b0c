"""What a person asks of staff: where it stands, the table of its legal changes, and what is seen of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.model.message import Message
from bot.model.team import Member
from bot.model.who import Address, Person, PersonId

RequestId = NewType("RequestId", int)


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    """Nobody sees to it yet."""
    TAKEN = "taken"
    """Somebody of staff sees to it, and it is their turn."""
    WAITING = "waiting"
    """Staff answered: it is the person's turn."""
    CLOSED = "closed"
    REOPENED = "reopened"
    """Closed too soon: nobody sees to it yet, again."""


class Deed(StrEnum):
    """What happens to a request."""

    TAKE = "take"
    RELEASE = "release"
    """Staff give it back to the others."""
    ANSWER = "answer"
    """Staff wrote to the person."""
    WRITE = "write"
    """The person wrote to staff."""
    CLOSE = "close"
    REOPEN = "reopen"


_OPEN, _TAKEN, _WAITING = RequestState.OPEN, RequestState.TAKEN, RequestState.WAITING
_CLOSED, _REOPENED = RequestState.CLOSED, RequestState.REOPENED

CHANGES: Mapping[tuple[RequestState, Deed], RequestState] = {
    (_OPEN, Deed.TAKE): _TAKEN,
    (_OPEN, Deed.ANSWER): _WAITING,
    (_OPEN, Deed.WRITE): _OPEN,
    (_OPEN, Deed.CLOSE): _CLOSED,
    (_TAKEN, Deed.TAKE): _TAKEN,
    (_TAKEN, Deed.RELEASE): _OPEN,
    (_TAKEN, Deed.ANSWER): _WAITING,
    (_TAKEN, Deed.WRITE): _TAKEN,
    (_TAKEN, Deed.CLOSE): _CLOSED,
    (_WAITING, Deed.TAKE): _TAKEN,
    (_WAITING, Deed.RELEASE): _OPEN,
    (_WAITING, Deed.ANSWER): _WAITING,
    (_WAITING, Deed.WRITE): _TAKEN,
    (_WAITING, Deed.CLOSE): _CLOSED,
    (_CLOSED, Deed.REOPEN): _REOPENED,
    (_REOPENED, Deed.TAKE): _TAKEN,
    (_REOPENED, Deed.ANSWER): _WAITING,
    (_REOPENED, Deed.WRITE): _REOPENED,
    (_REOPENED, Deed.CLOSE): _CLOSED,
}
"""State and deed -> the state after it. What is not here is not possible."""

ICONS: Mapping[RequestState, str] = {
    _OPEN: "❗",
    _TAKEN: "✍",
    _WAITING: "💬",
    _CLOSED: "✅",
    _REOPENED: "‼",
}
"""What a topic shows in front of its title; all of them are among Telegram's icons for topics."""

SCORES = ("good", "half", "bad")
"""What a person says at the end: yes, in part, no."""

TIMER_CLOSED = "request-closed."
TIMER_STALE = "request-stale."
"""In front of a request's number: the timers by which its person hears that it is closed, and staff that it
waits."""

NUMBER = "\ue000"
"""Stands for the number of a request in texts written before it has one."""


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """The open request of the person who is talking."""

    id: RequestId
    state: RequestState
    talking: bool
    """What the person writes goes to staff, not to the assistant."""
    shared: bool | None
    """Whether their answers go with it; None: they were not asked, or did not say."""
    title: str
    opened: datetime
    answered: datetime | None
    """When staff answered first; None: not yet."""
    reason: str = ""
    """Where it came from, see `effects.Escalate`."""
    text: str = ""
    """What it is about, in the person's words; may be empty."""


@dataclass(frozen=True, slots=True)
class RequestSeen:
    """A request as staff see it."""

    id: RequestId
    person: PersonId
    name: str
    """First name of the person; may be empty."""
    address: Address
    """Where they are answered."""
    reachable: bool
    title: str
    text: str
    """The question that came with it; may be empty."""
    state: RequestState
    assigned: PersonId | None
    assigned_name: str
    opened: datetime
    answered: datetime | None
    closed: datetime | None
    talking: bool
    answer: str
    """What staff wrote last; may be empty."""
    pack: Message | None
    """What staff were shown first; None for a request from before there were any."""
    another: bool = False
    """The person has another request that is open: this one, if closed, stays so."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a staff turn in a group is decided on."""

    member: Person | None = None
    """Who acts; None: nobody whom we know from a private chat."""
    request: RequestSeen | None = None
    """Which request it is about; None: none."""
    team: tuple[Member, ...] = ()
    """Everybody with a role, for a member who may answer."""


def after(state: RequestState, deed: Deed) -> RequestState | None:
    """The state that a deed leads to; None if it is not possible."""
    return CHANGES.get((state, deed))
