"""Files that only their owner may read, on a disk of this machine. No database here."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from bot.storage.errors import ExposedDatabase, StorageError

OTHERS = 0o077
WRITE_OF_OTHERS = 0o022

MOUNTS = Path("/proc/self/mountinfo")
"""Where Linux tells which file system lies where (proc(5))."""

_FOREIGN = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs"})
_FOREIGN |= {"fuse.sshfs", "fuse.rclone", "fuse.glusterfs", "fuse.s3fs", "fuse.davfs"}
_SHARED = frozenset({"9p", "vboxsf", "virtiofs", "fuse.vmhgfs-fuse"})

Reach = Literal["here", "shared", "elsewhere"]
"""Whose disk a file system lies on: this machine's; the host's of a virtual machine or of WSL, where locks
work or not, case by case; another machine's."""


def make_private(path: Path) -> None:
    """Create `path` empty for its owner alone, in a folder made likewise.

    ExposedDatabase if others may read it, StorageError if it cannot be made.

    SQLite gives the write-ahead log and its index the mode of the database file.
    """
    if path.is_dir():
        raise StorageError(f"{path} is a folder; name a file with ALLIANCES_DATABASE, or leave it out")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StorageError(
            f"{path} cannot be made ({error.strerror}); let the account that runs the assistant write there, "
            "or name another folder with ALLIANCES_DATA"
        ) from error
    if os.name != "posix":
        return
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        if file.exists() and file.stat().st_mode & OTHERS:
            raise ExposedDatabase(
                f"other users of this machine can read {file} (mode {file.stat().st_mode & 0o777:03o}), "
                f"which holds what people wrote; close it with: chmod 600 {file}"
            )


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder survive a power cut; its bytes alone are not enough."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def risks(folder: Path, mounts: Path = MOUNTS) -> Iterator[str]:
    """What an operator should change about a folder in which we keep things: a sentence each.

    ExposedDatabase if others may put files of theirs in the place of ours.
    """
    mode = folder.stat().st_mode & 0o777
    if os.name == "posix" and mode & WRITE_OF_OTHERS:
        raise ExposedDatabase(
            f"other users of this machine can write into {folder} (mode {mode:03o}), and so replace what is "
            f"kept there; close it with: chmod 700 {folder}, or name one inside of it with ALLIANCES_DATA"
        )
    if os.name == "posix" and mode & OTHERS:
        yield (
            f"other users of this machine can look into {folder} (mode {mode:03o}); "
            f"close it with: chmod 700 {folder}"
        )
    kind = kind_of_file_system(folder, mounts)
    if reach(kind) != "here":
        yield (
            f"{folder} lies on {kind}, where a database can be damaged; "
            "set ALLIANCES_DATA to a folder on a disk of this machine"
        )


def reach(kind: str) -> Reach:
    """Whose disk a file system of this name lies on.

    The locks of other machines are not to be relied on, and a write-ahead log needs shared memory (SQLite,
    "How To Corrupt An SQLite Database File", 2.1; "Write-Ahead Logging").
    """
    if kind in _FOREIGN:
        return "elsewhere"
    return "shared" if kind in _SHARED else "here"


def kind_of_file_system(folder: Path, mounts: Path = MOUNTS) -> str:
    """Name of the file system under a folder, by the mount points of Linux; empty where it is unknown."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    best, found, where = Path(), "", folder.resolve()
    for line in lines:
        place, _, rest = line.partition(" - ")
        fields, kinds = place.split(), rest.split()
        if len(fields) < 5 or not kinds:
            continue
        # Spaces stand there as octal escapes: `\\040`.
        point = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[4]))
        if where.is_relative_to(point) and len(point.parts) >= len(best.parts):  # the last one covers
            best, found = point, kinds[0]
    return found
