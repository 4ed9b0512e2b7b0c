"""The data folder: there, ours, writable, with room, on a disk of this machine; the secret; the cache."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.app import SECRET, read_secret
from bot.doctor.diagnosis import Diagnosis, State
from bot.knowledge.compiled import FILE
from bot.storage.opening import MOUNTS, OTHERS, Reach, kind_of_file_system, reach

ROOM = 200 * 2**20
"""Free bytes below which a database soon cannot write."""

STATES: Mapping[Reach, State] = {"elsewhere": "problem", "shared": "note"}


def data_folder(folder: Path) -> Iterator[Diagnosis]:
    """Whether everything can be kept there, by its owner alone."""
    where, name = folder.absolute(), "data folder"
    choose = "set ALLIANCES_DATA to a folder that the account running the assistant may write to"
    if not os.path.lexists(folder):  # a link that leads nowhere cannot be made a folder
        trouble = _cannot_write(_nearest(where))
        if trouble:
            yield Diagnosis(name, "problem", f"{where} is not there and cannot be made: {trouble}", choose)
        else:
            yield Diagnosis(name, "note", f"{where} is not there yet: the first start makes it")
        return
    if not folder.is_dir():
        yield Diagnosis(name, "problem", f"{where} is not a folder", choose)
        return
    trouble = _cannot_write(where)
    if trouble:
        yield Diagnosis(name, "problem", f"{where} cannot be written to: {trouble}", choose)
    elif os.name == "posix" and folder.stat().st_mode & OTHERS:
        what = f"{where} can be listed by other users (what people wrote is closed to them all the same)"
        yield Diagnosis(name, "note", what, f"run: chmod 700 {where}")
    else:
        yield Diagnosis(name, "ok", f"{where}")


def disk(folder: Path, room: int = ROOM) -> Iterator[Diagnosis]:
    """Whether at least `room` bytes are free."""
    free = shutil.disk_usage(_nearest(folder.absolute())).free
    what = f"{free / 2**20:,.0f} MB free"
    if free >= room:
        yield Diagnosis("disk", "ok", what)
    else:
        way_out = "make room: on a full disk nothing is kept, so nothing is answered"
        yield Diagnosis("disk", "problem", f"{what}; at least {room / 2**20:,.0f} MB are needed", way_out)


def file_system(folder: Path, mounts: Path = MOUNTS) -> Iterator[Diagnosis]:
    """Whether the folder lies on this machine; says nothing where that cannot be told."""
    kind = kind_of_file_system(folder, mounts)
    state = STATES.get(reach(kind))
    if state:
        what = f"the data folder lies on {kind}: a database there can be damaged"
        way_out = "set ALLIANCES_DATA to a folder on a disk of this machine"
        yield Diagnosis("file system", state, what, way_out)


def secret(folder: Path, database: Path) -> Iterator[Diagnosis]:
    """The secret that signs buttons."""
    path = folder / SECRET
    if not path.exists():
        if database.exists():
            what = "it is missing: the next start makes a new one, and the buttons sent so far stop working"
            yield Diagnosis("secret", "note", what, f"put {path} back from a backup, if there is one")
        else:
            yield Diagnosis("secret", "note", "not there yet: the first start makes it")
        return
    try:
        read_secret(path)
    except OSError as error:
        way_out = f"mend {path.absolute()}: the assistant does not start with it"
        yield Diagnosis("secret", "problem", str(error), way_out)
    else:
        yield Diagnosis("secret", "ok", "there, and closed to others")


def cache(folder: Path) -> Iterator[Diagnosis]:
    """The index kept between two starts. It only ever saves time."""
    kept = folder / "cache"
    index = kept / FILE
    if not index.is_file():
        yield Diagnosis("index cache", "note", "empty: the next question waits while the index is built")
    elif trouble := _cannot_write(kept):
        what = f"{kept.absolute()} cannot be written to ({trouble}): every start builds the index again"
        yield Diagnosis("index cache", "note", what, "let the account that runs the assistant own the folder")
    else:
        yield Diagnosis("index cache", "ok", f"{index.stat().st_size / 2**20:.1f} MB in {kept.absolute()}")


def _nearest(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    return next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))


def _cannot_write(folder: Path) -> str:
    """Why nothing can be written into a folder; empty if it can. Leaves nothing behind."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return error.strerror or type(error).__name__
