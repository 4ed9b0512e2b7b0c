"""F19 and F37: damaged and later databases, old backups, and a backup made while people are served."""

import asyncio
import hashlib
import io
import json
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.app import SECRET, read_secret
from bot.model.effects import Erase, Remember
from bot.storage.queries import migrations
from bot.storage.store import Store
from tests.faults.conftest import damage, running
from tests.faults.test_migration import at_schema_one
from tests.journeys.program import Program, alliances, page_of
from tests.storage.samples import HOUR, NOW, POLICY, mine, rows, say, turn
from tests.telegram_api import BotApi

WAY_OUT = "alliances restore FILE"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "alliances.sqlite3"


async def kept(database: Path, *, erased: bool = False) -> None:
    """An installation in which Alice said who she is, and perhaps asked to be erased later."""
    store = await Store.open(database, policy=POLICY)
    await turn(store, Remember(mine("role"), "bureau"))
    if erased:
        await turn(store, Erase(say("Au revoir")), now=NOW + HOUR)
    await store.close()
    read_secret(database.parent / SECRET)


def rubbish(database: Path) -> None:
    database.write_bytes(b"this is no database at all" * 500)


def halved(database: Path) -> None:
    database.write_bytes(database.read_bytes()[: database.stat().st_size // 2])


def no_schema(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[100:4096] = bytes(3996)
    database.write_bytes(content)


def newer(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"PRAGMA user_version = {len(migrations()) + 1}")


@pytest.mark.parametrize(
    ("change", "way_out"),
    [(rubbish, WAY_OUT), (halved, WAY_OUT), (no_schema, WAY_OUT), (newer, "install that version")],
)
async def test_f19_a_database_that_cannot_be_used_is_refused_with_the_way_out(
    tmp_path: Path, database: Path, change: Callable[[Path], None], way_out: str
) -> None:
    await kept(database)
    change(database)
    before = database.read_bytes()
    with Program("run", folder=tmp_path, settings={"port": 0}) as program:
        assert await asyncio.to_thread(program.ends) == 2
    assert way_out in program.err and "Traceback" not in program.err
    backup = await asyncio.to_thread(alliances, "backup", "copy.tar", folder=tmp_path)
    assert backup.returncode == 2 and way_out in backup.stderr
    assert database.read_bytes() == before and not (tmp_path / "copy.tar").exists()


async def test_f19_damage_that_is_met_while_running_ends_the_program_and_acknowledges_nothing(
    tmp_path: Path, database: Path
) -> None:
    await kept(database)
    damage(database, "inbox")
    async with BotApi() as api:
        await api.person(1001).says("/start")
        with Program(
            "run", folder=tmp_path, settings={"telegram_token": api.token, "telegram_api": api.url, "port": 0}
        ) as program:
            assert await asyncio.to_thread(program.ends) == 2
        assert WAY_OUT in program.err and "Traceback" not in program.err
        assert len(api.updates.pending) == 1


async def made(tmp_path: Path, *, folder: str) -> Path:
    archive = tmp_path / "copy.tar"
    done = await asyncio.to_thread(
        alliances, "backup", str(archive), folder=tmp_path, settings={"data": tmp_path / folder}
    )
    assert (done.returncode, done.stderr) == (0, "")
    return archive


@pytest.mark.parametrize(
    ("damaged", "told"),
    [(lambda path: damage(path, "answer"), ""), (rubbish, "too damaged to tell who asked to be erased")],
)
async def test_f19_a_damaged_database_is_replaced_and_its_erasures_are_repeated_if_they_can_be_read(
    tmp_path: Path, database: Path, damaged: Callable[[Path], None], told: str
) -> None:
    await kept(database)
    archive = await made(tmp_path, folder="data")
    await kept(database, erased=True)
    damaged(database)
    done = await asyncio.to_thread(alliances, "restore", str(archive), folder=tmp_path)
    assert done.returncode == 0 and told in done.stderr and bool(told) == bool(done.stderr)
    assert f"Erased once more, as they asked since then: {0 if told else 1}." in done.stdout
    assert rows(database, "SELECT count(*) FROM person") == [(1 if told else 0,)]
    assert database.with_name(database.name + ".before-restore").exists()


def archive_of(database: Path, archive: Path) -> None:
    """An archive as an earlier version of the program wrote it: one file of the schema of its day."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
    content = database.read_bytes()
    manifest = {
        "format": 1,
        "made": "2027-01-10T08:00:00.000000+00:00",
        "schema": schema,
        "rows": {},
        "sha256": {"alliances.sqlite3": hashlib.sha256(content).hexdigest()},
    }
    with tarfile.open(archive, "w") as tar:
        for name, data in (("manifest.json", json.dumps(manifest).encode()), ("alliances.sqlite3", content)):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


async def test_f19_a_backup_of_the_first_version_is_migrated_and_later_erasures_are_repeated(
    tmp_path: Path, database: Path
) -> None:
    old, archive = tmp_path / "old.sqlite3", tmp_path / "old.tar"
    at_schema_one(old)
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.executescript(
            """
            INSERT INTO person (name, created, seen)
            VALUES ('Bo', '2027-01-10T08:00:00.000000+00:00', '2027-01-10T08:00:00.000000+00:00');
            INSERT INTO address VALUES ('telegram', '4712', 2);
            INSERT INTO session VALUES (2, 0, '{}');
            """
        )
    archive_of(old, archive)
    await kept(database, erased=True)  # Alice, 4711, who is in the old copy too
    done = await asyncio.to_thread(alliances, "restore", str(archive), folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Erased once more, as they asked since then: 1." in done.stdout
    assert rows(database, "PRAGMA user_version") == [(len(migrations()),)]
    assert rows(database, "SELECT name FROM person") == [("Bo",)]
    assert rows(database, "SELECT text FROM miss") == [("une question",)]
    async with BotApi() as api, running(api, tmp_path) as run:
        bo = api.person(4712, first_name="Bo")
        await bo.says("/profil")
        assert (await bo.hears(20)).text
        await api.quiet(idle=0.6)
        assert await asyncio.to_thread(run.program.stop) == 0


async def test_f19_a_backup_of_a_later_version_is_refused_and_nothing_changes(
    tmp_path: Path, database: Path
) -> None:
    await kept(database)
    await kept(tmp_path / "later" / "alliances.sqlite3")
    newer(tmp_path / "later" / "alliances.sqlite3")
    archive_of(tmp_path / "later" / "alliances.sqlite3", tmp_path / "later.tar")
    before = database.read_bytes()
    done = await asyncio.to_thread(alliances, "restore", str(tmp_path / "later.tar"), folder=tmp_path)
    assert done.returncode == 2 and "install that version and restore it there" in done.stderr
    assert database.read_bytes() == before


async def test_f37_a_backup_under_full_load_holds_all_that_was_acknowledged_and_starts_elsewhere(
    tmp_path: Path, database: Path
) -> None:
    people = 60
    async with BotApi() as api, running(api, tmp_path) as run:
        ids = [api.person(2000 + number).id for number in range(people)]
        stop = asyncio.Event()

        async def load() -> None:
            """200 updates a second, each person one in a third of a second."""
            number = 0
            while not stop.is_set():
                for _ in range(10):
                    await api.person(ids[number % people]).says(f"bonjour {number}")
                    number += 1
                await asyncio.sleep(0.05)

        loading = asyncio.create_task(load())
        async with asyncio.timeout(30):
            while len(api.updates.history) < 300:
                await asyncio.sleep(0.05)
        acknowledged = set(api.updates.history) - {one.update_id for one in api.updates.pending}
        archive = tmp_path / "copy.tar"
        done = await asyncio.to_thread(alliances, "backup", str(archive), folder=tmp_path)
        went_on = len(api.updates.history)
        stop.set()
        await loading
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert acknowledged and went_on > 300
        run.program.kill()
    elsewhere = tmp_path / "elsewhere" / "data"
    put_back = await asyncio.to_thread(
        alliances, "restore", str(archive), folder=tmp_path, settings={"data": elsewhere}
    )
    assert (put_back.returncode, put_back.stderr) == (0, "")
    restored = elsewhere / "alliances.sqlite3"
    assert rows(restored, "PRAGMA integrity_check") == [("ok",)]
    assert acknowledged <= {number for (number,) in rows(restored, "SELECT update_id FROM inbox")}
    with tarfile.open(archive) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]  # it is a file
    for table in ("person", "address", "session", "history", "inbox"):
        assert rows(restored, f"SELECT count(*) FROM {table}") == [(manifest["rows"][table],)]
    with Program("run", folder=tmp_path / "elsewhere", settings={"port": 0}) as program:
        await asyncio.to_thread(page_of, program)
        assert program.err == ""
