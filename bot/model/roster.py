"""People in bulk: the lines of a file about them, what is known of each, and how far a file is. No rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.model.announcement import NewsKind
from bot.model.values import FieldRef, Value
from bot.model.who import Address, AssociationId, PersonId

RosterId = NewType("RosterId", int)


class Change(StrEnum):
    """What a line does."""

    EXPECTED = "expected"
    """Somebody who has not written yet: kept until they do."""
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


class RosterKind(StrEnum):
    """What staff asked for."""

    EXPORT = "export"
    IMPORT = "import"


class RosterState(StrEnum):
    """Where that stands."""

    ASKED = "asked"
    """To be made, or to be looked through."""
    SHOWN = "shown"
    """A preview was shown; nothing happens before somebody agrees."""
    AGREED = "agreed"
    """Being applied."""
    DONE = "done"
    DROPPED = "dropped"


class RosterOrder(StrEnum):
    """What is said to a preview."""

    APPLY = "apply"
    REPLACE = "replace"
    """Look again: what people answered themselves gives way."""
    KEEP = "keep"
    """Look again: it stays."""
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a line is refused."""

    column: str
    """The column's name as the file has it; empty: it is about the whole line."""
    phrase: str
    """Key of the phrase that says why."""
    values: Mapping[str, str | int | float] = field(default_factory=dict)
    """What fills it."""


@dataclass(frozen=True, slots=True)
class Given:
    """One cell with an answer in it."""

    column: str
    field: FieldRef
    raw: str
    """As the file has it."""
    value: Value | None
    """What it means; None if that cannot be said, see `flaw`."""
    flaw: Flaw | None = None
    personal: bool = False
    erase_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, as far as it can be read without looking anybody up."""

    number: int
    """As spreadsheets count: the header is 1."""
    who: str
    """The cells that say whom it is about, for the report."""
    person: PersonId | None
    address: Address | None
    name: str = ""
    """Empty, like all below: the file says nothing about it."""
    language: str = ""
    refuses: frozenset[NewsKind] = frozenset()
    """Kinds of announcements that are not for them."""
    given: tuple[Given, ...] = ()
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody as the store knows them, for a file or against one."""

    person: PersonId | None
    """None: expected, they have not written yet."""
    address: Address | None
    """On Telegram; None without one."""
    name: str = ""
    language: str = ""
    reachable: bool = True
    association: AssociationId | None = None
    refuses: frozenset[NewsKind] = frozenset()
    answers: Mapping[FieldRef, Value] = field(default_factory=dict)
    """Of the profile: their own and their association's."""
    imported: frozenset[FieldRef] = frozenset()
    """Those of them that came from a file."""


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a line's number and address lead to."""

    by_number: Listed | None = None
    by_address: Listed | None = None
    erased: bool = False
    """Nobody is at the address, and who was there asked to be forgotten."""
    group: bool = False
    """Several people talk there."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What becomes of a line."""

    line: Line
    change: Change
    known: Listed | None = None
    """Who it is about; None if nobody knows them."""
    name: str | None = None
    """To be written; None leaves it, like all below."""
    language: str | None = None
    refuses: frozenset[NewsKind] | None = None
    puts: tuple[Given, ...] = ()
    kept: int = 0
    """Answers that differ and stay, as the person gave them."""
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lines came out how."""

    expected: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    kept: int = 0
    """Answers that stay, as people gave them."""
    upto: int = 0
    """Number of the last line that was counted."""

    @property
    def lines(self) -> int:
        """All of them."""
        return self.expected + self.changed + self.same + self.refused


@dataclass(frozen=True, slots=True)
class Roster:
    """Something that staff asked for."""

    id: RosterId
    person: PersonId
    address: Address
    """Where they asked, and are told."""
    kind: RosterKind
    state: RosterState
    condition: str
    """export: about whom; empty: everybody."""
    file: str
    """import: hash of the file's bytes."""
    name: str
    """import: its name."""
    replaces: bool
    """import: also where people answered themselves."""
    tally: Tally
    """import, agreed: how far it is."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Who is known."""

    people: int
    unreachable: int
    expected: int
