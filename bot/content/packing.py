"""Authored values as plain JSON data and back, without checking them again: they were checked before.

Only the classes of `CLASSES` can come out, by their place in that table: data can name no other.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any

from pydantic import BaseModel

from bot.flows.condition import Call, Condition, Const, Items, Name, Operation
from bot.flows.duration import Span
from bot.flows.field import Choice, Declared, Field
from bot.flows.flow import Flow
from bot.flows.phrases import Calendar, Canned, MenuEntry, Phrases
from bot.flows.shelf import Shelf
from bot.flows.steps import KINDS
from bot.flows.steps.announce import AnnouncementParts
from bot.flows.steps.ask import Reminder
from bot.flows.steps.branch import Case
from bot.flows.steps.end import Ending
from bot.flows.steps.publish import EventParts
from bot.flows.steps.say import Medium
from bot.flows.template import Placeholder, Template
from bot.knowledge.article import Article, Source, ToCheck, Words
from bot.model.message import AttachedFile
from bot.model.values import Owner

_PARTS: tuple[type, ...] = (
    *(Shelf, Flow, Phrases, Article, Source, ToCheck, Words),
    *(Calendar, Canned, MenuEntry, Reminder, Case, Ending, Medium, Choice, Declared, Field),
    *(Call, Condition, Const, Items, Name, Operation, Span, Placeholder, Template),
    *(AttachedFile, Owner, EventParts, AnnouncementParts),
)
CLASSES: tuple[type, ...] = (*_PARTS, *KINDS.values())
"""Every class that authored content is made of."""

_MAP, _LIST, _DATE, _SPAN = "map", "list", "date", "elapsed"
_NUMBERS = {one: str(number) for number, one in enumerate(CLASSES)}
_SHORT = 40
"""Characters of a text that may well stand in several places: those are kept once."""

Make = Callable[[Any], Any]


class NotPackable(TypeError):
    """A value of a class that `CLASSES` does not have."""


def pack(value: Any) -> Any:
    """A value as JSON data; NotPackable if something in it is none of `CLASSES`.

    A tuple is a list; everything else that JSON does not have is an object of one key, which says what it is.
    """
    match value:
        case Enum() if type(value) in _NUMBERS:
            return {_NUMBERS[type(value)]: [value.value]}
        case None | bool() | int() | float() | str():
            return value
        case tuple():
            return [pack(one) for one in value]
        case list():  # only in what an action is given, which may be any data
            return {_LIST: [pack(one) for one in value]}
        case Mapping():
            return {_MAP: [[pack(key), pack(one)] for key, one in value.items()]}
        case date() if type(value) is date:
            return {_DATE: value.isoformat()}
        case timedelta():
            return {_SPAN: [value.days, value.seconds, value.microseconds]}
    if type(value) not in _NUMBERS:
        raise NotPackable(type(value).__name__)
    return {_NUMBERS[type(value)]: [pack(getattr(value, name)) for name in _names(type(value))]}


def unpacker() -> Callable[[Any], Any]:
    """What makes values of data that `pack` made; ValueError, KeyError or TypeError for other data."""
    makers = {_NUMBERS[one]: _maker(one) for one in CLASSES}
    makers |= {_DATE: date.fromisoformat}
    texts: dict[str, str] = {}

    def unpack(data: Any) -> Any:
        if isinstance(data, str):
            return texts.setdefault(data, data) if len(data) <= _SHORT else data
        if isinstance(data, list):
            return tuple([unpack(one) for one in data])
        if not isinstance(data, dict):
            return data
        ((what, inner),) = data.items()
        if what == _MAP:
            return {unpack(key): unpack(one) for key, one in inner}
        if what == _LIST:
            return [unpack(one) for one in inner]
        if what == _SPAN:
            days, seconds, microseconds = inner
            return timedelta(days, seconds, microseconds)
        return makers[what](inner if what == _DATE else [unpack(one) for one in inner])

    return unpack


def _names(one: type) -> tuple[str, ...]:
    """The fields of a class, in the order in which they are packed."""
    if issubclass(one, BaseModel):
        return tuple(one.model_fields)
    return tuple(field.name for field in fields(one)) if is_dataclass(one) else ("value",)


def _maker(one: type) -> Make:
    names = _names(one)
    if not issubclass(one, BaseModel):
        return lambda values: one(*values)
    every = set(names)  # one for all that are made: they are many, and nobody changes it

    def make(values: Any) -> Any:
        return one.model_construct(every, **dict(zip(names, values, strict=True)))

    return make
