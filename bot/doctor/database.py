"""The database: closed to others, whole, of a version known here; and whether an assistant runs on it."""

import os
from collections.abc import Iterator
from pathlib import Path

from bot.doctor.diagnosis import Diagnosis
from bot.storage.database_files import examine, is_served
from bot.storage.errors import StorageError
from bot.storage.opening import OTHERS
from bot.storage.queries import migrations

RESTORE = "stop the assistant and restore the last backup: alliances restore FILE"


def database(path: Path) -> Iterator[Diagnosis]:
    """The file, read from end to end; nothing is written."""
    where, name = path.absolute(), "database"
    if not path.exists():
        yield Diagnosis(name, "note", f"{where} is not there yet: the first start makes it")
        return
    if os.name == "posix" and path.stat().st_mode & OTHERS:
        what = f"other users of this machine can read {where}, which holds what people wrote"
        yield Diagnosis(name, "problem", what, f"run: chmod 600 {where}")
    try:
        schema = examine(path).schema
    except StorageError as error:
        yield Diagnosis(name, "problem", str(error), RESTORE)
        return
    known = len(migrations())
    size = sum(part.stat().st_size for part in (path, path.with_name(f"{path.name}-wal")) if part.exists())
    what = f"{where}, whole, schema {schema}, {size / 2**20:.1f} MB"
    if schema > known:
        way_out = f"install the later version of this program that wrote it (this one knows up to {known})"
        yield Diagnosis(name, "problem", what, way_out)
    elif schema < known:
        yield Diagnosis(name, "note", f"{what}: the next start brings it to schema {known}")
    else:
        yield Diagnosis(name, "ok", what)


def serving(path: Path) -> Iterator[Diagnosis]:
    """Whether an assistant runs on this database."""
    if is_served(path):
        yield Diagnosis("assistant", "ok", "one is running on this database")
    else:
        what = "none is running on this database: nobody is answered"
        yield Diagnosis("assistant", "note", what, "start one: alliances run (or make run)")
