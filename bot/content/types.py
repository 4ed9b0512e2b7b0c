"""Types of names and calculations in one flow, and everything in a condition that does not fit them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.content.authored import AuthoredFlow, Damaged, Material
from bot.content.problem import NBSP, did_you_mean, quote
from bot.flows.condition import FOR_AUDIENCES, Call, Const, Items, Name, Operation, Tree
from bot.flows.departments import DEPARTMENTS
from bot.flows.field import Choice, Declared
from bot.flows.names import BUILT_IN, PROGRESS
from bot.flows.steps.branch import Branch
from bot.flows.steps.call import Call as CallStep
from bot.flows.steps.set import Set

Kind = Literal["number", "text", "truth", "date", "one", "many", "unknown"]


@dataclass(frozen=True, slots=True)
class Type:
    """What a value is."""

    kind: Kind
    ids: tuple[str, ...] | None = None
    """one, many: the ids that it can be; None: any text."""
    literal: str | None = None
    """text: as written in the condition."""
    name: str = ""
    """The field that it comes from."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not fit, and where in the condition's text."""

    column: int
    code: str
    message: str


NUMBER, TEXT, TRUTH, DATE, UNKNOWN = (
    Type("number"),
    Type("text"),
    Type("truth"),
    Type("date"),
    Type("unknown"),
)
_FRENCH: Mapping[Kind, str] = {
    "number": "un nombre",
    "text": "un texte",
    "truth": "un oui ou non",
    "date": "une date",
    "one": "un choix",
    "many": "plusieurs choix",
    "unknown": "une valeur",
}
_BUILT_IN_TYPES: Mapping[str, Type] = {
    **dict.fromkeys((*BUILT_IN, *PROGRESS), TEXT),
    **dict.fromkeys(("association.members", "progress.done", "progress.total", "progress.left"), NUMBER),
    "today": DATE,
}
_FIELD_TYPES: Mapping[str, Type] = {
    "number": NUMBER,
    "scale": NUMBER,
    "yes_no": TRUTH,
    "date": DATE,
    "person": Type("one"),
    "department": Type("one", tuple(DEPARTMENTS)),
}
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class NameTable:
    """The names that one flow may read, and their types."""

    def __init__(self, authored: AuthoredFlow, material: Material, profile: Mapping[str, Declared]) -> None:
        self.authored, self.material, self.profile = authored, material, profile
        own = {name for step in authored.flow.steps for name in step.sets()}
        self.own = frozenset(own)
        self.certain = not any(isinstance(step, Damaged) and step.opaque for step in authored.flow.steps)
        """Whether a name that is not here is surely wrong."""
        self.known = frozenset((*own, *profile, *_BUILT_IN_TYPES, *material.broken_names))
        self._types: dict[str, Type] = {}

    def declared(self, name: str) -> Declared | None:
        """How a field is declared; None for a built-in name."""
        return self.profile.get(name) if "." in name else self.authored.flow.declared.get(name)

    def type_of(self, name: str) -> Type:
        """The type behind a known name; unknown while it is being found out."""
        if name not in self._types:
            self._types[name] = UNKNOWN
            self._types[name] = self._find(name)
        return self._types[name]

    def _find(self, name: str) -> Type:
        if name in _BUILT_IN_TYPES:
            return _BUILT_IN_TYPES[name]
        declared = self.declared(name)
        if declared is None:
            return UNKNOWN
        if declared.type != "computed":
            return field_type(name, declared)
        found = {self._without_literal(found, name) for found in self._computed(name)}
        return found.pop() if len(found) == 1 else UNKNOWN

    def _without_literal(self, type: Type, name: str) -> Type:
        return Type(type.kind, type.ids, None, name)

    def _computed(self, name: str) -> Iterator[Type]:
        tables = (
            [self]
            if "." not in name
            else [NameTable(a, self.material, self.profile) for a in self.material.flows]
        )
        for table in tables:
            for step in table.authored.flow.steps:
                match step:
                    case Set() if name in step.set and table is self:
                        yield infer(step.set[name].tree, table, lambda fault: None)
                    case Set() if name in step.set:
                        yield UNKNOWN
                    case CallStep(returns=returned) if returned == name:
                        yield self._returned(step.call, name)
                    case Branch():
                        for case in step.branch:
                            if case.returns == name and case.call:
                                yield self._returned(case.call, name)

    def _returned(self, flow: str, name: str) -> Type:
        called = self.material.flow(flow)
        declared = called.flow.declared.get(name) if called else None
        return field_type(name, declared) if declared and declared.type != "computed" else UNKNOWN


def field_type(name: str, declared: Declared) -> Type:
    """The type of an answer."""
    ids = tuple(choice.id for choice in declared.choices) or None
    match declared.type:
        case "choice":
            return Type("one", ids, None, name)
        case "choices":
            return Type("many", ids, None, name)
    known = _FIELD_TYPES.get(declared.type, TEXT)
    return Type(known.kind, known.ids, None, name)


Report = Callable[[Fault], None]


def infer(tree: Tree, names: NameTable, report: Report) -> Type:
    """The type of a calculation; whatever does not fit is reported."""
    match tree:
        case Const(value=bool()):
            return TRUTH
        case Const(value=int() | float()):
            return NUMBER
        case Const(value=value):
            return Type("text", None, str(value))
        case Name():
            return _name(tree, names, report)
        case Items():
            report(Fault(tree.column, "type", f"une liste ne va qu'après {quote('in')}"))
            return UNKNOWN
        case Call():
            return _call(tree, names, report)
        case Operation(operator="and" | "or" | "not", operands=operands):
            for operand in operands:
                _want(operand, "truth", names, report)
            return TRUTH
        case Operation(operator="in" | "not in", operands=(left, right)):
            _member(left, right, names, report)
            return TRUTH
        case Operation(operator="+" | "-" | "*" | "/", operands=operands):
            for operand in operands:
                _want(operand, "number", names, report)
            return NUMBER
        case Operation(operands=(left, right)):
            _compare(tree, left, right, names, report)
            return TRUTH
    raise AssertionError(f"no such tree: {tree!r}")


def _name(tree: Name, names: NameTable, report: Report) -> Type:
    if tree.path in names.known:
        return names.type_of(tree.path)
    if names.certain:
        message = f"nom inconnu {quote(tree.path)}{did_you_mean(tree.path, names.known)}"
        report(Fault(tree.column, "unknown-name", message))
    return UNKNOWN


def _want(tree: Tree, kind: Kind, names: NameTable, report: Report) -> Type:
    found = infer(tree, names, report)
    if found.kind not in (kind, "unknown"):
        report(Fault(tree.column, "type", f"{_FRENCH[kind]} est attendu ici, pas {_FRENCH[found.kind]}"))
    return found


def _compare(tree: Operation, left: Tree, right: Tree, names: NameTable, report: Report) -> None:
    one, other = infer(left, names, report), infer(right, names, report)
    if tree.operator not in ("==", "!="):
        for side, type in ((left, one), (right, other)):
            ordered = type.kind in ("number", "date", "unknown") or type.literal is not None
            if not ordered:
                message = f"{_FRENCH[type.kind]} ne se compare pas par {quote(tree.operator)}"
                report(Fault(side.column, "type", message))
                return
    if "many" in (one.kind, other.kind):
        name = one.name or other.name
        message = f"{quote(name)} peut avoir plusieurs valeurs{NBSP}: écrivez contains({name}, 'id')"
        report(Fault(tree.column, "type", message))
        return
    _fit(one, other, left, right, report)


def _member(left: Tree, right: Tree, names: NameTable, report: Report) -> None:
    one = infer(left, names, report)
    if isinstance(right, Items):
        for value in right.values:
            constant = Const(value, right.column)
            _fit(one, infer(constant, names, report), left, constant, report)
        return
    other = infer(right, names, report)
    if other.kind not in ("many", "unknown"):
        report(Fault(right.column, "type", f"une liste est attendue après {quote('in')}{NBSP}: ['a', 'b']"))
    elif other.kind == "many":
        _fit(Type("one", other.ids, None, other.name), one, right, left, report)


def _fit(one: Type, other: Type, left: Tree, right: Tree, report: Report) -> None:
    """Whether two values can be equal at all."""
    if one.literal is not None and other.literal is None:
        one, other, left, right = other, one, right, left
    if "unknown" in (one.kind, other.kind):
        return
    literal = other.literal
    if literal is not None and one.kind == "one":
        if one.ids is not None and literal not in one.ids:
            whose = f" de {quote(one.name)}" if one.name else ""
            message = f"{quote(literal)} n'est pas un choix{whose}{did_you_mean(literal, one.ids)}"
            report(Fault(right.column, "unknown-choice", message))
    elif literal is not None and one.kind == "date":
        if not _is_day(literal):
            report(Fault(right.column, "type", f"{quote(literal)} n'est pas une date comme '2027-01-14'"))
    elif one.kind != other.kind and {one.kind, other.kind} != {"one", "text"}:
        message = f"{_FRENCH[one.kind]} ne se compare pas à {_FRENCH[other.kind]}"
        report(Fault(right.column, "type", message))


def _is_day(written: str) -> bool:
    try:
        return bool(_ISO_DAY.fullmatch(written) and date.fromisoformat(written))
    except ValueError:
        return False


def _call(tree: Call, names: NameTable, report: Report) -> Type:
    if tree.function in FOR_AUDIENCES:
        message = f"{quote(tree.function)} ne sert que pour choisir des destinataires"
        report(Fault(tree.column, "audience-only", message))
        return TRUTH
    match tree.function, tree.arguments:
        case "answered", arguments:
            _names_only(tree, arguments, names, report)
            return TRUTH
        case "value", arguments:
            return _value(tree, arguments, names, report)
        case "done" | "started", (flow,):
            _flow(flow, names, report)
            return TRUTH
        case "default", (value, instead):
            found = infer(value, names, report)
            _fit(found, infer(instead, names, report), value, instead, report)
            return found
        case "count", arguments:
            for argument in arguments:
                infer(argument, names, report)
            return NUMBER
        case "contains", (whole, part):
            return _contains(whole, part, names, report)
        case "days_since", (day,):
            if not (isinstance(day, Const) and _is_day(str(day.value))):
                _want(day, "date", names, report)
            return NUMBER
    for argument in tree.arguments:
        _want(argument, "number", names, report)
    if tree.function == "round" and len(tree.arguments) == 2 and not isinstance(tree.arguments[1], Const):
        report(Fault(tree.arguments[1].column, "type", "le nombre de décimales s'écrit en chiffres"))
    return NUMBER


def _names_only(tree: Call, arguments: Sequence[Tree], names: NameTable, report: Report) -> None:
    for argument in arguments:
        if isinstance(argument, Name):
            _name(argument, names, report)
        else:
            report(Fault(argument.column, "type", f"{tree.function}() demande le nom d'une réponse"))


def _contains(whole: Tree, part: Tree, names: NameTable, report: Report) -> Type:
    found, wanted = infer(whole, names, report), infer(part, names, report)
    if found.kind == "many":
        _fit(Type("one", found.ids, None, found.name), wanted, whole, part, report)
    elif found.kind not in ("text", "unknown"):
        message = f"contains() cherche dans plusieurs choix ou dans un texte, pas dans {_FRENCH[found.kind]}"
        report(Fault(whole.column, "type", message))
    elif wanted.kind not in ("text", "one", "unknown"):
        report(Fault(part.column, "type", f"un texte est attendu ici, pas {_FRENCH[wanted.kind]}"))
    return TRUTH


def _value(tree: Call, arguments: Sequence[Tree], names: NameTable, report: Report) -> Type:
    _names_only(tree, arguments, names, report)
    for argument in arguments:
        if not isinstance(argument, Name) or argument.path not in names.known:
            continue
        declared = names.declared(argument.path)
        kind = names.type_of(argument.path).kind
        if declared and declared.type == "choice":
            without = _without_value(declared.choices)
            if without:
                message = (
                    f"le choix {quote(without)} de {quote(argument.path)} n'a pas de «{NBSP}value{NBSP}»"
                )
                report(Fault(argument.column, "choice-value", message))
        elif kind not in ("number", "unknown"):
            message = f"value() lit un choix ou une échelle, pas {_FRENCH[kind]}"
            report(Fault(argument.column, "type", message))
    return NUMBER


def _without_value(choices: Sequence[Choice]) -> str:
    return next((choice.id for choice in choices if choice.value is None), "")


def _flow(argument: Tree, names: NameTable, report: Report) -> None:
    known = names.material.flow_ids | names.material.planned.keys()
    match argument:
        case Const(value=str(flow)):
            if flow not in known:
                message = f"parcours inconnu {quote(flow)}{did_you_mean(flow, known)}"
                report(Fault(argument.column, "unknown-flow", message))
        case _:
            report(Fault(argument.column, "type", "le nom d'un parcours est attendu ici, entre apostrophes"))
