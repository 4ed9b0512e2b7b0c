"""The place of everything in a file: keys, values, characters within texts, in each style of YAML."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.problem import Mark
from bot.content.source import MAX_BYTES, read_document

STYLES = [
    ("plain", "a: on dit {ici} tout"),
    ("single quotes", "a: 'l''un dit {ici} tout'"),
    ("double quotes", 'a: "l\\"un\\tdit\\u0020{ici} tout"'),
    ("double quotes over two lines", 'a: "on dit \\\n   donc\n   {ici} tout"'),
    ("literal", "a: |-\n  on dit\n\n    {ici} tout\n"),
    ("folded", "a: >\n  on dit\n  {ici} tout\n"),
    ("non-breaking spaces", "a: 'on\N{NO-BREAK SPACE}dit\N{NO-BREAK SPACE}: {ici} tout'"),
    ("signs beyond the first plane", "a: \N{GRINNING FACE} dit {ici} tout"),
]


@pytest.mark.parametrize(("name", "text"), STYLES, ids=[name for name, _ in STYLES])
def test_a_character_is_found_whatever_folding_did_to_the_text(name: str, text: str) -> None:
    document, problems = read_document("a.yaml", text.encode())
    assert not problems
    found = document.inside(("a",), document.words(("a",)).index("{ici}"))
    line = text.split("\n")[found.line - 1]
    assert line[found.column - 1 :].startswith("{ici}")


def test_keys_and_values_have_their_place() -> None:
    document, _ = read_document("a.yaml", b"a:\n  - b: 1\n    c: [x, y]\n")
    assert document.at(("a", 0, "c")) == Mark(3, 8)
    assert document.at(("a", 0, "c"), key=True) == Mark(3, 5)
    assert document.at(("a", 0, "c", 1)) == Mark(3, 12)
    assert document.at(("a", 0, "gone")) == Mark(2, 5)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("yes", "yes"),
        ("on", "on"),
        ("True", "True"),
        ("12", 12),
        ("-3", -3),
        ("0777", "0777"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("1.50", 1.5),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("2026-11-22", "2026-11-22"),
        ("", None),
        ("null", None),
        ("~", None),
        ("''", ""),
        ("'12'", "12"),
        ("1" * 5000, "1" * 5000),
    ],
)
def test_only_what_json_knows_is_typed(written: str, value: Any) -> None:
    document, problems = read_document("a.yaml", f"a: {written}\n".encode())
    assert not problems
    assert document.data == {"a": value}
    assert type(document.data["a"]) is type(value)


NASTY = [
    (b"[" * 30_000, "too-deep"),
    (b"a: " + b"{b: " * 30_000, "too-deep"),
    (b"- " * 30_000, "too-deep"),
    (b"a: &x [*x]", "alias"),
    (b"x" * (MAX_BYTES + 1), "too-large"),
    (b"a: \xff", "not-utf8"),
    (b"\xff\xfea\x00", "not-utf8"),
    (b"", "empty-file"),
]


@pytest.mark.parametrize(("content", "code"), NASTY, ids=[code for _, code in NASTY])
def test_nasty_files_are_refused(content: bytes, code: str) -> None:
    document, problems = read_document("a.yaml", content)
    assert document.root is None
    assert problems[0].code == code


def test_the_place_of_a_byte_that_is_not_utf8() -> None:
    _, problems = read_document("a.yaml", b"a: \xc3\xa9\nb: \xff\n")
    assert [(found.line, found.column) for found in problems] == [(2, 4)]


@given(st.binary(max_size=200) | st.text(alphabet="ab:-[]{}'\"|>&*!#% \n\t,?é", max_size=80).map(str.encode))
def test_reading_never_raises(content: bytes) -> None:
    document, problems = read_document("a.yaml", content)
    assert document.root is not None or problems
