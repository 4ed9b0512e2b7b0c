"""Typed answers: what words a person may write for a number, a date, an address; and why one is refused.

Each reader returns the value, a `Bad` (it means to answer but cannot be accepted), or None (it is no such answer).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.flows.departments import read_department
from bot.flows.phrases import Calendar
from bot.knowledge.text import fold
from bot.model.values import Value

MAX_TEXT = 2000
"""Longest free text that is kept, in characters."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A refused answer: the phrase that says why, and what fills it."""

    phrase: str
    values: Mapping[str, int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a field allows and what a reader needs to know."""

    least: int | float | None
    most: int | float | None
    today: date
    calendar: Calendar


Read = Value | Bad | None

_NUMBER = re.compile(r"[^\d+-]{0,30}?([+-]?\d{1,3}(?:[ .]\d{3})+(?:,\d+)?|[+-]?\d+(?:[.,]\d+)?)\D{0,30}")
_EMAIL = re.compile(r"[^@\s<>()\"]{1,64}@[^@\s<>()\".]+(\.[^@\s<>()\".]+)+")
_DAY = re.compile(r"(\d{1,2})(?:er)?[ /.-]+(\d{1,2}|[a-z]+)(?:[ /.-]+(\d{4}|\d{2}))?")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_AHEAD = re.compile(r"dans (\d{1,3}) (jours?|semaines?|mois)")
_PLACE = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;]\s*(-?\d{1,3}(?:\.\d+)?)\s*")


def clean(text: str) -> str:
    """Without control characters and surrogates, trimmed; line breaks stay."""
    kept = (sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))
    return "".join(kept).strip()


def read_text(written: str, bounds: Bounds) -> Read:
    """Any words, within the field's least and most characters."""
    text = clean(written)
    if len(text) < (bounds.least or 1):
        return Bad("refused_text_short", {"min": bounds.least or 1})
    most = min(bounds.most or MAX_TEXT, MAX_TEXT)
    return Bad("refused_text_long", {"max": most}) if len(text) > most else text


def read_number(written: str, bounds: Bounds) -> Read:
    """`12`, `1 250,50 €`, `environ 30`."""
    text = written.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ").strip()
    found = _NUMBER.fullmatch(text)
    if not found:
        return None
    digits = found[1].replace(" ", "")
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?", digits):
        digits = digits.replace(".", "")
    number = float(digits.replace(",", "."))
    value = int(number) if number.is_integer() else number
    if (bounds.least is not None and value < bounds.least) or (bounds.most is not None and value > bounds.most):
        if bounds.least is None or bounds.most is None:
            return Bad("refused_number")
        return Bad("refused_number_range", {"min": bounds.least, "max": bounds.most})
    return value


def read_email(written: str, bounds: Bounds) -> Read:
    """An e-mail address, alone or within a sentence."""
    found = _EMAIL.search(written)
    if found:
        return found[0].rstrip(".,;").lower()
    return Bad("refused_email") if "@" in written else None


def read_phone(written: str, bounds: Bounds) -> Read:
    """A French or international number, kept as `+33612345678`."""
    digits = re.sub(r"[\s.()/-]|\N{NO-BREAK SPACE}", "", written)
    if re.fullmatch(r"0[1-9]\d{8}", digits):
        return "+33" + digits[1:]
    if re.fullmatch(r"(\+|00)[1-9]\d{7,14}", digits):
        return "+" + digits.removeprefix("+").removeprefix("00")
    return Bad("refused_phone") if sum(sign.isdigit() for sign in written) >= 5 else None


def read_date(written: str, bounds: Bounds) -> Read:
    """`14/01/2027`, `14 janvier`, `demain`, `dans 3 semaines`; without a year, the next such day. ISO text."""
    text = fold(written).strip()
    relative = {fold(word): days for word, days in bounds.calendar.relative.items()}
    if text in relative:
        return (bounds.today + timedelta(days=relative[text])).isoformat()
    if ahead := _AHEAD.fullmatch(text):
        days = {"j": 1, "s": 7, "m": 30}[ahead[2][0]]
        return (bounds.today + timedelta(days=days * int(ahead[1]))).isoformat()
    try:
        if iso := _ISO_DAY.search(text):
            return date(int(iso[1]), int(iso[2]), int(iso[3])).isoformat()
        found = _DAY.search(text)
        return _day(found, bounds) if found else None
    except ValueError:
        return Bad("refused_date")


def _day(found: re.Match[str], bounds: Bounds) -> Read:
    months = [fold(month) for month in bounds.calendar.months]
    if found[2].isdigit():
        month = int(found[2])
    else:
        named = [place for place, name in enumerate(months, 1) if len(found[2]) >= 3 and name.startswith(found[2])]
        if len(named) != 1:
            return None
        month = named[0]
    if found[3]:
        return date(int(found[3]) + (2000 if len(found[3]) == 2 else 0), month, int(found[1])).isoformat()
    this_year = date(bounds.today.year, month, int(found[1]))
    return (this_year if this_year >= bounds.today else this_year.replace(year=bounds.today.year + 1)).isoformat()


def read_place(written: str, bounds: Bounds) -> Read:
    """`48.85, 2.35`, or the name of a place as typed."""
    if found := _PLACE.fullmatch(written):
        return f"{float(found[1])},{float(found[2])}"
    return read_text(written, Bounds(2, 200, bounds.today, bounds.calendar))


def read_department_code(written: str, bounds: Bounds) -> Read:
    """`69`, `Rhône`, `2a`."""
    return read_department(written)


READERS: Mapping[str, Callable[[str, Bounds], Read]] = {
    "text": read_text,
    "number": read_number,
    "email": read_email,
    "phone": read_phone,
    "date": read_date,
    "department": read_department_code,
    "location": read_place,
}
"""Field type -> how typed words are read. Types with buttons match their labels instead; files are handed in."""
