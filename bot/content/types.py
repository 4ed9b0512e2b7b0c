"""The names that one flow may read, and the types behind them."""

from collections.abc import Collection, Iterator, Mapping

from bot.content.authored import AuthoredFlow, Damaged, Material
from bot.flows.field import Declared
from bot.flows.kinds import DATE, NUMBER, TEXT, UNKNOWN, Fault, Type, field_type, infer
from bot.flows.names import BUILT_IN, PROGRESS
from bot.flows.steps.branch import Branch
from bot.flows.steps.call import Call as CallStep
from bot.flows.steps.set import Set
from bot.model.who import Standing

__all__ = ["Fault", "NameTable", "Type", "field_type", "infer"]

_BUILT_IN_TYPES: Mapping[str, Type] = {
    **dict.fromkeys((*BUILT_IN, *PROGRESS), TEXT),
    **dict.fromkeys(("association.members", "progress.done", "progress.total", "progress.left"), NUMBER),
    "today": DATE,
    "person.standing": Type("one", tuple(Standing), None, "person.standing"),
}


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

    @property
    def flows(self) -> Collection[str]:
        """Ids of the journeys that exist or are planned."""
        return self.material.flow_ids | self.material.planned.keys()

    @property
    def events(self) -> Collection[str] | None:
        """No condition of a flow speaks of events."""
        return None

    @property
    def for_audience(self) -> bool:
        """A flow's conditions choose nobody."""
        return False

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
