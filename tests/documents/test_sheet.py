"""Tables as spreadsheets write them, and as they must be written for spreadsheets."""

import csv
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents.sheet import NotASheet, guarded, open_sheet, unguarded, write_rows

KNOWN = ("adresse", "prénom", "person.role")
HEADER = "adresse;prénom;person.role"
LINE = "telegram:4711;Zoé;élue"


def known(cell: str) -> bool:
    return cell in KNOWN


def kept(folder: Path, content: bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
    ],
)
def test_a_table_is_read_however_it_was_written(
    tmp_path: Path, separator: str, ending: str, encoding: str, found: str
) -> None:
    text = ending.join([HEADER, LINE, ""]).replace(";", separator)
    sheet = open_sheet(kept(tmp_path, text.encode(encoding)), known)
    assert (sheet.encoding, sheet.delimiter, sheet.header) == (found, separator, KNOWN)
    assert list(sheet.rows()) == [(2, ("telegram:4711", "Zoé", "élue"))]


def test_the_separator_is_the_one_that_names_columns_not_the_most_frequent(tmp_path: Path) -> None:
    content = b'adresse;"a,b,c,d,e"\n4711;x\n'
    assert open_sheet(kept(tmp_path, content), known).delimiter == ";"


def test_the_line_by_which_excel_names_the_separator_is_no_line(tmp_path: Path) -> None:
    sheet = open_sheet(kept(tmp_path, f"sep=;\r\n{HEADER}\r\n{LINE}\r\n".encode()), known)
    assert sheet.header == KNOWN
    assert [number for number, _ in sheet.rows()] == [2]


def test_rows_are_counted_as_spreadsheets_do(tmp_path: Path) -> None:
    content = f'{HEADER}\n{LINE}\n\n4712;"deux\nlignes";\n;;\n4713;Bo;x\n'
    rows = list(open_sheet(kept(tmp_path, content.encode()), known).rows())
    assert [(number, cells[0]) for number, cells in rows] == [(2, "telegram:4711"), (4, "4712"), (6, "4713")]
    assert rows[1][1][1] == "deux\nlignes"


@pytest.mark.parametrize(
    ("content", "why", "line"),
    [
        (b"", "empty", 0),
        (b"\n\n", "empty", 0),
        (b"PK\x03\x04rest", "workbook", 0),
        (b"\xd0\xcf\x11\xe0rest", "workbook", 0),
        (b"adresse;x\n\0\0\n", "binary", 1),
        (b"adresse;x\n1;\x81\n", "encoding", 2),
        ("adresse;x\n1;é\n".encode() + "2;é\n".encode("cp1252"), "mixed", 3),
    ],
)
def test_what_is_no_table_is_told_apart(tmp_path: Path, content: bytes, why: str, line: int) -> None:
    with pytest.raises(NotASheet) as told:
        open_sheet(kept(tmp_path, content), known)
    assert (told.value.why, told.value.line) == (why, line)


def test_a_quotation_mark_that_stays_open_is_told_with_its_line(tmp_path: Path) -> None:
    sheet = open_sheet(kept(tmp_path, f'{HEADER}\n{LINE}\n4712;"Bo;x\n4713;Al;y\n'.encode()), known)
    with pytest.raises(NotASheet) as told:
        list(sheet.rows())
    assert (told.value.why, told.value.line) == ("quotes", 3)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+33612345678", "'+33612345678"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-cmd", "'-cmd"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("'=1", "''=1"),
        ("-5", "-5"),
        ("-5,25", "-5,25"),
        ("l'été", "l'été"),
        ("'été", "'été"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula_and_every_one_comes_back(cell: str, written: str) -> None:
    assert guarded(cell) == written
    assert unguarded(written) == cell


@given(st.text(alphabet=st.sampled_from("'=+-@;,\"\n\t aé1"), max_size=12))
def test_guarding_is_reversible(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


@given(
    st.lists(st.lists(st.text(alphabet="'=+-@;,\"\n aé1", max_size=6), min_size=2, max_size=2), max_size=4)
)
def test_what_is_written_is_read_again_by_any_reader(rows: list[list[str]]) -> None:
    text = write_rows(rows, first=True).decode("utf-8-sig")
    assert [
        [unguarded(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=";")
    ] == rows


def test_a_long_table_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    line = f"{LINE}{'x' * 200}\n".encode()
    path = kept(tmp_path, HEADER.encode() + b"\n" + line * 50_000)
    tracemalloc.start()
    try:
        count = sum(1 for _ in open_sheet(path, known).rows())
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 50_000
    assert most < path.stat().st_size / 10
