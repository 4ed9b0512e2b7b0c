"""French departments: code -> name (official geographic code of Insee), from departments.csv."""

import csv
import re
from importlib.resources import files

from bot.knowledge.text import fold


def _read() -> dict[str, str]:
    with files(__package__).joinpath("departments.csv").open(encoding="utf-8") as lines:
        return dict(csv.reader(lines))


DEPARTMENTS = _read()
"""`01` … `95`, `2A`, `2B`, `971` … `976`."""


def _words(written: str) -> str:
    """Folded words between single spaces."""
    return " ".join(re.findall(r"[a-z0-9]+", fold(written)))


_BY_NAME = {_words(name): code for code, name in DEPARTMENTS.items()}
_LONGEST_FIRST = sorted(_BY_NAME, key=len, reverse=True)
MAX_WORDS = 8
"""A longer text is a sentence in which "cher", "nord" or "lot" are no departments."""


def read_department(written: str) -> str | None:
    """The code behind `69`, `2a`, `rhone`, `Rhône (69)` or `69003 Lyon`; None if it is none, or several."""
    words = _words(written)
    code = words.upper().zfill(2)
    if code in DEPARTMENTS:
        return code
    if len(words.split()) > MAX_WORDS:
        return None
    return _of_postcode(words) or _named(words)


def _of_postcode(words: str) -> str | None:
    found = re.match(r"(\d\d)(\d)\d\d\b", words)
    if not found:
        return None
    start, third = found[1], found[2]
    if start == "20":  # Corsica: 200 and 201 in the south, the rest in the north
        return "2A" if third in "01" else "2B"
    code = start + third if start == "97" else start
    return code if code in DEPARTMENTS else None


def _named(words: str) -> str | None:
    """The one department whose name stands in the text; "haute loire" does not name "loire"."""
    rest, named = f" {words} ", []
    for name in _LONGEST_FIRST:
        if f" {name} " in rest:
            named.append(_BY_NAME[name])
            rest = rest.replace(f" {name} ", "  ")
    return named[0] if len(named) == 1 else None
