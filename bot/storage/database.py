"""What the Store needs of a database, whichever it is. No vendor here."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

Row = Mapping[str, Any]
"""One result row by column name."""

MARKER = "/* where */ TRUE"
"""Where a named query takes a `Where`; without one it stands for itself."""


@dataclass(frozen=True, slots=True)
class Where:
    """A condition that staff wrote, as SQL: only values of theirs, by name, never text of theirs."""

    sql: str
    values: Mapping[str, object] = field(default_factory=dict)
    """Names begin with `w`, so that they meet no name of the query."""


def completed(
    statement: str, where: Where | None, values: dict[str, object]
) -> tuple[str, dict[str, object]]:
    """The statement with the condition at its marker, and all its values; ValueError without a marker."""
    if where is None:
        return statement, values
    if MARKER not in statement:
        raise ValueError("this query takes no condition")
    return statement.replace(MARKER, where.sql), {**values, **where.values}


class Transaction(Protocol):
    """One unit of writing: all of it happens or none. Statements are named in `sql/`."""

    async def run(self, query: str, **values: object) -> int:
        """Execute a statement; the number of rows it touched."""
        ...

    async def one(self, query: str, **values: object) -> Row | None:
        """The first row of a query, None without any."""
        ...

    async def all(self, query: str, *, where: Where | None = None, **values: object) -> Sequence[Row]:
        """Every row of a query; `where` goes to its marker."""
        ...

    def scrub(self) -> None:
        """After the commit, leave no erased text in the database's own logs."""
        ...


Work = Callable[[Transaction], Awaitable[T]]
"""What to do in one transaction. Awaits nothing but the transaction; may be run again from the start."""


class Database(Protocol):
    """Durable storage: a returned `write` survives a power cut."""

    async def write(self, work: Work[T], *, within: float = 0.0) -> T:
        """Run `work` in a transaction and return its result once it is committed.

        `within`: nobody waits for it, so it may be held for so many seconds until others are committed too.
        What `work` raises is raised here, and nothing of it is kept. A full disk or a locked database is
        waited for.
        """
        ...

    async def one(self, query: str, **values: object) -> Row | None:
        """The first row of a query outside of any transaction, None without any."""
        ...

    async def all(self, query: str, *, where: Where | None = None, **values: object) -> Sequence[Row]:
        """Every row of a query outside of any transaction; `where` goes to its marker."""
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
