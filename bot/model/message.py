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
    folded: Markdown = field(default=Markdown(""))
    """Longer text that the channel may fold away (an expandable quotation)."""


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
