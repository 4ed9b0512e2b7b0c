"""The condition language: text -> a small tree of our own, within caps. Its value: `evaluation.py`."""

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LARGEST = 1e15
"""A calculation beyond it has no value: it could not be written for people, nor kept exactly."""
MAX_LENGTH = 500
MAX_NODES = 64
MAX_DEPTH = 8


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
    "under_way": (1, 1),
}
"""Functions and how many arguments they take (least, most; None: any number)."""

FOR_AUDIENCES = frozenset({"registered", "seen_within", "under_way"})
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
        case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]):
            return _call(function, arguments, node.col_offset, depth)
    return _operation(node, depth)


def _operation(node: ast.expr, depth: int) -> Operation:
    match node:
        case ast.UnaryOp(op=operator, operand=operand):
            parts = [operand]
        case ast.BoolOp(op=operator, values=parts):
            pass
        case ast.BinOp(op=operator, left=left, right=right):
            parts = [left, right]
        case ast.Compare(ops=[operator], left=left, comparators=[right]) if type(operator) in _OPERATORS:
            parts = [left, right]
        case ast.Compare():
            raise ConditionError("compare two things at a time; join comparisons with 'and'", node.col_offset)
        case _:
            raise ConditionError(f"not allowed in a condition: {_written(node)}", node.col_offset)
    if type(operator) not in _OPERATORS:
        raise ConditionError(f"not allowed in a condition: {_written(node)}", node.col_offset)
    operands = tuple(_convert(part, depth + 1) for part in parts)
    return Operation(_OPERATORS[type(operator)], operands, node.col_offset)


def _written(node: ast.expr) -> str:
    try:
        return ast.unparse(node)[:40]
    except RecursionError:
        return "…"


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
