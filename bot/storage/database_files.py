"""An SQLite file as a whole, beside who writes to it: whether it is served, a copy, a check, a look inside.
With `sqlite` and `connecting`, the only door to the drivers.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.storage.connecting import address, as_dict, code_of, connect_writer, meaning_of, unusable
from bot.storage.database import Row
from bot.storage.errors import AlreadyServing, StorageError
from bot.storage.opening import make_private
from bot.storage.queries import shipped
from bot.storage.result_codes import Meaning
from bot.storage.schema import PATIENT


@dataclass(frozen=True, slots=True)
class Examined:
    """What a database file that nobody writes to holds."""

    schema: int
    rows: Mapping[str, int]
    """Table -> rows."""


def hold_serving_lock(path: Path) -> Callable[[], None]:
    """Become the one serving process of the database at `path`; the result gives the place back.

    AlreadyServing if another one is. The lock lives in a file beside the database, and the system lets go of
    it when the process dies.
    """
    beside = _lock_of(path)
    make_private(beside)
    connection = sqlite3.connect(beside, isolation_level=None, timeout=0, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        if code_of(error) & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise unusable(beside, error) from error
        raise AlreadyServing(
            f"another process already serves from {path}; stop it first, or name another database"
        ) from error
    return connection.close


def is_served(path: Path) -> bool:
    """Whether a serving process holds the database at `path` right now. Creates nothing, waits for nobody."""
    beside = _lock_of(path)
    if not beside.exists():
        return False
    try:
        with closing(sqlite3.connect(address(beside, "ro"), uri=True, timeout=0)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        return meaning_of(error) is Meaning.PASSING
    return False


def look_beside(path: Path, query: str, **values: object) -> Sequence[Row] | None:
    """Rows as last committed, however old or damaged the database is; None if they cannot be read."""
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(address(path, "ro"), uri=True)) as connection:
            connection.row_factory = as_dict
            return connection.execute(shipped()[query], values).fetchall()
    except sqlite3.Error:
        return None


def kept_setting(path: Path, name: str) -> str | None:
    """A value of the table `setting`, as last committed; None without it, or without a readable database."""
    rows = look_beside(path, "setting_get", name=name)
    return str(rows[0]["value"]) if rows else None


def copy_database(source: Path, target: Path) -> None:
    """Write a consistent copy to `target`, a new file; who writes meanwhile does not wait for it.

    StorageError says why it cannot be done.
    """
    make_private(target)
    try:
        with closing(sqlite3.connect(address(source, "ro"), uri=True, isolation_level=None)) as connection:
            connection.execute(PATIENT)
            # A copy without what was erased: free pages are not copied (SQLite, "VACUUM INTO").
            connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise StorageError(f"{source} cannot be copied: {error}") from error


def examine(path: Path) -> Examined:
    """Check a copy from end to end. StorageError if it is damaged."""
    try:
        with closing(sqlite3.connect(address(path, "ro"), uri=True, isolation_level=None)) as connection:
            trouble = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchone()
            if trouble != ["ok"] or orphans:
                raise StorageError(
                    f"{path.name} is damaged: {'; '.join(trouble) if trouble != ['ok'] else orphans}"
                )
            schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
            tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            counts = {
                name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])
                for (name,) in tables
                if not name.startswith("sqlite_")
            }
    except sqlite3.Error as error:
        raise StorageError(f"{path.name} is damaged, or no database of this program: {error}") from error
    return Examined(schema, counts)


def settle_database(path: Path) -> None:
    """Move the write-ahead log into the file, so that the file alone is the database."""
    with closing(connect_writer(path)) as connection:
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise unusable(path, error) from error
    if path.with_name(path.name + "-wal").exists():
        raise StorageError(f"{path} is in use by another process; stop it and try again")


def _lock_of(path: Path) -> Path:
    """The file whose lock says that a database is served."""
    return path.with_name(path.name + "-serving")
