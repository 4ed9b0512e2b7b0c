"""People as a table: its columns as flows declare them, and what is written into a cell. Pure; what a written
one means is read in `roster_line.py`, files elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from unicodedata import normalize

from bot.flows.field import Declared, field_ref
from bot.flows.french import shorten
from bot.flows.phrases import Phrases
from bot.flows.shelf import Shelf
from bot.flows.steps.ask import Ask
from bot.flows.typed import READERS
from bot.knowledge.text import fold
from bot.model.announcement import NewsKind
from bot.model.roster import Flaw, Given, Listed
from bot.model.values import FieldRef, FlowId, RunId, Value

FIXED = ("person", "address", "name", "language", "news", "reachable")
"""Columns that every table has; how they are called: `people_column_…` in the phrases, or just so."""
READ_ONLY = ("reachable",)
"""Written, and passed over when the table comes back."""
TYPES = (*READERS, "choice", "choices", "yes_no", "scale")
"""Field types that a cell can hold."""
BETWEEN = " | "
"""Between several choices in one cell."""
SHOWN = 40
"""Characters of a cell that a report repeats."""


class Unreadable(ValueError):
    """The header does not say what the table is; each flaw is for people."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__(", ".join(flaw.phrase for flaw in flaws))
        self.flaws = tuple(flaws)


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    id: str
    """One of `FIXED`, or a field's name."""
    label: str
    """As it is written: of a field its label (`Field.label`), else its name, which a file may use as well."""
    declared: Declared | None = None
    """How the field is declared; None for the fixed ones."""
    ask: Ask | None = None
    """The question whose answers stand in it; None: nothing can be taken from it."""

    @property
    def field(self) -> FieldRef | None:
        """The answer behind it."""
        if self.declared is None:
            return None
        return field_ref(self.id, self.declared.owner, FlowId(""), RunId(""))

    @property
    def read(self) -> bool:
        """Whether a file can change what it shows."""
        return self.ask is not None or (self.declared is None and self.id not in READ_ONLY)


def columns_of(shelf: Shelf) -> tuple[Column, ...]:
    """Every column of the table: the fixed ones, then what flows ask for and work out about a person and
    their association. Files that people handed in are none.
    """
    fixed = tuple(Column(id, shelf.phrases.label(f"people_column_{id}")) for id in FIXED)
    asked: dict[str, Ask] = {}
    for flow in shelf.flows.values():
        for step in flow.steps:
            if isinstance(step, Ask) and "." in step.field.name and step.field.type in TYPES:
                asked.setdefault(step.field.name, step)
    taken = {plain(name) for name in (*shelf.profile, *FIXED, *(column.label for column in fixed))}
    labels = {}
    for name, ask in asked.items():
        if ask.field.label and plain(ask.field.label) not in taken:
            labels[name] = ask.field.label
            taken.add(plain(ask.field.label))
    fields = tuple(
        Column(
            name,
            labels.get(name, name),
            declared,
            None if declared.people or declared.listed else asked.get(name),
        )
        for name, declared in shelf.profile.items()
        if declared.type not in ("file", "post")
    )
    return (*fixed, *fields)


def header_of(header: Sequence[str], columns: Sequence[Column]) -> tuple[Column, ...]:
    """The column behind each cell of a header. Unreadable with everything that is wrong with it."""
    names = {plain(name): column for column in columns for name in (column.id, column.label)}
    found, flaws = [names.get(plain(cell)) for cell in header], []
    for cell, column in zip(header, found, strict=True):
        if column is None:
            near = get_close_matches(plain(cell), names, n=1, cutoff=0.6)
            guess = names[near[0]].label if near else ""
            phrase = "people_unknown_column_like" if near else "people_unknown_column"
            flaws.append(Flaw(cell, phrase, {"column": shorten(cell, SHOWN) or "?", "guess": guess}))
    known = [column for column in found if column is not None]
    labels = [column.label for column in known]
    for label in dict.fromkeys(labels):
        if labels.count(label) > 1:
            flaws.append(Flaw(label, "people_column_twice", {"column": label}))
    if not flaws and not any(column.id in ("person", "address") for column in known):
        person, address = (column.label for column in columns[:2])
        flaws.append(Flaw("", "people_no_key_column", {"address": address, "person": person}))
    if flaws:
        raise Unreadable(flaws)
    return tuple(known)


def names_of(columns: Sequence[Column]) -> frozenset[str]:
    """Every name of a column, for `known_name`."""
    return frozenset(plain(name) for column in columns for name in (column.id, column.label))


def known_name(cell: str, names: frozenset[str]) -> bool:
    """Whether a cell of a header is one of them."""
    return plain(cell) in names


@lru_cache(maxsize=4096)  # a column holds few different answers
def plain(text: str) -> str:
    """Without case, accents and more than one space: as a cell and a label are compared."""
    return " ".join(fold(text).split())


def write_line(listed: Listed, columns: Sequence[Column], phrases: Phrases) -> tuple[str, ...]:
    """The cells about one person."""
    return tuple(_written(listed, column, phrases) for column in columns)


def _written(listed: Listed, column: Column, phrases: Phrases) -> str:
    match column.id:
        case "person":
            return "" if listed.person is None else str(listed.person)
        case "address":
            return "" if listed.address is None else str(listed.address)
        case "name":
            return listed.name
        case "language":
            return listed.language
        case "news":
            return BETWEEN.join(phrases.label(f"news_{kind}") for kind in NewsKind if kind in listed.refuses)
        case "reachable":
            known = "expected" if listed.person is None else "yes" if listed.reachable else "no"
            return phrases.label(f"people_reachable_{known}")
    field = column.field
    value = None if field is None else listed.answers.get(field)
    return "" if value is None else write_cell(value, column, phrases)


def write_cell(value: Value, column: Column, phrases: Phrases) -> str:
    """An answer as it stands in a cell: `read_cell` gives it back, also after a spreadsheet had the file.

    Choices by their labels: of an id such as `1-2` a spreadsheet makes the 1st of February.
    """
    match value:
        case bool():
            return phrases.label("button_yes" if value else "button_no")
        case int():
            return str(value)
        case float():
            return f"{Decimal(repr(value)):f}".replace(".", ",")
        case tuple():
            return BETWEEN.join(_label(item, column) for item in value)
    return _label(value, column)


def _label(value: str, column: Column) -> str:
    choices = column.declared.choices if column.declared else ()
    labels = [plain(choice.label) for choice in choices]
    for choice in choices:
        if choice.id == value:
            alone = labels.count(plain(choice.label)) == 1 and BETWEEN.strip() not in choice.label
            return choice.label if alone else value
    return value


def differs(given: Given, known: Listed, column: Column, phrases: Phrases) -> bool:
    """Whether a cell says something else than what is known; what was written out is never something else,
    even if its field has changed since.
    """
    now = known.answers.get(given.field)
    if now is None:
        return True
    return given.value != now and given.raw != normalize("NFC", write_cell(now, column, phrases).strip())
