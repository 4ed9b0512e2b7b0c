"""Named statements on the cursor of a transaction, and the work that uses them. Knows no driver."""

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar, cast

from bot.storage.database import Row, Where, completed

T = TypeVar("T")


class Cursor(Protocol):
    """As far as we use one of the Python Database API (PEP 249); its rows are tuples."""

    @property
    def description(self) -> Any:
        """The columns of the last result, each with its name first."""
        ...

    @property
    def rowcount(self) -> int:
        """Rows that the last statement touched."""
        ...

    def execute(self, statement: str, values: Any, /) -> Any:
        """Run a statement."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows of its result."""
        ...


class Statements:
    """A `Transaction` whose methods never really suspend."""

    def __init__(self, cursor: Cursor, queries: Mapping[str, str]) -> None:
        """One cursor for all statements: making it costs as much as a small one."""
        self._cursor = cursor
        self._queries = queries
        self.scrubbing = False

    async def run(self, query: str, **values: object) -> int:
        """See `Transaction.run`."""
        self._cursor.execute(self._queries[query], values)
        return self._cursor.rowcount

    async def one(self, query: str, **values: object) -> Row | None:
        """See `Transaction.one`."""
        rows = self._rows(self._queries[query], values)
        return rows[0] if rows else None

    async def all(self, query: str, *, where: Where | None = None, **values: object) -> Sequence[Row]:
        """See `Transaction.all`."""
        return self._rows(*completed(self._queries[query], where, values))

    def scrub(self) -> None:
        """See `Transaction.scrub`."""
        self.scrubbing = True

    def _rows(self, statement: str, values: Mapping[str, object]) -> Sequence[Row]:
        self._cursor.execute(statement, values)
        rows = self._cursor.fetchall()
        return by_name([column[0] for column in self._cursor.description], rows) if rows else rows


def by_name(names: Sequence[str], rows: Iterable[Iterable[Any]]) -> Sequence[Row]:
    """Rows that come as values alone."""
    return [dict(zip(names, row, strict=True)) for row in rows]


def drive(work: Awaitable[T]) -> T:
    """Run a coroutine that awaits only `Statements`, so never suspends."""
    steps = work.__await__()
    try:
        next(steps)
    except StopIteration as done:
        return cast(T, done.value)
    raise RuntimeError("a transaction awaited something other than the database")
