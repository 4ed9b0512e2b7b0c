"""What goes out: the neutral message that every channel renders in its own way."""

from dataclasses import dataclass, field
from typing import Literal, NewType

Markdown = NewType("Markdown", str)
"""Light Markdown (bold, italic, links, lists, quotes, paragraphs) in which every filled-in value is
escaped.
"""


@dataclass(frozen=True, slots=True)
class Option:
    """An answer or a way out that can be tapped."""

    id: str
    """Stable id: the authored choice id (`moyens`), a control (`back`) or a target (`go.faire-
    connaissance`).
    """
    label: str
    """What the person reads, plain text."""
    act: str
    """What a tap sends back (`Tap.act`), at most 48 bytes so that a channel can sign it; empty for a link."""
    link: str = ""
    """Instead of an act: the web address that a tap opens."""

    def __post_init__(self) -> None:
        if not self.label or len(self.act.encode()) > 48 or bool(self.act) == bool(self.link):
            raise ValueError(
                f"option {self.id!r}: empty label, act {self.act!r} over 48 bytes, or not either act or link"
            )


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that goes out with a message."""

    name: str
    media_type: str
    sha256: str
    """Its bytes lie in the data folder under this hash."""
    alternative: str = ""
    """What the picture shows, for people who do not see it."""


@dataclass(frozen=True, slots=True)
class Poll:
    """A question that the channel itself lets people answer by a tap; whoever asks sees who answered what."""

    question: str
    """Plain text, at most 300 characters (Bot API, sendPoll)."""
    options: tuple[str, ...]
    """Answers, 2 to 12, plain text, at most 100 characters each."""
    several: bool = False
    """More than one answer may be given."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A place of its own within a group, for messages about one thing; made when the first one goes out."""

    title: str
    """Plain text, 1 to 128 characters (Bot API, createForumTopic)."""
    icon: str = ""
    """An emoji in front of the title; left out where it cannot be shown."""
    closed: bool = False
    """Nobody writes there any more."""
    gone: bool = False
    """Take it away with all that is in it; the message stands there where that cannot be done."""
    at: str = ""
    """The channel's own id of it. Filled in by the outbox; empty: it has yet to be made."""
    shown: str = ""
    """`looks` of it, as they are by now. Filled in by the outbox."""
    first: str = ""
    """Where there are no topics: the message that all others in it answer. Filled in by the outbox."""

    @property
    def looks(self) -> str:
        """All that is seen of it without opening it."""
        return f"{self.icon}{'-' if self.closed else '+'}{self.title}"

    @property
    def was_closed(self) -> bool:
        """Whether it is closed by now."""
        return next((sign for sign in self.shown if sign in "+-"), "+") == "-"


@dataclass(frozen=True, slots=True)
class Message:
    """One outgoing message."""

    text: Markdown
    options: tuple[Option, ...] = ()
    """Answers, one a row unless a channel fits two."""
    controls: tuple[Option, ...] = ()
    """Ways out (Retour, Passer, Pause): always last, always alike."""
    attachments: tuple[AttachedFile, ...] = ()
    key: str | None = None
    """Name within the conversation under which a later `Edit` finds it."""
    request: Literal["phone", "location"] | None = None
    """Ask the channel to offer its own button that shares this."""
    silent: bool = False
    """No notification: another message of the same turn follows."""
    reply_to: str = ""
    """Where several people talk: the channel's own id of the message that this one answers."""
    steady: bool = False
    """A later `Edit` changes its words and buttons alone: the files that went out with it stay."""
    folded: Markdown = field(default=Markdown(""))
    """Longer text that the channel may fold away (an expandable quotation)."""
    copied: str = ""
    """A post on the channel itself that goes out as it is, `chat/message` in the channel's own ids; the text
    then stands for it wherever it cannot be copied."""
    poll: Poll | None = None
    """Stands below the text; a channel that has no polls leaves it out."""
    topic: Topic | None = None
    """Where in a group it stands. With no text, only the topic is brought up to date."""
    mark: str = ""
    """An emoji shown on the message `reply_to` instead of saying the text, where the channel can do that."""
    recalls: bool = False
    """Where this replaces an earlier message: take that one away; this text stands in its place if it is too
    late for that."""


@dataclass(frozen=True, slots=True)
class Card:
    """An answer that a person can share into any chat (Bot API, inline mode)."""

    id: str
    """Stable id, the entry's."""
    title: str
    """What the person picks it by, plain text."""
    summary: str
    """One line under the title, plain text."""
    message: Message
    """What is then said in that chat; its options are links only."""
