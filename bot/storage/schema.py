"""How a connection is set up, and how the schema grows. Forward only."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.storage.errors import NewerSchema
from bot.storage.queries import migrations

PATIENT = "PRAGMA busy_timeout = 5000"
HASTY = "PRAGMA busy_timeout = 0"

CONNECTION_SETTINGS = (
    PATIENT,
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
)

READER_SETTINGS = (
    PATIENT,
    "PRAGMA trusted_schema = OFF",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA query_only = ON",
)

Steps = tuple[tuple[int, str], ...]


def migrate(
    execute: Callable[[str], Any],
    complete: Callable[[str], bool],
    path: Path,
    *,
    steps: Steps | None = None,
) -> None:
    """Bring the schema to the last step, each step in one transaction; NewerSchema if it is beyond that.

    `complete` says whether a text ends a statement. Another process may do the same at once.
    """
    known = migrations() if steps is None else steps
    for number, sql in known:
        if _version(execute) >= number:
            continue
        execute("BEGIN IMMEDIATE")
        try:
            # Asked again under the lock: another process may have been faster.
            if _version(execute) < number:
                for statement in statements(sql, complete):
                    execute(statement)
                execute(f"PRAGMA user_version = {number}")
            execute("COMMIT")
        except BaseException:
            # A full disk has ended the transaction already; that there is none must not hide why.
            with suppress(Exception):
                execute("ROLLBACK")
            raise
    found = _version(execute)
    if found > len(known):
        raise NewerSchema(
            f"{path} was written by a later version of this program (schema {found}, here {len(known)}); "
            "install that version, or restore a backup made before it"
        )


def statements(sql: str, complete: Callable[[str], bool]) -> Iterator[str]:
    """Single statements of a script; ValueError if something is left open at its end."""
    pending = ""
    for line in sql.splitlines():
        if not pending and (not line.strip() or line.startswith("--")):
            continue
        pending += line + "\n"
        if complete(pending):
            yield pending.strip()
            pending = ""
    if pending:
        raise ValueError(f"unfinished statement: {pending[:60]!r}")


def _version(execute: Callable[[str], Any]) -> int:
    return int(execute("PRAGMA user_version").fetchone()[0])
