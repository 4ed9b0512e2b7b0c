"""F18: the disk is full, locked, read-only or failing: nothing is acknowledged or lost, and it says why."""

import asyncio
import platform
import resource
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from pathlib import Path
from random import Random

import aiohttp
import pytest

from bot.model.effects import Export
from bot.model.inputs import Input, Utterance
from bot.model.session import Session
from bot.model.turn import Turn, View
from bot.storage.errors import StorageBroken, StorageError
from bot.storage.store import Store
from tests.faults import unsyncable
from tests.faults.conftest import Disk, Running, damage, running
from tests.journeys.program import Program, Settings, alliances
from tests.runtime.conftest import World
from tests.runtime.fakes import answer, echo, eventually, settled, update
from tests.storage.samples import ALICE, NOW, POLICY, rows, say
from tests.telegram_api import TOKEN, BotApi, Person

Trouble = Callable[[Disk, Running, Path], AbstractContextManager[None]]


@contextmanager
def full(disk: Disk, run: Running, database: Path) -> Iterator[None]:
    disk.fill()
    yield
    disk.free()


@contextmanager
def failing(disk: Disk, run: Running, database: Path) -> Iterator[None]:
    """Writing beyond the end of the write-ahead log is an error of the disk for this process (EFBIG)."""
    _, most = resource.prlimit(run.program.pid, resource.RLIMIT_FSIZE)
    log = database.with_name(database.name + "-wal").stat().st_size
    resource.prlimit(run.program.pid, resource.RLIMIT_FSIZE, (log, most))
    yield
    resource.prlimit(run.program.pid, resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def locked(disk: Disk, run: Running, database: Path) -> Iterator[None]:
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@pytest.mark.parametrize(
    ("trouble", "reason"), [(full, "full"), (failing, "disk I/O error"), (locked, "locked")]
)
async def test_f18_what_cannot_be_kept_is_not_acknowledged_and_answered_once_it_can(
    disk: Disk, tmp_path: Path, trouble: Trouble, reason: str
) -> None:
    database = disk.folder / "alliances.sqlite3"
    async with BotApi() as api, running(api, tmp_path, {"database": database}) as run:
        camille = api.person(1001)
        await camille.says("/start")
        assert await heard(api, camille) != []
        with trouble(disk, run, database):
            await camille.says("/profil")
            assert reason in await run.unready()
            assert [one.body["message"]["text"] for one in api.updates.pending] == ["/profil"]
            assert camille.missed() == []
        await run.ready()
        first = await camille.hears(20)
        assert (first.text, *(one.text for one in await rest(api, camille))) == await asked_once(api)
        assert api.updates.pending == []
        assert await asyncio.to_thread(run.program.stop) == 0
    assert "Traceback" not in run.program.err


async def asked_once(api: BotApi) -> tuple[str, ...]:
    """What somebody is answered to the same words while all is well."""
    dominique = api.person(1002)
    await dominique.says("/start")
    await heard(api, dominique)
    await dominique.says("/profil")
    return tuple([one.text for one in await heard(api, dominique)])


async def heard(api: BotApi, person: Person) -> list:  # type: ignore[type-arg]  # of the stand-in's own kind
    return [await person.hears(20), *await rest(api, person)]


async def rest(api: BotApi, person: Person) -> list:  # type: ignore[type-arg]  # of the stand-in's own kind
    await api.quiet(idle=0.6)
    return person.missed()


async def test_f18_the_webhook_gets_no_200_while_the_disk_is_full(disk: Disk, tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        port = found.getsockname()[1]
    settings: Settings = {
        "telegram_token": TOKEN,
        "port": port,
        "webhook_url": "https://bot.exemple.fr/telegram",
        "database": disk.folder / "alliances.sqlite3",
    }
    async with BotApi() as api, aiohttp.ClientSession() as telegram:
        camille = api.person(1001)
        with Program("run", folder=tmp_path, settings={**settings, "telegram_api": api.url}) as program:
            await asyncio.to_thread(program.prints, "Telegram: connected")
            async with asyncio.timeout(20):
                while not api.calls("setWebhook"):
                    await asyncio.sleep(0.01)
            await api.webhook.stop()  # the test delivers by itself: the door speaks no TLS
            secret = str(api.calls("setWebhook")[0].params["secret_token"])
            await camille.says("/profil")
            (waiting,) = api.updates.pending
            api.updates.drop(waiting.update_id)

            async def deliver(patience: float) -> int:
                async with telegram.post(
                    f"http://127.0.0.1:{port}/telegram",
                    json=waiting.body,
                    headers={"X-Telegram-Bot-Api-Secret-Token": secret},
                    timeout=aiohttp.ClientTimeout(patience),
                ) as answered:
                    return answered.status

            disk.fill()
            with pytest.raises(TimeoutError):
                await deliver(1.0)
            assert camille.missed() == []
            disk.free()
            assert await deliver(10.0) == 200
            assert (await camille.hears(20)).text
            first = await rest(api, camille)
            assert await deliver(10.0) == 200
            assert await rest(api, camille) == [] and len(first) <= 1
            assert await asyncio.to_thread(program.stop) == 0


async def test_f18_after_a_failed_fsync_nothing_is_believed_and_a_new_process_goes_on(tmp_path: Path) -> None:
    if platform.machine() not in unsyncable.CALLS:
        pytest.skip(f"the numbers of the system calls of {platform.machine()} are not known here")
    async with BotApi() as api:
        camille = api.person(1001)
        async with running(api, tmp_path, module="tests.faults.unsyncable") as run:
            (tmp_path / unsyncable.FAIL).touch()
            async with asyncio.timeout(10):
                while (tmp_path / unsyncable.FAIL).exists():
                    await asyncio.sleep(0.01)
            await camille.says("/profil")
            assert await asyncio.to_thread(run.program.ends) == 2
            assert "alliances: the database is not to be trusted any more (disk I/O error)" in run.program.err
            assert camille.missed() == []
        async with running(api, tmp_path) as run:
            assert (await camille.hears(20)).text
            assert await asyncio.to_thread(run.program.stop) == 0
    assert rows(tmp_path / "data" / "alliances.sqlite3", "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize(
    ("state", "way_out"),
    [
        (Disk.fill, "make room on the disk"),
        (Disk.close_to_writing, "let the account that runs the assistant"),
    ],
)
def test_f18_a_start_on_a_full_or_read_only_disk_is_refused_with_the_way_out(
    disk: Disk, tmp_path: Path, state: Callable[[Disk], None], way_out: str
) -> None:
    database = disk.folder / "alliances.sqlite3"
    state(disk)
    for command in (("run",), ("announce", "--list")):
        ended = alliances(*command, folder=tmp_path, settings={"database": database, "port": 0})
        assert (ended.returncode, ended.stdout) == (2, "")
        assert way_out in ended.stderr and "Traceback" not in ended.stderr


async def test_f18_a_read_only_database_is_waited_for(store: Store) -> None:
    world, database = World(store), store._database
    database._writer.execute("PRAGMA query_only = ON")  # type: ignore[attr-defined]  # as a remount does
    taking = asyncio.create_task(world.inbox.accept([update(1, "un")]))
    await eventually(lambda: bool(store.trouble))
    assert "readonly" in store.trouble and not store.broken and not taking.done()
    database._writer.execute("PRAGMA query_only = OFF")  # type: ignore[attr-defined]
    assert await taking == 1
    assert store.trouble == ""


def export(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
    match input:
        case Utterance("mes données"):
            return answer(session, Export(say("Voici"), "x.json"))
        case _:
            return echo(session, input, view, now, rng)


async def test_f18_an_update_whose_file_has_no_room_is_not_given_up_and_holds_back_nobody(
    disk: Disk, tmp_path: Path
) -> None:
    database = tmp_path / "data" / "alliances.sqlite3"
    store = await Store.open(database, policy=POLICY, files=disk.folder / "files")
    world = World(store, decide=export)
    feeding = asyncio.create_task(world.inbox.run())
    disk.fill()
    await world.inbox.accept([update(1, "mes données"), update(2, "deux", sender="4712")])
    for _ in range(8):  # more often than an update is tried that fails by itself
        await settled()
        world.clock.advance(60)
    assert "No space left" in store.trouble
    assert rows(database, "SELECT update_id, state FROM inbox ORDER BY 1") == [(1, "waiting"), (2, "done")]
    assert list((disk.folder / "files").rglob("partial-*")) == []
    disk.free()

    async def done() -> bool:
        world.clock.advance(60)
        await settled(2)
        return rows(database, "SELECT DISTINCT state FROM inbox") == [("done",)]

    await eventually(done)
    assert store.trouble == ""
    feeding.cancel()
    await asyncio.gather(feeding, return_exceptions=True)
    await store.close()


async def test_f18_a_look_that_fails_is_trouble_of_the_disk_and_sets_no_update_aside(tmp_path: Path) -> None:
    """The pages of the table `session` are gone: no turn can be decided, and none may be given up for it."""
    database = tmp_path / "data" / "alliances.sqlite3"
    store = await Store.open(database, policy=POLICY)
    await store.load(ALICE, now=NOW)
    await store.close()
    damage(database, "session")
    store = await Store.open(database, policy=POLICY)
    world = World(store)
    with pytest.raises(StorageError):
        await store.load(ALICE, now=NOW)
    assert "malformed" in store.trouble and "alliances restore FILE" in store.broken
    with pytest.raises(StorageBroken):
        await world.inbox.accept([update(1, "un")])
    await store.close()
    assert rows(database, "SELECT count(*) FROM inbox") == [(0,)]
