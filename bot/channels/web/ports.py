"""What the page needs of the rest of the program. Protocols and their plain values; `app` fills them in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.channels.web.texts import TEXT_KEYS
from bot.model.message import Message
from bot.model.values import StoredFile
from bot.model.who import Address


@dataclass(frozen=True, slots=True)
class Said:
    """What a person wrote or handed in, as the history keeps it."""

    id: str
    """Unique in the conversation."""
    at: datetime
    """Aware."""
    text: str
    """As typed, plain text; may be empty beside a file."""
    file: StoredFile | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the assistant said, as it stands after its last edit."""

    reference: str
    """The `Delivered.reference` that the channel gave."""
    at: datetime
    """Aware; when it was first sent."""
    message: Message


class History(Protocol):
    """The last messages of a conversation, from the store."""

    async def recent(self, address: Address) -> Sequence[Said | Shown]:
        """Delivered and received messages, oldest first; empty for an address never seen."""
        ...


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a conversation, to be handed out."""

    name: str
    media_type: str
    path: Path
    """Where its bytes lie."""


class Files(Protocol):
    """The files of conversations, in the data folder."""

    async def keep(self, content: bytes, name: str, media_type: str) -> StoredFile:
        """Store what a person handed in, under its hash."""
        ...

    async def find(self, address: Address, sha256: str) -> KeptFile | None:
        """A file that was handed in or sent in this conversation; None for any other."""
        ...


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A command in the page's menu."""

    command: str
    """Without the slash."""
    label: str
    """What it does, in a few words."""


@dataclass(frozen=True, slots=True)
class Face:
    """The words of the page itself."""

    texts: Mapping[str, str]
    """One for each of TEXT_KEYS."""
    menu: Sequence[MenuEntry] = ()
    language: str = "fr"
    """IETF tag of those words."""

    def __post_init__(self) -> None:
        missing = [key for key in TEXT_KEYS if not self.texts.get(key)]
        if missing:
            raise ValueError(f"texts of the web page are missing: {', '.join(missing)}")


@dataclass(frozen=True, slots=True)
class Start:
    """A flow that an author may start at any of its steps."""

    flow: str
    title: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PanelState:
    """What an author sees beside the conversation."""

    flow: str = ""
    """Current flow, empty between journeys."""
    step: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    """Names and values, as the author writes them."""
    verdict: tuple[str, ...] = ()
    """The last verdict of the knowledge base, explained line by line."""
    problems: tuple[str, ...] = ()
    """What `check` says of the content now."""
    staff: bool = False
    starts: tuple[Start, ...] = ()


class Panel(Protocol):
    """The author's panel; absent outside local mode."""

    async def state(self, address: Address) -> PanelState:
        """How this conversation stands."""
        ...

    async def be_staff(self, address: Address, staff: bool) -> None:
        """Give or take the standing of staff."""
        ...

    async def start(self, address: Address, flow: str, step: str) -> None:
        """Begin a flow at a step, or at its beginning when `step` is empty. LookupError if there is none."""
        ...
