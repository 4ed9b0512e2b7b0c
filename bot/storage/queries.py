"""Reads SQL that is kept in files: named queries and migrations. Knows no database."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: ([a-z_]+)\s*$", re.MULTILINE)
_MIGRATION = re.compile(r"^(\d{4})_[a-z_]+\.sql$")


def parse(text: str) -> Mapping[str, str]:
    """Queries by name from text in which `-- name: …` opens each; ValueError on a repeated or empty one."""
    parts = _NAME.split(text)
    found: dict[str, str] = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        statement = "\n".join(line for line in body.splitlines() if not line.startswith("--")).strip()
        if name in found or not statement:
            raise ValueError(f"query {name!r} is {'given twice' if name in found else 'empty'}")
        found[name] = statement.removesuffix(";")
    return found


@cache
def shipped() -> Mapping[str, str]:
    """The queries of every file in `sql/`, one file a subject."""
    entries = sorted(files("bot.storage").joinpath("sql").iterdir(), key=lambda entry: entry.name)
    return parse("\n".join(entry.read_text("utf-8") for entry in entries if entry.name.endswith(".sql")))


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """Number and SQL of every migration, in order and without gaps."""
    found = []
    for entry in files("bot.storage").joinpath("migrations").iterdir():
        if match := _MIGRATION.match(entry.name):
            found.append((int(match[1]), entry.read_text("utf-8")))
    found.sort()
    if [number for number, _ in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"migrations are not numbered 1, 2, 3 …: {[number for number, _ in found]}")
    return tuple(found)
