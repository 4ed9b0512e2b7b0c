"""Connections to an SQLite file, and what their errors mean. With `sqlite` and `database_files`, the only
door to the drivers.
"""

import logging
import sqlite3
from pathlib import Path
from typing import Any

import aiosqlite

from bot.flows.evaluation import round_half_up
from bot.storage.errors import StorageError
from bot.storage.result_codes import Meaning, meaning, way_out
from bot.storage.schema import CONNECTION_SETTINGS, READER_SETTINGS, migrate


def address(path: Path, mode: str) -> str:
    """The file as an address for `sqlite3.connect(…, uri=True)`; `mode` as in SQLite, "URI Filenames"."""
    return f"{path.resolve().as_uri()}?mode={mode}"


def connect_writer(path: Path) -> sqlite3.Connection:
    """For reading and writing, the schema up to date; StorageError says what is in the way."""
    try:
        connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, cached_statements=256
        )
    except sqlite3.Error as error:
        raise unusable(path, error) from error
    try:
        for setting in CONNECTION_SETTINGS:
            connection.execute(setting)
        migrate(connection.execute, sqlite3.complete_statement, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise unusable(path, error) from error
    except BaseException:
        connection.close()
        raise
    connection.row_factory = as_dict
    connection.create_function(*ROUNDING, deterministic=True)
    return connection


async def connect_reader(path: Path) -> aiosqlite.Connection:
    """For reading beside the writer. sqlite3.Error if it cannot. Its thread ends with its `close` only."""
    # At DEBUG it would log every value that is asked for.
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)
    reader = await aiosqlite.connect(path, isolation_level=None, cached_statements=256)
    try:
        for setting in READER_SETTINGS:
            await reader.execute_fetchall(setting)
        await reader.create_function(*ROUNDING, deterministic=True)
    except BaseException:
        await reader.close()
        raise
    reader.row_factory = sqlite3.Row
    return reader


def _rounded(number: float | int | None, digits: float | int | None) -> float | int | None:
    """The rounding of the condition language: SQLite rounds otherwise."""
    return None if number is None or digits is None else round_half_up(number, digits)


ROUNDING = ("round_half_up", 2, _rounded)
"""Name, number of values and function that statements may use besides those of SQLite."""


def as_dict(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> dict[str, Any]:
    """Row factory: by column name."""
    return dict(zip([column[0] for column in cursor.description], row, strict=True))


def code_of(error: sqlite3.Error) -> int:
    """Extended result code; 0 without one."""
    return int(getattr(error, "sqlite_errorcode", 0))


def meaning_of(error: sqlite3.Error) -> Meaning:
    """Whose affair an error is."""
    return meaning(code_of(error))


def unusable(path: Path, error: sqlite3.Error) -> StorageError:
    """What an operator hears when a database cannot be opened."""
    return StorageError(f"{path} cannot be used as the database ({error}); {way_out(code_of(error))}")
