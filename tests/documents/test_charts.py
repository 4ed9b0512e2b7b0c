"""Charts: bars as long as their numbers, text as it was written, nothing told of what is hidden."""

import re

import pytest

from bot.documents.charts import bar_chart, column_chart, funnel, number, percent, stacked_bars
from bot.documents.typesetting import PPI, typeset
from tests.documents.pictures import pixels, runs_of, width_of

BLUE, ORANGE = (0x00, 0x72, 0xB2), (0xE6, 0x9F, 0x00)
PHONE = 1080
HOSTILE = [
    '#panic("x")',
    "#import \"@preview/cetz:0.3.0\"",
    "*gras* _penché_ $x^2$ `code` @nulle-part <ici>",
    "\\u{41} \\ // /* = titre",
    '"}], "kind": "funnel',
    "é" * 300,
    "mot" * 200,
    "\0\u200f\ud83d",
]  # fmt: skip


def bars(png: bytes) -> list[int]:
    return runs_of(pixels(png), BLUE)


def test_a_bar_is_as_long_as_its_number_and_the_picture_fits_a_phone() -> None:
    made = bar_chart("Titre", [("a", 100), ("b", 50), ("c", 1)], note="note")
    whole, half, least = bars(made)
    assert width_of(made) == PHONE
    assert abs(half / whole - 0.5) < 0.01 and 0 < least < whole / 20


def test_what_is_hidden_says_nothing_by_its_length() -> None:
    one = bar_chart("T", [("a", 100), ("b", None)], hidden="moins de 5")
    assert len(bars(one)) == 1
    assert bar_chart("T", [("b", None)], hidden="x") == bar_chart("T", [("b", None)], hidden="x")


def test_a_number_of_nothing_has_no_bar() -> None:
    assert len(bars(bar_chart("T", [("a", 3), ("b", 0)]))) == 1
    assert bars(bar_chart("T", [("a", 0)])) == [] == bars(bar_chart("T", []))


def test_a_funnel_is_a_share_of_its_beginning() -> None:
    first, second, last = bars(funnel("T", [("a", 200), ("b", 150), ("c", 20), ("d", None)], hidden="x"))
    assert abs(second / first - 0.75) < 0.01 and abs(last / first - 0.1) < 0.01


def test_stacked_parts_share_their_bar() -> None:
    made = pixels(stacked_bars("T", ["x", "y"], [("a", (60, 20)), ("b", None), ("c", (0, 0))], hidden="…"))
    # In a legend a colour is a small square; the first long block is the bar.
    blue = max(runs_of(made, BLUE))
    orange = max(runs_of(made, ORANGE))
    assert abs(blue / orange - 3) < 0.1


def test_columns_stand_on_one_line_and_rise_with_their_numbers() -> None:
    made = pixels(column_chart("T", [("4 janv.", 40), ("11 janv.", 20), ("18 janv.", None)], hidden="<"))
    blue = (made[:, :, :3] == BLUE).all(axis=2)
    tall, low = sorted({int(count) for count in blue.sum(axis=0) if count > 50}, reverse=True)[0], 0
    low = min(int(count) for count in blue.sum(axis=0) if count > 50)
    assert abs(low / tall - 0.5) < 0.02


@pytest.mark.parametrize("text", HOSTILE)
def test_words_are_never_read_as_markup(text: str) -> None:
    made = bar_chart(text, [(text, 7), ("b", None)], note=text, hidden=text)
    assert width_of(made) == PHONE and bars(made)
    assert stacked_bars(text, [text], [(text, (1,))]) and column_chart(text, [(text, 1)])
    assert funnel(text, [(text, 9)])


def test_every_french_letter_has_a_glyph_of_its_own() -> None:
    """A letter without one would be drawn as the same box as any other without one."""
    letters = "aàâäbcçdeéèêëfiîïoôöuùûüyÿœæÀÂÇÉÈÊËÎÏÔÙÛÜŒÆ’«»…–—·•≈€%"
    glyphs = set()
    for letter in letters:
        svg = bar_chart(letter, [], format="svg").decode()
        # Glyphs are written once each, as outlines.
        glyphs.add(tuple(re.findall(r'<path d="([^"]*)"', svg)))
    assert len(glyphs) == len(letters)


def test_it_is_made_without_fonts_of_the_system_and_is_the_same_each_time() -> None:
    from bot.documents.typesetting import FONT, _fonts

    assert FONT in _fonts().families()
    assert bar_chart("T", [("a", 1)]) == bar_chart("T", [("a", 1)])


def test_a_paper_is_one_file_and_a_picture_a_page() -> None:
    data = {"kind": "bars", "title": "T", "note": "", "legend": [], "rows": []}
    assert typeset("charts", data, format="pdf")[0].startswith(b"%PDF-")
    assert b"<svg" in typeset("charts", data, format="svg")[0]
    assert PPI == 144


@pytest.mark.parametrize(
    ("value", "whole", "written", "share"),
    [(1250, 2500, "1 250", "50 %"), (0, 7, "0", "0 %"), (7, 7, "7", "100 %"), (1, 0, "1", "")],
)
def test_numbers_are_written_as_in_french(value: int, whole: int, written: str, share: str) -> None:
    assert number(value).replace("\u202f", " ") == written
    assert percent(value, whole).replace("\u202f", " ") == share
