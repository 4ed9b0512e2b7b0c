"""A flow's file -> a Flow.

Each step is decoded by itself; a broken one gets a stand-in, so that the rest is checked.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from pydantic import ValidationError

from bot.content.authored import AuthoredFlow, Damaged
from bot.content.decode import decode, keys_of, problems_of
from bot.content.document import Document, Keyed, Listed, plain
from bot.content.problem import NBSP, Problem, did_you_mean, nearest, quote
from bot.flows.actions import ACTIONS
from bot.flows.flow import Flow
from bot.flows.step import Step
from bot.flows.steps import KINDS, verb_of

_STAND_IN: Mapping[str, Any] = {"title": "…", "format": 1}
"""For required keys that are missing or refused."""
_NO_STEPS = ({"say": "…"},)


def decode_flow(document: Document) -> tuple[AuthoredFlow | None, tuple[Problem, ...]]:
    """The flow of a file with all its problems; None if there is nothing to check further."""
    if not isinstance(document.root, Keyed):
        problem = document.problem(
            "wrong-type", f"un parcours commence par ses clés{NBSP}: flow, title, steps…"
        )
        return None, (problem,)
    header, problems = _header(document)
    listed = document.find(("steps",))
    if listed is None or header is None:
        return None, problems
    if not isinstance(listed, Listed) or not listed.items:
        problem = document.problem("wrong-type", f"«{NBSP}steps{NBSP}» est une liste d'étapes", ("steps",))
        return None, (*problems, problem)
    steps: list[Step] = []
    for place in range(len(listed.items)):
        step, refused = _step(document, place)
        steps.append(step)
        problems = (*problems, *refused)
    flow = header.model_copy(update={"steps": tuple(steps)})
    return AuthoredFlow(document, flow, whole=not problems), problems


def _header(document: Document) -> tuple[Flow | None, tuple[Problem, ...]]:
    data: dict[str, Any] = document.data
    written = {**data, "steps": _NO_STEPS} if "steps" in data else data
    made, error = _validated(written)
    if error is None:
        return made, ()
    problems = tuple(problems_of(error, Flow, document, ()))
    refused = {str(details["loc"][0]) for details in error.errors() if details["loc"]}
    kept = {key: value for key, value in written.items() if key not in refused}
    name = PurePosixPath(document.path).stem
    made, _ = _validated({"flow": name, **_STAND_IN, "steps": _NO_STEPS, **kept})
    return made, problems


def _validated(data: Mapping[str, Any]) -> tuple[Flow | None, ValidationError | None]:
    try:
        return Flow.model_validate_json(json.dumps(data), strict=True), None
    except ValidationError as error:
        return None, error


def _step(document: Document, place: int) -> tuple[Step, tuple[Problem, ...]]:
    path = ("steps", place)
    data = plain(document.find(path))
    if not isinstance(data, dict):
        message = f"une étape est faite de clés, par exemple «{NBSP}say: Bonjour{NBSP}»"
        return Damaged(), (document.problem("wrong-type", message, path),)
    verb = verb_of(data)
    if verb is None:
        return _damaged(data), (_without_verb(document, place, data),)
    if verb == "action" and (action := ACTIONS.get(document.words((*path, "action")))):
        # The model refuses wrong arguments too, but cannot say where they stand.
        _, problems = decode(action.arguments, document, (*path, "with"))
        if problems:
            return _damaged(data), problems
    step, problems = decode(KINDS[verb], document, path)
    return step or _damaged(data), problems


def _without_verb(document: Document, place: int, data: Mapping[str, Any]) -> Problem:
    path = ("steps", place)
    verbs = [key for key in data if key in KINDS]
    if verbs:
        message = f"un seul verbe par étape{NBSP}: {quote(verbs[0])} est déjà là"
        return document.problem("two-verbs", message, (*path, verbs[1]), key=True)
    common = keys_of(Step)
    for key in data:
        if key not in common and nearest(key, KINDS):
            message = f"verbe inconnu {quote(key)}{did_you_mean(key, KINDS)}"
            return document.problem("no-verb", message, (*path, key), key=True)
    return document.problem("no-verb", f"étape sans verbe{NBSP}: {', '.join(KINDS)}", path)


def _damaged(data: Mapping[str, Any]) -> Damaged:
    """Keeps the names that others may refer to, as far as they are written well."""
    kept = {key: data[key] for key in ("id", "section") if key in data}
    fills = list(_fills(data))
    opaque = not fills and any(key in data for key in ("ask", "field", "set", "returns"))
    kept |= {"targets": list(_written(data, ("goto", "else"))), "fills": fills, "opaque": opaque}
    try:
        return Damaged.model_validate(kept)
    except ValidationError:
        return Damaged()


def _written(data: Any, keys: tuple[str, ...]) -> Iterator[str]:
    """Every text behind one of the keys, at any depth."""
    match data:
        case dict():
            for key, value in data.items():
                if key in keys and isinstance(value, str):
                    yield value
                yield from _written(value, keys)
        case list():
            for item in data:
                yield from _written(item, keys)


def _fills(data: Mapping[str, Any]) -> Iterator[str]:
    yield from _written(data.get("field"), ("name",))
    yield from _written(data, ("returns",))
    if isinstance(data.get("set"), dict):
        yield from data["set"]
