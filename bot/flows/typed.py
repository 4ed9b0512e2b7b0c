"""Typed answers: what words a person may write for a number, a date, an address; and why one is refused.

Each reader returns the value, a `Bad` (it means to answer but cannot be accepted), or None (it is no such
answer).
"""

import calendar
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from bot.flows.departments import read_department
from bot.flows.duration import Span
from bot.flows.french import write_day
from bot.flows.phrases import Calendar
from bot.knowledge.text import fold
from bot.model.values import Value

MAX_TEXT = 2000
"""Longest free text that is kept, in characters."""
MAX_EMAIL = 254
"""Characters of the longest address (RFC 5321, section 4.5.3.1)."""
LEAP_YEAR = 2024
DAY_LENGTH = len("2027-01-14")


@dataclass(frozen=True, slots=True)
class Bad:
    """A refused answer: the phrase that says why, and what fills it."""

    phrase: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a field allows and what a reader needs to know."""

    least: int | float | None
    most: int | float | None
    today: date
    calendar: Calendar
    after: str = ""
    """ISO day or local minute that a date comes after (a day may be the same one); empty for none."""
    before: str = ""
    """The same, beyond which it does not go."""
    day: str = ""
    """ISO day that is meant where only an hour is written; empty: it must be said."""


Read = Value | Bad | None

MAX_AMOUNT = 1e12
"""Largest number that is believed."""
SHORT_QUESTION = 3
"""Words up to which a text with a question mark is a hesitating answer ("14 janvier ?"), not a question."""

_NUMBER = re.compile(r"[^\d+-]{0,30}?([+-]?\d{1,3}(?:[ .]\d{3})+(?:,\d+)?|[+-]?\d+(?:[.,]\d+)?)\D{0,30}")
_EMAIL = re.compile(r"[^@\s<>()\",;:]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?:\+|00)?[0-9](?:[\s.()/-]{0,3}[0-9]){7,14}")
_DAY = re.compile(r"(\d{1,2})(?:er)?[ /.-]+(\d{1,2}|[a-z]+)(?:[ /.-]+(\d{4}|\d{2}))?")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_AHEAD = re.compile(r"dans (\d{1,3}|une?|deux|trois|quatre|six) (jour|semaine|mois|an)s?")
_WRITTEN = {"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "six": 6}
_CLOCK = re.compile(
    r"(?<![\d:/.-])(\d{1,2}) ?(?:heures?(?![a-z])|h(?![a-z])|:(?=\d\d)) ?(\d{2})?(?!\d)(?! ?[h:]\d)"
)
_NOON = re.compile(r"\bmidi\b(?! ?\d)")
_AROUND_A_DAY = re.compile(r"^(?:le|pour le)? ?(.*?)[ ,;]*(?:a|vers|des|a partir de)?[ ,;.]*$")
_LINK = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,24}(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)
MAX_LINK = 300
"""Characters of the longest web address that is kept."""
_PLACE = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;]\s*(-?\d{1,3}(?:\.\d+)?)\s*")


def clean(text: str) -> str:
    """Without control characters and surrogates, trimmed; line breaks stay."""
    kept = (sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))
    return "".join(kept).strip()


def asks(text: str) -> bool:
    """Whether a text puts a question, although a number, a day or a name may stand in it."""
    return text.rstrip().endswith("?") and len(text.rstrip(" ?\N{NO-BREAK SPACE}").split()) > SHORT_QUESTION


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
    if abs(number) > MAX_AMOUNT:
        return Bad("refused_number")
    value = int(number) if number.is_integer() else number
    too_low = bounds.least is not None and value < bounds.least
    too_high = bounds.most is not None and value > bounds.most
    if not (too_low or too_high):
        return value
    if bounds.least is None or bounds.most is None:
        return Bad("refused_number")
    return Bad("refused_number_range", {"min": bounds.least, "max": bounds.most})


def read_email(written: str, bounds: Bounds) -> Read:
    """An e-mail address, alone or within a sentence."""
    found = _EMAIL.search(written)
    if found and len(found[0]) <= MAX_EMAIL:
        return found[0].lower()
    return Bad("refused_email") if "@" in written else None


def read_phone(written: str, bounds: Bounds) -> Read:
    """A French or international number, alone or within a sentence, kept as `+33612345678`."""
    found = _PHONE.search(written.replace("(0)", ""))
    digits = re.sub(r"[^0-9+]", "", found[0]) if found else ""
    if re.fullmatch(r"0[1-9][0-9]{8}", digits):
        return "+33" + digits[1:]
    if re.fullmatch(r"(\+|00)[1-9][0-9]{7,14}", digits):
        return "+" + digits.removeprefix("+").removeprefix("00")
    return Bad("refused_phone") if sum(sign.isdigit() for sign in written) >= 5 else None


def read_date(written: str, bounds: Bounds) -> Read:
    """`14/01/2027`, `14 janvier`, `jeudi`, `demain`, `dans 3 semaines`; without a year, the next such day.

    ISO text.
    """
    day = _read_day(" ".join(fold(written).split()), bounds)
    return _within(day, bounds) if isinstance(day, str) else day


def _read_day(text: str, bounds: Bounds) -> str | Bad | None:
    relative = {fold(word): days for word, days in bounds.calendar.relative.items()}
    try:
        if text in relative:
            return (bounds.today + timedelta(days=relative[text])).isoformat()
        if ahead := _AHEAD.fullmatch(text):
            return _ahead(ahead[1], ahead[2], bounds.today).isoformat()
        if iso := _ISO_DAY.search(text):
            return date(int(iso[1]), int(iso[2]), int(iso[3])).isoformat()
        if (weekday := _weekday(text.removesuffix(" prochain"), bounds.calendar)) is not None:
            return (bounds.today + timedelta(days=(weekday - bounds.today.weekday() - 1) % 7 + 1)).isoformat()
        found = _DAY.search(text)
        return _on_its_weekday(_day(found, bounds), text, bounds.calendar) if found else None
    except (ValueError, OverflowError):
        return Bad("refused_date")


def _ahead(count: str, unit: str, today: date) -> date:
    number = _WRITTEN.get(count) or int(count)
    midnight = datetime.combine(today, time(), UTC)
    match unit:
        case "jour" | "semaine":
            return today + timedelta(days=number * (7 if unit == "semaine" else 1))
        case _:
            return Span(months=number * (12 if unit == "an" else 1)).after(midnight).date()


def _weekday(word: str, words: Calendar) -> int | None:
    """The number of a day of the week, Monday 0; None if the word is none."""
    names = [fold(day) for day in words.days]
    return names.index(word) if word in names else None


def _on_its_weekday(day: str | None, text: str, words: Calendar) -> str | Bad | None:
    """The day, unless another day of the week was written beside it."""
    named = [weekday for word in text.split() if (weekday := _weekday(word.strip(",."), words)) is not None]
    if day is None or not named or date.fromisoformat(day).weekday() in named:
        return day
    right = date.fromisoformat(day)
    return Bad("refused_weekday", {"day": write_day(right, words), "weekday": words.days[right.weekday()]})


def _within(value: str, bounds: Bounds) -> str | Bad:
    """The day or minute, unless it lies outside of what is allowed."""
    early = bounds.after and value[: len(bounds.after)] < bounds.after[: len(value)]
    if early or (len(value) > DAY_LENGTH and value == bounds.after):
        return Bad("refused_early")
    late = bounds.before and value[: len(bounds.before)] > bounds.before[: len(value)]
    return Bad("refused_late") if late else value


def read_time(written: str, bounds: Bounds) -> Read:
    """`18 h 30`, `18:30`, `à 18h`, `midi`, `18`; kept as `18:30`."""
    text = " ".join(fold(written).split())
    for word in ("a ", "vers ", "des "):
        text = text.removeprefix(word)
    if text in ("midi", "minuit"):
        return "12:00" if text == "midi" else "00:00"
    found = _CLOCK.fullmatch(text)
    if found is None and not re.fullmatch(r"\d{1,2}", text):
        return None
    return _clock(*(found[1], found[2]) if found else (text, None))


def _clock(hour: str, minute: str | None) -> str | Bad:
    try:
        return time(int(hour), int(minute or 0)).isoformat("minutes")
    except ValueError:
        return Bad("refused_time")


def read_datetime(written: str, bounds: Bounds) -> Read:
    """`jeudi 14 janvier à 18 h 30`, `demain 18h`; an hour alone where the day is clear (`Bounds.day`).

    Kept as the clocks show it, `2027-01-14T18:30`.
    """
    text = re.sub(r"(\d)t(\d)", r"\1 \2", " ".join(fold(written).split()))
    clocks = [*_CLOCK.finditer(text), *_NOON.finditer(text)]
    if len(clocks) > 1:
        return Bad("refused_datetime")
    if not clocks:
        day = _read_day(text, bounds)
        return Bad("refused_datetime_hour") if isinstance(day, str) else day
    (clock,) = clocks
    hour = "12:00" if clock[0] == "midi" else _clock(clock[1], clock[2])
    if isinstance(hour, Bad):
        return hour
    around = f"{text[: clock.start()]} {text[clock.end() :]}".strip(" ,;.")
    words = _AROUND_A_DAY.fullmatch(" ".join(around.split()))
    if words is None or not words[1] or words[1] in ("a", "vers", "des"):
        return _at_that_hour(hour, bounds)
    day = _read_day(words[1], bounds)
    return _within(f"{day}T{hour}", bounds) if isinstance(day, str) else day


def _at_that_hour(hour: str, bounds: Bounds) -> str | Bad:
    """Only an hour was written: of the day that is clear, or of the night after it."""
    if not bounds.day:
        return Bad("refused_datetime_day")
    moment = f"{bounds.day}T{hour}"
    if bounds.after and moment <= bounds.after:
        moment = (datetime.fromisoformat(moment) + timedelta(days=1)).isoformat(timespec="minutes")
    return _within(moment, bounds)


def read_link(written: str, bounds: Bounds) -> Read:
    """A web address, alone or at the end of a sentence; `https://` is put before it where it is missing."""
    words = written.split()
    found = next(
        (word.strip("<>(),;") for word in reversed(words) if _LINK.fullmatch(word.strip("<>(),;"))), ""
    )
    if not found or "@" in found:
        return Bad("refused_link") if "://" in written or "www." in written.lower() else None
    address = found if "://" in found else f"https://{found}"
    return address if len(address) <= MAX_LINK else Bad("refused_link")


def _day(found: re.Match[str], bounds: Bounds) -> str | None:
    month = _month(found[2], bounds.calendar)
    if month is None:
        return None
    day, today = int(found[1]), bounds.today
    if found[3]:
        return date(int(found[3]) + (2000 if len(found[3]) == 2 else 0), month, day).isoformat()
    if not (1 <= month <= 12 and 1 <= day <= calendar.monthrange(LEAP_YEAR, month)[1]):
        raise ValueError("no such day in any year")
    years = range(today.year, today.year + 9)  # the 29th of February comes back within eight
    days = (date(year, month, day) for year in years if day <= calendar.monthrange(year, month)[1])
    return next(next_one for next_one in days if next_one >= today).isoformat()


def _month(written: str, words: Calendar) -> int | None:
    """The number of a month from its number or the beginning of its name; None if it is none, or two."""
    if written.isdigit():
        return int(written)
    names = [fold(month) for month in words.months]
    named = [place for place, name in enumerate(names, 1) if len(written) >= 3 and name.startswith(written)]
    return named[0] if len(named) == 1 else None


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
    "time": read_time,
    "datetime": read_datetime,
    "link": read_link,
    "department": read_department_code,
    "location": read_place,
}
"""Field type -> how typed words are read.

Types with buttons match their labels instead; files are handed in.
"""
