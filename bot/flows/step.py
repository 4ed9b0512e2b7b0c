"""What every step has in common: its base model, what it may see, and what can come out of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from bot.flows.authored import Authored, ConditionText, Slug
from bot.flows.condition import Condition
from bot.flows.desk import Desk
from bot.flows.names import Names
from bot.flows.shelf import Shelf
from bot.flows.template import Template, fill
from bot.model.effects import Effect
from bot.model.inputs import Attachment, Tap, Unusable, Utterance
from bot.model.message import Markdown, Message
from bot.model.session import Run, Wait
from bot.model.turn import View, Wanted
from bot.model.values import FlowId, Value

if TYPE_CHECKING:
    from bot.flows.flow import Flow

NEXT = "next"
END = "end"


@dataclass(frozen=True, slots=True)
class Link:
    """A name that a step refers to."""

    kind: Literal["step", "flow", "step-or-flow", "flow-or-article", "article", "field", "action", "media"]
    name: str
    where: tuple[str | int, ...]
    """Keys from the step down to the name, for the position of an error."""


@dataclass(frozen=True, slots=True)
class Exit:
    """One way on from a step, for the checks of paths and for the diagram."""

    target: str
    """Key of a step of this flow, a flow's id, NEXT (the step below) or END."""
    kind: Literal["next", "goto", "call", "end"] = "next"
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a step may see."""

    shelf: Shelf
    flow: "Flow"
    key: str
    """The step's own key."""
    run: Run
    names: Names
    view: View
    now: datetime
    rng: Random
    serial: int
    """Number of the prompt that is being shown or answered."""
    wait: Wait | None = None
    desk: Desk | None = None
    """What composes for staff; None where nobody composes."""

    def text(self, template: Template) -> Markdown:
        """An authored text with its placeholders filled from the run's names."""
        return fill(template, self.names.show)


@dataclass(frozen=True, slots=True)
class Onward:
    """Go on with the step below."""


@dataclass(frozen=True, slots=True)
class Jump:
    """Go on at a step of the same flow."""

    step: str


@dataclass(frozen=True, slots=True)
class Into:
    """Go through another flow, then come back below this step with the value of one of its fields."""

    flow: FlowId
    returns: str | None = None


@dataclass(frozen=True, slots=True)
class Switch:
    """End this run and start another flow."""

    flow: FlowId
    given: tuple[tuple[str, Value], ...] = ()
    """Answers that it need not ask for any more."""


@dataclass(frozen=True, slots=True)
class Replay:
    """Go to a prompt again to correct its answer, then replay the path to this review."""

    field: str


@dataclass(frozen=True, slots=True)
class Discard:
    """Erase the answers of this run and leave it."""


@dataclass(frozen=True, slots=True)
class Leave:
    """The flow is over."""

    suggest: tuple[str, ...] = ()
    say: Markdown = Markdown("")


@dataclass(frozen=True, slots=True)
class Halt:
    """Wait here for an answer."""


Then = Onward | Jump | Into | Switch | Replay | Discard | Leave | Halt


@dataclass(frozen=True, slots=True)
class Outcome:
    """What entering a step, or answering it, brings about."""

    says: tuple[Message, ...] = ()
    effects: tuple[Effect, ...] = ()
    then: Then = field(default_factory=Onward)
    final: bool = False
    """It cannot be undone: "retour" goes no further back than here."""
    case: int | None = None
    """Of a branch: the place of the case that was taken."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The input answers the prompt."""

    shown: Markdown
    """The answer as the record shows it under the question."""
    outcome: Outcome = field(default_factory=Outcome)


@dataclass(frozen=True, slots=True)
class Refused:
    """The input means to answer, but cannot be accepted: say why and ask again."""

    why: Markdown


@dataclass(frozen=True, slots=True)
class Again:
    """The same prompt in another state: a ticked choice, another screen of a review."""

    wait: Wait
    in_place: bool = False
    """Edit the prompt's message instead of sending another."""
    effects: tuple[Effect, ...] = ()
    """What is done on the way, before the prompt comes again."""


Reply = Answered | Refused | Again


class Step(Authored):
    """Base of every step kind: one frozen model per file in `steps/`, whose verb is its YAML key."""

    id: Slug | None = None
    """Needed where the step waits or is a target."""
    when: ConditionText | None = None
    """The step is passed over unless this holds."""
    section: Slug | None = None
    """Section from this step on."""
    replaces: tuple[Slug, ...] = ()
    """Former ids of this step, for people who stand there when the file changes."""

    def enter(self, scope: Scope) -> Outcome:
        """What happens when a run reaches the step."""
        raise AssertionError(f"{type(self).__name__} must say what it does")

    def links(self) -> Iterable[Link]:
        """The steps, flows, fields and articles it refers to."""
        return ()

    def exits(self) -> tuple[Exit, ...]:
        """The ways on from here."""
        return (Exit(NEXT),)

    def texts(self) -> Iterable[tuple[tuple[str | int, ...], Template]]:
        """Its authored texts with their place."""
        return ()

    def conditions(self) -> Iterable[tuple[tuple[str | int, ...], Condition]]:
        """Its conditions and calculations with their place."""
        return ((("when",), self.when),) if self.when else ()

    def sets(self) -> Mapping[str, tuple[str | int, ...]]:
        """Names of the fields that it fills, with their place."""
        return {}

    def before(self, scope: Scope) -> tuple[Message, ...]:
        """What a prompt shows when it is reached, above its question."""
        return ()

    @property
    def asks_for_more(self) -> bool:
        """Whether it may lack something that not every turn knows."""
        return False

    def lacks(self, scope: Scope) -> frozenset[Wanted]:
        """What a prompt must know beyond what every turn knows, and does not know yet."""
        return frozenset()


PromptInput = Utterance | Tap | Attachment | Unusable


@runtime_checkable
class Prompt(Protocol):
    """A step that waits for an answer."""

    id: Slug | None

    def prompt(self, scope: Scope) -> Message:
        """The question as it is asked now; its acts carry `scope.serial`."""
        ...

    def accept(self, input: PromptInput, scope: Scope) -> Reply | None:
        """What the input means to this prompt; None: it is not an answer to me.

        A Tap carries the bare choice id.
        """
        ...

    def refusal(self, scope: Scope) -> Markdown:
        """What is said when an input was neither an answer nor a question."""
        ...


def answer_act(serial: int, choice: str) -> str:
    """The act of an answer's button."""
    return f"p{serial}.{choice}"


def control_act(serial: int, control: str) -> str:
    """The act of a way out of prompt `serial`."""
    return f"c{serial}.{control}"
