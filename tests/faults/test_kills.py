"""F1 to F3: the process is killed, told to stop, or loses its power: nothing lost, nothing done twice."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from bot.runtime.service import DRAIN
from bot.storage.database_files import examine
from bot.storage.store import Store
from tests.faults.conftest import Running, running
from tests.storage.samples import NOW, POLICY, rows
from tests.telegram_api import BotApi, Person, faults
from tests.telegram_api.faults import Fault

CAMILLE, DOMINIQUE = 1001, 1002
HELD = Fault("held", delay=3600.0, reset=True)
"""Telegram takes the call and neither does anything nor answers."""
LIMIT = 10.0
"""Seconds that a service manager gives a program to end (`docker stop`)."""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """One short journey and no entry: the program starts fast, and says one message to each `/menu`."""
    folder = tmp_path / "content"
    for room in ("flows", "knowledge"):
        (folder / room).mkdir(parents=True)
    (folder / "flows" / "a.yaml").write_text(
        "flow: a\ntitle: Bonjour\nformat: 1\nsteps:\n  - say: Bonjour.\n", encoding="utf-8"
    )
    return folder


@asynccontextmanager
async def started(api: BotApi, folder: Path, **settings: object) -> AsyncIterator[Running]:
    """The program in a long poll, having nothing to do."""
    texts = {name: str(value) for name, value in settings.items()}
    async with running(api, folder, {"content": folder / "content", **texts}) as run:
        await until(lambda: api.updates.polled)
        yield run


async def until(true: Callable[[], object]) -> None:
    """Wait for a state of the program or of Telegram."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


def query(folder: Path, sql: str) -> list[tuple[object, ...]]:
    """Rows of the program's database."""
    return list(rows(folder / "data" / "alliances.sqlite3", sql))


# --- F1: SIGKILL at each point of the path of an update -----------------------------------------------------


async def before_the_inbox(api: BotApi, camille: Person, folder: Path) -> None:
    """The batch is on its way from Telegram."""
    rule = api.fault(faults.slow(3600.0), method="getUpdates", times=None)
    await api.person(DOMINIQUE).says("/menu")  # ends the poll under way; the next one is held
    await until(lambda: rule.hits)
    await api.person(DOMINIQUE).hears(20)
    await camille.says("/menu")
    await asyncio.sleep(0.1)
    assert query(folder, "SELECT count(*) FROM inbox") == [(1,)]
    assert len(api.updates.pending) == 1


async def before_the_acknowledgement(api: BotApi, camille: Person, folder: Path) -> None:
    """It is on disk, and Telegram does not know that yet."""
    api.fault(faults.server_error(), method="getUpdates", times=None)
    api.fault(HELD, method="sendMessage", times=None)
    await camille.says("/menu")
    await until(lambda: query(folder, "SELECT id FROM inbox"))
    assert len(api.updates.pending) == 1


async def while_it_is_handled(api: BotApi, camille: Person, folder: Path) -> None:
    """Its file is being fetched before the turn is decided."""
    held = api.fault(HELD, method="getFile", times=None)
    await camille.shares_document("statuts.pdf", b"%PDF-1.7", mime="application/pdf")
    await until(lambda: held.hits and not api.updates.pending)
    assert query(folder, "SELECT state FROM inbox") == [("waiting",)]


async def before_sending(api: BotApi, camille: Person, folder: Path) -> None:
    """The turn is committed, and the pace lets nothing out."""
    flood = api.fault(faults.flood(60), method="sendMessage", chat=DOMINIQUE)
    await api.person(DOMINIQUE).says("/menu")
    await until(lambda: flood.hits)
    await until(lambda: "deferred" in (folder / "stderr").read_text())
    await camille.says("/menu")
    await until(lambda: query(folder, f"SELECT id FROM outbox WHERE address = '{CAMILLE}'"))
    assert not [call for call in api.calls("sendMessage") if call.chat_id == CAMILLE]


async def before_the_result(api: BotApi, camille: Person, folder: Path) -> None:
    """The person reads it, and we never heard so."""
    api.fault(faults.slow(3600.0), method="sendMessage", chat=CAMILLE)
    await camille.says("/menu")
    await until(lambda: camille.chat.messages)
    assert query(folder, "SELECT state FROM outbox") == [("waiting",)]


@pytest.mark.parametrize(
    ("point", "copies"),
    [
        (before_the_inbox, 1),
        (before_the_acknowledgement, 1),
        (while_it_is_handled, 1),
        (before_sending, 1),
        (before_the_result, 2),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_f01_what_a_killed_program_had_taken_is_done_once_by_the_next(
    point: Callable[[BotApi, Person, Path], Awaitable[None]],
    copies: int,
    content: Path,
    tmp_path: Path,
) -> None:
    async with BotApi() as api:
        camille = api.person(CAMILLE)
        async with started(api, tmp_path) as run:
            await point(api, camille, tmp_path)
            run.program.kill()
        await asyncio.sleep(0.2)  # what it had written before it died meets the fault too
        api.faults.clear()
        async with started(api, tmp_path) as run:
            first = await camille.hears(20)
            await until(
                lambda: query(tmp_path, "SELECT count(*) FROM inbox WHERE state = 'waiting'")[0] == (0,)
            )
            await api.quiet(idle=0.3)
            again = [one.text for one in camille.missed()]
            assert [first.text, *again] == [first.text] * copies
            await camille.says("/menu")
            await camille.hears(20)
            assert run.program.stop() == 0
        assert camille.missed() == []
        # The first update and the one after it: one turn each.
        person = f"(SELECT person FROM address WHERE id = '{CAMILLE}')"
        assert query(tmp_path, f"SELECT version FROM session WHERE person = {person}") == [(2,)]
        assert query(tmp_path, f"SELECT id FROM outbox WHERE address = '{CAMILLE}'") == []
        assert api.updates.pending == []


# --- F2: SIGTERM in load ------------------------------------------------------------------------------------


@pytest.mark.parametrize("hangs", [False, True], ids=["all goes well", "one delivery hangs"])
async def test_f02_told_to_stop_in_load_it_ends_in_time_and_nothing_is_lost_or_doubled(
    hangs: bool, content: Path, tmp_path: Path
) -> None:
    assert DRAIN < LIMIT
    async with BotApi() as api:
        people = [api.person(2000 + number) for number in range(80)]
        camille = api.person(CAMILLE)
        async with started(api, tmp_path, rate=200) as run:
            if hangs:
                held = api.fault(HELD, method="sendMessage", chat=CAMILLE)
                await camille.says("/menu")
                await until(lambda: held.hits)
            for _ in range(2):
                for person in people:
                    await person.says("/menu")
            await until(lambda: len(api.calls("sendMessage")) > 20)
            stopped = asyncio.get_running_loop().run_in_executor(None, run.program.stop)
            await people[0].says("/menu")  # it may or may not be taken, and is not lost
            assert await stopped == 0
        assert "Traceback" not in run.program.err
        # What was decided has been said, but for what Telegram did not take.
        assert query(tmp_path, "SELECT address FROM outbox") == ([(str(CAMILLE),)] if hangs else [])
        assert sum(len(person.chat.messages) for person in people) >= 20
        async with started(api, tmp_path, rate=200) as run:
            await until(lambda: not api.updates.pending)
            await until(lambda: query(tmp_path, "SELECT count(*) FROM outbox") == [(0,)])
            await until(lambda: query(tmp_path, "SELECT count(*) FROM inbox WHERE state <> 'done'") == [(0,)])
            await api.quiet(idle=0.5)
            assert run.program.stop() == 0
        assert [len(person.chat.messages) for person in people] == [3] + [2] * 79
        assert len(camille.chat.messages) == int(hangs)


# --- F3: loss of power --------------------------------------------------------------------------------------


def copied(database: Path, folder: Path) -> Path:
    """The files as they are at this moment; what is only in the memory of a process is lost."""
    folder.mkdir()
    for name in (database.name, f"{database.name}-wal"):
        if (database.parent / name).exists():
            shutil.copy(database.parent / name, folder / name)
    return folder / database.name


async def recovered(database: Path) -> set[int]:
    """Open a copy as a new process would; it is sound. The ids of all updates in it."""
    store = await Store.open(database, policy=POLICY)
    await store.close()
    examine(database)
    return {number for (number,) in rows(database, "SELECT update_id FROM inbox")}


async def test_f03_at_any_moment_the_files_hold_every_acknowledged_update(
    content: Path, tmp_path: Path
) -> None:
    """The program is frozen at random moments under load, and its files are copied: that is what a machine
    that loses its power finds again."""
    rng = Random(3)
    async with BotApi() as api:
        people = [api.person(2000 + number) for number in range(40)]
        async with started(api, tmp_path, rate=1000) as run:
            for moment in range(10):
                for person in people:
                    await person.says(f"/menu {moment}")
                await asyncio.sleep(rng.uniform(0.0, 0.08))
                os.kill(run.program.pid, signal.SIGSTOP)
                os.waitpid(run.program.pid, os.WUNTRACED)
                copy = copied(tmp_path / "data" / "alliances.sqlite3", tmp_path / f"copy-{moment}")
                await asyncio.sleep(0.02)  # what it said before it froze arrives at Telegram
                acknowledged = set(api.updates.history) - {one.update_id for one in api.updates.pending}
                os.kill(run.program.pid, signal.SIGCONT)
                assert acknowledged <= await recovered(copy)
            assert len(acknowledged) > 40
            run.program.kill()


async def test_f03_a_log_torn_behind_the_last_promise_loses_nothing_that_was_promised(tmp_path: Path) -> None:
    """What was written after the last answer of the disk may be there, be rubbish, or be missing."""
    rng, database = Random(5), tmp_path / "data" / "alliances.sqlite3"
    log = database.with_name(database.name + "-wal")
    store = await Store.open(database, policy=POLICY)
    promised: set[int] = set()
    try:
        for moment in range(24):
            batch = [(1000 * moment + number, "4711", "x" * 200) for number in range(5)]
            await store.accept("telegram", batch, now=NOW)
            promised |= {number for number, _, _ in batch}
            safe = log.stat().st_size
            more = [(1000 * moment + 500 + number, "4712", "y" * 400) for number in range(30)]
            writing = asyncio.create_task(store.accept("telegram", more, now=NOW))
            await asyncio.sleep(rng.uniform(0.0, 0.004))
            copy = copied(database, tmp_path / f"copy-{moment}")
            tear(copy.with_name(copy.name + "-wal"), safe, rng)
            assert promised <= await recovered(copy)
            await writing
            promised |= {number for number, _, _ in more}
    finally:
        await store.close()


def tear(log: Path, safe: int, rng: Random) -> None:
    """Do to the bytes beyond `safe` what a disk without power may have done."""
    content = log.read_bytes()
    assert len(content) >= safe
    tail = bytearray(content[safe:])
    match rng.choice(("cut", "zeros", "rubbish", "kept")):
        case "cut":
            tail = tail[: rng.randint(0, len(tail))]
        case "zeros":
            start = rng.randint(0, len(tail))
            tail[start : start + 4096] = bytes(min(4096, len(tail) - start))
        case "rubbish":
            tail += rng.randbytes(rng.randint(1, 9000))
    log.write_bytes(content[:safe] + tail)
