"""Authored texts with placeholders: `{name}`, `{name|date}`, `{n|question|questions}`.

Filled values are escaped.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from bot.flows.french import write_number
from bot.markup.escape import escape
from bot.model.message import Markdown

FILTERS = ("date",)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}|(\{|\})")
_NAME = re.compile(r"[a-z_][a-z0-9_-]*(\.[a-z_][a-z0-9_]*)*")


class TemplateError(ValueError):
    """A text that is refused; `column` counts from 0 within the text."""

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A hole in a text."""

    name: str
    column: int
    """Where it begins in the text, from 0."""
    filter: str = ""
    plural: tuple[str, str] | None = None
    """Singular and plural word; French counts 0 and 1 as singular."""


@dataclass(frozen=True, slots=True)
class Rich:
    """A filled value that is already light Markdown of our own (an article's answer)."""

    text: Markdown


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed text."""

    source: str
    parts: tuple[str | Placeholder, ...]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            parse_template, serialization=core_schema.plain_serializer_function_ser_schema(lambda t: t.source)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: Any) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}

    def placeholders(self) -> tuple[Placeholder, ...]:
        """The holes, in reading order."""
        return tuple(part for part in self.parts if isinstance(part, Placeholder))


def parse_template(written: Any) -> Template:
    """Read an authored text; TemplateError with a message for authors."""
    if isinstance(written, Template):
        return written
    if not isinstance(written, str) or not written.strip():
        raise TemplateError(f"a text is expected here, not {written!r}")
    text = written.strip()
    begins = len(written) - len(written.lstrip())
    parts: list[str | Placeholder] = []
    end = 0
    for found in _PLACEHOLDER.finditer(text):
        if found[2]:
            raise TemplateError(f"a brace without its partner: '{found[2]}'", begins + found.start())
        parts.append(text[end : found.start()])
        parts.append(_placeholder(found[1], begins + found.start()))
        end = found.end()
    parts.append(text[end:])
    return Template(text, tuple(part for part in parts if part))


def _placeholder(written: str, column: int) -> Placeholder:
    name, *rest = (piece.strip() for piece in written.split("|"))
    if not _NAME.fullmatch(name):
        raise TemplateError(
            f"'{{{written}}}' does not name a field; write for example {{person.name}}", column
        )
    match rest:
        case []:
            return Placeholder(name, column)
        case [only] if only in FILTERS:
            return Placeholder(name, column, only)
        case [singular, plural]:
            return Placeholder(name, column, plural=(singular, plural))
    raise TemplateError(
        f"'{{{written}}}': unknown filter; write {{name|date}} or {{number|word|words}}", column
    )


Show = Callable[[Placeholder], "str | Rich"]


def fill(template: Template, show: Show) -> Markdown:
    """The text with its holes filled; what `show` returns is escaped unless it is Rich."""
    pieces: list[str] = []
    for part in template.parts:
        if isinstance(part, str):
            pieces.append(part)
            continue
        shown = show(part)
        pieces.append(shown.text if isinstance(shown, Rich) else escape(shown))
    return Markdown("".join(pieces))


def fill_from(template: Template, values: Mapping[str, "str | int | float | Rich"]) -> Markdown:
    """Fill a standing phrase from values, numbers written as in French; KeyError if one is missing
    (checked at load).
    """
    return fill(template, lambda hole: _shown(hole, values))


def plain_from(template: Template, values: Mapping[str, str | int | float]) -> str:
    """A standing phrase as plain text, nothing escaped."""
    shown = (part if isinstance(part, str) else _shown(part, values) for part in template.parts)
    return "".join(part.text if isinstance(part, Rich) else part for part in shown)


def plural_word(words: tuple[str, str], number: object) -> str:
    """Singular for anything between -2 and 2, as in French; plural else."""
    return words[0 if isinstance(number, int | float) and abs(number) < 2 else 1]


def _shown(hole: Placeholder, values: Mapping[str, "str | int | float | Rich"]) -> str | Rich:
    value = values[hole.name]
    if hole.plural:
        return plural_word(hole.plural, value)
    return write_number(value) if isinstance(value, int | float) else value
