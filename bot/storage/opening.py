"""Files that only their owner may read. No database here."""

import os
from pathlib import Path

from bot.storage.errors import ExposedDatabase

OTHERS = 0o077


def make_private(path: Path) -> None:
    """Create `path` empty for its owner alone, in a folder made likewise.

    ExposedDatabase if others may read it.

    SQLite gives the write-ahead log and its index the mode of the database file.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    if os.name != "posix":
        return
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        if file.exists() and file.stat().st_mode & OTHERS:
            raise ExposedDatabase(
                f"other users of this machine can read {file} (mode {file.stat().st_mode & 0o777:03o}), "
                f"which holds what people wrote; close it with: chmod 600 {file}"
            )
