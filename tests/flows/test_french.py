"""How numbers, dates, lists and short labels are written."""

from datetime import date

import pytest

from bot.flows.french import shorten, write_date, write_list, write_number
from tests.flows.library import phrases

NUMBERS = [
    (0, "0"),
    (7, "7"),
    (1250, "1~250"),
    (1250.5, "1~250,5"),
    (1234567.891, "1~234~567,89"),
    (-12, "-12"),
    (2.0, "2"),
    (0.005, "0,01"),
    (-0.001, "0"),
    (1e15, "1~000~000~000~000~000"),
    (0.1 + 0.2, "0,3"),
]


@pytest.mark.parametrize(("number", "written"), NUMBERS)
def test_numbers_have_a_comma_and_non_breaking_spaces(number: float, written: str) -> None:
    assert write_number(number) == written.replace("~", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2027, 1, 14), "jeudi 14 janvier 2027"),
        (date(2027, 8, 1), "dimanche 1er août 2027"),
        (date(2028, 2, 29), "mardi 29 février 2028"),
    ],
)
def test_dates_are_written_out(day: date, written: str) -> None:
    assert write_date(day, phrases().calendar) == written


@pytest.mark.parametrize(
    ("items", "written"), [([], ""), (["a"], "a"), (["a", "b"], "a et b"), (["a", "b", "c"], "a, b et c")]
)
def test_lists_end_with_a_joining_word(items: list[str], written: str) -> None:
    assert write_list(items, "et") == written


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("court", 5, "court"),
        ("un titre assez long", 12, "un titre…"),
        ("un titre, assez long", 12, "un titre…"),
        ("anticonstitutionnellement", 10, "anticonst…"),
    ],
)
def test_a_long_label_is_cut_at_a_word(text: str, most: int, short: str) -> None:
    assert shorten(text, most) == short
    assert len(short) <= most
