"""No number about one to four people can be computed from what is told, even by who knows how it is done."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.discretion import (
    LEAST,
    Row,
    Sum,
    Total,
    alone,
    gathered,
    in_pieces,
    parts_of,
    rounded,
    told,
    total,
)

MONDAY = date(2027, 1, 4)


def published(table: list[Row], columns: int) -> tuple[object, ...]:
    """All that anybody sees of a table."""
    shown = gathered(table, columns)
    return frozenset(shown.rows), shown.others, shown.sums, total(shown.sums)


@pytest.mark.parametrize(
    ("rows", "columns", "top"),
    [(1, 1, 14), (1, 3, 8), (2, 1, 14), (3, 1, 11), (4, 1, 7), (2, 2, 8), (3, 2, 5), (2, 3, 5)],
)
def test_every_small_number_of_every_table_could_be_another_one(rows: int, columns: int, top: int) -> None:
    """All tables there are, put together by what is told of them."""
    alike = defaultdict[tuple[object, ...], list[tuple[int, ...]]](list)
    for values in product(range(top), repeat=rows * columns):
        table = [(f"r{row}", values[row * columns : (row + 1) * columns]) for row in range(rows)]
        alike[published(table, columns)].append(values)
    for output, members in alike.items():
        names = {name for name, _ in output[0]}  # type: ignore[attr-defined]  # the rows that are shown
        for cell in range(rows * columns):
            if f"r{cell // columns}" not in names:
                possible = {values[cell] for values in members}
                assert len(possible) > 1 or not possible & set(range(1, LEAST)), (output, members[:3])


@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=1, max_size=8))
def test_rows_put_together_may_change_places(numbers: list[list[int]]) -> None:
    """Whichever two of them: what is told is the same, so none of them follows from it."""
    table = [(f"r{place}", tuple(parts)) for place, parts in enumerate(numbers)]
    before = published(table, 3)
    shown = {name for name, _ in gathered(table, 3).rows}
    hidden = [place for place, (name, parts) in enumerate(table) if name not in shown and any(parts)]
    for one, other in pairwise(hidden):
        changed = list(table)
        changed[one], changed[other] = (table[one][0], table[other][1]), (table[other][0], table[one][1])
        assert published(changed, 3) == before


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=9))
def test_nothing_small_is_shown_and_sums_are_right(numbers: list[tuple[int, int]]) -> None:
    shown = gathered([(f"r{place}", parts) for place, parts in enumerate(numbers)], 2)
    cells = [*(count for _, parts in shown.rows for count in parts), *(shown.others or ())]
    assert all(count == 0 or count >= LEAST for count in cells)
    for column, said in enumerate(shown.sums):
        truth = sum(parts[column] for parts in numbers)
        assert (said is None and 0 < truth < LEAST) or (said is not None and said.value <= truth)
        if said is not None and said.exact:
            assert said.value == truth
            if shown.others is not None:
                assert truth == sum(row[column] for _, row in shown.rows) + shown.others[column]


@pytest.mark.parametrize(
    ("count", "said"), [(0, 0), (1, None), (4, None), (5, 5), (1250, 1250)]
)  # fmt: skip
def test_one_number_is_told_from_five_on(count: int, said: int | None) -> None:
    assert told(count) == said
    assert alone(count) == (None if said is None else Total(said))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((), Total(0)),
        ((0, 0), Total(0)),
        ((7, 20), Total(27)),
        ((7, 3), Total(8, exact=False)),
        ((7, 1), Total(8, exact=False)),
        ((3, 4, 20), Total(22, exact=False)),
        ((1,), None),
        ((4, 0), None),
        ((2, 2), None),
        ((1, 1, 1, 1, 1), Total(5, exact=False)),
    ],
)
def test_a_sum_with_a_part_that_is_not_told_is_only_a_bound(parts: tuple[int, ...], said: Sum) -> None:
    assert total(map(alone, parts)) == said


@given(st.lists(st.integers(0, 9), max_size=6), st.integers(1, 4), st.integers(1, 4))
def test_a_small_part_changes_nothing_of_a_sum(others: list[int], one: int, other: int) -> None:
    assert total(map(alone, [*others, one])) == total(map(alone, [*others, other]))


@given(st.lists(st.integers(0, 9), min_size=28, max_size=28))
def test_days_are_put_together_until_no_piece_is_small(counts: list[int]) -> None:
    days = {MONDAY + timedelta(days=number): count for number, count in enumerate(counts)}
    pieces = in_pieces(days, MONDAY, MONDAY + timedelta(days=27), (7, 14))
    assert all(told(count) is not None for _, count in pieces)
    assert not pieces or sum(count for _, count in pieces) == sum(counts)


def test_pieces_are_as_fine_as_they_may_be() -> None:
    last = MONDAY + timedelta(days=27)
    week = timedelta(days=7)
    full = {MONDAY + number * week: 9 for number in range(4)}
    assert [count for _, count in in_pieces(full, MONDAY, last, (7, 14))] == [9, 9, 9, 9]
    assert [count for _, count in in_pieces({**full, MONDAY: 2}, MONDAY, last, (7, 14))] == [11, 18]
    assert in_pieces({MONDAY: 2}, MONDAY, last, (7, 14)) == ()


@pytest.mark.parametrize("parts", [1, 2])
def test_a_part_of_a_whole_and_what_is_missing_from_it_could_be_another_number(parts: int) -> None:
    alike = defaultdict[tuple[int, tuple[Sum, ...]], list[tuple[int, ...]]](list)
    for values in product(range(17), repeat=parts + 1):
        if sum(values) < 17:
            alike[sum(values), parts_of(sum(values), values[1:])].append(values)
    for (whole, said), members in alike.items():
        for cell in range(parts + 1) if told(whole) is not None else ():
            possible = {values[cell] for values in members}
            assert len(possible) > 1 or not possible & set(range(1, LEAST)), (whole, said, members)


@pytest.mark.parametrize(
    ("whole", "part", "said"),
    [
        (20, 0, Total(0)),
        (20, 3, None),
        (20, 12, Total(12)),
        (20, 18, Total(16, exact=False)),
        (20, 20, Total(20)),
        (8, 1, Total(1, exact=False)),
        (8, 7, Total(1, exact=False)),
        (8, 8, Total(8)),
        (3, 2, None),
        (3, 0, Total(0)),
    ],
)
def test_a_part_is_told_as_far_as_it_leaves_nothing_small(whole: int, part: int, said: Sum) -> None:
    assert parts_of(whole, [part]) == (said,)


@given(st.integers(5, 400), st.integers(1, 4))
def test_rounded_numbers_do_not_tell_how_many_went_away_between_them(count: int, few: int) -> None:
    """Of four people who leave, each number is possible: the same two are told for another one."""
    first, then = rounded(count + few), rounded(count)
    others = {
        (rounded(whole), rounded(whole - gone))
        for whole in range(5, 410)
        for gone in range(0, 5)
        if gone != few and whole - gone >= 5
    }
    assert (first, then) in others
