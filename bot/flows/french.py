"""How values are written for people: numbers and dates. The words come from flows/phrases.yaml."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.flows.phrases import Calendar

NBSP = "\N{NO-BREAK SPACE}"


def write_number(number: int | float) -> str:
    """`1 250,5` with non-breaking spaces; whole floats without decimals, else at most two."""
    whole, _, decimals = f"{number:z,.2f}".replace(",", NBSP).partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole},{decimals}" if decimals else whole


def write_date(day: date, calendar: "Calendar") -> str:
    """`jeudi 14 janvier 2027`."""
    return f"{calendar.days[day.weekday()]} {write_day(day, calendar)}"


def write_day(day: date, calendar: "Calendar") -> str:
    """`14 janvier 2027`: where the day of the week says nothing."""
    number = calendar.first if day.day == 1 else str(day.day)
    return f"{number} {calendar.months[day.month - 1]} {day.year}"


def write_short_day(day: date, calendar: "Calendar") -> str:
    """`14 janv.`, to stand below a column."""
    number = calendar.first if day.day == 1 else str(day.day)
    return f"{number} {calendar.short_months[day.month - 1]}"


def write_hour(local: time | datetime) -> str:
    """`18 h 30`, `9 h`."""
    return f"{local.hour}{NBSP}h" + (f"{NBSP}{local.minute:02}" if local.minute else "")


def write_list(items: list[str], joiner: str) -> str:
    """`a, b et c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joiner} {items[-1]}"


def shorten(text: str, most: int) -> str:
    """A text cut at a word to at most so many characters, so that a button shows it whole."""
    if len(text) <= most:
        return text
    end = text.rfind(" ", 0, most)
    return text[: end if end > 0 else most - 1].rstrip(" ,:;") + "…"
