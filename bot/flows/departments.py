"""French departments: code -> name (official geographic code of Insee), from departments.csv."""

import csv
from importlib.resources import files

from bot.knowledge.text import fold


def _read() -> dict[str, str]:
    with files(__package__).joinpath("departments.csv").open(encoding="utf-8") as lines:
        return {code: name for code, name in csv.reader(lines)}


DEPARTMENTS = _read()
"""`01` … `95`, `2A`, `2B`, `971` … `976`."""

_BY_NAME = {fold(name).replace("-", " "): code for code, name in DEPARTMENTS.items()}


def read_department(written: str) -> str | None:
    """The code behind `69`, `2a`, `rhone` or `Rhône (69)`; None if it is none."""
    folded = fold(written).strip().replace("-", " ")
    code = folded.upper().zfill(2)
    if code in DEPARTMENTS:
        return code
    if folded in _BY_NAME:
        return _BY_NAME[folded]
    named = [code for name, code in _BY_NAME.items() if f" {name} " in f" {folded.replace('(', ' ')} "]
    return named[0] if len(named) == 1 else None
