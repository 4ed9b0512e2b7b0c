"""The line protocol for measuring from outside."""

import io
import json
from pathlib import Path

import pytest

from bot.knowledge.evaluate import BadCollectionLine, match_lines

COLLECTION = [
    {
        "id": "a",
        "question": "Comment réserver la salle ?",
        "alternatives": ["louer la salle"],
        "keywords": ["salle"],
    },
    {"id": "b", "question": "Combien coûte l'adhésion ?"},
    {"id": "c", "question": "Reçu fiscal", "kind": "redirect"},
]


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    path = tmp_path / "kb.jsonl"
    path.write_text("\n".join(json.dumps(entry) for entry in COLLECTION) + "\n\n", encoding="utf-8")
    return path


def test_answers_each_line_with_a_line(collection: Path) -> None:
    asked = [{"text": "Comment réserver la salle ?"}, {"text": "météo"}, {"text": "reçu fiscal"}]
    out = io.StringIO()
    match_lines(collection, io.StringIO("\n".join(map(json.dumps, asked))), out)
    first, second, third = map(json.loads, out.getvalue().splitlines())
    assert (first["matches"][0], first["decision"]) == ({"id": "a", "score": 1.0}, "answer")
    assert second["decision"] == "reject" and "redirect" not in second
    assert (third["decision"], third["redirect"]) == ("reject", "c")
    assert set(first) == {"matches", "decision", "confidence"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 1: not JSON"),
        ("[]", "line 1: expected a JSON object"),
        ('{"txt": "x"}', 'line 1: expected {"text": "…"}'),
    ],
)
def test_names_the_line_that_cannot_be_read(collection: Path, line: str, message: str) -> None:
    with pytest.raises(BadCollectionLine, match=message.replace("{", r"\{")):
        match_lines(collection, io.StringIO(line), io.StringIO())


def test_names_the_collection_line_that_lacks_a_field(tmp_path: Path) -> None:
    path = tmp_path / "kb.jsonl"
    path.write_text('{"id": "a"}\n', encoding="utf-8")
    with pytest.raises(BadCollectionLine, match=r"kb\.jsonl:1: 'question' is missing"):
        match_lines(path, io.StringIO(), io.StringIO())
