"""What the Store needs of a database, whichever it is. No vendor here."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

Row = Mapping[str, Any]
"""One result row by column name."""


class Transaction(Protocol):
    """One unit of writing: all of it happens or none. Statements are named in `queries.sql`."""

    async def run(self, query: str, **values: object) -> int:
        """Execute a statement; the number of rows it touched."""
        ...

    async def one(self, query: str, **values: object) -> Row | None:
        """The first row of a query, None without any."""
        ...

    async def all(self, query: str, **values: object) -> Sequence[Row]:
        """Every row of a query."""
        ...

    def scrub(self) -> None:
        """After the commit, leave no erased text in the database's own logs."""
        ...


Work = Callable[[Transaction], Awaitable[T]]
"""What to do in one transaction. Awaits nothing but the transaction; may be run again from the start."""


class Database(Protocol):
    """Durable storage: a returned `write` survives a power cut."""

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction and return its result once it is committed.

        What `work` raises is raised here, and nothing of it is kept. A full disk or a locked database is
        waited for.
        """
        ...

    async def one(self, query: str, **values: object) -> Row | None:
        """The first row of a query outside of any transaction, None without any."""
        ...

    async def all(self, query: str, **values: object) -> Sequence[Row]:
        """Every row of a query outside of any transaction."""
        ...

    @property
    def trouble(self) -> str:
        """Why nothing can be written or read right now, e.g. `database or disk is full`; empty when all is
        well.
        """
        ...

    @property
    def broken(self) -> str:
        """Why this process must not go on with the database, and what to do; empty as long as it may."""
        ...

    async def close(self) -> None:
        """Finish what waits to be written, then let go of the files."""
        ...
