"""The condition language: what is refused and where, what a condition is worth when answers are missing."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.flows.condition import (
    LARGEST,
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_NODES,
    ConditionError,
    names_in,
    parse_condition,
)
from bot.flows.evaluation import Datum, evaluate, holds, round_half_up


class Known:
    """Names from a table; one that is not in it is absent."""

    def __init__(self, values: Mapping[str, Datum]) -> None:
        self.values = values

    def read(self, path: str) -> Datum:
        return self.values.get(path)

    def weight(self, path: str) -> float | int | None:
        found = self.values.get(f"value {path}")
        return found if isinstance(found, int | float) else None

    def days_since(self, day: str) -> int | None:
        return 3 if day == "2027-01-11" else None

    def ran(self, flow: str, finished: bool) -> bool:
        return flow == ("fini" if finished else "commence")

    def fits(self, function: str, of: str | int | float | bool) -> bool | None:
        return None


REFUSED = [
    (12, "", 0),
    (None, "", 0),
    ("", "not a condition", 0),
    ("but =", "not a condition", 4),
    ("but = 1", "not a condition", 0),
    ("  but == )", "not a condition", 9),
    ("f(x)", "unknown function 'f'", 0),
    ("a and f(x)", "unknown function 'f'", 6),
    ("  a and f(x)", "unknown function 'f'", 8),
    ("'é' == f(x)", "unknown function 'f'", 7),
    ("answered()", "takes 1", 0),
    ("default(a)", "takes 2", 0),
    ("round(a, 1, 2)", "takes at least 1", 0),
    ("1 < a < 3", "two things at a time", 0),
    ("a is None", "two things at a time", 0),
    ("a ** 2", "not allowed", 0),
    ("a // 2", "not allowed", 0),
    ("a % 2", "not allowed", 0),
    ("a[0]", "not allowed", 0),
    ("{1: 2}", "not allowed", 0),
    ("(1, 2)", "not allowed", 0),
    ("lambda: 1", "not allowed", 0),
    ("a if b else c", "not allowed", 0),
    ("f'{a}'", "not allowed", 0),
    ("None", "not allowed", 0),
    ("1j", "not allowed", 0),
    ("b'x'", "not allowed", 0),
    ("~a", "not allowed", 0),
    ("~" * (MAX_LENGTH - 1) + "a", "not allowed", 0),
    ("+a", "not allowed", 0),
    ("[x for x in a]", "not allowed", 0),
    ("(a := 1)", "not allowed", 1),
    ("a.b()", "not allowed", 0),
    ("count(*a)", "not allowed", 6),
    ("count(a=1)", "not allowed", 0),
    ("(a + b).c", "only declared names may carry a dot", 1),
    ("a in [b]", "written values only", 6),
    ("1e999", "at most", 0),
    ("a > 10000000000000000", "at most", 4),
    ("a\x00b", "not a condition", 0),
    ("\ud800", "not a condition", 0),
    ("a" * (MAX_LENGTH + 1), "at most 500 characters", 0),
    (" + ".join("a" for _ in range(MAX_NODES)), "levels deep", 0),
    ("count(" + ", ".join("a" for _ in range(MAX_NODES)) + ")", "at most 64 parts", 0),
    ("not " * MAX_DEPTH + "a", "levels deep", 4 * MAX_DEPTH),
    ("(" * 240 + "a" + ")" * 240, "not a condition", 0),
]


@pytest.mark.parametrize(
    ("source", "message", "column"),
    REFUSED,
    ids=[str(row[0])[:30].encode("unicode_escape").decode() for row in REFUSED],
)
def test_what_is_not_in_the_language_is_refused_with_its_column(
    source: Any, message: str, column: int
) -> None:
    with pytest.raises(ConditionError) as refused:
        parse_condition(source)
    assert message in str(refused.value)
    if message not in ("not a condition", "levels deep") or column:
        assert refused.value.column == column


@pytest.mark.parametrize(
    "source",
    [
        "a" * MAX_LENGTH,
        "count(" + ", ".join("a" for _ in range(MAX_NODES - 1)) + ")",
        "not " * (MAX_DEPTH - 1) + "a",
    ],
)
def test_what_is_just_within_a_cap_is_accepted(source: str) -> None:
    assert parse_condition(source)


def test_a_parsed_condition_stays_itself_and_tells_its_names() -> None:
    condition = parse_condition(" but == 'a' and association.members > 1 ")
    assert parse_condition(condition) is condition
    assert condition.source == "but == 'a' and association.members > 1"
    assert [(name.path, name.column) for name in names_in(condition)] == [
        ("but", 1),
        ("association.members", 16),
    ]


KNOWN: dict[str, Datum] = {
    "n": 3,
    "zero": 0,
    "x": "peser",
    "oui": True,
    "non": False,
    "liens": ("a", "b"),
    "vide": (),
    "jour": "2027-01-11",
    "person.role": "ca",
    "value x": 2,
}
VALUES: list[tuple[str, Datum]] = [
    ("true", True),
    ("false", False),
    ("True", True),
    ("n == 3", True),
    ("n != 3", False),
    ("n < 4 and n <= 3 and n > 2 and n >= 3", True),
    ("x == 'peser'", True),
    ("x in ['peser', 'moyens']", True),
    ("x not in ['peser']", False),
    ("n in [1, 2]", False),
    ("'a' in liens", True),
    ("'c' not in liens", True),
    ("person.role == 'ca'", True),
    ("oui", True),
    ("not non", True),
    ("n + 2 * 3 - 1", 8),
    ("(n + 2) * 3", 15),
    ("-n", -3),
    ("-2 < n", True),
    ("n / 2", 1.5),
    ("n / zero", None),
    ("answered(n)", True),
    ("answered(zero)", True),
    ("answered(non)", True),
    ("answered(rien)", False),
    ("not answered(rien)", True),
    ("value(x)", 2),
    ("value(rien)", None),
    ("value(3)", None),
    ("default(rien, 7)", 7),
    ("default(zero, 7)", 0),
    ("count(liens)", 2),
    ("count(vide)", 0),
    ("count(rien)", 0),
    ("count(n, x, rien, liens)", 4),
    ("contains(liens, 'a')", True),
    ("contains(rien, 'a')", None),
    ("contains(liens, rien)", None),
    ("contains(x, 'pes')", True),
    ("contains(n, 'a')", None),
    ("days_since(jour)", 3),
    ("days_since(rien)", None),
    ("sum(n, rien, 2)", 5),
    ("sum(rien)", 0),
    ("mean(n, rien, 4)", 3.5),
    ("mean(rien)", None),
    ("min(n, rien, 2)", 2),
    ("max(rien)", None),
    ("round(n / 2)", 2),
    ("round(1.25, 1)", 1.3),
    ("round(rien)", None),
    ("round(n, rien)", None),
    ("done('fini')", True),
    ("done('commence')", False),
    ("started('commence')", True),
    ("done(x)", None),
    ("registered('e1')", None),
    ("seen_within(3)", None),
    # Absent is neither true nor false.
    ("rien == 1", None),
    ("rien != 1", None),
    ("not (rien == 1)", None),
    ("rien in ['a']", None),
    ("rien not in ['a']", None),
    ("rien + 1", None),
    ("-rien", None),
    ("rien == 1 or n == 3", True),
    ("rien == 1 or n == 4", None),
    ("rien == 1 and n == 4", False),
    ("rien == 1 and n == 3", None),
    ("not (rien == 1 and n == 4)", True),
    # A stored answer may have another type than the field has today.
    ("x > 3", None),
    ("x + 1", None),
    ("-x", None),
    ("n in x", None),
    ("liens < 3", None),
    # Calculations stay within what can be written.
    ("999999999999999 * 999999999999999", None),
    ("n * 999999999999999", None),
    ("sum(999999999999999, 999999999999999)", None),
]


@pytest.mark.parametrize(("source", "value"), VALUES, ids=[row[0] for row in VALUES])
def test_what_a_condition_is_worth(source: str, value: Datum) -> None:
    found = evaluate(parse_condition(source), Known(KNOWN))
    assert found == value
    assert type(found) is type(value)
    assert holds(parse_condition(source), Known(KNOWN)) is (value is True)


def test_no_condition_always_holds() -> None:
    assert holds(None, Known({}))


ROUNDED = [
    (0.5, 0, 1),
    (1.5, 0, 2),
    (2.5, 0, 3),
    (-0.5, 0, 0),
    (-1.5, 0, -1),
    (2.4, 0, 2),
    (2, 0, 2),
    (True, 0, 1),
    (1.005, 2, 1.01),
    (2.675, 2, 2.68),
    (1.25, 1, 1.3),
    (10, 1, 10.0),
    (1.23456789, 99, 1.234568),
    (7.5, -3, 8),
]


@pytest.mark.parametrize(("number", "digits", "rounded"), ROUNDED)
def test_a_half_is_rounded_up(number: float, digits: int, rounded: float) -> None:
    assert round_half_up(number, digits) == rounded


# --- against a reference that is small enough to be read ----------------------------------------------

Bush = tuple[Any, ...]

leaves = st.one_of(
    st.tuples(st.just("num"), st.integers(-9, 9)),
    st.tuples(st.just("name"), st.sampled_from(["a", "b", "c"])),
)
numbers: st.SearchStrategy[Bush] = st.recursive(
    leaves, lambda inner: st.tuples(st.sampled_from(["+", "-", "*", "/"]), inner, inner), max_leaves=3
)
truths: st.SearchStrategy[Bush] = st.recursive(
    st.one_of(
        st.tuples(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), numbers, numbers),
        st.tuples(st.just("answered"), st.sampled_from(["a", "b", "c"])),
    ),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), inner, inner), st.tuples(st.just("not"), inner)
    ),
    max_leaves=5,
)


def written(bush: Bush) -> str:
    match bush:
        case ("num" | "name", value):
            return f"({value})"
        case ("answered", name):
            return f"answered({name})"
        case ("not", inner):
            return f"(not {written(inner)})"
        case (operator, left, right):
            return f"({written(left)} {operator} {written(right)})"
    raise AssertionError(bush)


def reference(bush: Bush, names: Mapping[str, int | None]) -> Any:
    """SQL's three values, spelled out."""
    match bush:
        case ("num", value):
            return value
        case ("name", name):
            return names[name]
        case ("answered", name):
            return names[name] is not None
        case ("not", inner):
            return {True: False, False: True, None: None}[reference(inner, names)]
        case ("and", left, right):
            pair = {reference(left, names), reference(right, names)}
            return False if False in pair else None if None in pair else True
        case ("or", left, right):
            pair = {reference(left, names), reference(right, names)}
            return True if True in pair else None if None in pair else False
        case (operator, left, right):
            one, other = reference(left, names), reference(right, names)
            if one is None or other is None or (operator == "/" and other == 0):
                return None
            return eval(f"one {operator} other", {}, {"one": one, "other": other})
    raise AssertionError(bush)


@given(truths, st.fixed_dictionaries({name: st.none() | st.integers(-9, 9) for name in "abc"}))
def test_evaluation_is_that_of_sql(bush: Bush, names: dict[str, int | None]) -> None:
    try:
        condition = parse_condition(written(bush))
    except ConditionError as refused:
        assert "levels deep" in str(refused) or "parts" in str(refused)
        return
    assert evaluate(condition, Known(names)) == reference(bush, names)


@given(st.text(max_size=60) | st.text(alphabet="ab.()'[],+-*/<>=! 1e9andornotin\t\n", max_size=60))
def test_any_text_is_a_condition_or_is_refused_within_itself(source: str) -> None:
    try:
        condition = parse_condition(source)
    except ConditionError as refused:
        assert 0 <= refused.column <= len(source) + 1
        return
    value = evaluate(condition, Known(KNOWN))
    assert not isinstance(value, int | float) or abs(value) <= LARGEST
