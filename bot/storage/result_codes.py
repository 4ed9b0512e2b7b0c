"""What a result code of SQLite means for who waits, and what an operator can do. Knows no driver.

Numbers and names: SQLite, "Result and Error Codes"; the low byte is the primary code, the rest says more.
"""

from collections.abc import Mapping
from enum import Enum, auto

BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB = (
    *(5, 6, 7, 8, 10),
    *(11, 13, 14, 15, 26),
)
IOERR_FSYNC, IOERR_DIR_FSYNC = 1034, 1290


class Meaning(Enum):
    """Whose affair an error is."""

    STATEMENT = auto()
    """One statement's: a mistake in this program."""
    PASSING = auto()
    """The machine's: an operator or another process ends it, and then everything goes on."""
    BROKEN = auto()
    """The disk's or the file's: what this process writes from now on cannot be relied on."""


_PASSING = frozenset({BUSY, LOCKED, NOMEM, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL})
_BROKEN = frozenset({CORRUPT, NOTADB})

_UNSYNCED = frozenset({IOERR_FSYNC, IOERR_DIR_FSYNC})
"""After a failed fsync the system may call pages clean that never reached the disk, and the next one succeeds
(PostgreSQL wiki, "Fsync Errors"): this process must not build on what it believes is written."""

_WAYS_OUT: Mapping[int, str] = {
    BUSY: "another process holds it: stop that, or try again",
    LOCKED: "another process holds it: stop that, or try again",
    READONLY: "let the account that runs the assistant write to the file and its folder",
    CANTOPEN: "let the account that runs the assistant write to the file and its folder",
    IOERR: "look at the disk (the system's log tells more), then start again",
    FULL: "make room on the disk",
    CORRUPT: "stop the assistant and put the last backup in its place: alliances restore FILE",
    NOTADB: "stop the assistant and put the last backup in its place: alliances restore FILE",
}


def meaning(code: int) -> Meaning:
    """Whose affair an error with this extended result code is; 0, no code at all, is a statement's."""
    if code in _UNSYNCED or code & 0xFF in _BROKEN:
        return Meaning.BROKEN
    return Meaning.PASSING if code & 0xFF in _PASSING else Meaning.STATEMENT


def way_out(code: int) -> str:
    """What an operator can do about it."""
    return _WAYS_OUT.get(code & 0xFF, "run: alliances doctor")
