"""`end`: finishes the flow with suggestions."""

from collections.abc import Iterable

from bot.flows.authored import Authored, Slug
from bot.flows.step import END, Exit, Leave, Link, Outcome, Scope, Step
from bot.flows.template import Template

EVENTS_LIST = "evenements"
"""Suggested by this name: the command that lists the events."""


class Ending(Authored):
    """How a flow finishes."""

    say: Template | None = None
    """Last words; without them the standing phrase."""
    suggest: tuple[Slug, ...] = ()
    """Flows or articles that may come next, or `EVENTS_LIST`; planned flows are left out of the chat."""


class End(Step):
    """The end of a flow."""

    end: Ending

    def enter(self, scope: Scope) -> Outcome:
        """Leaves."""
        words = {"say": scope.text(self.end.say)} if self.end.say else {}
        return Outcome(then=Leave(self.end.suggest, **words))

    def exits(self) -> tuple[Exit, ...]:
        return (Exit(END, "end"),)

    def links(self) -> Iterable[Link]:
        for number, name in enumerate(self.end.suggest):
            yield Link("flow-or-article", name, ("end", "suggest", number))

    def texts(self) -> Iterable[tuple[tuple[str | int, ...], Template]]:
        return ((("end", "say"), self.end.say),) if self.end.say else ()
