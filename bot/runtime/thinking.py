"""Work that computes for milliseconds, off the loop: few threads, and one that hangs is given up.

Not `asyncio.to_thread`: threads beyond the cores only take the interpreter away from the loop, a few that
hang would stop everybody, and for a short piece the way there and back costs as much as the piece.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

THREADS = 2
"""At once: Python computes no faster in more, and one long piece must not hold up all others."""

IDLE = 10.0
"""Seconds without work after which a thread ends."""


@dataclass(slots=True, eq=False)
class _Piece:
    work: Callable[[], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    begun: bool = False
    over: bool = False
    lost: bool = False
    """It hangs: its thread counts no more, and ends with it."""


@dataclass(slots=True)
class Thinking:
    """A few threads, there while there is work. Of one loop."""

    threads: int = THREADS
    _waiting: SimpleQueue[_Piece] = field(default_factory=SimpleQueue)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    """Guards all that follows."""
    _queued: int = 0
    _alive: int = 0
    _busy: int = 0
    _done: deque[tuple[_Piece, Any, BaseException | None]] = field(default_factory=deque)
    _told: bool = False
    """The loop knows that something is done."""

    async def run(self, work: Callable[[], T], *, patience: float) -> T:
        """What `work` returns or raises. TimeoutError after `patience` seconds: then it is left to itself."""
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
        if self._queued > self._alive - self._busy and self._alive < self.threads:
            self._alive += 1
            threading.Thread(target=self._serve, name="thinking", daemon=True).start()

    def _give_up(self, piece: _Piece) -> None:
        if piece.future.done():
            return
        piece.future.set_exception(TimeoutError())
        with self._lock:
            if piece.begun and not piece.over:
                piece.lost = True
                self._alive -= 1
                self._busy -= 1
                self._start_if_needed()

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
                piece.begun = True
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
