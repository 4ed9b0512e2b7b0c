"""`alliances test --bless`: a conversation test says from now on what the flow says now.

Only what differs is written anew; every other line, comments included, stays as it is. A comment within what
differs cannot be kept in its place: then the author must. Text only, no files.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from bot.content.document import Document
from bot.content.proposing import scalar
from bot.content.source import read_document
from bot.content.transcripts import Exchange, Expected, Played, Transcript, differences, field_at_end, fits
from bot.dialogue.library import Library
from bot.markup import plain
from bot.model.message import Message

WIDTH = 110
"""Characters of a line, beyond which expectations stand one below the other."""
SHOWN = 160
"""Characters of a message that a new expectation names; the rest may be anything."""


class CannotBless(ValueError):
    """The file cannot be written anew by the program; the text says why."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """A piece of the file and what stands there instead."""

    start: int
    end: int
    text: str


def blessed(document: Document, transcript: Transcript, played: Played, library: Library) -> str:
    """The file with the expectations that the conversation meets as it goes now; CannotBless."""
    root = yaml.compose(document.text, Loader=yaml.CSafeLoader)
    edits: list[_Edit] = []
    entries = _entries(root)
    for node, (deed, came) in zip(entries["turns"][1].value, played.turns, strict=True):
        if differences(deed, came, library):
            edits.append(_turn(document.text, node, _expectations(deed, came, library)))
    if "ends" in entries:
        edits += _ends(document.text, entries["ends"][1], transcript, played)
    text = document.text
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    _, problems = read_document(document.path, text.encode())
    if problems:
        raise CannotBless("\n".join(map(str, problems)))
    return text


def _expectations(deed: Exchange, came: Sequence[Message], library: Library) -> Sequence[Expected]:
    """One for every message that came: the author's where it still fits."""
    known = list(deed.expect)
    found: list[Expected] = []
    for message in came:
        place = next((place for place, one in enumerate(known) if fits(one, message, library)), None)
        if place is None:
            found.append(_expected(message))
        else:
            found.append(known[place])
            del known[: place + 1]
    return found


def _expected(message: Message) -> Expected:
    text = " ".join(plain(message.text).split())
    if len(text) > SHOWN:
        text = text[:SHOWN].rpartition(" ")[0] + "*"
    return Expected(text=text, options=tuple(option.id for option in message.options) or None)


def _turn(text: str, turn: Any, expected: Sequence[Expected]) -> _Edit:
    """Write what must come back in the place of what stood there."""
    entries, beside = _entries(turn), bool(turn.flow_style)
    indent = turn.value[0][0].start_mark.column
    written = _written(expected, 0 if beside else indent, _newline(text), beside=beside)
    old = [entries[key] for key in ("expect", "silent") if key in entries]
    if len(old) != 1:
        raise CannotBless(f"line {turn.start_mark.line + 1}: a turn has 'expect' or 'silent', not both")
    [(key, value)] = old
    return _edit(text, key.start_mark.index, value, written)


def _written(expected: Sequence[Expected], indent: int, newline: str, *, beside: bool) -> str:
    if not expected:
        return "silent: true"
    items = [_item(one) for one in expected]
    line = f"expect: [{', '.join(items)}]"
    if beside or indent + len(line) <= WIDTH:
        return line
    return newline.join(["expect:", *(f"{' ' * indent}  - {item}" for item in items)])


def _item(expected: Expected) -> str:
    given = expected.model_dump(exclude_none=True)
    return (
        "{" + ", ".join(f"{key}: {_value(value, quoted=key == 'text')}" for key, value in given.items()) + "}"
    )


def _ends(text: str, ends: Any, transcript: Transcript, played: Played) -> Iterator[_Edit]:
    """Write how it ended where that differs."""
    entries = _entries(ends)
    outcome = played.world.outcomes.get(transcript.flow or "")
    if transcript.ends.flow and transcript.flow and outcome != transcript.ends.flow:
        if outcome not in ("done", "open", "cancelled"):
            raise CannotBless(f"{transcript.flow} was not gone through at all: mend the turns")
        yield _replaced(text, entries["flow"][1], outcome)
    fields = _entries(entries["fields"][1]) if "fields" in entries else {}
    for name, value in transcript.ends.fields.items():
        found = field_at_end(name, transcript, played.world)
        if found != value:
            yield _replaced(text, fields[name][1], _value(found))


def _replaced(text: str, node: Any, written: str) -> _Edit:
    start = node.start_mark.index
    nothing = start == node.end_mark.index  # `but:`, right behind the colon
    return _edit(text, start, node, f" {written}" if nothing else written)


def _edit(text: str, start: int, node: Any, written: str) -> _Edit:
    """What stands from there to the end of a node is written anew; CannotBless if a comment is in it."""
    end, scalars = _end(text, node), [*_scalars(node)]
    begins = [start, *(one.end_mark.index for one in scalars)]
    between = zip(begins, [*(one.start_mark.index for one in scalars), end], strict=True)
    if any("#" in text[begin:stop] for begin, stop in between):
        line = text.count("\n", 0, start) + 1
        raise CannotBless(f"line {line}: what is to be written anew holds a comment, which would be lost")
    return _Edit(start, end, written)


def _value(value: Any, *, quoted: bool = False) -> str:
    """As YAML writes it within brackets."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str() if quoted:
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case str():
            return scalar(value, flow=True)
    return f"[{', '.join(map(_value, value))}]"


def _entries(node: Any) -> Mapping[str, tuple[Any, Any]]:
    """The keys of a mapping with the nodes of key and value."""
    return {key.value: (key, value) for key, value in node.value}


def _scalars(node: Any) -> Iterator[Any]:
    """The scalars of a node, in their order."""
    match node:
        case yaml.ScalarNode():
            yield node
        case yaml.MappingNode():
            for key, value in node.value:
                yield key
                yield from _scalars(value)
        case yaml.SequenceNode():
            for item in node.value:
                yield from _scalars(item)


def _end(text: str, node: Any) -> int:
    """Where a node ends, without the empty lines and comments that the reader counts to it."""
    while not isinstance(node, yaml.ScalarNode) and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(node, yaml.MappingNode) else last
    return len(text[: node.end_mark.index].rstrip())


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
