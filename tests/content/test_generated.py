"""What is generated and committed is fresh: `alliances schema` writes it again."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.content.reference import gaps, with_reference
from bot.content.schema import generated, schemas
from bot.content.source import read_document

SHIPPED = Path(__file__).parents[2]
FILES = {
    "flows/flow.schema.json": ["flows/faire-connaissance.yaml", "flows/alliance-ou-partenariat.yaml"],
    "flows/phrases.schema.json": ["flows/phrases.yaml"],
    "flows/planned.schema.json": ["flows/planned.yaml"],
    "knowledge/articles.schema.json": ["knowledge/0-reperes.yaml", "knowledge/10-glossaire.yaml"],
    "knowledge/sources.schema.json": ["knowledge/sources.yaml"],
    "knowledge/words.schema.json": ["knowledge/words.yaml"],
}


@pytest.mark.parametrize("path", sorted(generated(SHIPPED)))
def test_the_committed_file_is_fresh(path: str) -> None:
    committed = SHIPPED / path
    assert committed.is_file(), f"{path} is missing: run alliances schema"
    assert committed.read_text(encoding="utf-8") == generated(SHIPPED)[path], (
        f"{path} is stale: run alliances schema"
    )


def test_every_key_has_its_sentence_and_every_sentence_its_key() -> None:
    assert gaps() == ()


@pytest.mark.parametrize(
    ("schema", "path"), [(name, path) for name, paths in FILES.items() for path in paths]
)
def test_the_shipped_content_fits_its_schema(schema: str, path: str) -> None:
    document, _ = read_document(path, (SHIPPED / path).read_bytes())
    jsonschema.Draft202012Validator(json.loads(schemas()[schema])).validate(document.data)


@pytest.mark.parametrize(
    "step",
    [{"sai": "x"}, {"say": "x", "titre": 1}, {"ask": "x"}, {"branch": [{"if": 3}]}, {"action": "fly"}],
)
def test_a_wrong_step_does_not_fit(step: Any) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(schemas()["flows/flow.schema.json"]))
    flow = {"flow": "a", "title": "A", "format": 1, "steps": [step]}
    assert not validator.is_valid(flow)


def test_the_reference_is_replaced_in_place() -> None:
    once = with_reference("# Manuel\n", "un")
    assert with_reference(once, "un") == once
    assert with_reference(once + "\nSuite.\n", "deux") == once.replace("\nun\n", "\ndeux\n") + "\nSuite.\n"
