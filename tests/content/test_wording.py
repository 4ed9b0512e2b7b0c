"""Every refusal of the authored models has its French sentence."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.content.wording import told

BOT = Path(__file__).parents[2] / "bot"
REFUSALS = ("ValueError", "ConditionError", "TemplateError", "_wrong")
NOT_AUTHORED = ("typed.py",)
"""It reads what people type, and catches its own refusals."""
SOURCES = [
    *(file for file in sorted((BOT / "flows").rglob("*.py")) if file.name not in NOT_AUTHORED),
    BOT / "knowledge" / "article.py",
]


def _refusals() -> Iterator[str]:
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            match node:
                case ast.Raise(exc=ast.Call(func=ast.Name(id=name), args=[message, *_])) if name in REFUSALS:
                    yield "".join(_sample(message))


def _sample(message: ast.expr) -> Iterator[str]:
    """The message with 7 in each hole."""
    match message:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            for part in parts:
                yield from _sample(part)
        case ast.FormattedValue():
            yield "7"
        case ast.BinOp(left=left):  # "phrases " + what is missing, told key by key elsewhere
            yield from _sample(left)
            yield "missing: 7"


@pytest.mark.parametrize("message", sorted(set(_refusals())))
def test_a_refusal_is_told_in_french(message: str) -> None:
    said = told(ValueError(message), ("answered",))
    assert said.code != "invalid" or said.message != message


def test_the_refusals_are_found() -> None:
    assert len(set(_refusals())) > 30
