"""A copy of everything that is kept, made while people are served, and put back: one archive file.

The archive is a plain tar: `manifest.json`, the database, the secret that signs buttons, and the kept files.
"""

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from bot.model.who import Address
from bot.storage.codec import from_text, to_text
from bot.storage.database import Transaction
from bot.storage.database_files import copy_database, examine, hold_serving_lock, look_beside, settle_database
from bot.storage.errors import StorageError
from bot.storage.files import Files
from bot.storage.opening import sync_folder
from bot.storage.privacy import ERASURE_SALT, erase, erasure_hash, own_salt
from bot.storage.queries import migrations
from bot.storage.roster import forget_expected
from bot.storage.sqlite import Sqlite

FORMAT = 1
MANIFEST, DATABASE, SECRET, FILES = "manifest.json", "alliances.sqlite3", "secret", "files"
Journal = tuple[str, Mapping[str, datetime]]
"""Salt of an installation, and when each erased address asked for it, by its salted hash."""
NO_JOURNAL: Journal = ("", {})
RESTORED = "restored"
"""Setting: when a backup was last put back; what was due before is not told again."""
LARGEST_MANIFEST = 64_000_000
"""Bytes; a line of it for each kept file."""


@dataclass(frozen=True, slots=True)
class Report:
    """What went into an archive, or came out of it."""

    rows: Mapping[str, int]
    """Table -> rows."""
    files: int
    missing: int = 0
    """Kept files that were gone when the archive was made."""
    made: datetime | None = None
    """When the archive was made."""
    erased: int = 0
    """People erased once more, because they asked for it after the archive was made."""
    aside: Path | None = None
    """Where the database from before the restore lies."""
    unsent: int = 0
    """Messages and updates of back then that were dropped: they would come too late."""
    halted: int = 0
    """Announcements that were running back then: who got theirs since cannot be told, so they are paused."""
    unknown_erasures: bool = False
    """Nobody could be erased once more: the database from before is too damaged to tell who asked for it."""


async def back_up(data: Path, database: Path, target: Path, *, now: datetime) -> Report:
    """Write the archive `target` from the data folder; it appears there whole or not at all.

    StorageError if `target` exists, or something is damaged. The assistant may be running.
    """
    if target.exists():
        raise StorageError(f"{target} exists already; name a new file, nothing was written")
    if not database.is_file():
        raise StorageError(f"there is no database at {database} to back up")
    await _salted(database)
    with _folder(target.parent, ".backup-") as work:
        copy = work / DATABASE
        copy_database(database, copy)
        examined = examine(copy)
        kept = await _known_files(copy)
        present = [sha256 for sha256 in kept if Files(data / FILES).path(sha256).is_file()]
        archive = work / "archive"
        secret = data / SECRET
        members: dict[str, Path] = {DATABASE: copy, **({SECRET: secret} if secret.is_file() else {})}
        members |= {f"{FILES}/{sha256}": Files(data / FILES).path(sha256) for sha256 in present}
        manifest = {
            "format": FORMAT,
            "made": to_text(now),
            "schema": examined.schema,
            "rows": dict(examined.rows),
            "sha256": {name: _sha256(path) for name, path in members.items()},
        }
        _pack(archive, manifest, members)
        os.replace(archive, target)
        sync_folder(target.parent)
    return Report(examined.rows, len(present), len(kept) - len(present), now)


async def restore(source: Path, data: Path, database: Path, *, now: datetime) -> Report:
    """Put an archive in the place of what is kept, which stays beside it as `….before-restore`.

    StorageError if the assistant is running, or the archive is damaged or of a later version; then nothing
    has changed. Who asked to be erased since the archive was made is erased once more.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    release = hold_serving_lock(database)
    try:
        with _folder(data, ".restore-") as work:
            manifest = _unpack(source, work)
            fresh = work / DATABASE
            _fits(examine(fresh).schema, source)
            report = await _renewed(fresh, database, Files(work / FILES), now=now)
            settle_database(fresh)
            aside = _put_in_place(work, data, database)
    finally:
        release()
    made = from_text(str(manifest["made"]))
    return replace(report, rows=examine(database).rows, made=made, aside=aside)


async def _salted(database: Path) -> None:
    """All archives of one installation share a salt, so that a later erasure is recognised in each."""
    opened = await Sqlite.open(database)
    try:
        await opened.write(own_salt)
    finally:
        await opened.close()


async def _known_files(database: Path) -> list[str]:
    opened = await Sqlite.open(database)
    try:
        return sorted(str(row["sha256"]) for row in await opened.all("files_known"))
    finally:
        await opened.close()
        settle_database(database)


def _pack(archive: Path, manifest: Mapping[str, Any], members: Mapping[str, Path]) -> None:
    with open(archive, "xb", opener=_private) as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            content = json.dumps(manifest).encode()
            head = tarfile.TarInfo(MANIFEST)
            head.size, head.mode = len(content), 0o600
            tar.addfile(head, io.BytesIO(content))
            for name, path in members.items():
                with path.open("rb") as member:
                    info = tarfile.TarInfo(name)
                    info.size, info.mode = os.fstat(member.fileno()).st_size, 0o600
                    tar.addfile(info, member)
        file.flush()
        os.fsync(file.fileno())


def _unpack(source: Path, work: Path) -> Mapping[str, Any]:
    """Only what the manifest names and vouches for is written; StorageError for anything else."""
    broken = f"{source} is damaged, or no backup of this program"
    try:
        with tarfile.open(source, mode="r:") as tar:
            manifest = _manifest(tar, broken)
            sums: dict[str, str] = dict(manifest["sha256"])
            while (member := tar.next()) is not None:
                expected = sums.pop(member.name, None)
                content = tar.extractfile(member) if member.isreg() else None
                if expected is None or content is None:
                    raise StorageError(f"{broken}: unexpected {member.name!r}")
                if _write(content, _place(work, member.name)) != expected:
                    raise StorageError(f"{broken}: {member.name} differs from its checksum")
    except (tarfile.TarError, OSError, EOFError, KeyError, TypeError, ValueError) as error:
        raise StorageError(f"{broken} ({type(error).__name__})") from error
    if sums:
        raise StorageError(f"{broken}: {', '.join(sorted(sums)[:3])} missing")
    return manifest


def _manifest(tar: tarfile.TarFile, broken: str) -> Mapping[str, Any]:
    first = tar.next()
    content = tar.extractfile(first) if first and first.name == MANIFEST and first.isreg() else None
    if first is None or content is None or first.size > LARGEST_MANIFEST:
        raise StorageError(broken)
    manifest: Mapping[str, Any] = json.loads(content.read())
    if manifest["format"] != FORMAT:
        raise StorageError(f"{broken}: format {manifest['format']!r}, this version reads {FORMAT}")
    return manifest


def _place(work: Path, name: str) -> Path:
    """Where a member goes; ValueError for a name that we do not write."""
    if name in (DATABASE, SECRET):
        return work / name
    folder, _, sha256 = name.partition("/")
    if folder != FILES:
        raise ValueError(name)
    return Files(work / FILES).path(sha256)


def _write(content: IO[bytes], path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with open(path, "xb", opener=_private) as file:
        while block := content.read(1 << 20):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _fits(schema: int, source: Path) -> None:
    if schema > len(migrations()):
        raise StorageError(
            f"{source} was made by a later version of this program (schema {schema}, here "
            f"{len(migrations())}); install that version and restore it there"
        )


async def _renewed(fresh: Path, current: Path, files: Files, *, now: datetime) -> Report:
    """The restored database brought up to date: migrated, later erasures repeated, nothing old sent."""
    journal = _journal_of(current)
    opened = await Sqlite.open(fresh)
    try:
        erased = await opened.write(lambda tx: _erase_again(tx, files, *(journal or NO_JOURNAL), now=now))

        async def drop(tx: Transaction) -> tuple[int, int]:
            await tx.run("setting_put", name=RESTORED, value=to_text(now))
            await tx.run("restored_deliveries")
            await tx.run("restored_roster")
            halted = await tx.run("restored_announcements", reason="restored from a backup")
            return await tx.run("restored_outbox") + await tx.run("restored_inbox"), halted

        unsent, halted = await opened.write(drop)
        known = len(await opened.all("files_known"))
    finally:
        await opened.close()
    unknown = journal is None
    return Report({}, known, erased=erased, unsent=unsent, halted=halted, unknown_erasures=unknown)


def _journal_of(database: Path) -> Journal | None:
    """Salt and erasures of the installation as it is, however damaged the rest; None if nobody can tell."""
    if not database.is_file():
        return NO_JOURNAL
    salt = look_beside(database, "setting_get", name=ERASURE_SALT)
    rows = look_beside(database, "erasures")
    if salt is None or rows is None:
        return None
    return (str(salt[0]["value"]) if salt else ""), {row["hash"]: from_text(row["at"]) for row in rows}


async def _erase_again(
    tx: Transaction, files: Files, salt: str, journal: Mapping[str, datetime], *, now: datetime
) -> int:
    """Erase who asked for it later; keep the journal if it is of this installation, for the next restore."""
    if not journal:
        return 0
    people: dict[int, int | None] = {}
    for row in await tx.all("addresses_since"):
        at = journal.get(erasure_hash(salt, Address(row["channel"], row["id"])))
        # Who came back after being erased is somebody new.
        if at is not None and from_text(row["created"]) < at:
            people[row["person"]] = row["association"]
    await forget_expected(tx, journal, salt)
    for person, association in people.items():
        await erase(tx, files, person, association, now=now)
    if await own_salt(tx) == salt:
        for digest, at in journal.items():
            await tx.run("erasure_add", hash=digest, now=to_text(at))
    return len(people)


def _put_in_place(work: Path, data: Path, database: Path) -> Path | None:
    """Files first, the database last: a crash in between leaves the old one, with some files too many."""
    for path in (work / FILES).glob("*/*"):
        target = Files(data / FILES).path(path.name)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.replace(path, target)
    if (work / SECRET).is_file():
        os.replace(work / SECRET, data / SECRET)
    aside = _set_aside(database) if database.is_file() else None
    os.replace(work / DATABASE, database)
    sync_folder(database.parent)
    return aside


def _set_aside(database: Path) -> Path:
    """Keep the old database under another name; its log must not be taken for that of the new one."""
    aside = database.with_name(database.name + ".before-restore")
    for ending in ("", "-wal", "-shm"):
        aside.with_name(aside.name + ending).unlink(missing_ok=True)
    try:
        examine(database)
        settle_database(database)
    except StorageError:
        for ending in ("-wal", "-shm"):
            if (log := database.with_name(database.name + ending)).exists():
                os.replace(log, aside.with_name(aside.name + ending))
    os.link(database, aside)
    return aside


@contextmanager
def _folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A folder of our own on the same disk, gone afterwards."""
    try:
        made = Path(tempfile.mkdtemp(dir=parent, prefix=prefix))
    except OSError as error:
        raise StorageError(f"cannot write into {parent} ({error.strerror})") from error
    try:
        yield made
    except OSError as error:
        raise StorageError(f"{error.filename or made}: {error.strerror}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
