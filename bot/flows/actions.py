"""The registry of actions: what flows may have done, each with typed arguments. An explicit, closed table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.flows.authored import Authored, Slug
from bot.flows.duration import Duration
from bot.flows.step import Outcome, Scope
from bot.flows.template import Template
from bot.markup.plain import plain
from bot.model.effects import AddTask
from bot.model.values import Owner, Task


class ActionArguments(Authored):
    """Base of every action's arguments."""


class NewTask(ActionArguments):
    """`add_task`: puts a task on the road map."""

    task: Slug
    """Its id, such as `p1-t1`."""
    title: Template
    due: Duration | None = None
    """From now."""
    scope: Owner | None = None
    """Whose road map, if not that of the flow's scope."""


@dataclass(frozen=True, slots=True)
class Registered:
    """One action: what it takes and what it does."""

    arguments: type[ActionArguments]
    perform: Callable[[Any, Scope], Outcome]
    purpose: str
    """One line for the authors' reference."""


def _add_task(arguments: NewTask, scope: Scope) -> Outcome:
    due = arguments.due.after(scope.now) if arguments.due else None
    title = plain(scope.text(arguments.title))
    owner = arguments.scope or scope.flow.scope
    return Outcome(effects=(AddTask(Task(arguments.task, title, due, owner)),))


ACTIONS: Mapping[str, Registered] = {
    "add_task": Registered(NewTask, _add_task, "Ajoute une tâche à la feuille de route."),
}
