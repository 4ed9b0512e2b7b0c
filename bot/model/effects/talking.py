"""What is said to the person who did something, and the files that go with it."""

from dataclasses import dataclass

from bot.model.message import Message


@dataclass(frozen=True, slots=True)
class Send:
    """Say this to the person."""

    message: Message
    kept: bool = True
    """Whether it stays in the history. Not so what gives a right to whoever reads it."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the message that went out under `message.key`; sent anew where it cannot be found."""

    message: Message


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
