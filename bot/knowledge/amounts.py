"""Labels that name a range of numbers ("3 à 9", "Plus de 200 000 €"), for numbers that people type."""

import re
from dataclasses import dataclass

_NUMBER = r"(\d{1,3}(?: \d{3})+|\d+)"
_BETWEEN = re.compile(rf"(?:de |entre )?{_NUMBER}(?: \S+)? (?:a|et|-) {_NUMBER}(?: .*)?")
_FROM = re.compile(
    rf"(?:a partir de |des )?{_NUMBER}(?: \S+)? (?:et plus|ou plus)(?: .*)?|a partir de {_NUMBER}(?: .*)?"
)
_ABOVE = re.compile(rf"plus de {_NUMBER}(?: .*)?")
_BELOW = re.compile(rf"moins de {_NUMBER}(?: .*)?")
_NONE = re.compile(r"(?:aucune?|zero)(?: .*)?")
_TYPED = re.compile(
    rf"(?:environ |a peu pres |autour de |on est |nous sommes )?{_NUMBER}( ?k| ?000)?(?: (?P<unit>\S+))?"
)


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both included."""

    low: float
    high: float

    def __contains__(self, number: float) -> bool:
        return self.low <= number <= self.high


def read_range(label: str) -> Range | None:
    """The range that a folded label names, if it names one."""
    text = _spaced(label)
    if found := _BETWEEN.fullmatch(text):
        return Range(_number(found[1]), _number(found[2]))
    if found := _FROM.fullmatch(text):
        return Range(_number(found[1] or found[2]), float("inf"))
    if found := _ABOVE.fullmatch(text):
        return Range(_number(found[1]) + 1e-9, float("inf"))
    if found := _BELOW.fullmatch(text):
        return Range(0, _number(found[1]) - 1e-9)
    return Range(0, 0) if _NONE.fullmatch(text) else None


def read_amount(text: str) -> float | None:
    """The number that a folded text consists of ("12", "25 000 €", "environ 30 k€"), if it does."""
    if text.strip(" .!") == "zero":
        return 0.0
    found = _TYPED.fullmatch(_spaced(text).replace("k€", "k"))
    if not found:
        return None
    return _number(found[1]) * (1000 if (found[2] or "").strip() in ("k", "000") else 1)


def _spaced(text: str) -> str:
    marks = text.replace("–", "-").replace("€", " € ").replace("-", " - ")
    return " ".join(marks.split()).rstrip(" .!")


def _number(digits: str) -> float:
    return float(digits.replace(" ", ""))
