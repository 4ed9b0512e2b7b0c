"""`call`: goes through another flow and comes back, with one of its fields if asked."""

from collections.abc import Iterable, Mapping

from bot.flows.authored import FieldName, Slug
from bot.flows.step import Exit, Into, Link, Outcome, Scope, Step
from bot.model.values import FlowId


class Call(Step):
    """A sub-flow."""

    call: Slug
    returns: FieldName | None = None
    """The sub-flow's field that is copied to the field of the same name here."""

    def enter(self, scope: Scope) -> Outcome:
        """Goes in."""
        return Outcome(then=Into(FlowId(self.call), self.returns))

    def exits(self) -> tuple[Exit, ...]:
        return (Exit(self.call, "call"), Exit("next"))

    def links(self) -> Iterable[Link]:
        yield Link("flow", self.call, ("call",))

    def sets(self) -> Mapping[str, tuple[str | int, ...]]:
        return {self.returns: ("returns",)} if self.returns else {}
