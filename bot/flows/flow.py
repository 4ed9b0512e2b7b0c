"""A flow as authored, and what follows from it: keys of steps, declared fields, prompts, lengths of path."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field as Constraint
from pydantic import StringConstraints

from bot.flows.authored import Authored, Slug
from bot.flows.field import Declared
from bot.flows.step import Prompt, Step
from bot.flows.steps import AnyStep
from bot.flows.steps.ask import Ask
from bot.flows.steps.branch import Branch
from bot.flows.steps.call import Call
from bot.flows.steps.set import Set
from bot.model.values import FlowId, Owner

CommandWord = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")]
"""Bot API, BotCommand: 1 to 32 of lower-case letters, digits and underscores."""


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
    audience: Literal["everyone", "staff"] = Constraint(default="everyone", alias="for")
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
            match step:
                case Ask():
                    found.setdefault(step.field.name, step.declare(self.scope))
                case Set():
                    for name in step.set:
                        owner = Owner(name.partition(".")[0]) if "." in name else self.scope
                        found.setdefault(name, Declared("computed", owner, keep=step.keep))
        for step in self.steps:
            if isinstance(step, Call | Branch):
                for name in step.sets():
                    found.setdefault(name, Declared("computed", self.scope))
        return found

    @cached_property
    def prompts(self) -> tuple[str, ...]:
        """Keys of the steps that wait."""
        return tuple(key for key, step in zip(self.keys, self.steps, strict=True) if isinstance(step, Prompt))

    @cached_property
    def left(self) -> Mapping[str, int]:
        """Key -> most questions still to come on one path from that step on, itself included (no cycle twice)."""
        lengths: dict[str, int] = {}

        def longest(key: str, seen: frozenset[str]) -> int:
            if key in lengths:
                return lengths[key]
            step = self.step(key)
            here = 1 if isinstance(step, Ask) else 0
            on = [
                longest(target, seen | {key})
                for leaving in step.exits()
                if (target := self._target(key, leaving.target)) and target not in seen | {key}
            ]
            total = here + max(on, default=0)
            lengths[key] = total
            return total

        for key in reversed(self.keys):
            longest(key, frozenset())
        return lengths

    def _target(self, key: str, target: str) -> str | None:
        match target:
            case "next":
                return self.below(key)
            case "end":
                return None
        return target if target in self.position else None


