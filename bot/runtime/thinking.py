"""Work that computes for milliseconds, off the loop: few threads, and one that hangs is given up.

Not `asyncio.to_thread`: threads beyond the cores only take the interpreter away from the loop, a few that
hang would stop everybody, and for a short piece the way there and back costs as much as the piece.
"""

import asyncio
import logging
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

THREADS = 2
"""At once: Python computes no faster in more, and one long piece must not hold up all others."""

IDLE = 10.0
"""Seconds without work after which a thread ends."""

MOST_HANGING = 8
"""Threads that hang and are replaced: each goes on taking the interpreter and its memory from the others."""


class Stuck(Exception):
    """Every thread hangs, and no more are started: only a new process computes again."""


@dataclass(slots=True, eq=False)
class _Piece:
    work: Callable[[], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    thread: int = 0
    """Where it is being done; 0 before that."""
    over: bool = False
    lost: bool = False
    """It hangs: its thread counts no more, and ends with it."""


@dataclass(slots=True)
class Thinking:
    """A few threads, there while there is work. Of one loop."""

    threads: int = THREADS
    most_hanging: int = MOST_HANGING
    _waiting: SimpleQueue[_Piece] = field(default_factory=SimpleQueue)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    """Guards all that follows."""
    _queued: int = 0
    _alive: int = 0
    _busy: int = 0
    _hanging: int = 0
    """Threads given up that have not ended."""
    _done: deque[tuple[_Piece, Any, BaseException | None]] = field(default_factory=deque)
    _told: bool = False
    """The loop knows that something is done."""

    @property
    def trouble(self) -> str:
        """Why what hangs is not made up for any more, and what to do; empty while all is well."""
        if self._hanging < self.most_hanging:
            return ""
        return (
            f"{self._hanging} decisions do not end and keep their threads; start the assistant again "
            "(the log names the places: decision_hangs)"
        )

    async def run(self, work: Callable[[], T], *, patience: float) -> T:
        """What `work` returns or raises. TimeoutError after `patience` seconds: then it is left to itself.

        Stuck, at once, if nothing would ever do it.
        """
        if self._hanging >= self.threads + self.most_hanging:
            raise Stuck
        loop = asyncio.get_running_loop()
        piece = _Piece(work, loop.create_future(), loop)
        timer = loop.call_later(patience, self._give_up, piece)
        with self._lock:
            self._queued += 1
            self._start_if_needed()
        self._waiting.put(piece)
        try:
            result: T = await piece.future
            return result
        finally:
            timer.cancel()

    def _start_if_needed(self) -> None:
        # Those that hang are replaced, up to a bound.
        may = self._alive < self.threads and self._alive + self._hanging < self.threads + self.most_hanging
        if may and self._queued > self._alive - self._busy:
            self._alive += 1
            threading.Thread(target=self._serve, name="thinking", daemon=True).start()

    def _give_up(self, piece: _Piece) -> None:
        if piece.future.done():
            return
        piece.future.set_exception(TimeoutError())
        with self._lock:
            if not piece.thread or piece.over:
                return
            piece.lost = True
            self._alive -= 1
            self._busy -= 1
            self._hanging += 1
            self._start_if_needed()
        log.error("decision_hangs", extra={"hanging": self._hanging, "frames": _places(piece.thread)})

    # ---- in the threads ----

    def _serve(self) -> None:
        while (piece := self._next()) is not None:
            result, error = None, None
            if not piece.future.done():  # otherwise nobody waits any more
                try:
                    result = piece.work()
                except BaseException as raised:
                    error = raised
            with self._lock:
                piece.over = True
                if piece.lost:
                    self._hanging -= 1
                    self._start_if_needed()
                    return
                self._busy -= 1
            self._tell(piece, result, error)

    def _next(self) -> _Piece | None:
        """The next piece; None: this thread is not needed any more."""
        while True:
            try:
                piece = self._waiting.get(timeout=IDLE)
            except Empty:
                with self._lock:
                    if not self._queued:
                        self._alive -= 1
                        return None
                continue
            with self._lock:
                self._queued -= 1
                self._busy += 1
                piece.thread = threading.get_ident()
            return piece

    def _tell(self, piece: _Piece, result: Any, error: BaseException | None) -> None:
        with self._lock:
            self._done.append((piece, result, error))
            told, self._told = self._told, True
        if not told:
            # The loop may be gone by now: then nobody waits.
            with suppress(RuntimeError):
                piece.loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        with self._lock:
            done, self._done, self._told = self._done, deque(), False
        for piece, result, error in done:
            if piece.future.done():
                continue
            if error is not None:
                piece.future.set_exception(error)
            else:
                piece.future.set_result(result)


def _places(thread: int) -> list[str]:
    """Where a thread is in the code right now; never a value, which may quote a person."""
    found = sys._current_frames().get(thread)
    innermost = () if found is None else traceback.walk_stack(found)
    return [f"{frame.f_code.co_filename}:{line}" for frame, line in islice(innermost, 5)]
