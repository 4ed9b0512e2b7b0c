"""A backup made beside a running store, and put back: whole, private, and without those who left since."""

import asyncio
import json
import os
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.model.announcement import Fate, State
from bot.model.effects import AddTask, Erase, Remember
from bot.model.values import Owner, Task
from bot.model.who import Address
from bot.storage.backup import Report, back_up, restore
from bot.storage.database_files import hold_serving_lock
from bot.storage.errors import StorageError
from bot.storage.store import Store
from bot.storage.turns import Cause
from tests.storage.announcing import announced, claimed, newest
from tests.storage.samples import ALICE, BRUNO, DAY, HOUR, NOW, POLICY, mine, rows, say, tell, turn


@pytest.fixture
def data(path: Path) -> Path:
    return path.parent


async def saved(path: Path, target: Path) -> Report:
    return await back_up(path.parent, path, target, now=NOW + HOUR)


async def put_back(source: Path, path: Path) -> Report:
    return await restore(source, path.parent, path, now=NOW + DAY)


async def test_a_backup_made_while_people_are_served_holds_everything_up_to_then(
    store: Store, path: Path, tmp_path: Path
) -> None:
    file = await store.files.keep(b"statuts", name="statuts.pdf", media_type="application/pdf")
    received = Cause(file=file)
    await turn(
        store, Remember(mine("role"), "bureau"), Remember(mine("statuts"), file.sha256), cause=received
    )
    (path.parent / "secret").write_bytes(b"s" * 32)
    busy = [
        asyncio.create_task(turn(store, Remember(mine("n"), n), at=Address("web", str(n)))) for n in range(50)
    ]
    report = await saved(path, tmp_path / "copy.tar")
    assert all(await asyncio.gather(*busy))
    await store.close()
    assert report.rows["answer"] >= 2
    assert stat.S_IMODE((tmp_path / "copy.tar").stat().st_mode) == 0o600

    elsewhere = tmp_path / "elsewhere" / "alliances.sqlite3"
    found = await put_back(tmp_path / "copy.tar", elsewhere)
    assert found.rows["answer"] == report.rows["answer"]
    assert (elsewhere.parent / "secret").read_bytes() == b"s" * 32
    again = await Store.open(elsewhere, policy=POLICY)
    try:
        loaded = await again.load(ALICE, now=NOW)
        assert loaded.view.answers[mine("role")] == "bureau"
        assert await again.files.read(file.sha256) == b"statuts"
    finally:
        await again.close()


async def test_who_asked_to_be_erased_since_stays_erased_but_who_came_back_stays(
    store: Store, path: Path, tmp_path: Path
) -> None:
    carol = Address("telegram", "4713")
    await turn(store, Remember(mine("role"), "bureau"))
    await turn(store, Remember(mine("role"), "benevole"), at=BRUNO)
    await turn(store, Erase(say("Au revoir")), at=BRUNO, now=NOW + HOUR / 2)
    await turn(store, Remember(mine("role"), "salarie"), at=BRUNO, now=NOW + HOUR)
    await turn(
        store, Remember(mine("role"), "decouverte"), AddTask(Task("t", "T", None, Owner.PERSON)), at=carol
    )
    await saved(path, tmp_path / "copy.tar")
    await turn(store, Erase(say("Au revoir")), now=NOW + 2 * HOUR)
    await store.close()

    report = await put_back(tmp_path / "copy.tar", path)
    assert report.erased == 1
    again = await Store.open(path, policy=POLICY)
    try:
        assert not (await again.load(ALICE, now=NOW + DAY)).view.answers
        assert (await again.load(BRUNO, now=NOW + DAY)).view.answers == {mine("role"): "salarie"}
        assert (await again.load(carol, now=NOW + DAY)).view.tasks
    finally:
        await again.close()
    assert b"bureau" not in path.read_bytes()


async def test_what_waited_to_be_sent_back_then_is_not_sent_today(
    store: Store, path: Path, tmp_path: Path
) -> None:
    await store.accept("telegram", [(1, "4711", '{"update_id": 1}')], now=NOW)
    await tell(store, "Bonjour")
    await saved(path, tmp_path / "copy.tar")
    await store.close()
    assert (await put_back(tmp_path / "copy.tar", path)).unsent == 2
    assert rows(path, "SELECT count(*) FROM outbox") == [(0,)]


async def test_a_backup_never_replaces_a_file(store: Store, path: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.tar").write_text("mine")
    with pytest.raises(StorageError, match="exists already"):
        await saved(path, tmp_path / "copy.tar")
    assert (tmp_path / "copy.tar").read_text() == "mine"


async def test_nothing_is_restored_under_a_running_assistant(
    store: Store, path: Path, tmp_path: Path
) -> None:
    await saved(path, tmp_path / "copy.tar")
    release = hold_serving_lock(path)
    try:
        with pytest.raises(StorageError, match="already serves"):
            await put_back(tmp_path / "copy.tar", path)
    finally:
        release()


async def test_a_damaged_database_can_be_replaced_and_is_kept_beside(
    store: Store, path: Path, tmp_path: Path
) -> None:
    await turn(store, Remember(mine("role"), "bureau"))
    await saved(path, tmp_path / "copy.tar")
    await store.close()
    path.write_bytes(b"not a database" * 1000)
    await put_back(tmp_path / "copy.tar", path)
    assert rows(path, "SELECT value FROM answer") == [('"bureau"',)]
    assert path.with_name(path.name + ".before-restore").read_bytes().startswith(b"not a database")


def _cut(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])


def _flip(archive: Path) -> None:
    content = bytearray(archive.read_bytes())
    content[content.index(b"SQLite format 3") + 5000] ^= 0xFF
    archive.write_bytes(content)


def _other(archive: Path) -> None:
    archive.write_bytes(b"hello")


def _rewritten(archive: Path, change: Callable[[dict[str, object]], object], extra: str = "") -> None:
    """The same archive with another manifest, and a member that nobody vouches for."""
    with tarfile.open(archive) as tar:
        members = [(one, tar.extractfile(one).read()) for one in tar]  # type: ignore[union-attr]  # all are files
    manifest = json.loads(members[0][1])
    change(manifest)
    members[0] = (members[0][0], json.dumps(manifest).encode())
    os.remove(archive)
    with tarfile.open(archive, "w") as tar:
        for info, content in members:
            info.size = len(content)
            path = archive.with_name("part")
            path.write_bytes(content)
            with path.open("rb") as file:
                tar.addfile(info, file)
        if extra:
            tar.addfile(tarfile.TarInfo(extra))


def _format(archive: Path) -> None:
    _rewritten(archive, lambda manifest: manifest.update(format=2))


def _path(archive: Path) -> None:
    _rewritten(archive, lambda manifest: manifest["sha256"].update({"../evil": "0"}), "../evil")  # type: ignore[attr-defined]  # a dict


@pytest.mark.parametrize("damage", [_cut, _flip, _other, _format, _path])
async def test_a_damaged_archive_changes_nothing(
    store: Store, path: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    await turn(store, Remember(mine("role"), "bureau"))
    await saved(path, tmp_path / "copy.tar")
    await turn(store, Remember(mine("role"), "salarie"))
    await store.close()
    damage(tmp_path / "copy.tar")
    with pytest.raises(StorageError, match=r"copy\.tar is damaged"):
        await put_back(tmp_path / "copy.tar", path)
    assert rows(path, "SELECT value FROM answer") == [('"salarie"',)]
    assert sorted(one.name for one in path.parent.iterdir() if one.name.startswith(".")) == []
    assert not (tmp_path / "evil").exists()


async def test_an_archive_of_a_later_version_is_refused(store: Store, path: Path, tmp_path: Path) -> None:
    await store.close()
    rows(path, "PRAGMA user_version = 99")
    with pytest.raises(StorageError, match="later version"):
        await saved(path, tmp_path / "copy.tar")


async def test_a_running_announcement_is_paused_for_nobody_knows_who_got_it_since(
    store: Store, path: Path, tmp_path: Path
) -> None:
    for number in range(30):
        await store.load(Address("telegram", str(1000 + number)), now=NOW)
    id = await announced(store)
    await claimed(store, id, size=5)
    await saved(path, tmp_path / "copy.tar")
    await store.close()
    assert (await put_back(tmp_path / "copy.tar", path)).halted == 1
    again = await Store.open(path, policy=POLICY)
    try:
        announcement, tally = await newest(again)
        assert (announcement.state, announcement.reason) == (State.PAUSED, "restored from a backup")
        assert tally.fates == {Fate.UNKNOWN: 5}
        assert await claimed(again, id, size=50) == 0
    finally:
        await again.close()
