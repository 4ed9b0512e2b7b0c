"""What arrives: the closed set of inputs that a channel, a timer or a membership change can bring."""

import re
from dataclasses import dataclass, field
from typing import Literal

from bot.model.message import Markdown, Poll
from bot.model.values import StoredFile

COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+(.*))?", re.DOTALL)
"""A command as people type it: its name, which bot is meant where several listen, its argument."""

PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What a deep link can carry (Bot features, "Deep linking")."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words that a person typed."""

    text: str
    forwarded: bool = False
    """They wrote it elsewhere, or somebody else did: words like any others, but never a command."""
    post: str = field(default="", compare=False)
    """The channel's own `chat/message` of it, for a `Message.copied`; empty where nothing can be copied."""
    marked: Markdown = field(default=Markdown(""), compare=False)
    """The same text in light Markdown, where some of it was emphasised or linked; empty elsewhere."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A button was pressed. `act` is the `Option.act` of that button; treat it as forged until checked."""

    act: str
    post: str = field(default="", compare=False)
    """The channel's own id of the message that carries the button; empty if it does not tell."""


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command, name in lower case without the slash."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """The person came by a deep link; what it carries is a `PAYLOAD`."""

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
    """Something else than words: a file already stored, a contact, a location, or a poll."""

    content: StoredFile | Contact | Location | Poll
    text: str = field(default="", compare=False)
    """What was written below it."""
    post: str = field(default="", compare=False)
    """As of an `Utterance`."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """Something that the assistant cannot take: a sticker, a voice message, a file over the limit."""

    what: Literal["voice", "sticker", "too_large", "other"]
    post: str = field(default="", compare=False)
    """As of an `Utterance`: it can be copied all the same."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Something that the person had sent reads otherwise now."""

    content: Utterance | Unusable
    """As it is now; what is no text comes as `Unusable`. Its `post` is that of what was sent."""


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


@dataclass(frozen=True, slots=True)
class StaffReply:
    """Something that was done where staff see to requests: in the topic of one, or in answer to a message
    about one. Whether who did it may, is for the decision to ask.
    """

    input: Utterance | Tap | Unusable
    """What is no text comes as `Unusable`, whose `post` can be copied."""
    by: str = ""
    """The channel's own id of who did it; empty: it was done in a way that hides who it was."""
    disguise: Literal["", "anonymous", "forward", "via_bot", "channel"] = ""
    """In which way."""
    message: str = ""
    """The channel's own id of the message."""
    reply_to: str = ""
    """The channel's own id of the message that is answered; empty if there is none."""
    thread: str = ""
    """The channel's own id of the topic; empty where there are none."""
    edited: bool = False
    """It was written before, and reads so now."""


Input = (
    Utterance
    | Tap
    | Command
    | Opening
    | Attachment
    | Unusable
    | Rewritten
    | Timeout
    | Membership
    | InGroup
    | StaffReply
)
