"""JSON Schemas of the authored files for editors, made from the models and committed beside the content."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from bot.content.decode_rest import Planned
from bot.content.reference import (
    every_model,
    flows_reference,
    knowledge_reference,
    purpose_of,
    with_reference,
)
from bot.flows.actions import ACTIONS
from bot.flows.flow import Flow
from bot.flows.phrases import PHRASES, Phrases
from bot.knowledge.article import Article, Source, Words

SCHEMAS: Mapping[str, tuple[Any, str]] = {
    "flows/flow.schema.json": (Flow, "Un parcours guidé"),
    "flows/phrases.schema.json": (Phrases, "Les phrases du bot"),
    "flows/planned.schema.json": (tuple[Planned, ...], "Les parcours annoncés"),
    "knowledge/articles.schema.json": (tuple[Article, ...], "Les fiches d'un chapitre"),
    "knowledge/sources.schema.json": (Mapping[str, Source], "Les sources citées"),
    "knowledge/words.schema.json": (Words, "Les listes de mots"),
}
"""File below the content folder -> what it describes and its title."""


def schemas() -> dict[str, str]:
    """The text of every schema by its path below the content folder."""
    return {path: _text(type, title) for path, (type, title) in SCHEMAS.items()}


def generated(folder: Path) -> dict[str, str]:
    """Every generated file of a content folder: schemas, and the manuals with a fresh reference part."""
    manuals = {"flows/README.md": flows_reference, "knowledge/README.md": knowledge_reference}
    written = {path: folder / path for path in manuals if (folder / path).is_file()}
    return schemas() | {
        path: with_reference(file.read_text(encoding="utf-8"), manuals[path]())
        for path, file in written.items()
    }


def _text(type: Any, title: str) -> str:
    schema = TypeAdapter(type).json_schema(by_alias=True)
    models = {model.__name__: model for model in every_model()}
    for name, definition in schema.get("$defs", {}).items():
        _describe(definition, models.get(name))
    if isinstance(type, _Meta):
        _describe(schema, type)
    for definition in (schema, *schema.get("$defs", {}).values()):
        _tell_more(definition)
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}
    return json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


_Meta = type(BaseModel)


def _describe(definition: dict[str, Any], model: type[BaseModel] | None) -> None:
    """Replace the programmers' docstrings by the authors' reference."""
    definition.pop("description", None)
    for name, property in definition.get("properties", {}).items():
        property.pop("title", None)
        if model is not None:
            property["description"] = purpose_of(model, name)


def _tell_more(definition: dict[str, Any]) -> None:
    """What the models check in code, as far as a schema can say it."""
    properties = definition.get("properties", {})
    if "steps" in properties:
        # An editor explains `anyOf` better than the discriminator, which is no part of JSON Schema.
        items = properties["steps"]["items"]
        items["anyOf"] = items.pop("oneOf", items.get("anyOf"))
        items.pop("discriminator", None)
    if "phrases" in properties:
        text = {"type": "string", "minLength": 1}
        properties["phrases"] = {
            "type": "object",
            "description": properties["phrases"].get("description", ""),
            "properties": dict.fromkeys(PHRASES, text),
            "required": list(PHRASES),
            "additionalProperties": False,
        }
    if "action" in properties:
        properties["action"]["enum"] = list(ACTIONS)
