"""Declared fields: one declaration a name, bounds that make sense, and how long personal answers are kept."""

from collections.abc import Iterator

from bot.content.authored import AuthoredFlow, Material, merged_profile
from bot.content.problem import NBSP, Problem, quote
from bot.content.types import NameTable
from bot.flows.field import NOW, Declared
from bot.flows.steps.ask import Ask
from bot.flows.steps.submitting import Submitting
from bot.model.announcement import NewsKind, Rhythm

DATED = ("date", "datetime")
"""Field types that another may limit."""
CHOICES = {
    "kind": tuple(kind.value for kind in NewsKind),
    "rhythm": tuple(rhythm.value for rhythm in Rhythm),
    "spare": ("busy", "recent"),
}
"""Part of an announcement -> the ids that its choices can have."""
COUNTED = ("text", "number", "scale", "choices")
"""Field types for which `min` and `max` mean something."""


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
            for key in ("after", "before"):
                if fault := _limit_fault(key, step, authored, material):
                    yield authored.problem("bounds", fault, place, ("field", key))
            if step.default is not None and not _default_fits(step):
                message = f"la valeur par défaut ne va pas avec le type {field.type}{NBSP}: {step.default}"
                yield authored.problem("default-type", message, place, ("default",))


def _limit_fault(key: str, step: Ask, authored: AuthoredFlow, material: Material) -> str:
    """Why a day or a moment cannot be limited so; empty if it can, or if its limit is told as unknown."""
    limit = getattr(step.field, key)
    if limit is None:
        return ""
    if step.field.type not in DATED:
        return f"{quote(key)} ne sert pas avec le type {step.field.type}"
    declared = NameTable(authored, material, merged_profile(material.flows)).declared(limit)
    if limit == NOW or declared is None or declared.type in DATED:
        return ""
    return f"{quote(limit)} n'est ni une date, ni une date avec son heure"


def choices_come_from_choices(material: Material) -> Iterator[Problem]:
    """`choices-from`: a profile field whose choices are borrowed has choices of its own."""
    profile = merged_profile(material.flows)
    for authored in material.flows:
        for place, step in authored.steps():
            declared = profile.get(step.choices_from or "") if isinstance(step, Ask) else None
            if isinstance(step, Ask) and declared and not declared.choices and declared.type != "person":
                message = f"{quote(step.choices_from)} n'a pas de choix à reprendre"
                yield authored.problem("choices-from", message, place, ("choices_from",))


def parts_fit(material: Material) -> Iterator[Problem]:
    """`part-type`, `part-choice`: what `publish` and `announce` are made of comes from fields of the right
    type; a decision that they know is one of theirs.
    """
    profile = merged_profile(material.flows)
    for authored in material.flows:
        names = NameTable(authored, material, profile)
        for place, step in authored.steps():
            if not isinstance(step, Submitting):
                continue
            for part, number, name in step.parts.fields():
                declared, where = names.declared(name), (step.VERB, part)
                if declared is None:
                    continue
                wanted = step.parts.TYPES[part]
                if declared.type not in wanted:
                    message = f"{quote(name)} est du type {declared.type}, et non {' ou '.join(wanted)}"
                    yield authored.problem("part-type", message, place, _at(where, number))
                known = CHOICES.get(part, ())
                if wrong := next((one.id for one in declared.choices if known and one.id not in known), ""):
                    message = f"{quote(wrong)} n'est pas un choix possible ici{NBSP}: {', '.join(known)}"
                    yield authored.problem("part-choice", message, place, _at(where, number))


def _at(where: tuple[str, str], number: int | None) -> tuple[str | int, ...]:
    return where if number is None else (*where, number)


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
            if isinstance(step, Ask) and step.personal and not step.field.keep:
                message = (
                    f"donnée personnelle sans durée{NBSP}: ajoutez par exemple «{NBSP}keep: 12 months{NBSP}»"
                )
                yield authored.problem("no-keep", message, place, ("field", "name"), severity="warning")
