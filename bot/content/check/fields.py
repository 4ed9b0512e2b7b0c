"""Declared fields: one declaration a name, bounds that make sense, and how long personal answers are kept."""

from collections.abc import Iterator

from bot.content.authored import Material
from bot.content.problem import NBSP, Problem, quote
from bot.flows.field import Declared
from bot.flows.steps.ask import Ask

COUNTED = ("text", "number", "scale", "choices")
"""Field types for which `min` and `max` mean something."""
PERSONAL = ("email", "phone", "person")
"""Field types that are personal whatever the author says."""


def declarations_agree(material: Material) -> Iterator[Problem]:
    """`conflicting-field`: one name asked for in two ways; profile fields count over all flows."""
    shared: dict[str, tuple[Declared, str]] = {}
    for authored in material.flows:
        own: dict[str, tuple[Declared, str]] = {}
        for place, step in authored.steps():
            if not isinstance(step, Ask):
                continue
            name, declared = step.field.name, step.declare(authored.flow.scope)
            known = shared if "." in name else own
            first, where = known.setdefault(name, (declared, authored.flow.flow))
            if _shape(first) != _shape(declared):
                message = (
                    f"{quote(name)} est déjà demandé autrement dans {quote(where)} (type, choix ou durée)"
                )
                yield authored.problem("conflicting-field", message, place, ("field", "name"))


def _shape(declared: Declared) -> object:
    choices = tuple((choice.id, choice.value) for choice in declared.choices)
    return declared.type, declared.owner, choices, declared.keep, declared.personal


def bounds_make_sense(material: Material) -> Iterator[Problem]:
    """`bounds`, `default-type`, `labels`."""
    for authored in material.flows:
        for place, step in authored.steps():
            if not isinstance(step, Ask):
                continue
            field = step.field
            for key in ("min", "max"):
                if getattr(field, key) is not None and field.type not in COUNTED:
                    message = f"{quote(key)} ne sert pas avec le type {field.type}"
                    yield authored.problem("bounds", message, place, ("field", key), key=True)
            if field.min is not None and field.max is not None and field.min > field.max:
                yield authored.problem(
                    "bounds", f"max est plus petit que min ({field.min})", place, ("field", "max")
                )
            if field.type == "choices" and step.choices and (field.min or 0) > len(step.choices):
                yield authored.problem(
                    "bounds", "plus de réponses demandées que de choix", place, ("field", "min")
                )
            if step.labels and field.type != "scale":
                yield authored.problem(
                    "labels",
                    "«\N{NO-BREAK SPACE}labels\N{NO-BREAK SPACE}» va avec une échelle",
                    place,
                    ("labels",),
                    key=True,
                )
            if step.default is not None and not _default_fits(step):
                message = f"la valeur par défaut ne va pas avec le type {field.type}{NBSP}: {step.default}"
                yield authored.problem("default-type", message, place, ("default",))


def _default_fits(step: Ask) -> bool:
    default = step.default
    match step.field.type:
        case "number" | "scale":
            return isinstance(default, int | float) and not isinstance(default, bool)
        case "yes_no":
            return isinstance(default, bool)
        case "choice":
            return not step.choices or default in [choice.id for choice in step.choices]
        case "choices":
            return False
    return isinstance(default, str)


def personal_fields_are_kept_for_a_time(material: Material) -> Iterator[Problem]:
    """`no-keep` (warning)."""
    for authored in material.flows:
        for place, step in authored.steps():
            if (
                isinstance(step, Ask)
                and not step.field.keep
                and (step.field.personal or step.field.type in PERSONAL)
            ):
                message = (
                    f"donnée personnelle sans durée{NBSP}: ajoutez par exemple «{NBSP}keep: 12 months{NBSP}»"
                )
                yield authored.problem("no-keep", message, place, ("field", "name"), severity="warning")
