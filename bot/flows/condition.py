"""The condition language: text -> a small tree of our own, and its value over names. No types of fields here.

Logic is three-valued, as in SQL: a comparison with an absent value is neither true nor false, and the whole
condition holds only if it is true. So an audience can become SQL and mean the same.
"""

import ast
import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Protocol

LARGEST = 1e15
"""A calculation beyond it has no value: it could not be written for people, nor kept exactly."""
MAX_LENGTH = 500
MAX_NODES = 64
MAX_DEPTH = 8

Datum = str | int | float | bool | tuple[str, ...] | None
"""A value while evaluating; None is absent (or, of a condition, unknown)."""


class ConditionError(ValueError):
    """A condition that is refused; `column` counts from 0 within the condition's text."""

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True)
class Const:
    """A written value."""

    value: str | int | float | bool
    column: int


@dataclass(frozen=True, slots=True)
class Name:
    """A declared name, with its dots."""

    path: str
    column: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list of written values."""

    values: tuple[str | int | float | bool, ...]
    column: int


@dataclass(frozen=True, slots=True)
class Operation:
    """`== != < <= > >= in`, `and or not`, `+ - * /` (unary minus has one operand)."""

    operator: str
    operands: tuple["Tree", ...]
    column: int


@dataclass(frozen=True, slots=True)
class Call:
    """One of the closed list of functions."""

    function: str
    arguments: tuple["Tree", ...]
    column: int


Tree = Const | Name | Items | Operation | Call

ARITY: Mapping[str, tuple[int, int | None]] = {
    "answered": (1, 1),
    "value": (1, 1),
    "default": (2, 2),
    "count": (1, None),
    "contains": (2, 2),
    "days_since": (1, 1),
    "sum": (1, None),
    "mean": (1, None),
    "min": (1, None),
    "max": (1, None),
    "round": (1, 2),
    "done": (1, 1),
    "started": (1, 1),
    "registered": (1, 1),
    "seen_within": (1, 1),
}
"""Functions and how many arguments they take (least, most; None: any number)."""

FOR_AUDIENCES = frozenset({"registered", "seen_within"})
"""Functions that only an audience can use; `done` and `started` also work within a flow."""

_OPERATORS: Mapping[type[ast.AST], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.And: "and",
    ast.Or: "or",
    ast.Not: "not",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.USub: "-",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition or calculation."""

    source: str
    tree: Tree


def parse_condition(source: Any) -> Condition:
    """Read a condition; ConditionError if it is not in the language."""
    if isinstance(source, Condition):
        return source
    if not isinstance(source, str):
        raise ConditionError(f"a condition is a text in quotes, not {source!r}")
    if len(source) > MAX_LENGTH:
        raise ConditionError(f"a condition has at most {MAX_LENGTH} characters, this one has {len(source)}")
    stripped = source.strip()
    tree = _convert(_parsed(stripped, len(source) - len(source.lstrip())), 1)
    if sum(1 for _ in walk(tree)) > MAX_NODES:
        raise ConditionError(f"a condition has at most {MAX_NODES} parts")
    return Condition(stripped, tree)


def _parsed(stripped: str, begins: int) -> ast.expr:
    """Python's tree of the text, its columns as characters of a text in which it begins at `begins`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about Python ("1and 2"), of no use to authors
            body = ast.parse(stripped, mode="eval").body
    except SyntaxError as error:
        raise ConditionError(
            f"not a condition: {error.msg}", begins + max((error.offset or 1) - 1, 0)
        ) from None
    except (RecursionError, MemoryError):
        raise ConditionError("not a condition: nested too deeply", begins) from None
    except ValueError:
        raise ConditionError("not a condition: it holds a sign that is no text", begins) from None
    for node in ast.walk(body):
        if isinstance(node, ast.expr):  # `ast` counts columns in UTF-8 bytes
            node.col_offset = begins + len(stripped.encode()[: node.col_offset].decode())
    return body


def walk(tree: Tree) -> Iterator[Tree]:
    """Every node of the tree, parents first."""
    yield tree
    match tree:
        case Operation(operands=children) | Call(arguments=children):
            for child in children:
                yield from walk(child)


def names_in(condition: Condition) -> tuple[Name, ...]:
    """The names that a condition reads, in reading order."""
    return tuple(node for node in walk(condition.tree) if isinstance(node, Name))


def _convert(node: ast.expr, depth: int) -> Tree:
    if depth > MAX_DEPTH:
        raise ConditionError(f"a condition is at most {MAX_DEPTH} levels deep", node.col_offset)
    match node:
        case ast.Constant(value=int() | float() as number) if not abs(number) <= LARGEST:
            raise ConditionError("a number is at most a million billions", node.col_offset)
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return Const(value, node.col_offset)
        case ast.Name(id="true" | "false" as word):  # as YAML writes them
            return Const(word == "true", node.col_offset)
        case ast.Name() | ast.Attribute():
            return Name(_dotted(node), node.col_offset)
        case ast.List(elts=elements):
            return Items(tuple(_constant(element) for element in elements), node.col_offset)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return Const(-value, node.col_offset)
        case ast.UnaryOp(op=ast.Not() | ast.USub() as operator, operand=operand):
            return Operation(_OPERATORS[type(operator)], (_convert(operand, depth + 1),), node.col_offset)
        case ast.BoolOp(op=operator, values=values):
            operands = tuple(_convert(value, depth + 1) for value in values)
            return Operation(_OPERATORS[type(operator)], operands, node.col_offset)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() as operator, right=right):
            pair = (_convert(left, depth + 1), _convert(right, depth + 1))
            return Operation(_OPERATORS[type(operator)], pair, node.col_offset)
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in _OPERATORS:
            pair = (_convert(left, depth + 1), _convert(right, depth + 1))
            return Operation(_OPERATORS[type(operator)], pair, node.col_offset)
        case ast.Compare():
            raise ConditionError("compare two things at a time; join comparisons with 'and'", node.col_offset)
        case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]):
            return _call(function, arguments, node.col_offset, depth)
    raise ConditionError(f"not allowed in a condition: {ast.unparse(node)[:40]}", node.col_offset)


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=inner, attr=name):
            return f"{_dotted(inner)}.{name}"
    raise ConditionError("only declared names may carry a dot", node.col_offset)


def _constant(node: ast.expr) -> str | int | float | bool:
    converted = _convert(node, 1)
    if not isinstance(converted, Const):
        raise ConditionError("a list holds written values only", node.col_offset)
    return converted.value


def _call(function: str, arguments: list[ast.expr], column: int, depth: int) -> Call:
    if function not in ARITY:
        raise ConditionError(f"unknown function '{function}'", column)
    least, most = ARITY[function]
    if len(arguments) < least or (most is not None and len(arguments) > most):
        raise ConditionError(
            f"'{function}' takes {least if most == least else f'at least {least}'} value(s)", column
        )
    return Call(function, tuple(_convert(argument, depth + 1) for argument in arguments), column)


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
            return sum(numbers)
        case "mean":
            return sum(numbers) / len(numbers) if numbers else None
        case "min":
            return min(numbers, default=None)
        case "max":
            return max(numbers, default=None)
    return None  # of audiences, which become SQL; the checks refuse it elsewhere


def round_half_up(number: float | int, digits: float | int = 0) -> float | int:
    """Round as people do: 0.5 goes up (`round` of Python goes to the even neighbour). At most 6 decimals."""
    scale = 10 ** int(min(max(digits, 0), 6))
    # As people write it: 1.005 lies a little below 1.005 in binary.
    rounded = (Decimal(repr(number + 0)) * scale + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
    return int(rounded) if scale == 1 else float(rounded / scale)
