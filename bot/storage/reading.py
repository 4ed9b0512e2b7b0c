"""Asking together what is asked at the same time. Knows no database.

A small read takes some 20 microseconds, a way to the database's thread and back several times that: it is
paid once for all that wait.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key")
Found = TypeVar("Found")


class Together(Generic[Key, Found]):
    """While one question is under way the next ones gather, and are asked as one. Of one loop."""

    def __init__(self, ask: Callable[[Sequence[Key]], Awaitable[Sequence[Found]]], *, most: int) -> None:
        """`ask` answers in the order of the keys, `most` at once: the first must not wait for many."""
        self._ask = ask
        self._most = most
        self._waiting: list[tuple[Key, asyncio.Future[Found]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def of(self, key: Key) -> Found:
        """What `ask` says about this key, or raises."""
        future: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, future))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_on())
        return await future

    async def _ask_on(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._ask_these(asked)
        finally:
            self._asking = None

    async def _ask_these(self, asked: Sequence[tuple[Key, asyncio.Future[Found]]]) -> None:
        try:
            found = await self._ask([key for key, _ in asked])
        except Exception as error:
            for _, future in asked:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), one in zip(asked, found, strict=True):
            if not future.done():
                future.set_result(one)
