"""Types of names and calculations in a condition, and everything in it that does not fit them.

What the names are is for who asks: a flow (`content.types`), an audience (`events.audience`).
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from bot.flows.condition import FOR_AUDIENCES, Call, Const, Items, Name, Operation, Tree
from bot.flows.departments import DEPARTMENTS
from bot.flows.field import Choice, Declared
from bot.flows.french import NBSP
from bot.knowledge.hints import did_you_mean, quote

Kind = Literal["number", "text", "truth", "date", "time", "moment", "one", "many", "unknown"]


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


NUMBER, TEXT, TRUTH, DATE, TIME, MOMENT, UNKNOWN = (
    Type("number"),
    Type("text"),
    Type("truth"),
    Type("date"),
    Type("time"),
    Type("moment"),
    Type("unknown"),
)
_FRENCH: Mapping[Kind, str] = {
    "number": "un nombre",
    "text": "un texte",
    "truth": "un oui ou non",
    "date": "une date",
    "time": "une heure",
    "moment": "une date avec son heure",
    "one": "un choix",
    "many": "plusieurs choix",
    "unknown": "une valeur",
}
_FIELD_TYPES: Mapping[str, Type] = {
    "number": NUMBER,
    "scale": NUMBER,
    "yes_no": TRUTH,
    "date": DATE,
    "time": TIME,
    "datetime": MOMENT,
    "post": UNKNOWN,
    "person": Type("one"),
    "department": Type("one", tuple(DEPARTMENTS)),
}
MOST_DAYS = 3650
"""Days that an audience may look back."""
_CLOCKS: Mapping[Kind, str] = {
    "time": r"([01]\d|2[0-3]):[0-5]\d",
    "moment": r"\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d",
}
"""Kind -> how its values are written."""
_LIKE: Mapping[Kind, str] = {"time": "18:30", "moment": "2027-01-14T18:30"}
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Names(Protocol):
    """What a condition may speak of."""

    @property
    def known(self) -> Collection[str]:
        """Every name."""
        ...

    @property
    def certain(self) -> bool:
        """Whether a name that is not known is surely wrong."""
        ...

    @property
    def flows(self) -> Collection[str]:
        """Ids of journeys."""
        ...

    @property
    def events(self) -> Collection[str] | None:
        """Ids of events; None if they cannot be told from here."""
        ...

    @property
    def for_audience(self) -> bool:
        """Whether the condition chooses people."""
        ...

    def declared(self, name: str) -> Declared | None:
        """How a field is declared; None for a built-in name."""
        ...

    def type_of(self, name: str) -> Type:
        """The type behind a known name."""
        ...


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


def infer(tree: Tree, names: Names, report: Report) -> Type:
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


def _name(tree: Name, names: Names, report: Report) -> Type:
    if tree.path in names.known:
        return names.type_of(tree.path)
    if names.certain:
        message = f"nom inconnu {quote(tree.path)}{did_you_mean(tree.path, names.known)}"
        report(Fault(tree.column, "unknown-name", message))
    return UNKNOWN


def _want(tree: Tree, kind: Kind, names: Names, report: Report) -> Type:
    found = infer(tree, names, report)
    if found.kind not in (kind, "unknown"):
        report(Fault(tree.column, "type", f"{_FRENCH[kind]} est attendu ici, pas {_FRENCH[found.kind]}"))
    return found


def _compare(tree: Operation, left: Tree, right: Tree, names: Names, report: Report) -> None:
    one, other = infer(left, names, report), infer(right, names, report)
    if tree.operator not in ("==", "!="):
        for side, type in ((left, one), (right, other)):
            ordered = type.kind in ("number", "date", "time", "moment", "unknown") or type.literal is not None
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


def _member(left: Tree, right: Tree, names: Names, report: Report) -> None:
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
    elif literal is not None and one.kind in _CLOCKS:
        if not re.fullmatch(_CLOCKS[one.kind], literal):
            message = f"{quote(literal)} ne s'écrit pas comme {quote(_LIKE[one.kind])}"
            report(Fault(right.column, "type", message))
    elif one.kind != other.kind and {one.kind, other.kind} != {"one", "text"}:
        message = f"{_FRENCH[one.kind]} ne se compare pas à {_FRENCH[other.kind]}"
        report(Fault(right.column, "type", message))


def _is_day(written: str) -> bool:
    try:
        return bool(_ISO_DAY.fullmatch(written) and date.fromisoformat(written))
    except ValueError:
        return False


def _call(tree: Call, names: Names, report: Report) -> Type:
    if tree.function in FOR_AUDIENCES and not names.for_audience:
        message = f"{quote(tree.function)} ne sert que pour choisir des destinataires"
        report(Fault(tree.column, "audience-only", message))
        return TRUTH
    match tree.function, tree.arguments:
        case "registered", (event,):
            _event(event, names, report)
            return TRUTH
        case "seen_within", (days,):
            _days(days, report)
            return TRUTH
        case "answered", arguments:
            _names_only(tree, arguments, names, report)
            return TRUTH
        case "value", arguments:
            return _value(tree, arguments, names, report)
        case "done" | "started" | "under_way", (flow,):
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


def _names_only(tree: Call, arguments: Sequence[Tree], names: Names, report: Report) -> None:
    for argument in arguments:
        if isinstance(argument, Name):
            _name(argument, names, report)
        else:
            report(Fault(argument.column, "type", f"{tree.function}() demande le nom d'une réponse"))


def _contains(whole: Tree, part: Tree, names: Names, report: Report) -> Type:
    found, wanted = infer(whole, names, report), infer(part, names, report)
    if found.kind == "many":
        _fit(Type("one", found.ids, None, found.name), wanted, whole, part, report)
    elif found.kind not in ("text", "unknown"):
        message = f"contains() cherche dans plusieurs choix ou dans un texte, pas dans {_FRENCH[found.kind]}"
        report(Fault(whole.column, "type", message))
    elif wanted.kind not in ("text", "one", "unknown"):
        report(Fault(part.column, "type", f"un texte est attendu ici, pas {_FRENCH[wanted.kind]}"))
    return TRUTH


def _value(tree: Call, arguments: Sequence[Tree], names: Names, report: Report) -> Type:
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


def _flow(argument: Tree, names: Names, report: Report) -> None:
    known = names.flows
    match argument:
        case Const(value=str(flow)):
            if flow not in known:
                message = f"parcours inconnu {quote(flow)}{did_you_mean(flow, known)}"
                report(Fault(argument.column, "unknown-flow", message))
        case _:
            report(Fault(argument.column, "type", "le nom d'un parcours est attendu ici, entre apostrophes"))


def _event(argument: Tree, names: Names, report: Report) -> None:
    match argument:
        case Const(value=str(event)):
            if names.events is not None and event not in names.events:
                message = f"rendez-vous inconnu {quote(event)}{did_you_mean(event, names.events)}"
                report(Fault(argument.column, "unknown-event", message))
        case _:
            message = "le nom d'un rendez-vous est attendu ici, entre apostrophes"
            report(Fault(argument.column, "type", message))


def _days(argument: Tree, report: Report) -> None:
    match argument:
        case Const(value=int(days)) if days is not True and 1 <= days <= MOST_DAYS:
            pass
        case _:
            message = f"un nombre de jours est attendu ici, de 1 à {MOST_DAYS}"
            report(Fault(argument.column, "type", message))
