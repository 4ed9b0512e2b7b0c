"""The named statements and the code that runs them name each other, and nothing else."""

import ast
from collections.abc import Iterator

from bot.storage.privacy import SECTIONS
from bot.storage.queries import shipped
from tests.storage.samples import REPOSITORY

EXPORTED = {f"export_{section}" for section in SECTIONS}


def called(tree: ast.AST) -> Iterator[str]:
    """First arguments of what looks like `tx.run("name", …)`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Attribute(attr="run" | "one" | "all"), [ast.Constant(value=str(name)), *_]):
                yield name


def test_every_statement_is_run_somewhere() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (REPOSITORY / "bot").rglob("*.py"))
    assert sorted(name for name in shipped().keys() - EXPORTED if f'"{name}"' not in code) == []


def test_every_statement_that_is_run_exists() -> None:
    rooms = (REPOSITORY / "bot" / "storage").glob("*.py")
    names = {(path.name, name) for path in rooms for name in called(ast.parse(path.read_text("utf-8")))}
    assert len(names) > 100
    assert sorted(where for where in names if where[1] not in shipped()) == []
