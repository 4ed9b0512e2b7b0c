"""Values of the model to JSON and back: whatever the model can hold survives, unknown keys are left out.

JSON is written with escapes only, so that a lone surrogate or a NUL in what a person typed never stops a
commit.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime, time
from enum import Enum
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, NewType, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from bot.model.message import Message
from bot.model.session import Session
from bot.model.values import Value

T = TypeVar("T")

Decoder = Callable[[Any], Any]

SCALARS = (str, int, float, bool)


@lru_cache(maxsize=16)  # one turn writes the same moment up to ten times
def to_text(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds, whose text order is time order; ValueError for a naive time."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be stored: {moment!r}")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def from_text(written: str) -> datetime:
    """The time that `to_text` wrote, aware, in UTC."""
    return datetime.fromisoformat(written)


def clean(text: str) -> str:
    """`text` without what a text column refuses or cuts at: lone surrogates and NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def dump_session(session: Session) -> str:
    """JSON of a session."""
    return json.dumps(encode(session))


def load_session(written: str) -> Session:
    """The session that `dump_session` wrote, also by an older version of the program."""
    return decode(Session, json.loads(written))


@lru_cache(maxsize=4)  # one goes to the history and to the outbox
def dump_message(message: Message) -> str:
    """JSON of a message."""
    return json.dumps(encode(message))


def load_message(written: str) -> Message:
    """The message that `dump_message` wrote."""
    return decode(Message, json.loads(written))


def dump_value(value: Value) -> str:
    """JSON of one answer."""
    return json.dumps(encode(value))


def load_value(written: str) -> Value:
    """The answer that `dump_value` wrote."""
    value = json.loads(written)
    return tuple(value) if isinstance(value, list) else cast(Value, value)


def encode(value: Any) -> Any:
    """Plain JSON data of a model value; fields at their default are left out.

    A mapping whose keys are no texts becomes a list of pairs.
    """
    match value:
        case Enum():
            return value.value
        case None | str() | int() | float():
            return value
        case datetime():
            return value.isoformat()
        case time():
            return value.isoformat()
        case ZoneInfo():
            return value.key
        case tuple() | list():
            return [encode(item) for item in value]
        case frozenset():
            return sorted(encode(item) for item in value)
        case Mapping():
            if all(isinstance(key, str) for key in value):
                return {key: encode(item) for key, item in value.items()}
            return [[encode(key), encode(item)] for key, item in value.items()]
    if is_dataclass(value):
        written: dict[str, Any] = {}
        for name, usual in _usual(cast(Any, type(value))):
            held = getattr(value, name)
            if held != usual or type(held) is not type(usual):
                written[name] = encode(held)
        return written
    raise TypeError(f"{type(value).__name__} has no JSON form")


def decode(kind: type[T], data: Any) -> T:
    """The value of type `kind` that `encode` made `data` from; unknown keys are ignored."""
    return cast(T, _decoder(cast(Any, kind))(data))


@cache
def _usual(kind: Any) -> tuple[tuple[str, Any], ...]:
    """Each field with its default, MISSING where it has none. A made one (a dictionary) is made once."""
    return tuple(
        (one.name, one.default if one.default_factory is MISSING else one.default_factory())
        for one in fields(kind)
    )


@cache
def _decoder(kind: Any) -> Decoder:
    if isinstance(kind, NewType):
        return _decoder(kind.__supertype__)
    origin = get_origin(kind)
    if origin is Literal or kind in SCALARS or kind is NoneType:
        return _same
    if origin in (Union, UnionType):
        return _union(get_args(kind))
    if origin in (tuple, frozenset):
        return _several(origin, get_args(kind))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(*get_args(kind))
    if kind is datetime:
        return datetime.fromisoformat
    if kind is time:
        return time.fromisoformat
    if isinstance(kind, type) and issubclass(kind, Enum | ZoneInfo):
        return kind
    if is_dataclass(kind):
        return _record(kind)
    raise TypeError(f"{kind!r} cannot be read from JSON")


def _same(data: Any) -> Any:
    return data


def _union(kinds: tuple[Any, ...]) -> Decoder:
    """Either a value or None, or an answer (`Value`), whose JSON says by itself what it is."""
    real = [kind for kind in kinds if kind is not NoneType]
    if len(real) == 1:
        inner = _decoder(real[0])
        return lambda data: None if data is None else inner(data)
    for kind in real:
        if kind not in SCALARS and get_origin(kind) is not tuple:
            raise TypeError(f"JSON cannot tell apart the kinds of {kinds}")
    return lambda data: tuple(data) if isinstance(data, list) else data


def _several(origin: type, kinds: tuple[Any, ...]) -> Decoder:
    if origin is frozenset or kinds[-1] is Ellipsis:
        item = _decoder(kinds[0])
        return lambda data: origin(item(one) for one in data)
    items = [_decoder(kind) for kind in kinds]
    return lambda data: tuple(one(part) for one, part in zip(items, data, strict=True))


def _mapping(key: Any, item: Any) -> Decoder:
    read_key, read_item = _decoder(key), _decoder(item)

    def read(data: Any) -> Any:
        pairs = data.items() if isinstance(data, dict) else data
        return {read_key(one): read_item(other) for one, other in pairs}

    return read


def _record(kind: Any) -> Decoder:
    hints = get_type_hints(kind)
    readers: dict[str, Decoder] = {}

    def read(data: Any) -> Any:
        if not readers:
            # Late, so that a type may hold itself.
            readers.update({one.name: _decoder(hints[one.name]) for one in fields(kind)})
        return kind(**{name: readers[name](part) for name, part in data.items() if name in readers})

    return read
