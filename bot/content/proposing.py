"""A change to the knowledge base made by the program: lines put into an authored file, everything else as is.

Files and text only; whether a change is good is decided in `judging`.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import yaml

from bot.content.authored import AuthoredArticle
from bot.content.decode_rest import decode_articles
from bot.content.document import Document, Leaf, Listed
from bot.content.load import Loaded, load_library
from bot.content.source import read_document

ROOM = "knowledge"
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_BLOCK = "|>"
_SIGNS = re.compile(r"[?:,#\[\]{}]")
"""Within brackets, readers of YAML disagree on some of these: always quoted there."""


class CannotPropose(ValueError):
    """The change cannot be made; the text says why and what to do."""


class NotKept(Exception):
    """The change was written and taken back: the content would have had errors. The text lists them."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file of the base before and after."""

    path: str
    """Below the content folder, with slashes."""
    before: str | None
    """None: the file is new."""
    after: str
    entry: str
    """Id of the entry that gets the texts."""
    texts: tuple[str, ...]
    """What it shall be found by."""

    def patch(self) -> str:
        """The change as a unified diff for `patch -p1` or `git apply` in the content folder."""
        old = "/dev/null" if self.before is None else f"a/{self.path}"
        lines = unified_diff(
            _LINE.findall(self.before or ""), _LINE.findall(self.after), old, f"b/{self.path}"
        )
        ended = (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
        return "".join(ended)


def add_phrasings(loaded: Loaded, entry: str, phrasings: Iterable[str]) -> Change:
    """Put phrasings at the end of those of an entry, written as their neighbours are.

    CannotPropose if there is no such entry, or it has all of them already.
    """
    authored = next((one for one in loaded.material.articles if one.article.id == entry), None)
    if authored is None:
        raise CannotPropose(f"there is no entry {entry!r}; see the ids in {ROOM}/*.yaml")
    known = {tidy(text).casefold() for text in (authored.article.question, *authored.article.phrasings)}
    wanted = dict.fromkeys(tidy(text) for text in phrasings)
    added = tuple(text for text in wanted if text and text.casefold() not in known)
    if not added:
        raise CannotPropose(f"{entry} has all of these phrasings already; give others with --phrasing")
    document = authored.document
    listed = document.find((authored.place, "phrasings"))
    if not isinstance(listed, Listed) or not listed.items or not isinstance(listed.items[-1], Leaf):
        raise CannotPropose(f"{document.path}: the phrasings of {entry} are no list of texts")
    return Change(document.path, document.text, _with_items(document, listed, added), entry, added)


def add_entry(loaded: Loaded, written: Path) -> Change:
    """Put the one entry of a YAML file at the end of its chapter's file.

    CannotPropose with what is wrong in the file.
    """
    try:
        content = written.read_bytes()
    except OSError as error:
        raise CannotPropose(f"{written} cannot be read ({error.strerror})") from None
    document, problems = read_document(str(written), content)
    articles: tuple[AuthoredArticle, ...] = ()
    if document.root is not None:
        articles, wrong = decode_articles(document)
        problems = (*problems, *wrong)
    if problems:
        raise CannotPropose("\n".join(map(str, problems)))
    root = document.root
    if not isinstance(root, Listed) or len(articles) != 1:
        raise CannotPropose(f"{written} must hold a list of one entry: - id: …")
    start = _index_of(document.text, root.mark.line, root.mark.column)
    if not document.text.startswith("-", start):
        raise CannotPropose(f"{written}: write the entry in lines, as its neighbours are: - id: …")
    article = articles[0].article
    path = f"{ROOM}/{article.chapter}.yaml"
    home = next((one.document for one in loaded.material.articles if one.document.path == path), None)
    before = home.text if home else None
    end = "\r\n" if before and "\r\n" in before else "\n"
    lines = _lines_from(document.text, start, _column(home) if home else 1)
    text = end.join(lines) + end
    after = text if before is None else before.rstrip("\r\n") + 2 * end + text
    return Change(path, before, after, article.id, (article.question, *article.phrasings))


def write(folder: Path, change: Change) -> None:
    """Put the change into the folder; NotKept, and the file is as it was, if the content then has errors.

    CannotPropose if the file is not as it was when the change was made. OSError if it cannot be written.
    """
    path = folder / change.path
    before = path.read_bytes() if path.exists() else None
    if before != (None if change.before is None else change.before.encode()):
        raise CannotPropose(f"{change.path} was changed meanwhile; propose again")
    replace_file(path, change.after.encode())
    loaded = load_library(folder)
    if loaded.shelf is not None:
        return
    if before is None:
        path.unlink()
    else:
        replace_file(path, before)
    raise NotKept("\n".join(str(one) for one in loaded.problems if one.severity == "error"))


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, with the rights that it had. The dot keeps it out of the content."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def entry_begun(question: str, answer: str) -> str:
    """The beginning of an entry, as YAML: what only somebody who knows the base can say is left to them."""
    lines = [
        "- id: ",
        "  chapter: ",
        "  audience: benevole",
        f"  question: {scalar(tidy(question), flow=False)}",
        "  phrasings:",
        f"    - {scalar(tidy(question), flow=False)}",
        "  answer: |-",
        *(f"    {tidy(line)}".rstrip() for line in answer.splitlines()),
        "  status: à vérifier",
        "  ready: false",
        "  not_ready_because: relecture",
    ]
    return "\n".join(lines)


def tidy(text: str) -> str:
    """A text on one line, without signs that nobody sees."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def scalar(text: str, *, flow: bool) -> str:
    """A text as YAML writes it: bare where that reads back as the same text, else in double quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    bare = not (flow and _SIGNS.search(text)) and _reads_back(text, flow=flow)
    return text if bare else f'"{escaped}"'


def _reads_back(text: str, *, flow: bool) -> bool:
    """Bare, by our own reader and by others': to YAML 1.1 `oui` is a text, `on` is not."""
    snippet = f"[{text}, x]" if flow else f"- {text}\n- x"
    document, problems = read_document("", snippet.encode())
    if problems or document.data != [text, "x"]:
        return False
    try:
        return bool(yaml.load(snippet, Loader=yaml.CSafeLoader) == [text, "x"])
    except (yaml.YAMLError, ValueError):  # ValueError: what looks like a date and is none
        return False


def _with_items(document: Document, listed: Listed, texts: Sequence[str]) -> str:
    """The file with texts at the end of a list of texts."""
    text, last = document.text, listed.items[-1]
    assert isinstance(last, Leaf)
    flow, end = _style_and_end(text, last.start)
    if flow:
        written = [scalar(one, flow=True) for one in texts]
        line = text.rfind("\n", 0, last.start) + 1
        alone = not text[line : last.start].strip()  # one item a line
        joint = f",{_newline(text)}{text[line : last.start]}" if alone else ", "
        return text[:end] + "".join(joint + one for one in written) + text[end:]
    indent = " " * (listed.mark.column - 1)
    lines = [f"{indent}- {scalar(one, flow=False)}{_newline(text)}" for one in texts]
    place = text.find("\n", end) + 1
    if not place:  # the last line of the file, and no line end behind it
        return text + _newline(text) + "".join(lines)
    return text[:place] + "".join(lines) + text[place:]


def _style_and_end(text: str, start: int) -> tuple[bool, int]:
    """Whether the list around the scalar at `start` is written in brackets, and where that scalar ends."""
    flows: list[bool] = []
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        match event:
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                flows.append(bool(event.flow_style))
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                flows.pop()
            case yaml.ScalarEvent(start_mark=mark) if mark is not None and mark.index == start:
                assert event.end_mark is not None
                end = event.end_mark.index
                # Behind a text in several lines (|, >) comes what ends it.
                return flows[-1], len(text[:end].rstrip()) if (event.style or "-") in _BLOCK else end
    raise AssertionError("the tree was read from another text")


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _index_of(text: str, line: int, column: int) -> int:
    """Index of a place; both count from 1."""
    index = 0
    for _ in range(line - 1):
        index = text.index("\n", index) + 1
    return index + column - 1


def _column(document: Document) -> int:
    return document.root.mark.column if document.root else 1


def _lines_from(text: str, start: int, column: int) -> list[str]:
    """The lines of a list from its first hyphen on, moved so that the hyphen stands in that column."""
    own = start - (text.rfind("\n", 0, start) + 1)
    lines = (" " * own + text[start:]).rstrip().splitlines()
    shift = column - 1 - own
    if shift >= 0:
        return [" " * shift + line if line.strip() else "" for line in lines]
    return [line[-shift:] if line.strip() else "" for line in lines]
