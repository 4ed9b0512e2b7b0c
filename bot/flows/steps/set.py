"""`set`: computes or remembers fields."""

from collections.abc import Iterable, Mapping

from pydantic import Field as Constraint

from bot.flows.authored import ConditionText, FieldName
from bot.flows.condition import Condition
from bot.flows.duration import Duration
from bot.flows.evaluation import evaluate
from bot.flows.step import Outcome, Scope, Step
from bot.model.effects import Effect, Forget, Remember


class Set(Step):
    """Fills fields with the values of calculations; an absent result empties the field."""

    set: Mapping[FieldName, ConditionText] = Constraint(min_length=1)
    keep: Duration | None = None
    """How long the values are kept."""

    def enter(self, scope: Scope) -> Outcome:
        """Computes and goes on. Every calculation reads the names as they were before this step."""
        effects: list[Effect] = []
        for name, calculation in self.set.items():
            value = evaluate(calculation, scope.names)
            ref = scope.names.ref(name)
            if value is None:
                effects.append(Forget(ref))
            else:
                erase_after = self.keep.after(scope.now) if self.keep else None
                effects.append(Remember(ref, value, erase_after))
        return Outcome(effects=tuple(effects))

    def conditions(self) -> Iterable[tuple[tuple[str | int, ...], Condition]]:
        yield from super().conditions()
        for name, calculation in self.set.items():
            yield ("set", name), calculation

    def sets(self) -> Mapping[str, tuple[str | int, ...]]:
        return {name: ("set", name) for name in self.set}
