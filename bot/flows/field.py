"""A declared field: the type of an answer, whose it is, how long it is kept, and its choices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field as Constraint

from bot.flows.authored import Authored, FieldName, Slug
from bot.flows.duration import Duration, Span
from bot.flows.template import Template
from bot.model.values import FieldRef, FlowId, Owner, RunId

FieldType = Literal[
    "text",
    "number",
    "scale",
    "choice",
    "choices",
    "yes_no",
    "date",
    "time",
    "datetime",
    "email",
    "phone",
    "department",
    "person",
    "file",
    "location",
    "link",
    "post",
    "condition",
]

NOW = "now"
"""In `after` and `before`: the moment at which the question is answered."""

ABSENT = "none"
"""`value: none`: the choice is an answer, but counts nowhere."""


class Choice(Authored):
    """One answer of a choice."""

    id: Slug
    """Never changes: stored answers, conditions and buttons name it."""
    label: str = Constraint(min_length=1, max_length=64)
    """What the person reads on the button; 30 signs fit a phone."""
    also: tuple[str, ...] = ()
    """Other words by which a typed answer means this choice."""
    value: int | float | Literal["none"] | None = None
    """Number behind the choice for `value()`; `none`: it counts nowhere."""


class Field(Authored):
    """What is asked for and how it is kept."""

    name: FieldName
    type: FieldType
    keep: Duration | None = None
    """How long the answer is kept; without it, until the person erases it."""
    scope: Owner | None = None
    """Whose answer it is, if not the flow's."""
    personal: bool = False
    """It says something about a person."""
    label: str = Constraint(default="", max_length=40)
    """What the table of people calls it; without it, its name."""
    min: int | float | None = None
    """number, scale: least value; choices: least count; text: least characters."""
    max: int | float | None = None
    """The same, most."""
    after: FieldName | None = None
    """date, datetime: another such answer, or `now`, that this one comes after; a day may be the same one."""
    before: FieldName | None = None
    """date, datetime: another such answer, or `now`, beyond which this one does not go."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A field as flows declare it, by asking or by setting."""

    type: FieldType | Literal["computed"]
    owner: Owner
    choices: tuple[Choice, ...] = ()
    keep: Span | None = None
    personal: bool = False
    label: Template | None = None
    """The question under which a review shows it."""
    people: bool = False
    """The values are ids of members of the association."""
    listed: str = ""
    """Whose choices these are: `flows`, `events`, or a profile field; empty for choices of its own."""
    degrees: Mapping[int, str] = field(default_factory=dict)
    """scale: degree -> the words for it, if it has any."""
    returned_by: FlowId = FlowId("")
    """computed: the sub-flow whose field of the same name comes back; empty if none."""

    def weights(self) -> Mapping[str, int | float | None]:
        """Choice id -> the number behind it, None for `value: none` and for no number."""
        return {choice.id: None if isinstance(choice.value, str) else choice.value for choice in self.choices}

    def counts_nowhere(self, choice_id: str) -> bool:
        """Whether this answer is absent for conditions."""
        return any(choice.id == choice_id and choice.value == ABSENT for choice in self.choices)


def owner_of(name: str, otherwise: Owner) -> Owner:
    """Whose a field is by its name: `person.` or `association.` in front says it."""
    prefix, dot, _ = name.partition(".")
    return Owner(prefix) if dot else otherwise


def field_ref(name: str, owner: Owner, flow: FlowId, run: RunId) -> FieldRef:
    """The stored answer behind a field's name: profile fields belong to no flow and no run."""
    prefix, dot, rest = name.partition(".")
    if dot:
        return FieldRef(Owner(prefix), rest)
    return FieldRef(owner, name, flow, run)
