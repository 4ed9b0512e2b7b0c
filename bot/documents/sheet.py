"""Tables as CSV files: read line by line from whatever a spreadsheet wrote; written so that one opens them.

What the cells mean is not known here.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

MEDIA_TYPE = "text/csv"
DELIMITERS = (";", ",", "\t")
PIECE = 1 << 16
"""Bytes that are looked at in one go."""

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""What XLSX, ODS and XLS files begin with."""

_UTF8_IN_ANOTHER = re.compile(rb"\xc3[\xa0-\xbf]")
"""`é` and its like in UTF-8: in Windows-1252 two signs that no French text has side by side."""

_DANGEROUS = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What a spreadsheet may take for a formula (OWASP, "CSV injection"), with any apostrophes before it."""

_PLAIN_NUMBER = re.compile(r"-\d+(,\d+)?")

Why = Literal["empty", "workbook", "binary", "encoding", "mixed", "quotes"]


class NotASheet(ValueError):
    """The file cannot be read as a table."""

    def __init__(self, why: Why, line: int = 0) -> None:
        super().__init__(why)
        self.why: Why = why
        self.line = line
        """Where, as a spreadsheet counts; 0 if that is not known."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that looks like a table, and how to read it."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]

    def rows(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Every row below the header with its number as spreadsheets count (the header is 1), without blank
        ones. NotASheet where a quotation mark is not closed: nothing after it could be trusted.
        """
        with self.path.open(encoding=self.encoding, newline="") as file:
            number = 0
            try:
                for number, cells in enumerate(_table(file, self.delimiter), 1):
                    if number > 1 and any(cell.strip() for cell in cells):
                        yield number, tuple(_cell(cell) for cell in cells)
            except csv.Error:
                raise NotASheet("quotes", number + 1) from None


def open_sheet(path: Path, known: Callable[[str], bool]) -> Sheet:
    """Find out how a file is written; NotASheet says what is wrong with it.

    `known`: whether a cell is a column's name; the separator is the one that brings out most of them.
    """
    encoding = _encoding(path)
    found: list[tuple[int, int, str, tuple[str, ...]]] = []
    for delimiter in DELIMITERS:
        with path.open(encoding=encoding, newline="") as file:
            try:
                cells = next(_table(file, delimiter), [])
            except csv.Error:
                continue
        header = tuple(map(_cell, cells))
        found.append((sum(map(known, header)), len(header), delimiter, header))
    if not found:
        raise NotASheet("quotes", 1)
    *_, delimiter, header = max(found, key=lambda one: one[:2])
    if not any(header):
        raise NotASheet("empty")
    while header and not header[-1]:  # spreadsheets leave separators behind
        header = header[:-1]
    return Sheet(path, encoding, delimiter, header)


def _table(file: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """The records of a file; a first line `sep=;`, as Excel writes it, is none."""
    lines = iter(file)
    first = "".join(islice(lines, 1))
    if not re.fullmatch(r"sep=.\s*", first):
        lines = _before(first, lines)
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _before(first: str, rest: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest


def _cell(written: str) -> str:
    """A cell without the spaces around it, its accents as one sign each (macOS writes two)."""
    return unguarded(unicodedata.normalize("NFC", written.strip()))


def _encoding(path: Path) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else Windows-1252, which French spreadsheets write."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(_WORKBOOKS):
        raise NotASheet("workbook")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _checked(path, "utf-16")
    try:
        return _checked(path, "utf-8-sig")
    except NotASheet as error:
        if error.why != "encoding":
            raise
        broken = error.line
    encoding = _checked(path, "cp1252")
    with path.open("rb") as file:
        if any(_UTF8_IN_ANOTHER.search(line) for line in file):
            raise NotASheet("mixed", broken)
    return encoding


def _checked(path: Path, encoding: str) -> str:
    """The encoding, if the whole file is text in it; NotASheet with the line where it is not."""
    decoder, lines = codecs.getincrementaldecoder(encoding)(), 1
    with path.open("rb") as file:
        while True:
            piece = file.read(PIECE)
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                raise NotASheet("encoding", lines + error.object[: error.start].count(b"\n")) from None
            if "\0" in text:
                raise NotASheet("binary", lines)
            lines += text.count("\n")
            if not piece:
                return encoding


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; `unguarded` gives the text back."""
    return f"'{text}" if _DANGEROUS.match(text) and not _PLAIN_NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text) else text


def write_rows(rows: Iterable[Sequence[str]], *, first: bool = False) -> bytes:
    """Rows as French spreadsheets open them: UTF-8, semicolons; `first`: with the mark in front by which
    spreadsheets know the letters.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
    return (codecs.BOM_UTF8 if first else b"") + out.getvalue().encode("utf-8", "replace")
