"""The value of a condition over names. No types of fields here.

Logic is three-valued, as in SQL: a comparison with an absent value is neither true nor false, and the whole
condition holds only if it is true. So an audience can become SQL and mean the same.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Protocol

from bot.flows.condition import LARGEST, Call, Condition, Const, Items, Name, Operation, Tree

Datum = str | int | float | bool | tuple[str, ...] | None
"""A value while evaluating; None is absent (or, of a condition, unknown)."""


class Reader(Protocol):
    """Where a condition reads its names."""

    def read(self, path: str) -> Datum:
        """The value under a name; None if it is absent."""
        ...

    def weight(self, path: str) -> float | int | None:
        """The number that the chosen choice carries; None if absent."""
        ...

    def days_since(self, day: str) -> int | None:
        """Days from an ISO date until today, in the reader's time zone."""
        ...

    def ran(self, flow: str, finished: bool) -> bool:
        """Whether the person has finished (or at least started) a flow."""
        ...

    def fits(self, function: str, of: str | int | float | bool) -> bool | None:
        """The value of a function for audiences alone (`condition.FOR_AUDIENCES`); None elsewhere."""
        ...


def evaluate(condition: Condition, names: Reader) -> Datum:
    """The value of a calculation; None if it is absent."""
    return _value(condition.tree, names)


def holds(condition: Condition | None, names: Reader) -> bool:
    """Whether a condition is true; no condition is always true."""
    return condition is None or _value(condition.tree, names) is True


def _value(tree: Tree, names: Reader) -> Datum:
    match tree:
        case Const(value=value):
            return value
        case Name(path=path):
            return names.read(path)
        case Items(values=values):
            return tuple(str(value) for value in values)  # alone only in a condition that the checks refuse
        case Call():
            return _function(tree, names)
        case Operation(operator="and" | "or", operands=operands):
            return _logic(tree.operator, [_value(operand, names) for operand in operands])
        case Operation(operator="not", operands=(operand,)):
            inner = _value(operand, names)
            return None if inner is None else not inner
        case Operation(operator="-", operands=(operand,)):
            inner = _value(operand, names)
            return -inner if isinstance(inner, int | float) else None
        case Operation(operator="in" | "not in", operands=(left, Items(values=values))):
            return _binary(tree.operator, _value(left, names), values)
        case Operation(operands=(left, right)):
            return _binary(tree.operator, _value(left, names), _value(right, names))
    raise AssertionError(f"no such tree: {tree!r}")


def _logic(operator: str, values: list[Datum]) -> bool | None:
    decisive = operator == "or"
    if any(value is decisive for value in values):
        return decisive
    return None if any(value is None for value in values) else not decisive


_BINARY: Mapping[str, Callable[[Any, Any], Datum]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right if right else None,
}


def _binary(operator: str, left: Datum, right: Datum | Sequence[str | int | float | bool]) -> Datum:
    """The result; absent if a side is, or if a stored answer has another type than today's field."""
    if left is None or right is None:
        return None
    try:
        return _bounded(_BINARY[operator](left, right))
    except (TypeError, ArithmeticError):
        return None


def _bounded(result: Datum) -> Datum:
    if isinstance(result, int | float) and not (math.isfinite(result) and abs(result) <= LARGEST):
        return None
    return result


def _function(call: Call, names: Reader) -> Datum:
    match call:
        case Call(function="value", arguments=(Name(path=path),)):
            return names.weight(path)
        case Call(function="done" | "started" as which, arguments=(Const(value=flow),)):
            return names.ran(str(flow), which == "done")
        case Call(function="registered" | "seen_within" | "under_way", arguments=(Const(value=of),)):
            return names.fits(call.function, of)
    values = [_value(argument, names) for argument in call.arguments]
    present = [value for value in values if value is not None]
    match call.function:
        case "answered":
            return bool(present)
        case "default":
            return present[0] if present else None
        case "count":
            return sum(len(value) if isinstance(value, tuple) else 1 for value in present)
        case "contains":
            return _binary("in", values[1], values[0])
        case "days_since":
            return names.days_since(str(values[0])) if present else None
    numbers = [value for value in present if isinstance(value, int | float) and math.isfinite(value)]
    if call.function == "round":
        return round_half_up(*numbers) if len(numbers) == len(values) else None
    return _bounded(_fold(call.function, numbers))


def _fold(function: str, numbers: list[int | float]) -> Datum:
    match function:
        case "sum":
            return _added(numbers)
        case "mean":
            return _added(numbers) / len(numbers) if numbers else None
        case "min":
            return min(numbers, default=None)
        case "max":
            return max(numbers, default=None)
    return None  # of audiences, not called as the checks want it


def _added(numbers: list[int | float]) -> int | float:
    """One after the other, as SQL does it: `sum` of Python 3.12 and later compensates rounding."""
    total: int | float = 0
    for number in numbers:
        total += number
    return total


def round_half_up(number: float | int, digits: float | int = 0) -> float | int:
    """Round as people do: 0.5 goes up (`round` of Python goes to the even neighbour). At most 6 decimals."""
    scale = 10 ** int(min(max(digits, 0), 6))
    # As people write it: 1.005 lies a little below 1.005 in binary.
    rounded = (Decimal(repr(number + 0)) * scale + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
    return int(rounded) if scale == 1 else float(rounded / scale)
