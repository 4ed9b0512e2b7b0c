"""F20: a migration killed at each of its statements leaves the schema of before or after, never between."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from bot.storage.queries import migrations
from bot.storage.schema import migrate, statements
from tests.journeys.program import ROOT

KILLED = """
import os, shutil, signal, sqlite3, sys
from pathlib import Path
from bot.storage.schema import CONNECTION_SETTINGS, migrate

first, folder = Path(sys.argv[1]), Path(sys.argv[2])


def killed_at(number, path):
    connection = sqlite3.connect(path, isolation_level=None)
    for setting in CONNECTION_SETTINGS:
        connection.execute(setting)
    done = 0

    def execute(sql):
        nonlocal done
        if done == number:
            os.kill(os.getpid(), signal.SIGKILL)
        done += 1
        return connection.execute(sql)

    migrate(execute, sqlite3.complete_statement, path)
    os._exit(0)


number, ended = 0, -signal.SIGKILL
while ended == -signal.SIGKILL:
    path = folder / f"{number}.sqlite3"
    shutil.copy(first, path)
    child = os.fork()
    if not child:
        killed_at(number, path)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    number += 1
print(number - 1, ended)
"""
"""Bring a copy of one database up to date, again and again, killed one statement later each time."""


def at_schema_one(path: Path) -> None:
    """A database as the first version of the program left it, with a row in each table that changed since."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection.execute, sqlite3.complete_statement, path, steps=migrations()[:1])
        connection.executescript(
            """
            INSERT INTO person (name, created, seen)
            VALUES ('Awa', '2027-01-10T08:00:00.000000+00:00', '2027-01-10T08:00:00.000000+00:00');
            INSERT INTO address VALUES ('telegram', '4711', 1);
            INSERT INTO session VALUES (1, 0, '{}');
            INSERT INTO miss (day, text, verdict, guesses)
            VALUES ('2027-01-14', 'une question', 'reject', '[]');
            INSERT INTO outbox (person, channel, address, priority, body, next_attempt, created)
            VALUES (1, 'telegram', '4711', 0, '{}', '2027-01-10T08:00:00', '2027-01-10T08:00:00');
            """
        )


def schema_of(connection: sqlite3.Connection) -> tuple[int, str]:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    parts = connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").fetchall()
    return version, json.dumps(parts)


def schemas() -> Mapping[int, str]:
    """The schema that each step makes."""
    found = {}
    for last in range(1, len(migrations()) + 1):
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            path = Path("memory")
            migrate(connection.execute, sqlite3.complete_statement, path, steps=migrations()[:last])
            version, parts = schema_of(connection)
            found[version] = parts
    return found


def test_f20_a_migration_killed_at_each_statement_leaves_the_old_schema_or_the_new_one(
    tmp_path: Path,
) -> None:
    first, folder = tmp_path / "first.sqlite3", tmp_path / "copies"
    folder.mkdir()
    at_schema_one(first)
    command = [sys.executable, "-c", KILLED, str(first), str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    runs, ended = map(int, done.stdout.split())
    work = sum(len(list(statements(sql, sqlite3.complete_statement))) for _, sql in migrations()[1:])
    assert ended == 0 and runs >= work, "it must have been killed at each statement, and not at the last run"
    known, seen = schemas(), set()
    for number in range(runs + 1):
        path = folder / f"{number}.sqlite3"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            version, parts = schema_of(connection)
            assert parts == known[version]
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            seen.add(version)
            migrate(connection.execute, sqlite3.complete_statement, path)
            assert schema_of(connection) == (len(migrations()), known[len(migrations())])
            kept = connection.execute(
                "SELECT (SELECT name FROM person), (SELECT text FROM miss), (SELECT count(*) FROM outbox)"
            ).fetchall()
            assert kept == [("Awa", "une question", 1)]
    assert seen == set(known)
