"""`action`: names a registered function with typed arguments. No code and no network in YAML."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field as Constraint
from pydantic import model_validator

from bot.flows.actions import ACTIONS, ActionArguments
from bot.flows.step import Link, Outcome, Scope, Step
from bot.flows.template import Template


class Action(Step):
    """Calls one function of the closed list."""

    action: str
    arguments: Mapping[str, Any] = Constraint(default={}, alias="with")

    @model_validator(mode="after")
    def _known(self) -> "Action":
        if self.action in ACTIONS:
            self.typed()
        return self

    def typed(self) -> ActionArguments:
        """The arguments as the action declares them; ValidationError if they do not fit."""
        return ACTIONS[self.action].arguments.model_validate(dict(self.arguments))

    def enter(self, scope: Scope) -> Outcome:
        """Does it and goes on."""
        return ACTIONS[self.action].perform(self.typed(), scope)

    def links(self) -> Iterable[Link]:
        yield Link("action", self.action, ("action",))

    def texts(self) -> Iterable[tuple[tuple[str | int, ...], Template]]:
        if self.action not in ACTIONS:  # told by its link
            return
        typed = self.typed()
        for name in type(typed).model_fields:
            value = getattr(typed, name)
            if isinstance(value, Template):
                yield ("with", name), value
