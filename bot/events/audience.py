"""An audience: what its condition may speak of, whether it holds water, and how it is put together. Pure.

The condition becomes SQL in `storage.audience_sql`; how it is said to staff, in `audience_words`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.flows.condition import Call, Condition, ConditionError, Const, Items, Name, Operation, Tree, walk
from bot.flows.condition import parse_condition as parse
from bot.flows.field import Declared
from bot.flows.flow import Flow
from bot.flows.french import NBSP
from bot.flows.kinds import DATE, NUMBER, TEXT, TRUTH, UNKNOWN, Fault, Type, field_type, infer
from bot.flows.refusals import in_french
from bot.flows.shelf import Shelf
from bot.flows.steps.set import Set
from bot.knowledge.hints import quote
from bot.model.announcement import Audience
from bot.model.event import EventId
from bot.model.values import FlowId, Owner
from bot.model.who import Standing

STANDING = "standing"
"""What the person is to the assistant: `standing == 'staff'`."""

BUILT_IN: Mapping[str, Type] = {
    "person.name": TEXT,
    "person.language": TEXT,
    "association.members": NUMBER,
    "today": DATE,
    STANDING: Type("one", tuple(Standing), None, STANDING),
}
"""Names that no flow declares."""


class AudienceError(ValueError):
    """A condition that chooses nobody: what is wrong with it, in French, each with its column."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.column))
        """Columns count from 0 in the text of the condition."""
        told = (f"colonne {fault.column + 1}{NBSP}: {fault.message}" for fault in self.faults)
        super().__init__("\n".join(told).encode("utf-8", "replace").decode())


@dataclass(frozen=True)
class Vocabulary:
    """What the condition of an audience may speak of; `kinds.Names` for the checks."""

    fields: Mapping[str, Declared] = field(default_factory=dict)
    """Profile fields by their whole name: `person.role`."""
    journeys: Mapping[FlowId, str] = field(default_factory=dict)
    """Id of each journey -> its title."""
    computed: Mapping[str, Type] = field(default_factory=dict)
    """Types of the profile fields that are calculated."""
    happenings: Mapping[EventId, str] | None = None
    """Id of each event -> its title; None if they are not known here, and not checked."""

    @cached_property
    def short(self) -> Mapping[str, str]:
        """`role` -> `person.role`, where only one of the person and the association has such a field."""
        whole = [name for name in (*BUILT_IN, *self.fields) if "." in name]
        ends = [name.partition(".")[2] for name in whole]
        return {
            end: name
            for end, name in zip(ends, whole, strict=True)
            if ends.count(end) == 1 and end not in BUILT_IN
        }

    @cached_property
    def known(self) -> Collection[str]:
        """Every name that may be written."""
        return frozenset((*BUILT_IN, *self.fields, *self.short))

    @property
    def certain(self) -> bool:
        """All content was read."""
        return True

    @property
    def for_audience(self) -> bool:
        """It chooses people."""
        return True

    @property
    def flows(self) -> Collection[str]:
        """Ids of the journeys."""
        return self.journeys.keys()

    @property
    def events(self) -> Collection[str] | None:
        """Ids of the events."""
        return None if self.happenings is None else self.happenings.keys()

    def whole(self, name: str) -> str:
        """The whole name of a known one: `role` is `person.role`."""
        return name if name in BUILT_IN or name in self.fields else self.short[name]

    def declared(self, name: str) -> Declared | None:
        """How a field is declared; None for a built-in name."""
        return self.fields.get(self.whole(name))

    def type_of(self, name: str) -> Type:
        """The type behind a known name; `unknown` where flows do not agree on it."""
        name = self.whole(name)
        if name in BUILT_IN:
            return BUILT_IN[name]
        declared = self.fields[name]
        return self.computed.get(name, UNKNOWN) if declared.type == "computed" else field_type(name, declared)


EXAMPLE = "role == 'benevole'"

NOTHING_KNOWN = Vocabulary()
"""Before any content was read."""


def vocabulary_of(shelf: Shelf, happenings: Mapping[EventId, str] | None = None) -> Vocabulary:
    """What can be asked about people, by the content and the events."""
    computed = {
        name: _computed(name, shelf)
        for name, declared in shelf.profile.items()
        if declared.type == "computed"
    }
    journeys = {id: flow.title for id, flow in shelf.flows.items() if flow.audience == "everyone"}
    return Vocabulary(shelf.profile, journeys, computed, happenings)


def checked(written: str, vocabulary: Vocabulary) -> Condition:
    """The condition, all of whose names and types fit; AudienceError says everything that does not."""
    try:
        condition = parse(written)
    except ConditionError as error:
        raise AudienceError([Fault(error.column, "condition", in_french(error))]) from None
    faults: list[Fault] = []
    found = infer(condition.tree, vocabulary, faults.append)
    if found.kind != "truth" and not faults:
        told = f"une condition est attendue{NBSP}: comparez, par exemple {quote(EXAMPLE)}"
        faults.append(Fault(0, "type", told))
    faults += _unusable(condition.tree, vocabulary)
    if faults:
        raise AudienceError(faults)
    return condition


def _unusable(tree: Tree, vocabulary: Vocabulary) -> Iterable[Fault]:
    """What types allow and a database cannot hold."""
    for node in walk(tree):
        match node:
            case Name(path=path) if path in vocabulary.known and vocabulary.type_of(path).kind == "unknown":
                told = f"{quote(path)} est calculé de plusieurs façons{NBSP}: il ne peut choisir personne"
                yield Fault(node.column, "type", told)
            case Const(value=str(text)) if not _storable(text):
                yield Fault(node.column, "condition", "signe interdit dans un texte")
            case Items(values=values) if not all(_storable(one) for one in values if isinstance(one, str)):
                yield Fault(node.column, "condition", "signe interdit dans un texte")


def _storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


# ---- the type of what is calculated ----

_TRUTHS = frozenset({"answered", "contains", "done", "started"})


def _computed(name: str, shelf: Shelf) -> Type:
    """The one type of a field in all flows that calculate it."""
    found = {kind for flow in shelf.flows.values() for kind in _filled(name, flow, shelf)}
    if all(kind.literal is not None for kind in found):
        return (
            Type("one", tuple(sorted(str(kind.literal) for kind in found)), None, name) if found else UNKNOWN
        )
    kinds = {kind.kind for kind in found}
    return Type(kinds.pop(), None, None, name) if len(kinds) == 1 else UNKNOWN


def _filled(name: str, flow: Flow, shelf: Shelf) -> Iterable[Type]:
    declared = flow.declared.get(name)
    if declared is not None and declared.returned_by in shelf.flows:
        back = shelf.flows[declared.returned_by].declared.get(name)
        yield field_type(name, back) if back and back.type != "computed" else UNKNOWN
    for step in flow.steps:
        if isinstance(step, Set) and name in step.set:
            yield _shape(step.set[name].tree, flow)


def _shape(tree: Tree, flow: Flow) -> Type:
    """The type of a calculation by its form."""
    match tree:
        case Const(value=bool()):
            return TRUTH
        case Const(value=int() | float()):
            return NUMBER
        case Const(value=value):
            return Type("text", None, str(value))
        case Name(path="today"):
            return DATE
        case Name(path=path):
            declared = flow.declared.get(path)
            known = declared and declared.type != "computed"
            return field_type(path, declared) if declared and known else BUILT_IN.get(path, UNKNOWN)
        case Operation(operator="+" | "-" | "*" | "/"):
            return NUMBER
        case Operation():
            return TRUTH
        case Call(function="default", arguments=(first, _)):
            return _shape(first, flow)
        case Call(function=function):
            return TRUTH if function in _TRUTHS else NUMBER
        case Items():
            return UNKNOWN


# ---- putting one together ----


def among(name: str, ids: Sequence[str]) -> str:
    """Whose answer is one of these; for a question with several answers, whose answers hold one of them.

    ValueError without an id, or with one that no condition can hold.
    """
    return (
        f"{name} in [{', '.join(_text(id) for id in ids)}]" if len(ids) != 1 else f"{name} == {_text(*ids)}"
    )


def holding(name: str, ids: Sequence[str]) -> str:
    """Whose answers to a question with several hold one of these."""
    return _either(f"contains({name}, {_text(id)})" for id in ids)


def has_done(*flows: FlowId) -> str:
    """Who finished one of these journeys."""
    return _either(f"done({_text(flow)})" for flow in flows)


def is_under_way(*flows: FlowId) -> str:
    """Who is in the middle of one of these journeys."""
    return _either(f"under_way({_text(flow)})" for flow in flows)


def comes_to(*events: EventId) -> str:
    """Who comes to one of these events, or waits for a seat."""
    return _either(f"registered({_text(event)})" for event in events)


def not_seen(days: int) -> str:
    """Who has not written for so many days."""
    return f"not seen_within({days})"


def together(*conditions: str) -> str:
    """Whom all of these fit; empty ones count as fitting everybody."""
    parts = [part for part in conditions if part.strip()]
    return " and ".join(f"({part})" if len(parts) > 1 and _loose(part) else part for part in parts)


@dataclass(frozen=True, slots=True)
class Chosen:
    """An audience chosen part by part, as by buttons; parts left out fit everybody."""

    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Profile field -> the answers, one of which it must be."""
    done: tuple[FlowId, ...] = ()
    under_way: tuple[FlowId, ...] = ()
    registered: tuple[EventId, ...] = ()
    unseen_days: int = 0
    """Not seen for so many days; 0: whenever."""

    def audience(self, vocabulary: Vocabulary, *, spare_busy: bool = False, spare_days: int = 0) -> Audience:
        """The audience of those whom all parts fit. AudienceError if a part names what is not there."""
        condition = together(
            *(self._answer(name, ids, vocabulary) for name, ids in self.answers.items() if ids),
            has_done(*self.done),
            is_under_way(*self.under_way),
            comes_to(*self.registered),
            not_seen(self.unseen_days) if self.unseen_days else "",
        )
        if condition:
            checked(condition, vocabulary)
        return Audience(condition, spare_busy, spare_days)

    def _answer(self, name: str, ids: Sequence[str], vocabulary: Vocabulary) -> str:
        several = name in vocabulary.known and vocabulary.type_of(name).kind == "many"
        return holding(name, ids) if several else among(name, ids)


def _either(conditions: Iterable[str]) -> str:
    return " or ".join(conditions)


def _loose(condition: str) -> bool:
    """Whether a condition falls apart beside an `and`."""
    try:
        tree = parse(condition).tree
    except ConditionError:
        return True
    return isinstance(tree, Operation) and tree.operator == "or"


def _text(id: str) -> str:
    if not id or "'" in id or "\\" in id or "\n" in id:
        raise ValueError(f"no condition can name {id!r}")
    return f"'{id}'"


def owner_of_field(name: str) -> tuple[Owner, str]:
    """Whose a profile field is, and its name without that: `association.domain`."""
    prefix, _, rest = name.partition(".")
    return Owner(prefix), rest
