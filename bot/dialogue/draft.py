"""The turn in the making: gathers what one input brings about. Lives for one call of `respond`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from bot.dialogue.acts import plain_act
from bot.dialogue.defining import offered
from bot.dialogue.library import Library
from bot.dialogue.speaking import spoken
from bot.flows.asking import prompt_key
from bot.flows.cards import contact_line
from bot.flows.desk import Desk
from bot.flows.frames import mark_of, wait_at
from bot.flows.ground import Ground
from bot.flows.phrases import Phrases
from bot.flows.shelf import Shelf
from bot.flows.steps.ask import Ask
from bot.flows.template import Rich
from bot.model.effects import Edit, Effect, Export, Forget, HandOut, Remember, Send
from bot.model.inputs import Utterance
from bot.model.message import Message, Option
from bot.model.rights import Right, may
from bot.model.session import Run, Session
from bot.model.turn import Turn, View, Wanted
from bot.model.values import FieldRef, RunId, Value

PATIENCE = 3
"""Inputs in a row that were not understood, after which a human is offered."""

FRESH = timedelta(minutes=15)
"""So long what was shown, and what we asked for, may be gone on from."""

SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


class Draft:
    """What is known, and what has been decided so far."""

    def __init__(self, library: Library, session: Session, view: View, now: datetime, rng: Random) -> None:
        self.library = library
        self.session = session
        self.view = view
        self.now = now
        self.rng = rng
        self.pending = session.confirming
        """The question of our own that this input may answer."""
        self.thread = ""
        """The topic of a forum in which this was said (`InGroup.thread`)."""
        self.post = ""
        """The number of the message by which this was said, in the channel's own ids; empty without one."""
        self.share = False
        """The person agreed that staff see their answers with the request of this turn."""
        self.failed = False
        """The input was not understood."""
        self.effects: list[Effect] = []
        self.trace: list[str] = []
        self.ways: list[tuple[str, int]] = []
        self.heard: Utterance | None = None
        """What was typed, where words were."""
        self.lacks: frozenset[Wanted] = frozenset()
        """What should have been known to decide."""

    @property
    def shelf(self) -> Shelf:
        """The authored content."""
        return self.library.shelf

    @property
    def phrases(self) -> Phrases:
        """The standing phrases."""
        return self.library.shelf.phrases

    @property
    def ground(self) -> Ground:
        """What a walk through a flow stands on."""
        started = frozenset(run.flow for run in self.session.runs)
        return Ground(self.shelf, self.view, self.now, self.rng, started, self.desk)

    @property
    def desk(self) -> Desk:
        """What composes events and announcements."""
        from bot.dialogue.composing import Composer

        return Composer(self)

    @property
    def contact(self) -> str:
        """Whom to reach."""
        return contact_line(self.shelf, self.view)

    def may(self, right: Right) -> bool:
        """Whether who is talking may do that."""
        return may(self.view.person.standing, right)

    @property
    def answers(self) -> Mapping[FieldRef, Value]:
        """The stored answers with what this turn already changed."""
        answers = dict(self.view.answers)
        for effect in self.effects:
            match effect:
                case Remember(field=ref, value=value):
                    answers[ref] = value
                case Forget(field=ref):
                    answers.pop(ref, None)
        return answers

    @property
    def active(self) -> Run | None:
        """The run that answers go to."""
        return self.run(self.session.active) if self.session.active else None

    def run(self, id: RunId) -> Run | None:
        """An open run by its id."""
        return next((run for run in self.session.runs if run.id == id), None)

    def keep(self, run: Run) -> None:
        """Put a run first among the open ones, in its new state."""
        others = tuple(other for other in self.session.runs if other.id != run.id)
        self.session = replace(self.session, runs=(run, *others))

    def drop(self, id: RunId) -> None:
        """Forget that a run is open."""
        runs = tuple(run for run in self.session.runs if run.id != id)
        active = None if self.session.active == id else self.session.active
        self.session = replace(self.session, runs=runs, active=active)

    def change(self, **changes: object) -> None:
        """Change parts of the session."""
        self.session = replace(self.session, **changes)  # type: ignore[arg-type]  # names of Session's fields

    def fail(self) -> bool:
        """Note that the input was not understood; True when it is time to offer a human."""
        self.failed = True
        return self.session.failures + 1 >= PATIENCE

    def add(self, *effects: Effect) -> None:
        """Take over effects."""
        self.effects.extend(effects)

    def say(self, key: str, *options: Option, **values: str | int | float | Rich) -> None:
        """Send a standing phrase, with buttons."""
        self.add(Send(Message(self.phrases.say(key, **values), options)))

    def button(self, key: str, name: str) -> Option:
        """A button of our own without an object."""
        return Option(name, self.phrases.label(key), plain_act(name))

    def new_key(self) -> str:
        """A name for a message that nothing else goes by."""
        return f"m{self.rng.getrandbits(48):x}"

    def new_code(self, length: int) -> str:
        """So many random signs, none of which reads like another."""
        return new_code(self.rng, length)

    def turn(self) -> Turn:
        """The finished turn: every message has a key, and the buttons of the last may be picked by words."""
        effects = self._explained(tuple(self._keyed(effect) for effect in spoken(self.effects)))
        said = (effect.message for effect in reversed(effects) if isinstance(effect, Send | Export | HandOut))
        if last := next(said, None):
            offers = tuple(option for option in last.options if option.act)
            self.change(offers=() if self.session.active else offers)
        return Turn(self.session, effects, tuple(self.trace), self.lacks, tuple(self.ways))

    def _explained(self, effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
        """The waiting prompt with the definitions of the words that the person meets there."""
        run = self.active
        if run is None or run.wait is None or not wait_at(run.frames, self.shelf.flows):
            return effects
        step = self.shelf.flows[run.frames[-1].flow].step(run.frames[-1].step)
        key = prompt_key(run, run.wait.serial)
        prompts = [
            effect for effect in effects if isinstance(effect, Send | Edit) and effect.message.key == key
        ]
        if not isinstance(step, Ask) or not prompts or any(effect.message.request for effect in prompts):
            return effects
        told, options = offered(step, mark_of(run.frames), self.shelf, self.session.told)
        self.change(told=told)
        return tuple(_with(effect, options) if effect in prompts else effect for effect in effects)

    def _keyed(self, effect: Effect) -> Effect:
        """A message under a name of its own, so that a channel and the history know it for the same one."""
        match effect:
            case Send(message=message) if message.key is None:
                return replace(effect, message=replace(message, key=self.new_key()))
            case Export(message=message, name=name) if message.key is None:
                return Export(replace(message, key=self.new_key()), name)
            case HandOut(message=message, files=files) if message.key is None:
                return HandOut(replace(message, key=self.new_key()), files)
        return effect


def new_code(rng: Random, length: int) -> str:
    """So many random signs, none of which reads like another."""
    return "".join(rng.choices(SIGNS, k=length))


def _with(effect: Effect, options: Sequence[Option]) -> Effect:
    """A prompt with more buttons after its answers."""
    assert isinstance(effect, Send | Edit)
    message = effect.message
    return replace(effect, message=replace(message, options=(*message.options, *options)))
