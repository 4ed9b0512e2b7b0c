"""One authored file as a tree of nodes that know their place. No YAML library here: see `source`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.content.problem import Mark, Problem, Severity

Path = Sequence[str | int]
"""Keys and indexes from the root of a file down to a node."""

_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_ESCAPE = re.compile(r"\\(x..|u.{4}|U.{8}|\r?\n|.)", re.DOTALL)
_SPACES = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar."""

    text: str
    style: str
    """Empty: written without quotes; else `'`, `"`, `|` or `>`."""
    mark: Mark
    start: int
    """Index of its first character in the file, the quote included."""

    @property
    def value(self) -> str | int | float | bool | None:
        """Only true, false, numbers as JSON writes them, and nothing at all are not text."""
        if self.style:
            return self.text
        if self.text in _WORDS:
            return _WORDS[self.text]
        if _INT.fullmatch(self.text):
            return int(self.text)
        return float(self.text) if _FLOAT.fullmatch(self.text) else self.text


@dataclass(frozen=True, slots=True)
class Listed:
    """A list."""

    items: list["Node"]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Keyed:
    """Keys with values; a duplicate key was reported and left out."""

    entries: dict[str, tuple[Leaf, "Node"]]
    mark: Mark


Node = Leaf | Listed | Keyed


def plain(node: Node | None) -> Any:
    """The node as plain data."""
    match node:
        case Leaf():
            return node.value
        case Listed(items=items):
            return [plain(item) for item in items]
        case Keyed(entries=entries):
            return {key: plain(value) for key, (_, value) in entries.items()}
        case None:
            return None


@dataclass(frozen=True)
class Document:
    """One file: its path below the content folder, its text and its tree."""

    path: str
    text: str
    root: Node | None
    """None: it could not be read."""

    @cached_property
    def data(self) -> Any:
        """The file as plain data."""
        return plain(self.root)

    def find(self, path: Path) -> Node | None:
        """The node at a path; None if there is none."""
        node = self.root
        for part in path:
            node = _child(node, part)
        return node

    def keys(self, path: Path) -> tuple[str, ...]:
        """The keys written at a path; empty if no keys stand there."""
        node = self.find(path)
        return tuple(node.entries) if isinstance(node, Keyed) else ()

    def words(self, path: Path) -> str:
        """The text written at a path; empty if no text stands there."""
        node = self.find(path)
        return node.text if isinstance(node, Leaf) else ""

    def at(self, path: Path, *, key: bool = False) -> Mark:
        """Where the value at a path, or (`key`) its key, begins; if it is not there, its deepest part."""
        node, mark = self.root, self.root.mark if self.root else Mark()
        for place, part in enumerate(path):
            if key and place == len(path) - 1 and isinstance(node, Keyed) and part in node.entries:
                return node.entries[str(part)][0].mark
            node = _child(node, part)
            if node is None:
                return mark
            mark = node.mark
        return mark

    def inside(self, path: Path, offset: int) -> Mark:
        """Where a character of the text at a path stands in the file, whatever quotes and folding did."""
        node = self.find(path)
        if not isinstance(node, Leaf):
            return self.at(path)
        before = sum(sign not in _SPACES for sign in node.text[:offset])
        index = _seek(self.text, node, before)
        line_start = self.text.rfind("\n", 0, index) + 1
        return Mark(self.text.count("\n", 0, index) + 1, index - line_start + 1)

    def problem(
        self,
        code: str,
        message: str,
        path: Path = (),
        *,
        key: bool = False,
        offset: int | None = None,
        severity: Severity = "error",
    ) -> Problem:
        """A problem at a node, at its key, or at a character within its text."""
        mark = self.at(path, key=key) if offset is None else self.inside(path, offset)
        return Problem(self.path, mark.line, mark.column, code, message, severity)


def _child(node: Node | None, part: str | int) -> Node | None:
    match node:
        case Keyed(entries=entries):
            return entries[str(part)][1] if str(part) in entries else None
        case Listed(items=items) if isinstance(part, int) and part < len(items):
            return items[part]
    return None


def _unescaped(escape: str) -> str:
    """A space if the escape stands for white space, else some visible sign."""
    if escape[0] in "xuU" and int(escape[1:], 16) < 33:
        return " "
    return " " if escape[0] in "ntr \n\r" else "x"


def _seek(text: str, node: Leaf, count: int) -> int:
    """Index in the file of the visible character number `count` of a scalar.

    YAML only ever folds and cuts white space: counting the visible characters finds the place in every style.
    """
    index = node.start
    match node.style:
        case "|" | ">":
            index = text.find("\n", index) + 1 or index
        case "'" | '"':
            index += 1
    while index < len(text):
        sign, width = text[index], 1
        if node.style == '"' and (escape := _ESCAPE.match(text, index)):
            width = len(escape[0])
            sign = _unescaped(escape[1])
        elif node.style == "'" and text.startswith("''", index):
            width = 2
        if sign not in _SPACES:
            if count == 0:
                return index
            count -= 1
        index += width
    return node.start
