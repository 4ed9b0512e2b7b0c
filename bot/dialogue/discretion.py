"""Which numbers may be told: none about one to four people, and none from which such a number follows.

Statistical disclosure control, the part that small associations need (Eurostat, "Guidelines on statistical
disclosure control", 2024: threshold rule and secondary suppression). Tools, each safe by itself:

- one number alone: `told`;
- a sum: exact where each part is told, else only "at least" (`total`), a bound made of what is told;
- parts of a number that is told: exact where what is missing from it is not small either (`parts_of`);
- a table: rows with a small number are put together until nothing small is left (`gathered`), so that the
  sums stay exact and no row is left out by itself. Days are put together in the same way (`in_pieces`);
- numbers along a path: each to the nearest five (`rounded`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

LEAST = 5
"""People from which a number about them is told."""

Told = int | None
"""A number as it may be told; None: between one and four."""

Row = tuple[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Total:
    """A sum as it may be told."""

    value: int
    exact: bool = True
    """If not, `value` is the least that it can be."""


Sum = Total | None
"""None: between one and four."""


def told(count: int) -> Told:
    """A number by itself; nobody at all is told too."""
    return None if 0 < count < LEAST else count


def total(parts: Iterable[Sum]) -> Sum:
    """The sum of parts that are told beside it. One that is not counts as one person, the least it can be."""
    known = [part or Total(1, exact=False) for part in parts]
    whole = Total(sum(part.value for part in known), all(part.exact for part in known))
    return None if not whole.exact and whole.value < LEAST else whole


def alone(count: int) -> Sum:
    """A number that nothing else is told about."""
    return None if told(count) is None else Total(count)


def parts_of(whole: int, parts: Iterable[int]) -> tuple[Sum, ...]:
    """Parts of a number that is told as it is, where what is in none of them is not told.

    The less is said of a part that is small, or without which little is missing, the fewer `whole` are.
    """
    said: list[Sum] = []
    for part in parts:
        said.append(_part_of(whole, part))
        if is_exact(said[-1]):
            whole -= part  # it could be taken away from the whole
    return tuple(said)


def is_exact(sum: Sum) -> bool:
    """Whether a number is told as it is."""
    return sum is not None and sum.exact


def _part_of(whole: int, part: int) -> Sum:
    """What is told is the same for at least four values of a part that is not exact."""
    if part == 0 or part >= whole:
        return alone(part)
    if whole < LEAST:
        return None
    if whole < 2 * LEAST:  # the part is small, or what is missing from the whole
        return Total(1, exact=False)
    if part > whole - LEAST:
        return Total(whole - LEAST + 1, exact=False)
    return alone(part)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as they may be told, with the sums of the columns."""

    rows: tuple[Row, ...]
    others: tuple[int, ...] | None
    """What was put together; None: nothing was, or too little to be told."""
    sums: tuple[Sum, ...]


def gathered(rows: Iterable[Row], columns: int = 1) -> Table:
    """Rows whose numbers are all told, and one for the others. Rows of zeros alone are left out.

    It treats all rows alike, so those put together could have changed places: as long as their numbers
    differ, none of them follows from what is told, even for who knows how it is done.
    """
    shown = sorted((row for row in rows if any(row[1])), key=lambda row: -sum(row[1]))
    pool = [row for row in shown if not _open(row[1])]
    shown = [row for row in shown if _open(row[1])]
    while pool and shown and not (_open(_sums(pool, columns)) and not any(_alike(pool, columns))):
        # The smallest loses least; all that are as small, or the order would tell them apart.
        smallest = sum(shown[-1][1])
        pool += [row for row in shown if sum(row[1]) == smallest]
        shown = [row for row in shown if sum(row[1]) != smallest]
    alike = _alike(pool, columns)
    sums = zip(_sums([*shown, *pool], columns), alike, strict=True)
    others = _sums(pool, columns) if pool and not any(alike) else None
    return Table(
        tuple(shown),
        others if others and _open(others) else None,
        tuple(Total(LEAST, exact=False) if same else alone(count) for count, same in sums),
    )


def _alike(pool: Sequence[Row], columns: int) -> tuple[bool, ...]:
    """Of each column, whether its sum would give away that all the numbers put together are the same."""
    return tuple(
        len({parts[column] for _, parts in pool}) == 1
        and told(pool[0][1][column]) is None
        and told(pool[0][1][column] * len(pool)) is not None
        for column in range(columns)
    )


def in_pieces(
    days: Mapping[date, int], first: date, last: date, lengths: Sequence[int]
) -> tuple[tuple[date, int], ...]:
    """What was counted from `first` to `last`, by pieces of so many days: the first of `lengths` by which
    each piece may be told. Empty if there is none.
    """
    for length in lengths:
        span = (last - first).days + 1
        starts = [first + timedelta(days=number) for number in range(0, span, length)]
        counts = [
            sum(days.get(start + timedelta(days=number), 0) for number in range(length)) for start in starts
        ]
        if all(told(count) is not None for count in counts):
            return tuple(zip(starts, counts, strict=True))
    return ()


def rounded(count: int) -> Told:
    """To the nearest five, for numbers that follow each other along a path: what went away between two of
    them is then no number of its own.
    """
    return None if 0 < count < LEAST else LEAST * round(count / LEAST)


def _open(parts: Iterable[int]) -> bool:
    return all(told(part) is not None for part in parts)


def _sums(rows: Sequence[Row], columns: int) -> tuple[int, ...]:
    return tuple(sum(parts[column] for _, parts in rows) for column in range(columns))
