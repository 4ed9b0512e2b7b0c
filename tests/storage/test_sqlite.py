"""The database file: who may read it, how its schema grows, and one commit for all that waits."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from subprocess import PIPE

import pytest

from bot.storage.database import Transaction
from bot.storage.database_files import hold_serving_lock
from bot.storage.errors import (
    AlreadyServing,
    ExposedDatabase,
    NewerSchema,
    StatementRefused,
    StorageClosed,
    StorageError,
)
from bot.storage.queries import migrations, parse, shipped
from bot.storage.schema import migrate, statements
from bot.storage.sqlite import Sqlite
from tests.storage.samples import REPOSITORY, rows

QUERIES = parse(
    """
-- name: put
INSERT INTO setting (name, value) VALUES (:name, :value);
-- name: get
SELECT value FROM setting WHERE name = :name;
-- name: count
SELECT count(*) AS n FROM setting;
"""
)


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Sqlite]:
    opened = await Sqlite.open(path, queries=QUERIES)
    yield opened
    await opened.close()


async def put(database: Sqlite, name: str, *, fail: bool = False, within: float = 0.0) -> str:
    async def work(tx: Transaction) -> str:
        await tx.run("put", name=name, value="x")
        if fail:
            raise LookupError(name)
        return name

    return await database.write(work, within=within)


async def test_nobody_else_can_read_what_is_made(open_umask: None, database: Sqlite, path: Path) -> None:
    await put(database, "a")
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in path.parent.iterdir()}
    assert modes == {path.name + end: "0o600" for end in ("", "-wal", "-shm")}
    assert oct(path.parent.stat().st_mode & 0o777) == "0o700"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
async def test_a_database_that_others_can_read_is_refused(path: Path, mode: int) -> None:
    await (await Sqlite.open(path)).close()
    path.chmod(mode)
    with pytest.raises(ExposedDatabase, match="chmod 600"):
        await Sqlite.open(path)


async def test_settings_of_the_connection_hold(database: Sqlite, path: Path) -> None:
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]
    writer = database._writer
    asked = {
        name: next(iter(writer.execute(f"PRAGMA {name}").fetchone().values()))
        for name in ("synchronous", "foreign_keys", "busy_timeout", "trusted_schema", "secure_delete")
    }
    assert asked == {
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "trusted_schema": 0,
        "secure_delete": 1,
    }


async def test_every_table_is_strict(path: Path) -> None:
    await (await Sqlite.open(path)).close()
    loose = (
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'"
    )
    assert rows(path, loose) == []


async def test_every_query_is_accepted_by_the_schema(path: Path) -> None:
    await (await Sqlite.open(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        for query in shipped().values():
            names = dict.fromkeys(sqlite_names(query))
            connection.execute(f"EXPLAIN {query}", names)


def sqlite_names(query: str) -> list[str]:
    return [word.strip("(),;")[1:] for word in query.replace("(", " ").split() if word.startswith(":")]


async def test_a_newer_schema_is_refused(path: Path) -> None:
    await (await Sqlite.open(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(migrations()) + 1}")
    with pytest.raises(NewerSchema, match="later version"):
        await Sqlite.open(path)


async def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_bytes(b"this is not a database at all" * 100)
    path.chmod(0o600)
    with pytest.raises(StorageError, match="cannot be used"):
        await Sqlite.open(path)


def test_a_migration_that_fails_leaves_the_schema_as_it_was(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    steps = (
        (1, "CREATE TABLE a (x);"),
        (2, "CREATE TABLE b (x);\nINSERT INTO b VALUES (1);\nINSERT INTO c VALUES (1);"),
    )
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection.execute, sqlite3.complete_statement, path, steps=steps)
        tables = connection.execute("SELECT name FROM sqlite_schema").fetchall()
        assert (tables, connection.execute("PRAGMA user_version").fetchone()) == ([("a",)], (1,))
        mended = (steps[0], (2, "CREATE TABLE b (x);"))
        migrate(connection.execute, sqlite3.complete_statement, path, steps=mended)
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_script_is_cut_into_statements() -> None:
    script = (
        "-- why\nCREATE TABLE a (x); -- here\n\nCREATE TRIGGER t AFTER INSERT ON a BEGIN\n SELECT 1;\nEND;\n"
    )
    assert [one.split()[1] for one in statements(script, sqlite3.complete_statement)] == ["TABLE", "TRIGGER"]
    with pytest.raises(ValueError, match="unfinished"):
        list(statements("CREATE TABLE a (x)", sqlite3.complete_statement))


@pytest.mark.parametrize(
    "text", ["-- name: a\nSELECT 1;\n-- name: a\nSELECT 2;", "-- name: a\n-- only talk\n"]
)
def test_queries_given_twice_or_empty_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="query 'a'"):
        parse(text)


async def test_one_failure_does_not_poison_its_neighbours(database: Sqlite, path: Path) -> None:
    await put(database, "taken")
    names = ["a", "fails", "b", "taken", "c"]
    done = await asyncio.gather(
        *(put(database, name, fail=name == "fails") for name in names), return_exceptions=True
    )
    assert [type(one) for one in done] == [str, LookupError, str, StatementRefused, str]
    assert rows(path, "SELECT name FROM setting ORDER BY name") == [("a",), ("b",), ("c",), ("taken",)]


async def test_a_transaction_that_waits_for_something_else_is_refused_and_undone(database: Sqlite) -> None:

    async def work(tx: Transaction) -> None:
        await tx.run("put", name="a", value="x")
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="awaited something"):
        await database.write(work)
    assert await database.one("count") == {"n": 0}


async def test_what_waits_at_the_close_is_still_written(database: Sqlite, path: Path) -> None:
    writes = [asyncio.create_task(put(database, str(number))) for number in range(50)]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*writes)
    assert rows(path, "SELECT count(*) FROM setting") == [(50,)]
    with pytest.raises(StorageClosed):
        await put(database, "late")


async def test_what_nobody_waits_for_is_committed_with_what_comes_next(database: Sqlite) -> None:
    held = asyncio.create_task(put(database, "held", within=3600.0))
    await asyncio.sleep(0.05)
    assert not held.done()
    await put(database, "next")
    assert await held == "held"


async def test_what_nobody_waits_for_is_overtaken_by_nothing_that_came_later(database: Sqlite) -> None:
    """The tap on a copy finds the receipt that arrived before it."""
    order: list[str] = []

    async def noted(name: str, within: float) -> None:
        async def work(tx: Transaction) -> None:
            await tx.run("put", name=name, value="x")
            order.append(name)

        await database.write(work, within=within)

    await asyncio.gather(noted("receipt", 3600.0), noted("tap", 0.0))
    assert order == ["receipt", "tap"]


async def test_what_nobody_waits_for_is_committed_when_its_time_is_over(database: Sqlite) -> None:
    names = ["a", "b", "c"]
    assert await asyncio.gather(*(put(database, name, within=0.01) for name in names)) == names


async def test_a_close_commits_what_nobody_waits_for(database: Sqlite, path: Path) -> None:
    held = asyncio.create_task(put(database, "held", within=3600.0))
    await asyncio.sleep(0)
    await database.close()
    await held
    assert rows(path, "SELECT name FROM setting") == [("held",)]


async def test_a_locked_database_is_waited_for_and_reported(database: Sqlite, path: Path) -> None:
    database._writer.execute("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        write = asyncio.create_task(put(database, "a"))
        while not database.trouble:
            await asyncio.sleep(0.01)
        assert "locked" in database.trouble
        other.execute("COMMIT")
        assert await write == "a"
    assert database.trouble == ""


async def test_a_full_disk_is_waited_for(database: Sqlite) -> None:
    database._writer.execute("PRAGMA max_page_count = 1")

    async def work(tx: Transaction) -> None:
        await tx.run("put", name="a", value="x" * 1_000_000)

    write = asyncio.create_task(database.write(work))
    while not database.trouble:
        await asyncio.sleep(0.01)
    assert "full" in database.trouble
    database._writer.execute("PRAGMA max_page_count = 100000")
    await write
    assert await database.one("count") == {"n": 1}


async def test_a_close_does_not_wait_for_ever_for_a_locked_database(database: Sqlite, path: Path) -> None:
    database._writer.execute("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        write = asyncio.create_task(put(database, "a"))
        await asyncio.sleep(0)
        await database.close()
        with pytest.raises(StorageClosed):
            await write


async def test_a_reader_in_the_way_holds_up_no_write_and_the_log_is_emptied_when_it_has_gone(
    database: Sqlite, path: Path
) -> None:
    async def erase(tx: Transaction) -> None:
        tx.scrub()

    await put(database, "secret")
    wal = path.with_name(path.name + "-wal")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM setting").fetchall()
        await database.write(erase)
        assert await put(database, "a") == "a"
        assert wal.stat().st_size > 0
    while wal.stat().st_size:  # without another write
        await asyncio.sleep(0.01)
    await put(database, "b")  # the writer thread has done with it
    assert database._writer.execute("PRAGMA busy_timeout").fetchone() == {"timeout": 5000}


def test_only_one_process_serves_and_the_next_may_when_it_died(path: Path) -> None:
    code = (
        "import sys, pathlib\nfrom bot.storage.database_files import hold_serving_lock\n"
        "hold_serving_lock(pathlib.Path(sys.argv[1]))\nprint('held', flush=True)\nsys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True, cwd=REPOSITORY) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(AlreadyServing, match="another process"):
            hold_serving_lock(path)
        first.kill()
    release = hold_serving_lock(path)
    release()


async def test_reads_that_wait_are_answered_each_with_its_own(database: Sqlite) -> None:
    for number in range(50):
        await put(database, str(number))
    asked = [database.one("get", name=str(number)) for number in range(60)]
    found = await asyncio.gather(*asked, database.all("missing"), return_exceptions=True)
    assert [one is not None for one in found[:60]] == [number < 50 for number in range(60)]
    assert isinstance(found[60], KeyError)


async def test_a_read_of_a_closed_database_is_told_so(path: Path) -> None:
    opened = await Sqlite.open(path, queries=QUERIES)
    waiting = asyncio.create_task(opened.one("count"))
    await asyncio.sleep(0)
    await opened.close()
    assert await waiting == {"n": 0}
    with pytest.raises(StorageClosed):
        await opened.one("count")


def test_a_close_that_is_cut_short_does_not_keep_the_process_from_ending(path: Path) -> None:
    code = (
        "import asyncio, pathlib, sys\n"
        "from bot.storage.sqlite import Sqlite\n"
        "async def main():\n"
        "    opened = await Sqlite.open(pathlib.Path(sys.argv[1]))\n"
        "    closing = asyncio.create_task(opened.close())\n"
        "    await asyncio.sleep(0)\n"
        "    closing.cancel()\n"
        "    await asyncio.gather(closing, return_exceptions=True)\n"
        "asyncio.run(main())"
    )
    command = [sys.executable, "-c", code, str(path)]
    ended = subprocess.run(command, capture_output=True, check=False, text=True, cwd=REPOSITORY, timeout=30)
    assert (ended.returncode, ended.stderr) == (0, "")
