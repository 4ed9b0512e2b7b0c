"""`goto`: jumps to a step of this flow, or ends it and starts another."""

from collections.abc import Iterable

from bot.flows.authored import Slug
from bot.flows.step import Exit, Link, Outcome, Scope, Step
from bot.flows.steps.branch import target


class Goto(Step):
    """A jump."""

    goto: Slug

    def enter(self, scope: Scope) -> Outcome:
        """Goes there."""
        return Outcome(then=target(self.goto, scope))

    def exits(self) -> tuple[Exit, ...]:
        return (Exit(self.goto, "goto"),)

    def links(self) -> Iterable[Link]:
        yield Link("step-or-flow", self.goto, ("goto",))
