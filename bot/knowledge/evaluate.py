"""The line protocol of `alliances match`: a JSON object a line in, one out, to measure from outside."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from bot.knowledge.ask import Finding, ask
from bot.knowledge.index import Index, build_index

if TYPE_CHECKING:  # pydantic, which no line needs
    from bot.knowledge.article import Kind, Words
    from bot.knowledge.semantic import Depth


@dataclass(frozen=True, slots=True)
class CollectionEntry:
    """One line of a collection: an entry without its editorial fields."""

    id: str
    question: str
    phrasings: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    kind: "Kind" = "article"
    answer: str = ""


class BadCollectionLine(ValueError):
    """A line of a collection or of the input cannot be read; the message names the line."""


def match_lines(
    kb_path: Path | str,
    stdin: TextIO,
    stdout: TextIO,
    *,
    words: "Words | None" = None,
    cache: Path | None = None,
    depth: "Depth" = "words",
) -> None:
    """Answers every line of `stdin` from the collection (JSON Lines) at `kb_path`.

    `cache`: where vectors of meaning are kept; `depth`: whether it is compared by meaning too.
    """
    entries = read_collection(Path(kb_path))
    index = build_index(entries, words)
    if depth != "words":
        from bot.knowledge.semantic import deepened
        from bot.knowledge.vectors import collection_place

        at = collection_place(cache, Path(kb_path)) if cache is not None else None
        index = deepened(index, [entry.answer for entry in entries], at, depth=depth)
    answer_lines(index, stdin, stdout)


def answer_lines(index: Index, stdin: TextIO, stdout: TextIO) -> None:
    """Answers every `{"text": …}` line of `stdin` with a line of `as_json`, at once."""
    for number, line in enumerate(stdin, 1):
        if line.strip():
            text = _object(line, f"line {number}").get("text")
            if not isinstance(text, str):
                raise BadCollectionLine(f'line {number}: expected {{"text": "…"}}')
            stdout.write(json.dumps(as_json(ask(index, text)), ensure_ascii=False) + "\n")
            stdout.flush()


def as_json(finding: Finding) -> dict[str, Any]:
    """A finding as the line protocol gives it."""
    found: dict[str, Any] = {
        "matches": [{"id": match.id, "score": match.score} for match in finding.matches],
        "decision": finding.verdict.value,
        "confidence": round(finding.confidence, 4),
    }
    if finding.redirect is not None:
        found["redirect"] = finding.redirect
    return found


def read_collection(path: Path) -> tuple[CollectionEntry, ...]:
    """The entries of a JSON Lines file: id, question, and optionally alternatives, keywords, answer, kind."""
    return tuple(_entries(path))


def _entries(path: Path) -> Iterator[CollectionEntry]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                where = f"{path.name}:{number}"
                data = _object(line, where)
                try:
                    yield CollectionEntry(
                        id=str(data["id"]),
                        question=str(data["question"]),
                        phrasings=tuple(map(str, data.get("alternatives") or ())),
                        keywords=tuple(map(str, data.get("keywords") or ())),
                        kind="redirect" if data.get("kind") == "redirect" else "article",
                        answer=str(data.get("answer") or ""),
                    )
                except KeyError as missing:
                    raise BadCollectionLine(f"{where}: {missing.args[0]!r} is missing") from None


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadCollectionLine(f"{where}: not JSON: {error.msg}") from None
    if not isinstance(data, dict):
        raise BadCollectionLine(f"{where}: expected a JSON object")
    return data
