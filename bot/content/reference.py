"""The reference part of flows/README.md and knowledge/README.md, from the models and `reference.yaml`."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from pydantic import BaseModel

from bot.content.decode_rest import Planned
from bot.content.source import read_document
from bot.flows.actions import ACTIONS
from bot.flows.condition import ARITY
from bot.flows.field import FieldType
from bot.flows.flow import Flow
from bot.flows.phrases import PHRASES, Phrases
from bot.flows.refusals import sentence
from bot.flows.step import Step
from bot.flows.steps import KINDS
from bot.flows.steps.submitting import Submitting
from bot.knowledge.article import Article, Source, Words

BEGIN = "<!-- référence : début (écrite par « alliances schema », ne pas modifier à la main) -->"
END = "<!-- référence : fin -->"


@cache
def _table() -> Mapping[str, Any]:
    content = files("bot.content").joinpath("reference.yaml").read_bytes()
    document, problems = read_document("reference.yaml", content)
    if problems:
        raise ValueError(f"bot/content/reference.yaml: {problems[0]}")
    table: Mapping[str, Any] = document.data
    return table


def purpose_of(model: type[BaseModel], key: str) -> str:
    """What a key is for, in French; KeyError if the reference does not say it."""
    for owner in model.__mro__:
        said = _table()["models"].get(owner.__name__, {})
        if key in said:
            return sentence(said[key])
    raise KeyError(f"bot/content/reference.yaml says nothing of {model.__name__}.{key}")


def models_within(model: type[BaseModel]) -> list[type[BaseModel]]:
    """The models that a model's keys hold, in reading order."""
    found: dict[type[BaseModel], None] = {}
    for field in model.model_fields.values():
        found |= dict.fromkeys(_models_in(field.annotation))
    return list(found)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def every_model() -> tuple[type[BaseModel], ...]:
    """All authored models, each once."""
    found: dict[type[BaseModel], None] = {}
    ahead: list[type[BaseModel]] = [Flow, Phrases, Planned, Article, Source, Words, *KINDS.values()]
    ahead += [action.arguments for action in ACTIONS.values()]
    while ahead:
        model = ahead.pop(0)
        if model not in found:
            found[model] = None
            ahead += models_within(model)
    return tuple(found)


def gaps() -> tuple[str, ...]:
    """Keys without a sentence, and sentences without a key; both are mistakes."""
    needed = {f"models.{_owner(model, key)}.{key}" for model in every_model() for key in _keys(model)}
    needed |= {f"models.Step.{key}" for key in _keys(Step)}
    needed |= {f"kinds.{verb}" for verb in KINDS}
    needed |= {f"types.{type}" for type in get_args(FieldType)}
    needed |= {f"functions.{function}" for function in ARITY}
    table = _table()
    written = {f"models.{model}.{key}" for model, keys in table["models"].items() for key in keys}
    written |= {f"{part}.{key}" for part in ("kinds", "types", "functions") for key in table[part]}
    return tuple(sorted(needed ^ written))


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _owner(model: type[BaseModel], key: str) -> str:
    """The model of steps that has the key first."""
    shared = (base for base in (Step, Submitting) if issubclass(model, base) and key in _keys(base))
    return next((base.__name__ for base in shared), model.__name__)


def flows_reference() -> str:
    """For flows/README.md."""
    parts = [
        "### En tête du parcours",
        _rows(Flow),
        "### Clés communes à toutes les étapes",
        _rows(Step),
        *_kinds(),
        "### Les sortes de réponses",
        _list(_table()["types"]),
        "### Les conditions et les calculs",
        "Opérateurs : `== != < <= > >= in`, `and or not`, `+ - * /`, parenthèses. Fonctions :",
        _list(_table()["functions"]),
        "### Les durées et les textes à trous",
        "Une durée : un nombre et `minutes`, `hours`, `days`, `weeks` ou `months`, par exemple `4 days`.",
        "Un trou : `{nom}`, `{nom|date}`, `{nombre|question|questions}` (0 et 1 sont au singulier).",
        "### Les actions",
        *_actions(),
        "### `phrases.yaml`",
        _rows(Phrases),
        *_nested(Phrases),
        "Les phrases qui ont des trous :",
        _list({key: " ".join(f"`{{{hole}}}`" for hole in holes) for key, holes in PHRASES.items() if holes}),
        "### `planned.yaml`",
        _rows(Planned),
    ]
    return sentence("\n\n".join(parts))


def knowledge_reference() -> str:
    """For knowledge/README.md."""
    parts = ["### Une fiche", _rows(Article), *_nested(Article), "### `sources.yaml`", _rows(Source)]
    return sentence("\n\n".join([*parts, "### `words.yaml`", _rows(Words)]))


def with_reference(readme: str, reference: str) -> str:
    """The text of a README with its reference part replaced; added at the end if it has none."""
    part = f"{BEGIN}\n\n{reference}\n\n{END}"
    before, begin, rest = readme.partition(BEGIN)
    if not begin:
        return f"{readme.rstrip()}\n\n{part}\n"
    return before + part + rest.partition(END)[2]


def _kinds() -> Iterator[str]:
    for verb, model in KINDS.items():
        yield f"### `{verb}`"
        yield _table()["kinds"][verb]
        yield _rows(model, [key for key in _keys(model) if key not in _keys(Step)])
        yield from _nested(model)


def _nested(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        for inner in _models_in(field.annotation):
            yield f"Dans `{field.alias or name}` :"
            yield _rows(inner)


def _actions() -> Iterator[str]:
    for name, action in ACTIONS.items():
        yield f"`{name}` : {action.purpose}"
        yield _rows(action.arguments)


def _rows(model: type[BaseModel], keys: Iterable[str] | None = None) -> str:
    required = {field.alias or name for name, field in model.model_fields.items() if field.is_required()}
    lines = ["| clé | obligatoire | ce que c'est |", "|---|---|---|"]
    for key in keys if keys is not None else _keys(model):
        purpose = purpose_of(model, key).replace("|", "\\|")
        lines.append(f"| `{key}` | {'oui' if key in required else ''} | {purpose} |")
    return "\n".join(lines)


def _list(items: Mapping[str, str]) -> str:
    return "\n".join(f"- `{key}` : {said}" for key, said in items.items())
