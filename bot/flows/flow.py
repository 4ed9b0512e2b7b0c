"""A flow as authored, and what follows from it: keys of steps, declared fields, prompts, flows called."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field as Constraint
from pydantic import StringConstraints

from bot.flows.authored import Authored, Slug
from bot.flows.field import Declared, owner_of
from bot.flows.step import Prompt, Step
from bot.flows.steps import AnyStep
from bot.flows.steps.ask import Ask
from bot.flows.steps.branch import Branch
from bot.flows.steps.call import Call
from bot.flows.steps.set import Set
from bot.flows.steps.submitting import Submitting
from bot.model.rights import Right, may
from bot.model.values import FlowId, Owner
from bot.model.who import Standing

CommandWord = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")]
"""Bot API, BotCommand: 1 to 32 of lower-case letters, digits and underscores."""


AUDIENCES: Mapping[str, Right | None] = {
    "everyone": None,
    "organisers": Right.EVENTS,
    "staff": Right.ANNOUNCE,
}
"""`for:` -> the right that people must have to go through the flow."""


class Flow(Authored):
    """flows/<flow>.yaml."""

    flow: Slug
    """Equals the file's name; never changes."""
    title: str = Constraint(min_length=1, max_length=60)
    summary: str = Constraint(default="", max_length=200)
    format: Literal[1]
    """Version of this language."""
    command: CommandWord | None = None
    triggers: tuple[str, ...] = ()
    """Typed words that start the flow."""
    audience: Literal["everyone", "organisers", "staff"] = Constraint(default="everyone", alias="for")
    scope: Owner = Owner.PERSON
    """Whose progress and answers these are."""
    sections: Mapping[Slug, str] = {}
    """Section id -> title, in order."""
    steps: tuple[AnyStep, ...] = Constraint(min_length=1)

    @property
    def id(self) -> FlowId:
        """Its name as others refer to it."""
        return FlowId(self.flow)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Key of each step: its id, or `#n`."""
        return tuple(step.id or f"#{number}" for number, step in enumerate(self.steps, 1))

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Key (and former ids) -> place in reading order."""
        former = {old: place for place, step in enumerate(self.steps) for old in step.replaces}
        return former | {key: place for place, key in enumerate(self.keys)}

    def current(self, key: str) -> str:
        """Today's key of a step that may have had another id; KeyError if it is gone."""
        return self.keys[self.position[key]]

    def step(self, key: str) -> Step:
        """The step behind a key; KeyError if it is gone."""
        return self.steps[self.position[key]]

    def below(self, key: str) -> str | None:
        """The key of the step below; None at the end."""
        place = self.position[key] + 1
        return self.keys[place] if place < len(self.keys) else None

    def section_at(self, key: str) -> str:
        """Title of the section in which a step stands; empty without sections."""
        named = [step.section for step in self.steps[: self.position[key] + 1] if step.section]
        return self.sections.get(named[-1], "") if named else ""

    @cached_property
    def declared(self) -> Mapping[str, Declared]:
        """Fields that this flow fills, by name, local and profile."""
        found: dict[str, Declared] = {}
        for step in self.steps:
            if isinstance(step, Ask):
                found.setdefault(step.field.name, step.declare(self.scope))
            elif isinstance(step, Submitting):
                for name, declared in step.declare(self.scope).items():
                    found.setdefault(name, declared)
        for step in self.steps:
            for name, flow in _returned(step):
                found.setdefault(name, Declared("computed", owner_of(name, self.scope), returned_by=flow))
        for step in self.steps:
            if isinstance(step, Set):
                for name in step.set:
                    found.setdefault(name, Declared("computed", owner_of(name, self.scope), keep=step.keep))
        return found

    def asking(self, field: str) -> tuple[str, ...]:
        """Keys of the prompts that ask for a field."""
        return self.asked.get(field, ())

    @cached_property
    def asked(self) -> Mapping[str, tuple[str, ...]]:
        """Field -> keys of the prompts that ask for it."""
        found: dict[str, tuple[str, ...]] = {}
        for key, step in zip(self.keys, self.steps, strict=True):
            if isinstance(step, Ask):
                found[step.field.name] = (*found.get(step.field.name, ()), key)
        return found

    @cached_property
    def filling(self) -> Mapping[str, frozenset[str]]:
        """Field -> marks, `flow/step`, of the steps that fill it."""
        steps = [(f"{self.flow}/{key}", step.sets()) for key, step in zip(self.keys, self.steps, strict=True)]
        return {name: frozenset(mark for mark, sets in steps if name in sets) for name in self.declared}

    def open_to(self, standing: Standing) -> bool:
        """Whether people of that standing may go through it."""
        right = AUDIENCES[self.audience]
        return right is None or may(standing, right)

    @cached_property
    def prompts(self) -> tuple[str, ...]:
        """Keys of the steps that wait."""
        return tuple(key for key, step in zip(self.keys, self.steps, strict=True) if isinstance(step, Prompt))

    @cached_property
    def calls(self) -> frozenset[FlowId]:
        """The flows that it calls itself."""
        ways = (way for step in self.steps for way in step.exits())
        return frozenset(FlowId(way.target) for way in ways if way.kind == "call")


def _returned(step: Step) -> tuple[tuple[str, FlowId], ...]:
    """Fields that a sub-flow brings back here, with the sub-flow."""
    match step:
        case Call(call=flow, returns=str(name)):
            return ((name, FlowId(flow)),)
        case Branch(branch=cases):
            return tuple((case.returns, FlowId(case.call)) for case in cases if case.call and case.returns)
    return ()
