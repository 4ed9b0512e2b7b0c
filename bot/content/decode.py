"""Plain data -> authored models, with every error at its place in the file."""

import json
from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from bot.content.document import Document, Path, plain
from bot.content.problem import NBSP, Problem, nearest, quote
from bot.content.wording import Details, Told, tell, tell_union
from bot.flows.condition import ARITY

Model = TypeVar("Model", bound=BaseModel)

_ALTERNATIVES = frozenset(
    {
        "string_type",
        "int_type",
        "int_from_float",
        "float_type",
        "bool_type",
        "literal_error",
        "enum",
        "int_parsing",
    }
)
"""Errors that pydantic repeats for each type that a value may have."""


def decode(
    model: type[Model], document: Document, path: Path = ()
) -> tuple[Model | None, tuple[Problem, ...]]:
    """The model of what stands at a path. With unknown keys it is still made: other checks can go on."""
    node = document.find(path)
    data = plain(node) if node else {}
    made, error = _validate(model, data)
    if error is None:
        return made, ()
    problems = tuple(problems_of(error, model, document, path))
    if any(details["type"] == "extra_forbidden" for details in error.errors()):
        made, _ = _validate(model, _without_unknown(error, data))
    return made, problems


def _validate(model: type[Model], data: Any) -> tuple[Model | None, ValidationError | None]:
    # Strict JSON mode: lists become tuples and texts dates, but "2" is no number and "yes" is no truth.
    try:
        return model.model_validate_json(json.dumps(data), strict=True), None
    except ValidationError as error:
        return None, error


def _without_unknown(error: ValidationError, data: Any) -> Any:
    kept = json.loads(json.dumps(data))
    for details in error.errors():
        if details["type"] == "extra_forbidden":
            node = kept
            for part in details["loc"][:-1]:
                node = node[part]
            node.pop(details["loc"][-1], None)
    return kept


def problems_of(
    error: ValidationError, model: type[BaseModel], document: Document, base: Path
) -> Iterator[Problem]:
    """Each error of a model, in French, at its place; the alternatives of one value as one."""
    every: list[Details] = [dict(details) for details in error.errors(include_url=False)]
    typing_slips = {
        (details["loc"][:-1], _nearest(details, model))
        for details in every
        if details["type"] == "extra_forbidden"
    }
    alternatives: dict[tuple[str | int, ...], list[Details]] = {}
    for details in every:
        loc = details["loc"]
        if details["type"] == "missing" and (loc[:-1], str(loc[-1])) in typing_slips:
            continue  # "step:" for "steps:" is one mistake, not two
        if details["type"] in _ALTERNATIVES:
            alternatives.setdefault(_place(document, base, loc), []).append(details)
        else:
            yield from _problem(details, model, document, base)
    for place, some in alternatives.items():
        said = tell_union(some)
        yield document.problem(said.code, said.message, place, key=some[0]["loc"][-1:] == ("[key]",))


def _problem(details: Details, model: type[BaseModel], document: Document, base: Path) -> Iterator[Problem]:
    place = _place(document, base, details["loc"])
    if details["type"] == "extra_forbidden":
        near = _nearest(details, model)
        hint = f"{NBSP}; vouliez-vous dire {quote(near)}{NBSP}?" if near else ""
        yield document.problem("unknown-key", f"clé inconnue {quote(place[-1])}{hint}", place, key=True)
    else:
        yield _tell(tell(details, tuple(ARITY)), document, place, key=details["loc"][-1:] == ("[key]",))


def _tell(said: Told, document: Document, place: Path, *, key: bool) -> Problem:
    if said.code == "duplicate-choice":
        return _duplicate_choice(document, place)
    if said.key and said.key in document.keys(place):
        return document.problem(said.code, said.message, (*place, said.key), key=True)
    return document.problem(said.code, said.message, place, key=key, offset=said.column)


def _duplicate_choice(document: Document, place: Path) -> Problem:
    seen: set[str] = set()
    for number in range(1000):
        where = (*place, "choices", number, "id")
        written = document.words(where)
        if written in seen:
            return document.problem("duplicate-choice", f"deux choix portent l'id {quote(written)}", where)
        seen.add(written)
    raise AssertionError("no duplicate among the choices")


def _place(document: Document, base: Path, loc: Sequence[str | int]) -> tuple[str | int, ...]:
    """The path of an error as far as it is written; pydantic adds names of union members at the end."""
    place = tuple(base)
    for part in loc:
        if document.find((*place, part)) is None:
            break
        place = (*place, part)
    return place


def _nearest(details: Details, model: type[BaseModel]) -> str:
    owner = _model_at(model, details["loc"][:-1])
    return nearest(str(details["loc"][-1]), keys_of(owner) if owner else ())


def keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys of a model as they are written."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _model_at(annotation: Any, loc: Sequence[str | int]) -> type[BaseModel] | None:
    for part in loc:
        annotation = _unwrap(annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            fields = {field.alias or name: field for name, field in annotation.model_fields.items()}
            if part not in fields:
                return None
            annotation = fields[str(part)].annotation
        else:
            inner = [part for part in get_args(annotation) if part is not Ellipsis]
            annotation = inner[-1] if inner else None
    annotation = _unwrap(annotation)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _unwrap(annotation: Any) -> Any:
    """What `Annotated[X, …]` and `X | None` are about."""
    while get_origin(annotation) in (Annotated, Union, UnionType):
        members = [part for part in get_args(annotation) if part is not type(None)]
        annotation = members[0]
    return annotation
