"""What arrives: the closed set of inputs that a channel, a timer or a membership change can bring."""

from dataclasses import dataclass
from typing import Literal

from bot.model.values import StoredFile


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words that a person typed."""

    text: str
    forwarded: bool = False
    """They wrote it elsewhere, or somebody else did: words like any others, but never a command."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A button was pressed. `act` is the `Option.act` of that button; treat it as forged until checked."""

    act: str


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command, name in lower case without the slash."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """The person came by a deep link; the payload is at most 64 of `A-Za-z0-9_-` (Bot API, deep linking)."""

    payload: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A phone number shared by the channel's own contact button."""

    phone: str


@dataclass(frozen=True, slots=True)
class Location:
    """A place shared by the channel's own location button, WGS 84 degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something else than words: a file already stored, a contact, or a location."""

    content: StoredFile | Contact | Location


@dataclass(frozen=True, slots=True)
class Unusable:
    """Something that the assistant cannot take: a sticker, a voice message, a file over the limit."""

    what: Literal["voice", "sticker", "too_large", "other"]


@dataclass(frozen=True, slots=True)
class Timeout:
    """A timer of this person is due; stale if the session no longer knows its key."""

    key: str


@dataclass(frozen=True, slots=True)
class Membership:
    """The person blocked or unblocked us on this channel."""

    change: Literal["blocked", "unblocked"]


@dataclass(frozen=True, slots=True)
class InGroup:
    """What is meant for us where several people talk: words, a tap, or that we were let in or put out.

    Nothing else that is said there reaches a decision. Words may be empty: we were only called by name.
    """

    input: Utterance | Tap | Membership
    reply_to: str = ""
    """The channel's own id of the message that is answered; empty if there is none."""
    thread: str = ""
    """The channel's own id of the topic of a forum in which this was; empty outside a forum."""


Input = Utterance | Tap | Command | Opening | Attachment | Unusable | Timeout | Membership | InGroup
