"""`branch`: ordered conditions and a mandatory `else`."""

from collections.abc import Iterable, Mapping

from pydantic import Field as Constraint
from pydantic import model_validator

from bot.flows.authored import Authored, ConditionText, FieldName, Slug
from bot.flows.condition import Condition
from bot.flows.evaluation import holds
from bot.flows.step import NEXT, Exit, Into, Jump, Link, Outcome, Scope, Step, Switch, Then
from bot.model.values import FlowId


class Case(Authored):
    """One line of a branch."""

    if_: ConditionText | None = Constraint(default=None, alias="if")
    goto: Slug | None = None
    call: Slug | None = None
    returns: FieldName | None = None
    """With `call`: the sub-flow's field that comes back."""
    else_: Slug | None = Constraint(default=None, alias="else")
    """The step to go to when nothing above holds."""

    @property
    def target(self) -> str:
        """The step or the flow to which it leads."""
        return self.call or self.goto or self.else_ or ""

    @model_validator(mode="after")
    def _shape(self) -> "Case":
        if self.else_ is not None:
            if self.if_ or self.goto or self.call:
                raise ValueError("'else' stands alone: {else: step}")
        elif self.if_ is None or (self.goto is None) == (self.call is None):
            raise ValueError("a case is {if: …, goto: step} or {if: …, call: flow}")
        if self.returns and not self.call:
            raise ValueError("'returns' goes with 'call'")
        return self


class Branch(Step):
    """Takes the first way whose condition holds."""

    branch: tuple[Case, ...] = Constraint(min_length=1)

    @model_validator(mode="after")
    def _else_last(self) -> "Branch":
        if [case.else_ is not None for case in self.branch] != [False] * (len(self.branch) - 1) + [True]:
            raise ValueError("a branch ends with exactly one 'else'")
        return self

    def enter(self, scope: Scope) -> Outcome:
        """Goes the first way that is open."""
        for place, case in enumerate(self.branch):
            if case.else_ is None and not holds(case.if_, scope.names):
                continue
            into = Into(FlowId(case.call), case.returns) if case.call else None
            return Outcome(then=into or target(case.target, scope), case=place)
        raise AssertionError("a branch without else passed the checks")

    def exits(self) -> tuple[Exit, ...]:
        ways = tuple(Exit(case.target, "call" if case.call else "goto", case.if_) for case in self.branch)
        return (*ways, Exit(NEXT)) if any(way.kind == "call" for way in ways) else ways

    def links(self) -> Iterable[Link]:
        for number, case in enumerate(self.branch):
            if case.call:
                yield Link("flow", case.call, ("branch", number, "call"))
            elif case.goto:
                yield Link("step-or-flow", case.goto, ("branch", number, "goto"))
            elif case.else_:
                yield Link("step-or-flow", case.else_, ("branch", number, "else"))

    def conditions(self) -> Iterable[tuple[tuple[str | int, ...], Condition]]:
        yield from super().conditions()
        for number, case in enumerate(self.branch):
            if case.if_:
                yield ("branch", number, "if"), case.if_

    def sets(self) -> Mapping[str, tuple[str | int, ...]]:
        return {
            case.returns: ("branch", number, "returns")
            for number, case in enumerate(self.branch)
            if case.returns
        }


def target(name: str, scope: Scope) -> Then:
    """Where `goto` leads: a step of this flow, else another flow."""
    return Jump(name) if name in scope.flow.position else Switch(FlowId(name))
