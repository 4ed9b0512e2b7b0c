"""A line of a table about people: whom it is about, what its cells mean, and why one is refused. Pure; nobody
is looked up here.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache

from bot.flows.field import NOW
from bot.flows.french import shorten
from bot.flows.phrases import Phrases
from bot.flows.roster import SHOWN, Column, plain
from bot.flows.steps.ask import REFUSALS, Ask
from bot.flows.typed import READERS, Bad, Bounds
from bot.model.announcement import NewsKind
from bot.model.roster import Flaw, Given, Line
from bot.model.values import FieldRef, Value
from bot.model.who import Address, PersonId

LISTED = 6
"""Choices that a report names."""
TELEGRAM_BITS = 52
"""A person's id on Telegram has at most so many significant bits (Bot API, `User.id`)."""

_NUMBER = re.compile(r"[+-]?[\d\s.,\u00a0\u202f]*\d\s*(€|%|euros?)?", re.IGNORECASE)
_WITH_YEAR = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d{1,2}[/. -]\d{1,2}[/. -](\d{4}|\d{2})|\d{1,2}(er)?\s+\S+\s+\d{4}"
)
_YEAR = re.compile(r"\d{4}")
_ROUNDED = re.compile(r"\d+[.,]\d+e[+-]?\d+", re.IGNORECASE)
"""What a spreadsheet makes of a long number that it shows in short."""


def read_line(
    number: int,
    cells: Sequence[str],
    columns: Sequence[Column],
    phrases: Phrases,
    *,
    now: datetime,
    today: date,
) -> Line:
    """What a line says. Cells beyond the header are refused, missing ones are empty; an empty cell says
    nothing and changes nothing.
    """
    by_id = {column.id: (column, cell) for column, cell in zip(columns, cells, strict=False) if cell}
    flaws = [Flaw("", "people_too_many_cells")] if any(cells[len(columns) :]) else []
    key = {id: by_id[id][1] for id in ("person", "address") if id in by_id}
    person = _read_person(key.get("person", ""), by_id, flaws)
    address = _read_address(key.get("address", ""), by_id, flaws)
    if not key:
        flaws.append(Flaw("", "people_no_key"))
    language, refuses = _read_language(by_id, phrases, flaws), _read_news(by_id, phrases, flaws)
    given = []
    for column, cell in by_id.values():
        field = column.field
        if column.ask is not None and field is not None:
            given.append(_given(column, column.ask, field, cell, phrases, now=now, today=today))
    who = shorten(" ".join(key.values()), SHOWN)
    name = by_id["name"][1] if "name" in by_id else ""
    return Line(number, who, person, address, name, language, refuses, tuple(given), tuple(flaws))


Cells = Mapping[str, tuple[Column, str]]


def _read_person(cell: str, cells: Cells, flaws: list[Flaw]) -> PersonId | None:
    if not cell:
        return None
    if cell.isascii() and cell.isdigit() and len(cell) < 16:
        return PersonId(int(cell))
    flaws.append(Flaw(cells["person"][0].label, "people_bad_number", {"value": shorten(cell, SHOWN)}))
    return None


def _read_address(cell: str, cells: Cells, flaws: list[Flaw]) -> Address | None:
    if not cell:
        return None
    id = cell.removeprefix("telegram:").strip()
    if id.isascii() and id.isdigit() and 0 < int(id) < 1 << TELEGRAM_BITS:
        return Address("telegram", str(int(id)))
    phrase = "people_bad_address"
    if _ROUNDED.fullmatch(id):
        phrase = "people_rounded_address"
    elif id.startswith("@"):
        phrase = "people_username"
    flaws.append(Flaw(cells["address"][0].label, phrase, {"value": shorten(cell, SHOWN)}))
    return None


def _read_language(cells: Cells, phrases: Phrases, flaws: list[Flaw]) -> str:
    if "language" not in cells:
        return ""
    column, cell = cells["language"]
    for tag, name in phrases.languages.items():
        if plain(cell) in (plain(tag), plain(name)):
            return tag
    flaws.append(_no_choice(column, cell, list(phrases.languages)))
    return ""


def _read_news(cells: Cells, phrases: Phrases, flaws: list[Flaw]) -> frozenset[NewsKind]:
    if "news" not in cells:
        return frozenset()
    column, cell = cells["news"]
    labels = {kind: phrases.label(f"news_{kind}") for kind in NewsKind}
    found = set()
    for piece in _pieces(cell):
        meant = [kind for kind, label in labels.items() if plain(piece) in (plain(kind), plain(label))]
        if not meant:
            flaws.append(_no_choice(column, piece, list(labels.values())))
        found.update(meant)
    return frozenset(found)


def _given(
    column: Column, ask: Ask, field: FieldRef, cell: str, phrases: Phrases, *, now: datetime, today: date
) -> Given:
    read = read_cell(cell, column, ask, phrases, today=today)
    erase_after = ask.field.keep.after(now) if ask.field.keep else None
    if isinstance(read, Flaw):
        return Given(column.label, field, cell, None, read)
    return Given(column.label, field, cell, read, None, ask.personal, erase_after)


def read_cell(cell: str, column: Column, ask: Ask, phrases: Phrases, *, today: date) -> Value | Flaw:
    """What a written cell means, by the reader of typed answers; stricter where a conversation asks back.

    Only what stands in the cell counts: no number within a sentence, no day without its year.
    """
    bad = Flaw(column.label, REFUSALS[ask.field.type], {"min": ask.field.min or 1})
    match ask.field.type:
        case "choice":
            return _choice(cell, column, ask)
        case "choices":
            return _choices(cell, column, ask)
        case "yes_no":
            return _yes_no(cell, column, phrases)
        case "scale":
            return _degree(cell, column, ask)
        case "number" if not _NUMBER.fullmatch(cell):
            return bad
        case "date" if not _WITH_YEAR.fullmatch(cell):
            return Flaw(column.label, "people_bad_date")
        case "datetime" if not _YEAR.search(cell):
            return Flaw(column.label, "people_bad_date")
        case "email" if " " in cell:
            return bad
        case "phone" if any(sign.isalpha() for sign in cell):
            return bad
    after, before = (today.isoformat() if name == NOW else "" for name in (ask.field.after, ask.field.before))
    bounds = Bounds(ask.field.min, ask.field.max, today, phrases.calendar, after, before)
    read = READERS[ask.field.type](cell, bounds)
    match read:
        case None:
            return bad
        case Bad(phrase=phrase, values=values):
            return Flaw(column.label, phrase, dict(values))
    return read


def _choice(cell: str, column: Column, ask: Ask) -> str | Flaw:
    written = plain(cell)
    for words in (lambda one: (one.id, one.label), lambda one: one.also):
        meant = [one.id for one in ask.choices if written in map(plain, words(one))]
        if len(meant) == 1:
            return meant[0]
    return _no_choice(column, cell, [one.label for one in ask.choices])


def _choices(cell: str, column: Column, ask: Ask) -> tuple[str, ...] | Flaw:
    whole = _choice(cell, column, ask)  # its label may hold a comma
    read = [whole] if isinstance(whole, str) else [_choice(piece, column, ask) for piece in _pieces(cell)]
    for one in read:
        if isinstance(one, Flaw):
            return one
    chosen = tuple(one.id for one in ask.choices if one.id in read)
    least = min(ask.field.min if ask.field.min is not None else 1, len(ask.choices))
    most = min(ask.field.max or len(ask.choices), len(ask.choices))
    if least <= len(chosen) <= most:
        return chosen
    return Flaw(column.label, "people_choices_count", {"min": least, "max": most})


def _yes_no(cell: str, column: Column, phrases: Phrases) -> bool | Flaw:
    for value, name, more in ((True, "yes", "1 vrai true"), (False, "no", "0 faux false")):
        words = (phrases.label(f"button_{name}"), *phrases.words[name], *more.split())  # type: ignore[index]
        if plain(cell) in map(plain, words):
            return value
    return _no_choice(column, cell, [phrases.label("button_yes"), phrases.label("button_no")])


def _degree(cell: str, column: Column, ask: Ask) -> int | Flaw:
    assert isinstance(ask.field.min, int) and isinstance(ask.field.max, int), "checked when flows are read"
    degrees = range(ask.field.min, ask.field.max + 1)
    labels = dict(zip(degrees, ask.labels or map(str, degrees), strict=True))
    for degree, label in labels.items():
        if plain(cell) in (str(degree), plain(label)):
            return degree
    return _no_choice(column, cell, list(labels.values()))


def _pieces(cell: str) -> list[str]:
    """Several choices in one cell: between bars, or else between semicolons or commas."""
    between = next((sign for sign in "|;," if sign in cell), "|")
    return [piece.strip() for piece in cell.split(between) if piece.strip()]


def _no_choice(column: Column, cell: str, choices: Sequence[str]) -> Flaw:
    named = ", ".join(choices[:LISTED]) + (", …" if len(choices) > LISTED else "")
    guess = _guess(plain(cell), tuple(choices))
    values = {"value": shorten(cell, SHOWN), "choices": named, "guess": guess}
    return Flaw(column.label, "people_no_choice_like" if guess else "people_no_choice", values)


@lru_cache(maxsize=1024)  # a mistake comes in many lines, and comparing takes a millisecond
def _guess(written: str, choices: tuple[str, ...]) -> str:
    """The one of the choices that is nearly written so; empty if none is."""
    near = get_close_matches(written, [plain(one) for one in choices], n=1, cutoff=0.6)
    return next((one for one in choices if near and plain(one) == near[0]), "")
