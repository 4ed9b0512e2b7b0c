"""`handoff`: passes the person to staff with the context."""

from collections.abc import Iterable

from bot.flows.cards import contact_line
from bot.flows.step import Outcome, Scope, Step
from bot.flows.template import Template
from bot.model.effects import Escalate
from bot.model.message import Message


class Handoff(Step):
    """Records a request for staff and shows whom to reach."""

    handoff: Template
    """What the person reads first."""

    def enter(self, scope: Scope) -> Outcome:
        """Records the request, shows the contact, and goes on."""
        contact = scope.shelf.phrases.say("handoff", contact=contact_line(scope.shelf, scope.view))
        reason = f"{scope.flow.flow}/{scope.key}"
        text = Message(scope.text(self.handoff))
        return Outcome(says=(text, Message(contact)), effects=(Escalate(reason),))

    def texts(self) -> Iterable[tuple[tuple[str | int, ...], Template]]:
        return ((("handoff",), self.handoff),)
