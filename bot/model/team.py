"""Who has a role, and what they did: what staff see of each other. No rules."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from bot.model.who import PersonId, Standing


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a role."""

    id: PersonId
    name: str
    """First name as their channel gives it; may be empty."""
    standing: Standing


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal."""

    id: int
    """Grows with time."""
    at: datetime
    name: str
    """First name of who did it; empty for the command line, and once the person is erased."""
    act: str
    """Slug, see `effects.Audit`."""
    about: str
    """What it was done to; may be empty."""
    title: str = ""
    """What people know it by: of an event its title, of an announcement its text in light Markdown; empty
    where there is none (any more)."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that was tried without the right to, by day."""

    day: str
    """ISO date, UTC."""
    act: str
    place: str
    """Where: a channel, or `group`."""
    count: int


@dataclass(frozen=True, slots=True)
class Team:
    """Everybody with a role, and the latest lines of the journal, the newest first."""

    members: tuple[Member, ...] = ()
    journal: tuple[Entry, ...] = ()
    refused: tuple[Refused, ...] = ()


def invitation_digest(token: str) -> str:
    """What is kept of an invitation's token."""
    return hashlib.sha256(token.encode()).hexdigest()
