"""What every authored model shares: strict, frozen, with conditions as a field type."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema

from bot.flows.condition import MAX_LENGTH, Condition, parse_condition


class Authored(BaseModel):
    """Base of authored models: unknown keys are errors."""

    # Validators are built at the first validation: content that lies checked in the cache needs none.
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True)


def _condition(written: Any) -> Condition:
    return parse_condition(written)


ConditionText = Annotated[
    Condition,
    BeforeValidator(_condition),
    WithJsonSchema({"type": "string", "maxLength": MAX_LENGTH, "examples": ["but == 'peser'"]}),
]

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
"""An id: lower-case words joined by hyphens, at most 40 signs (a button carries it)."""

FieldName = Annotated[
    str, StringConstraints(pattern=r"^((person|association)\.)?[a-z][a-z0-9_]*$", max_length=40)
]
"""A field's name; `person.` or `association.` in front makes it a profile field that every flow shares."""
