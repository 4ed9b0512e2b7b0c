"""The condition of an audience as SQL about the person `p`: the only SQL that is not kept in `sql/`.

Every value is bound, every name of the condition was checked. It means what `flows.evaluation` says: an
answer that is absent, or of another type than its field is today, is null, and null spreads as in the
language. A test holds both equal. SQL of SQLite: its JSON functions, and `round_half_up`, which `connecting`
provides.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.events.audience import STANDING, Vocabulary, checked, owner_of_field
from bot.flows.condition import LARGEST, Call, Const, Items, Name, Operation, Tree
from bot.flows.kinds import Kind, infer
from bot.model.turn import Policy
from bot.storage.codec import to_text
from bot.storage.database import Where

JSON_TYPES: Mapping[Kind, tuple[str, ...]] = {
    "number": ("integer", "real"),
    "truth": ("true", "false"),
    "text": ("text",),
    "date": ("text",),
    "time": ("text",),
    "moment": ("text",),
    "one": ("text",),
    "many": ("array",),
}
"""Kind of a field -> how SQLite calls the JSON of its answers."""

SQL_OPERATORS: Mapping[str, str] = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

COLUMNS: Mapping[str, str] = {
    STANDING: "p.standing",
    "person.name": "nullif(p.name, '')",
    "person.language": "p.language",
    # Who acts for no association yet is the one member of theirs.
    "association.members": """(CASE WHEN p.association IS NULL THEN 1
        ELSE (SELECT count(*) FROM person m WHERE m.association = p.association) END)""",
}
"""Built-in names that are columns."""


def compiled(written: str, vocabulary: Vocabulary, policy: Policy, now: datetime) -> Where:
    """The condition as SQL. AudienceError if it does not hold water."""
    tree = checked(written, vocabulary).tree
    compiler = _Compiler(vocabulary, now, now.astimezone(policy.timezone).date().isoformat())
    sql = compiler.value(tree)
    return Where(sql, compiler.values)


@dataclass(slots=True)
class _Compiler:
    vocabulary: Vocabulary
    now: datetime
    today: str
    values: dict[str, object] = field(default_factory=dict)

    def bind(self, value: object) -> str:
        """A place for a value."""
        name = f"w{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def kind(self, tree: Tree) -> Kind:
        """The type of a part."""
        return infer(tree, self.vocabulary, lambda fault: None).kind

    def value(self, tree: Tree) -> str:
        """A part as an expression; null is absent, 1 and 0 are true and false."""
        match tree:
            case Const(value=value):
                return self.bind(int(value) if isinstance(value, bool) else value)
            case Name(path=path):
                return self._name(self.vocabulary.whole(path))
            case Call():
                return self._call(tree)
            case Operation(operator="and" | "or" as word, operands=operands):
                return "(" + f" {word.upper()} ".join(self.value(operand) for operand in operands) + ")"
            case Operation(operator="not", operands=(operand,)):
                return f"(NOT {self.value(operand)})"
            case Operation(operator="-", operands=(operand,)):
                return f"(-{self.value(operand)})"
            case Operation(operator="in" | "not in" as word, operands=(left, right)):
                found = self._member(left, right)
                return found if word == "in" else f"(NOT {found})"
            case Operation(operator="+" | "-" | "*" as sign, operands=(left, right)):
                return _bounded(f"{self.value(left)} {sign} {self.value(right)}")
            case Operation(operator="/", operands=(left, right)):
                return _bounded(f"CAST({self.value(left)} AS REAL) / nullif({self.value(right)}, 0)")
            case Operation(operator=operator, operands=(left, right)):
                return f"({self.value(left)} {SQL_OPERATORS[operator]} {self.value(right)})"
        raise AssertionError(f"no such tree in a checked condition: {tree!r}")

    # ---- names ----

    def _name(self, name: str) -> str:
        if name == "today":
            return self.bind(self.today)
        return COLUMNS.get(name) or self._answer(name)

    def _answer(self, name: str) -> str:
        """The answer of the person, or of their association, if it is there, in time and of its type."""
        owner, rest = owner_of_field(name)
        kind = self.vocabulary.type_of(name).kind
        types = ", ".join(f"'{one}'" for one in JSON_TYPES[kind])
        whose = "p.id" if owner == "person" else "p.association"
        return (
            f"(SELECT CASE WHEN json_valid(a.value) THEN CASE WHEN json_type(a.value) IN ({types})"
            f" THEN {self._read(name, kind)} END END"
            f" FROM answer a WHERE a.owner = {self.bind(owner.value)} AND a.owner_id = {whose}"
            f" AND a.flow = '' AND a.run = '' AND a.name = {self.bind(rest)}"
            f" AND (a.erase_after IS NULL OR a.erase_after > {self.bind(to_text(self.now))}))"
        )

    def _read(self, name: str, kind: Kind) -> str:
        """What the JSON of an answer says; null if it counts nowhere."""
        said = "json_extract(a.value, '$')"
        declared = self.vocabulary.declared(name)
        nowhere = [one.id for one in declared.choices if declared.counts_nowhere(one.id)] if declared else []
        match kind:
            case "number":
                return f"CASE WHEN abs({said}) <= {LARGEST} THEN {said} END"
            case "date":
                # The addition has 30 February counted on; year 0, which SQLite knows, is none of Python's.
                return f"CASE WHEN date({said}, '+0 days') = {said} AND {said} >= '0001' THEN {said} END"
            case "many" if nowhere:
                counts = f"j.value NOT IN {self._list(nowhere)}"
                kept = f"(SELECT json_group_array(j.value) FROM json_each(a.value) j WHERE {counts})"
                return f"CASE WHEN a.value = '[]' THEN '[]' ELSE nullif({kept}, '[]') END"
            case "many":
                return "json(a.value)"
            case _ if nowhere:
                return f"CASE WHEN {said} NOT IN {self._list(nowhere)} THEN {said} END"
        return said

    def _list(self, values: Iterable[object]) -> str:
        return "(" + ", ".join(self.bind(value) for value in values) + ")"

    # ---- calculations ----

    def _member(self, left: Tree, right: Tree) -> str:
        if isinstance(right, Items):
            values = [int(value) if isinstance(value, bool) else value for value in right.values]
            return _of(self.value(left), f"v IN {self._list(values)}")
        return self._holds(self.value(right), self.value(left))

    def _holds(self, whole: str, part: str) -> str:
        """Whether several choices hold one; null if a side is."""
        return (
            f"(SELECT EXISTS (SELECT 1 FROM json_each(v) j WHERE j.value = x)"
            f" FROM (SELECT {whole} AS v, {part} AS x) WHERE v IS NOT NULL AND x IS NOT NULL)"
        )

    def _call(self, call: Call) -> str:
        match call.function, call.arguments:
            case "answered", (name,):
                return f"({self.value(name)} IS NOT NULL)"
            case "default", (value, instead):
                return f"coalesce({self.value(value)}, {self.value(instead)})"
            case "value", (Name(path=path),):
                return self._weight(self.vocabulary.whole(path))
            case "count", arguments:
                return "(" + " + ".join(self._counted(one) for one in arguments) + ")"
            case "contains", (whole, part):
                if self.kind(whole) == "many":
                    return self._holds(self.value(whole), self.value(part))
                return f"(instr({self.value(whole)}, {self.value(part)}) > 0)"
            case "days_since", (day,):
                return f"CAST(julianday({self.bind(self.today)}) - julianday({self.value(day)}) AS INTEGER)"
            case "done" | "started" | "under_way" | "registered" | "seen_within", (Const(value=of),):
                return FACTS[call.function](self, of)
        return self._folded(call)

    def _weight(self, name: str) -> str:
        """The number behind a choice; a number stands for itself."""
        declared = self.vocabulary.declared(name)
        weights = {} if declared is None else declared.weights()
        numbers = {id: weight for id, weight in weights.items() if weight is not None}
        if not weights:
            return self._name(name)
        if not numbers:
            return "NULL"
        cases = " ".join(f"WHEN {self.bind(id)} THEN {self.bind(weight)}" for id, weight in numbers.items())
        return f"(CASE {self._name(name)} {cases} END)"

    def _counted(self, tree: Tree) -> str:
        said = self.value(tree)
        if self.kind(tree) == "many":
            return f"coalesce(json_array_length({said}), 0)"
        return f"({said} IS NOT NULL)"

    def _folded(self, call: Call) -> str:
        """`sum mean min max round` of numbers; what is absent is left out."""
        parts = [self.value(argument) for argument in call.arguments]
        if call.function == "round":
            return f"round_half_up({', '.join(parts if len(parts) == 2 else [*parts, '0'])})"
        rows = " UNION ALL ".join(f"SELECT {part} AS v" for part in parts)
        if call.function in ("min", "max"):
            return f"(SELECT {call.function}(v) FROM ({rows}))"
        added = " + ".join(f"coalesce({part}, 0)" for part in parts)
        if call.function == "sum":
            return _bounded(added)
        present = " + ".join(f"({part} IS NOT NULL)" for part in parts)
        return _bounded(f"CAST(({added}) AS REAL) / nullif({present}, 0)")


def _of(value: str, expression: str) -> str:
    """An expression over `v`, the value, computed once; null if it is."""
    return f"(SELECT {expression} FROM (SELECT {value} AS v) WHERE v IS NOT NULL)"


def _bounded(expression: str) -> str:
    """A number, null if it could not be kept exactly."""
    return _of(expression, f"CASE WHEN abs(v) <= {LARGEST} THEN v END")


def _ran(condition: str) -> Callable[[_Compiler, object], str]:
    def sql(compiler: _Compiler, flow: object) -> str:
        return (
            f"EXISTS (SELECT 1 FROM journey j WHERE j.person = p.id AND j.flow = {compiler.bind(flow)}"
            f" AND ({condition}))"
        )

    return sql


def _registered(compiler: _Compiler, event: object) -> str:
    return (
        f"EXISTS (SELECT 1 FROM registration r WHERE r.event = {compiler.bind(event)} AND r.person = p.id"
        f" AND r.place IN ('seated', 'waiting'))"
    )


def _seen(compiler: _Compiler, days: object) -> str:
    assert isinstance(days, int)
    return f"(p.seen >= {compiler.bind(to_text(compiler.now - timedelta(days=days)))})"


FACTS: Mapping[str, Callable[[_Compiler, object], str]] = {
    "done": _ran("j.outcome = 'done'"),
    "started": _ran("j.outcome = 'done' OR j.ended IS NULL"),
    "under_way": _ran("j.ended IS NULL"),
    "registered": _registered,
    "seen_within": _seen,
}
"""What a person did."""
