"""Who takes part: addresses, persons, associations. No rules about what they may do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Self

PersonId = NewType("PersonId", int)
AssociationId = NewType("AssociationId", int)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person is reached: one channel and the person's id on it, written `telegram:4711`."""

    channel: str
    """Name of the channel: `telegram`, `web` or `terminal`."""
    id: str
    """The channel's own id of the conversation, never empty."""

    def __post_init__(self) -> None:
        if not self.channel or not self.id or ":" in self.channel:
            raise ValueError(f"not an address: channel {self.channel!r}, id {self.id!r}")

    def __str__(self) -> str:
        return f"{self.channel}:{self.id}"

    @classmethod
    def parse(cls, written: str) -> Self:
        """The address that `str` wrote; ValueError if it is not one."""
        channel, _, rest = written.partition(":")
        return cls(channel, rest)


class Standing(StrEnum):
    """What a person is to the assistant; what each may do stands in `rights.RIGHTS`."""

    MEMBER = "member"
    ORGANISER = "organiser"
    """Brings people of a territory or a group together: "animation"."""
    STAFF = "staff"
    ADMIN = "admin"
    """Named in the settings, and nowhere else."""


@dataclass(frozen=True, slots=True)
class Person:
    """A human being as the store knows them."""

    id: PersonId
    name: str = ""
    """First name as the channel gives it, shown literally; may be empty."""
    standing: Standing = Standing.MEMBER
    language: str = "fr"
    """IETF tag of the language they chose."""
    reachable: bool = True
    """False once a channel said that they blocked us; an unblock or any message sets it again."""
    association: AssociationId | None = None
    """The association for which they act; exists from their first association answer."""


@dataclass(frozen=True, slots=True)
class Association:
    """The organisation for which people act; its members share its answers."""

    id: AssociationId
    members: tuple[tuple[PersonId, str], ...] = ()
    """Ids and first names of the people who act for it, oldest first."""
