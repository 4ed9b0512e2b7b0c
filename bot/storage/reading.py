"""Reads beside the writer: one thread, which answers together what was asked together.

A read takes some 20 microseconds, a way to a thread and back three times that: it is paid once for all that
wait. Knows no driver.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.storage.database import Row
from bot.storage.errors import StorageClosed

GROUP = 16
"""Most reads that are answered together: the first must not wait for many."""

Fetch = Callable[[str, Mapping[str, object]], Sequence[Row]]
"""From a statement and its values to the rows. Called in the thread of the reader."""


@dataclass(frozen=True, slots=True)
class _Question:
    statement: str
    values: Mapping[str, object]
    future: asyncio.Future[Sequence[Row]]
    loop: asyncio.AbstractEventLoop


Answer = tuple[_Question, Sequence[Row] | None, Exception | None]


class Reader:
    """Answers questions in their order, whatever loop they come from."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._waiting: queue.SimpleQueue[_Question | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="storage-reader", daemon=True)
        self._thread.start()

    async def rows(self, statement: str, values: Mapping[str, object]) -> Sequence[Row]:
        """The rows of one statement; raises what the driver raises, and StorageClosed."""
        if self._closed:
            raise StorageClosed("the store is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Sequence[Row]] = loop.create_future()
        self._waiting.put(_Question(statement, values, future, loop))
        return await future

    async def close(self) -> None:
        """Answer what was asked before, then end."""
        self._closed = True
        self._waiting.put(None)
        await asyncio.to_thread(self._thread.join)

    def _serve(self) -> None:
        last = False
        while not last:
            answers: list[Answer] = []
            question = self._waiting.get()
            while question is not None:
                answers.append(self._answer(question))
                if len(answers) == GROUP or self._waiting.empty():
                    break
                question = self._waiting.get()
            last = question is None
            _tell(answers)

    def _answer(self, question: _Question) -> Answer:
        try:
            return question, self._fetch(question.statement, question.values), None
        except Exception as error:
            return question, None, error


def _tell(answers: Sequence[Answer]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[Answer]] = {}
    for answer in answers:
        by_loop.setdefault(answer[0].loop, []).append(answer)
    for loop, told in by_loop.items():
        # The loop may be gone by now: then nobody waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, told)


def _settle(answers: Sequence[Answer]) -> None:
    for question, rows, error in answers:
        if question.future.done():
            continue
        if rows is None:
            question.future.set_exception(error or RuntimeError("no answer"))
        else:
            question.future.set_result(rows)
