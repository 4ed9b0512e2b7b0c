"""`goto`: jumps to a step of this flow, or ends it and starts another."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.flows.authored import FieldName, Slug
from bot.flows.step import Exit, Link, Outcome, Scope, Step, Switch
from bot.flows.steps.branch import target


class Goto(Step):
    """A jump."""

    goto: Slug
    gives: Mapping[FieldName, FieldName] = {}
    """To another flow: its field -> the field of this one whose answer it takes over."""

    def enter(self, scope: Scope) -> Outcome:
        """Goes there."""
        there = target(self.goto, scope)
        if isinstance(there, Switch):
            stored = ((name, scope.names.stored(field)) for name, field in self.gives.items())
            there = replace(there, given=tuple((name, value) for name, value in stored if value is not None))
        return Outcome(then=there)

    def exits(self) -> tuple[Exit, ...]:
        return (Exit(self.goto, "goto"),)

    def links(self) -> Iterable[Link]:
        yield Link("step-or-flow", self.goto, ("goto",))
        for name, field in self.gives.items():
            yield Link("field", field, ("gives", name))
