"""The SQLite database: one writer thread with group commit, reads through aiosqlite beside it. With
`connecting` and `database_files`, the only door to the drivers.

Durability is bound by the number of fsyncs, not of statements: everything that waits is committed together.
If one piece fails, all are done again, each behind its own savepoint, so that it does not poison its
neighbours.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import aiosqlite

from bot.storage.connecting import (
    code_of,
    connect_reader,
    connect_writer,
    meaning_of,
    unusable,
)
from bot.storage.database import Row, Where, Work, completed
from bot.storage.errors import StatementRefused, StorageBroken, StorageClosed, StorageError
from bot.storage.opening import make_private
from bot.storage.queries import shipped
from bot.storage.result_codes import Meaning, way_out
from bot.storage.schema import HASTY, PATIENT
from bot.storage.statements import Statements, by_name, drive

log = logging.getLogger(__name__)

T = TypeVar("T")

GROUP = 256
"""Most pieces in one commit: beyond it the gain is gone and the first would wait for the last."""

PATIENCE = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between tries while a condition lasts that passes; the last one repeats."""

SCRUB_EVERY = 1.0
"""Seconds between tries to empty the write-ahead log while a reader holds it."""


@dataclass(frozen=True, slots=True)
class _Piece:
    work: Work[Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


@dataclass(frozen=True, slots=True)
class _Failure:
    error: BaseException


class Sqlite:
    """A `Database` in one SQLite file. Made by `Sqlite.open`."""

    def __init__(
        self, writer: sqlite3.Connection, reader: aiosqlite.Connection, queries: Mapping[str, str]
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._queries = queries
        cursor = writer.cursor()
        cursor.row_factory = None
        self._transaction = Statements(cursor, queries)
        self._waiting: queue.SimpleQueue[_Piece | None] = queue.SimpleQueue()
        self._held: deque[_Piece] = deque()
        self._closing = False
        self._hurry = threading.Event()
        self._trouble = ""
        self._unread = ""
        """Why the last look failed; empty when it did not."""
        self._broken = ""
        self._thread = threading.Thread(target=self._serve, name="storage-writer", daemon=True)
        self._thread.start()

    @classmethod
    async def open(cls, path: Path, *, queries: Mapping[str, str] | None = None) -> Self:
        """Open or create the file and bring its schema up to date; StorageError says what is in the way."""
        make_private(path)
        writer = await asyncio.to_thread(connect_writer, path)
        try:
            reader = await connect_reader(path)
        except sqlite3.Error as error:
            writer.close()
            raise unusable(path, error) from error
        return cls(writer, reader, shipped() if queries is None else queries)

    async def write(self, work: Work[T], *, within: float = 0.0) -> T:
        """See `Database.write`."""
        if self._closing:
            raise StorageClosed("the store is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        piece = _Piece(work, future, loop)
        if within > 0:
            self._held.append(piece)
            if len(self._held) == 1:
                loop.call_later(within, self._let_go)
        else:
            self._let_go()  # nothing that was said before is overtaken
            self._waiting.put(piece)
        return await future

    def _let_go(self) -> None:
        """Have committed what was held for company."""
        while self._held:
            self._waiting.put(self._held.popleft())

    async def one(self, query: str, **values: object) -> Row | None:
        """See `Database.one`."""
        rows = await self._rows(self._queries[query], values)
        return rows[0] if rows else None

    async def all(self, query: str, *, where: Where | None = None, **values: object) -> Sequence[Row]:
        """See `Database.all`."""
        return await self._rows(*completed(self._queries[query], where, values))

    async def _rows(self, statement: str, values: Mapping[str, object]) -> Sequence[Row]:
        if self._closing:
            raise StorageClosed("the store is closed")
        try:
            rows = list(await self._reader.execute_fetchall(statement, values))
        except sqlite3.Error as error:
            raise self._unreadable(error) from error
        self._unread = ""
        return by_name(rows[0].keys(), rows) if rows else ()

    def _unreadable(self, error: sqlite3.Error) -> StorageError:
        if meaning_of(error) is Meaning.STATEMENT:
            return StatementRefused(f"the database refused a statement: {error}")
        self._unread = str(error)
        if meaning_of(error) is Meaning.BROKEN:
            self._break(error)
        return StorageError(f"the database cannot be read: {error}")

    @property
    def trouble(self) -> str:
        """See `Database.trouble`."""
        return self._broken or self._trouble or self._unread

    @property
    def broken(self) -> str:
        """See `Database.broken`."""
        return self._broken

    async def close(self) -> None:
        """See `Database.close`; a second call does nothing."""
        if self._closing:
            return
        self._closing = True
        self._hurry.set()
        self._let_go()
        self._waiting.put(None)
        try:
            await asyncio.to_thread(self._thread.join)
            await self._reader.close()
        except BaseException:
            self._reader.stop()  # cut short: its thread would keep the process from ending
            raise
        self._writer.close()

    # ---- the writer thread ----

    def _serve(self) -> None:
        last = False
        while not last:
            pieces, last = self._gather()
            if pieces:
                self._tell(pieces, self._commit(pieces))
            elif self._transaction.scrubbing:
                self._scrub()

    def _gather(self) -> tuple[list[_Piece], bool]:
        """Everything that waits; True if nothing will come after it. Nothing: it is time to scrub again."""
        pieces: list[_Piece] = []
        try:
            piece = self._waiting.get(timeout=SCRUB_EVERY if self._transaction.scrubbing else None)
        except queue.Empty:
            return pieces, False
        while piece is not None:
            pieces.append(piece)
            if len(pieces) == GROUP:
                return pieces, False
            try:
                piece = self._waiting.get_nowait()
            except queue.Empty:
                return pieces, False
        return pieces, True

    def _commit(self, pieces: Sequence[_Piece]) -> Sequence[object]:
        """One transaction for all pieces, tried until it passes; the result or `_Failure` of each."""
        tries = 0
        while True:
            if self._broken:
                return [_Failure(StorageBroken(self._broken))] * len(pieces)
            try:
                outcomes = self._transact(pieces)
                break
            except sqlite3.Error as error:
                self._roll_back()
                if meaning_of(error) is Meaning.BROKEN:
                    self._break(error)
                    continue
                if meaning_of(error) is Meaning.STATEMENT:
                    log.error("storage_failed", extra={"error": str(error)})
                    return [_Failure(StorageError(f"the database cannot write: {error}"))] * len(pieces)
                self._trouble = str(error)
                log.warning("storage_waits", extra={"error": str(error), "tries": tries})
                if self._hurry.wait(PATIENCE[min(tries, len(PATIENCE) - 1)]) and tries:
                    closed = StorageClosed(f"closed while waiting for the database: {error}")
                    return [_Failure(closed)] * len(pieces)
                tries += 1
        self._trouble = ""
        if self._transaction.scrubbing:
            self._scrub()
        return outcomes

    def _transact(self, pieces: Sequence[_Piece]) -> Sequence[object]:
        self._writer.execute("BEGIN IMMEDIATE")
        outcomes = self._together(pieces)
        if outcomes is None:
            self._roll_back()
            self._writer.execute("BEGIN IMMEDIATE")
            outcomes = [self._attempt(piece) for piece in pieces]
        self._writer.execute("COMMIT")
        return outcomes

    def _together(self, pieces: Sequence[_Piece]) -> Sequence[object] | None:
        """All pieces without savepoints, which are two statements more for each; None if one fails."""
        try:
            return [drive(piece.work(self._transaction)) for piece in pieces]
        except sqlite3.Error as error:
            if meaning_of(error) is not Meaning.STATEMENT:
                raise
        except BaseException:  # told to who asked, by the second run
            pass
        return None

    def _attempt(self, piece: _Piece) -> object:
        self._writer.execute("SAVEPOINT piece")
        try:
            outcome: object = drive(piece.work(self._transaction))
        except BaseException as error:
            # A full disk can end the whole transaction: then there is no savepoint to go back to.
            if isinstance(error, sqlite3.Error) and (
                meaning_of(error) is not Meaning.STATEMENT or not self._writer.in_transaction
            ):
                raise
            self._writer.execute("ROLLBACK TO piece")
            outcome = _Failure(_translated(error))
        self._writer.execute("RELEASE piece")
        return outcome

    def _break(self, error: sqlite3.Error) -> None:
        self._broken = f"the database is not to be trusted any more ({error}): {way_out(code_of(error))}"
        log.critical("storage_broken", extra={"error": str(error)})

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")

    def _scrub(self) -> None:
        """Move the write-ahead log into the file and cut it, so that erased text is nowhere."""
        with suppress(sqlite3.Error):
            # A reader in the way (a backup takes seconds) must not hold up who writes: tried again later.
            self._writer.execute(HASTY)
            busy, _, _ = tuple(self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone().values())
            self._transaction.scrubbing = bool(busy)
        with suppress(sqlite3.Error):
            self._writer.execute(PATIENT)

    @staticmethod
    def _tell(pieces: Sequence[_Piece], outcomes: Sequence[object]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], object]]] = {}
        for piece, outcome in zip(pieces, outcomes, strict=True):
            by_loop.setdefault(piece.loop, []).append((piece.future, outcome))
        for loop, settled in by_loop.items():
            # The loop may be gone by now: then nobody waits.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, settled)


def _translated(error: BaseException) -> BaseException:
    if not isinstance(error, sqlite3.Error):
        return error
    known = StatementRefused(f"the database refused a statement: {error}")
    known.__cause__ = error
    return known


def _settle(settled: Sequence[tuple[asyncio.Future[Any], object]]) -> None:
    for future, outcome in settled:
        if future.done():
            continue
        if isinstance(outcome, _Failure):
            future.set_exception(outcome.error)
        else:
            future.set_result(outcome)
