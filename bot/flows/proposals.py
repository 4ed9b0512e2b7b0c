"""Answers to a question of words that stand ready on buttons (`propose`)."""

from collections.abc import Sequence

from bot.flows.field import FieldType
from bot.flows.names import Names
from bot.flows.template import Template, fill
from bot.markup.plain import plain

NUMBERS: tuple[FieldType, ...] = ("number", "time", "department", "phone")
"""Where a number alone is an answer."""

PROPOSED = "propose-"
"""How the ids of proposals begin; their number follows, from 1."""


def proposals(templates: Sequence[Template], names: Names) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Ids with their words; what speaks of something that is not known here is left out."""
    known = [
        template
        for template in templates
        if all(names.read(hole.name) is not None for hole in template.placeholders())
    ]
    return tuple(
        (f"{PROPOSED}{number}", (plain(fill(template, names.show)).strip(),))
        for number, template in enumerate(known, 1)
    )


def picked(text: str, type: FieldType, proposed: Sequence[tuple[str, tuple[str, ...]]]) -> str:
    """The id of the proposal whose number was typed, as with any choice; empty if it is none, or where a
    number may be the answer itself.
    """
    if type in NUMBERS:
        return ""
    place = text.strip()
    return next((id for number, (id, _) in enumerate(proposed, 1) if place == str(number)), "")
