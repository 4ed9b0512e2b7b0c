"""A conversation on the real engine; the session passes through JSON between turns, as in the database."""

import re
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bot.dialogue.library import Library
from bot.dialogue.respond import respond
from bot.events.news import with_own_hours
from bot.model.effects import (
    AddTask,
    CancelTimer,
    Edit,
    Effect,
    Erase,
    Export,
    Finish,
    Forget,
    Remember,
    Send,
    SetPreferences,
    SetTimer,
)
from bot.model.inputs import Input, Tap, Timeout, Utterance
from bot.model.message import Message, Option
from bot.model.preferences import Preferences
from bot.model.session import Session
from bot.model.turn import Policy, Turn, View
from bot.model.values import FieldRef, FlowId, Task, Value
from bot.model.who import Association, AssociationId, Person, PersonId, Standing
from bot.storage.codec import dump_message, dump_session, dump_value, load_session
from tests.flows.library import library_of


def bare(message: Message) -> str:
    """A message's text without the escapes."""
    return re.sub(r"\\(.)", r"\1", message.text)


MONDAY = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
"""10:00 in Paris."""
POLICY = Policy(ZoneInfo("Europe/Paris"), contact="Claire <claire@exemple.fr>")


class Chat:
    """One person talking. Mutable: it lives for one test."""

    def __init__(
        self, library: Library | None = None, *, standing: Standing = Standing.MEMBER, name: str = "Awa"
    ) -> None:
        self.library = library or library_of()
        self.now = MONDAY
        self.rng = Random(7)
        self.person = Person(PersonId(1), name, standing, association=AssociationId(1))
        self.association = Association(
            AssociationId(1), ((PersonId(1), name), (PersonId(2), "Bo"), (PersonId(3), ""))
        )
        self.session = Session()
        self.answers: dict[FieldRef, Value] = {}
        self.tasks: dict[str, Task] = {}
        self.finished: dict[FlowId, str] = {}
        self.timers: dict[str, datetime] = {}
        self.preferences = Preferences()
        self.effects: tuple[Effect, ...] = ()
        self.heard: list[Message] = []
        """Every message sent so far."""

    # --- doing ----------------------------------------------------------------------------------------------

    def give(self, input: Input, *, after: timedelta = timedelta(minutes=1)) -> list[Message]:
        """One turn, a minute later; the messages that were sent."""
        self.now += after
        turn = self._respond(input)
        self.session, self.effects = load_session(dump_session(turn.session)), turn.effects
        assert self.session == turn.session
        for effect in turn.effects:
            self._apply(effect)
        sent = self.sent
        self.heard += sent
        return sent

    def say(self, *texts: str) -> list[Message]:
        """Type one text after the other; the messages sent for the last."""
        return [self.give(Utterance(text)) for text in texts][-1]

    def tap(self, *ids: str, after: timedelta = timedelta(minutes=1)) -> list[Message]:
        """Tap buttons by their id, each in the latest message that has it."""
        return [self.give(Tap(self.button(id).act), after=after) for id in ids][-1]

    def wait(self, span: timedelta) -> list[Message]:
        """Let time pass; due timers fire in their order."""
        until, came = self.now + span, list[Message]()
        while due := sorted((moment, key) for key, moment in self.timers.items() if moment <= until):
            moment, key = due[0]
            del self.timers[key]
            self.now = max(self.now, moment)
            came += self.give(Timeout(key), after=timedelta())
        self.now = until
        return came

    def publish(self, *flows: dict[str, Any]) -> None:
        """Other flows from now on."""
        self.library = library_of(*flows)

    # --- looking --------------------------------------------------------------------------------------------

    @property
    def sent(self) -> list[Message]:
        """The messages of the last turn."""
        return [
            effect.farewell if isinstance(effect, Erase) else effect.message
            for effect in self.effects
            if isinstance(effect, Send | Export | Erase)
        ]

    @property
    def edited(self) -> list[Message]:
        """The messages edited in the last turn."""
        return [effect.message for effect in self.effects if isinstance(effect, Edit)]

    @property
    def text(self) -> str:
        """All that the last turn sent, as written before escaping."""
        return "\n".join(bare(message) for message in self.sent)

    @property
    def at(self) -> str:
        """Where answers go: `flow/step`; empty between journeys."""
        run = next((run for run in self.session.runs if run.id == self.session.active), None)
        return f"{run.frames[-1].flow}/{run.frames[-1].step}" if run else ""

    @property
    def told(self) -> dict[str, Value]:
        """The answers by name; a field of two flows shows once."""
        return {ref.name: value for ref, value in self.answers.items()}

    def button(self, id: str) -> Option:
        """The button of that id in the latest message, sent or edited, that has it."""
        for message in (*reversed(self.edited), *reversed(self.heard)):
            for option in (*message.options, *message.controls):
                if option.id == id:
                    return option
        raise LookupError(id)

    def view(self) -> View:
        """The stored facts."""
        return View(
            self.person,
            with_own_hours(POLICY, self.preferences),
            self.association,
            dict(self.answers),
            tuple(self.tasks.values()),
            dict(self.finished),
            preferences=self.preferences,
        )

    def _respond(self, input: Input) -> Turn:
        return respond(self.session, input, self.library, self.view(), now=self.now, rng=self.rng)

    def _apply(self, effect: Effect) -> None:
        match effect:
            case Send(message=message) | Edit(message=message) | Export(message=message):
                dump_message(message)
            case Remember(field=ref, value=value):
                dump_value(value)
                self.answers[ref] = value
            case Forget(field=ref):
                self.answers.pop(ref, None)
            case SetTimer(key=key, due=due):
                self.timers[key] = due
            case CancelTimer(key=key):
                self.timers.pop(key, None)
            case AddTask(task=task):
                self.tasks[task.id] = task
            case SetPreferences(preferences=wanted):
                self.preferences = wanted
            case Finish(flow=flow, outcome="done"):
                self.finished[flow] = self.now.date().isoformat()
            case Erase():
                self.answers, self.tasks, self.finished, self.timers = {}, {}, {}, {}
