"""Conversation tests as authored (tests/transcripts/*.yaml), and how one is played on the real engine.

The player keeps a small world of its own: what effects would have stored. The session goes through JSON
between two turns, as it does in the database.
"""

import fnmatch
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, model_validator
from pydantic import Field as Constraint

from bot.dialogue.library import Library
from bot.dialogue.needs import needs
from bot.dialogue.respond import respond
from bot.events.news import with_own_hours
from bot.flows.authored import Authored
from bot.flows.duration import Duration
from bot.markup import plain
from bot.model.announcement import Crowd, Reach
from bot.model.effects import (
    AddTask,
    Begin,
    CancelTimer,
    Edit,
    Effect,
    Erase,
    Export,
    Finish,
    Forget,
    HandOut,
    Publish,
    Remember,
    Send,
    SetPreferences,
    SetTimer,
)
from bot.model.event import Event, EventId, EventSeen, Gathering, event_tag
from bot.model.inputs import Input, Tap, Timeout, Utterance
from bot.model.message import Message, Option
from bot.model.preferences import Preferences
from bot.model.session import Session
from bot.model.turn import GatheringOf, Need, Policy, View, Wanted
from bot.model.values import ArticleId, FieldRef, FlowId, Owner, Task, Value
from bot.model.who import Person, PersonId, Standing
from bot.storage.codec import dump_session, load_session

MONDAY_EVENING = datetime(2027, 1, 11, 17, 30, tzinfo=UTC)
"""When a transcript takes place that does not say."""

LATEST = datetime.max.replace(tzinfo=UTC)
"""Tasks without a date come last."""


class GivenPerson(Authored):
    """Who speaks."""

    name: str = ""
    standing: Standing = Standing.MEMBER


class Given(Authored):
    """What is so before the first turn."""

    person: GivenPerson = GivenPerson()
    now: AwareDatetime = MONDAY_EVENING
    fields: Mapping[str, str | int | float | bool | tuple[str, ...]] = {}
    """Profile answers known already, `person.role: benevole`."""
    reached: int = 12
    """How many people any announcement would go to."""


class Expected(Authored):
    """One message that must come; what is not named may be anything."""

    text: str | None = None
    """Glob over the whole plain text, spaces folded, without regard to case."""
    options: tuple[str, ...] | None = None
    controls: tuple[str, ...] | None = None
    answer: str | None = None
    """Id of the knowledge entry whose card it is."""


class Exchange(Authored):
    """What the person does, and what comes back."""

    say: str | None = None
    """Typed words or a slash command."""
    tap: str | None = None
    """Id of a button of the last message that had buttons; `step.choice` also names a choice."""
    later: Duration | None = None
    """Time passes; timers that became due fire."""
    expect: tuple[Expected, ...] = ()
    silent: bool = False
    """Nothing must come back."""

    @model_validator(mode="after")
    def _one_deed(self) -> "Exchange":
        if sum(deed is not None for deed in (self.say, self.tap, self.later)) != 1:
            raise ValueError("a turn has exactly one of say, tap, later")
        return self


class Ending(Authored):
    """How it stands at the end."""

    flow: Literal["done", "open", "cancelled"] | None = None
    fields: Mapping[str, str | int | float | bool | tuple[str, ...] | None] = {}
    """Field -> its value at the end; null: absent."""


class Transcript(Authored):
    """One conversation."""

    transcript: str
    flow: str | None = None
    given: Given = Given()
    turns: tuple[Exchange, ...] = Constraint(min_length=1)
    ends: Ending = Ending()


@dataclass
class World:
    """What the effects of a conversation would have stored. Mutable: it lives for one play."""

    library: Library
    person: Person
    policy: Policy
    now: datetime
    rng: Random
    session: Session = field(default_factory=Session)
    answers: dict[FieldRef, Value] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    finished: dict[FlowId, str] = field(default_factory=dict)
    events: dict[EventId, Event] = field(default_factory=dict)
    reached: int = 0
    """How many people any announcement would go to."""
    preferences: Preferences = field(default_factory=Preferences)
    outcomes: dict[str, str] = field(default_factory=dict)
    timers: dict[str, datetime] = field(default_factory=dict)
    heard: list[Message] = field(default_factory=list)
    effects: tuple[Effect, ...] = ()
    """Of the last turn."""
    trace: list[str] = field(default_factory=list)
    ways: list[tuple[str, int]] = field(default_factory=list)

    def give(self, input: Input) -> list[Message]:
        """One turn; the messages that came back."""
        view = View(
            self.person,
            with_own_hours(self.policy, self.preferences),
            preferences=self.preferences,
            answers=dict(self.answers),
            tasks=tuple(sorted(self.tasks.values(), key=lambda task: task.due or LATEST)),
            finished=dict(self.finished),
        )
        session = load_session(dump_session(self.session))
        if wanted := needs(input, session, self.person.standing):
            view = self._told_more(view, wanted)
        turn = respond(session, input, self.library, view, now=self.now, rng=self.rng)
        if turn.lacks:
            view = self._told_more(view, wanted | turn.lacks)
            turn = respond(session, input, self.library, view, now=self.now, rng=self.rng)
        self.session, self.effects = turn.session, turn.effects
        self.trace.extend(turn.trace)
        self.ways.extend(turn.ways)
        came = [message for effect in turn.effects if (message := self._apply(effect))]
        self.heard.extend(came)
        return came

    def _told_more(self, view: View, wanted: Collection[Wanted]) -> View:
        """What not every turn is decided on, as the store would tell it; nobody has registered."""
        coming = sorted(
            (one for one in self.events.values() if one.ends > self.now), key=lambda one: one.starts
        )
        named = {one.event for one in wanted if isinstance(one, GatheringOf)}
        return replace(
            view,
            events=tuple(EventSeen(one) for one in coming),
            gathering=next(
                (Gathering(one.id) for one in coming if one.id in named or event_tag(one.id) in named), None
            ),
            known=frozenset(one for one in wanted if isinstance(one, Need)),
            crowds={one: Reach(self.reached) for one in wanted if isinstance(one, Crowd)},
        )

    def wait(self, until: datetime) -> list[Message]:
        """Let time pass; due timers fire in their order."""
        came: list[Message] = []
        while due := sorted((moment, key) for key, moment in self.timers.items() if moment <= until):
            moment, key = due[0]
            del self.timers[key]
            self.now = max(self.now, moment)
            came += self.give(Timeout(key))
        self.now = until
        return came

    def _apply(self, effect: Effect) -> Message | None:
        match effect:
            case Send(message=message) | Export(message=message) | HandOut(message=message):
                return message
            case Erase(farewell=message):
                for kept in (self.answers, self.tasks, self.finished, self.outcomes, self.timers):
                    kept.clear()
                return message
            case Publish(event=event):
                self.events[event.id] = event
            case Edit(message=message):
                return message if message.options else None
            case Remember(field=ref, value=value):
                self.answers[ref] = value
            case Forget(field=ref):
                self.answers.pop(ref, None)
            case SetTimer(key=key, due=due):
                self.timers[key] = due
            case CancelTimer(key=key):
                self.timers.pop(key, None)
            case SetPreferences(preferences=wanted):
                self.preferences = wanted
            case AddTask(task=task):
                self.tasks[task.id] = task
            case Begin(flow=flow):
                self.outcomes[flow] = "open"
            case Finish(flow=flow, outcome=outcome):
                self.outcomes[flow] = outcome
                if outcome == "done":
                    self.finished[flow] = self.now.date().isoformat()
        return None


def new_world(transcript: Transcript, library: Library) -> World:
    """The world in which a transcript begins."""
    given = transcript.given
    person = Person(PersonId(1), given.person.name, given.person.standing)
    world = World(
        library,
        person,
        Policy(ZoneInfo("Europe/Paris"), contact="Claire, 01 23 45 67 89"),
        given.now,
        Random(1),
        reached=given.reached,
    )
    for name, value in given.fields.items():
        owner, _, rest = name.partition(".")
        world.answers[FieldRef(Owner(owner), rest)] = value
    return world


def input_of(deed: Exchange, world: World) -> Input:
    """What a turn's deed means to the assistant."""
    if deed.say is not None:
        return Utterance(deed.say)
    return Tap(act_of(deed.tap or "", world.heard))


def act_of(button: str, heard: Sequence[Message]) -> str:
    """The act of a button by its id, in the latest message that has it; the id itself if none has."""
    found = _button(button, heard)
    return found.act if found else button


def _button(id: str, heard: Sequence[Message]) -> Option | None:
    wanted = (id, id.partition(".")[2])
    options = (one for message in reversed(heard) for one in (*message.options, *message.controls))
    return next((one for one in options if one.id in wanted), None)


@dataclass(frozen=True)
class Played:
    """How a conversation went."""

    world: World
    """As it was left."""
    turns: tuple[tuple[Exchange, Sequence[Message]], ...]
    """What was done, and what came back."""
    wrong: Sequence[str]
    """What differs from the expectation; empty: all is well."""


def play(transcript: Transcript, library: Library) -> Played:
    """Go through a conversation."""
    world = new_world(transcript, library)
    turns: list[tuple[Exchange, Sequence[Message]]] = []
    wrong: list[str] = []
    for number, deed in enumerate(transcript.turns, 1):
        if deed.tap and not _button(deed.tap, world.heard):
            wrong.append(f"turn {number}: no message has a button {deed.tap!r}")
        came = world.wait(deed.later.after(world.now)) if deed.later else world.give(input_of(deed, world))
        turns.append((deed, came))
        wrong += [f"turn {number}: {what}" for what in differences(deed, came, library)]
    return Played(world, tuple(turns), wrong + _ending(transcript, world))


def differences(deed: Exchange, came: Sequence[Message], library: Library) -> list[str]:
    """What is missing from the messages that came back."""
    if deed.silent and came:
        return [f"nothing should come back, but: {_told(came)}"]
    rest = list(came)
    for expected in deed.expect:
        found = next((place for place, message in enumerate(rest) if fits(expected, message, library)), None)
        if found is None:
            return [f"no message fits {_written(expected)}; what came: {_told(came)}"]
        rest = rest[found + 1 :]
    return []


def fits(expected: Expected, message: Message, library: Library) -> bool:
    """Whether a message is the expected one."""
    if expected.text is not None and not _like(plain(message.text), expected.text):
        return False
    if expected.options is not None and tuple(option.id for option in message.options) != expected.options:
        return False
    if expected.controls is not None and tuple(option.id for option in message.controls) != expected.controls:
        return False
    if expected.answer is not None:
        article = library.shelf.articles.get(ArticleId(expected.answer))
        return article is not None and _flat(article.question) in _flat(plain(message.text))
    return True


def _like(text: str, pattern: str) -> bool:
    # Square brackets are words here, not sets of signs.
    return fnmatch.fnmatchcase(_flat(text), re.sub(r"([\[\]])", r"[\1]", _flat(pattern)))


def _flat(text: str) -> str:
    return " ".join(text.split()).casefold()


def _told(came: Sequence[Message]) -> str:
    if not came:
        return "nothing"
    return " | ".join(
        f"{_flat(plain(message.text))[:160]} {[option.id for option in message.options]}" for message in came
    )


def _written(expected: Expected) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in expected.model_dump(exclude_none=True).items())


def _ending(transcript: Transcript, world: World) -> list[str]:
    ends, wrong = transcript.ends, []
    if ends.flow and transcript.flow and world.outcomes.get(transcript.flow) != ends.flow:
        wrong.append(
            f"at the end: the flow is {world.outcomes.get(transcript.flow, 'not started')}, not {ends.flow}"
        )
    for name, value in ends.fields.items():
        found = field_at_end(name, transcript, world)
        if found != value:
            wrong.append(f"at the end: {name} is {found!r}, not {value!r}")
    return wrong


def field_at_end(name: str, transcript: Transcript, world: World) -> Any:
    """The value of a field of the transcript's flow, or of a profile field; None if it is absent."""
    prefix, dot, rest = name.partition(".")
    if dot:
        return world.answers.get(FieldRef(Owner(prefix), rest))
    answers = world.answers.items()
    found = [value for ref, value in answers if ref.flow == transcript.flow and ref.name == name]
    return found[-1] if found else None
