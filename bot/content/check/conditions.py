"""Conditions, calculations and placeholders: known names, types, and values that may be missing."""

from collections.abc import Iterator, Mapping

from bot.content.authored import AuthoredFlow, Material, merged_profile
from bot.content.paths import guards, may_be_absent, may_be_filled, passed, present, surely_filled
from bot.content.problem import NBSP, Problem, did_you_mean, quote
from bot.content.types import Fault, NameTable, Type, infer
from bot.flows.condition import Call, Condition, Name, Operation, Tree, names_in, walk
from bot.flows.step import Step
from bot.flows.template import Placeholder

WRITTEN = ("date", "time", "moment")
"""Kinds of values that a condition writes as a text."""

Where = tuple[str | int, ...]


def _tables(material: Material) -> Iterator[tuple[AuthoredFlow, NameTable]]:
    profile = merged_profile(material.flows)
    for authored in material.flows:
        yield authored, NameTable(authored, material, profile)


def conditions_are_typed(material: Material) -> Iterator[Problem]:
    """`unknown-name`, `unknown-choice`, `unknown-flow`, `choice-value`, `audience-only`, `type`."""
    for authored, names in _tables(material):
        for place, step in authored.steps():
            for where, condition in step.conditions():
                faults: list[Fault] = []
                found = infer(condition.tree, names, faults.append)
                faults += _of_the_whole(where, found, names)
                for fault in faults:
                    yield authored.problem(fault.code, fault.message, place, where, offset=fault.column)


def _of_the_whole(where: Where, found: Type, names: NameTable) -> Iterator[Fault]:
    """A condition is true or not; a calculation fits the field that it fills."""
    if where[0] != "set":
        if found.kind not in ("truth", "unknown"):
            yield Fault(
                0,
                "type",
                f"une condition est attendue ici{NBSP}: comparez, par exemple «{NBSP}score > 3{NBSP}»",
            )
        return
    declared = names.declared(str(where[1]))
    if declared is None or declared.type == "computed" or found.kind == "unknown":
        return
    wanted = names.type_of(str(where[1]))
    if found.literal is not None and wanted.kind == "one":
        if wanted.ids is not None and found.literal not in wanted.ids:
            message = f"{quote(found.literal)} n'est pas un choix{did_you_mean(found.literal, wanted.ids)}"
            yield Fault(0, "unknown-choice", message)
    elif found.kind != wanted.kind and not (found.literal is not None and wanted.kind in WRITTEN):
        yield Fault(0, "type", f"{quote(where[1])} est demandé ailleurs avec un autre type")


def placeholders_are_known(material: Material) -> Iterator[Problem]:
    """`unknown-name`, `placeholder`, and `unknown-field` of a review."""
    for authored, names in _tables(material):
        for place, step in authored.steps():
            for where, template in step.texts():
                for hole in template.placeholders():
                    for code, message in _hole(hole, names):
                        yield authored.problem(code, message, place, where, offset=hole.column)
            for link in step.links():
                known = names.own | names.profile.keys() | material.broken_names
                if link.kind == "field" and link.name not in known and names.certain:
                    message = f"réponse inconnue {quote(link.name)}{did_you_mean(link.name, known)}"
                    yield authored.problem("unknown-field", message, place, link.where)


def _hole(hole: Placeholder, names: NameTable) -> Iterator[tuple[str, str]]:
    if hole.name not in names.known:
        if names.certain:
            yield "unknown-name", f"nom inconnu {quote(hole.name)}{did_you_mean(hole.name, names.known)}"
        return
    kind = names.type_of(hole.name).kind
    if hole.filter == "date" and kind not in ("date", "moment", "unknown"):
        yield "placeholder", f"{quote(hole.name)} n'est pas une date"
    if hole.plural and kind not in ("number", "unknown"):
        yield "placeholder", f"{quote(hole.name)} n'est pas un nombre{NBSP}: pas de pluriel"


def arithmetic_is_never_absent(material: Material) -> Iterator[Problem]:
    """`absent-arithmetic`: + - * / on an answer that may be missing."""
    for authored in material.flows:
        sure = surely_filled(authored.flow)
        for place, step in authored.steps():
            for where, condition in step.conditions():
                known = sure[place] | (present(step.when) if where != ("when",) else frozenset())
                for node in _absent_parts(condition.tree, guards(condition.tree, known)):
                    name = node.path if isinstance(node, Name) else f"{node.function}(…)"
                    fix = f"{quote('answered(…) and …')}, ou default({name}, 0)"
                    message = f"{quote(name)} peut manquer{NBSP}: écrivez {fix}"
                    yield authored.problem("absent-arithmetic", message, place, where, offset=node.column)


def _absent_parts(tree: Tree, certain: Mapping[int, frozenset[str]]) -> Iterator[Name | Call]:
    for node in walk(tree):
        if isinstance(node, Operation) and node.operator in ("+", "-", "*", "/"):
            for operand in node.operands:
                if isinstance(operand, Name | Call) and may_be_absent(operand, certain[id(operand)]):
                    yield operand


def fields_are_filled_before(material: Material) -> Iterator[Problem]:
    """`never-filled`, `not-yet-filled`: a field of this flow is read before a step can have filled it."""
    for authored in material.flows:
        flow = authored.flow
        own = {name for step in flow.steps for name in step.sets() if "." not in name}
        possible, always = may_be_filled(flow), passed(flow)
        for place, step in authored.steps():
            proved = always[place] | present(step.when)
            for where, name, column, shown in _reads(step):
                if name not in own:
                    continue
                if name not in possible[place]:
                    message = f"aucune étape avant celle-ci ne remplit {quote(name)}"
                    yield authored.problem("never-filled", message, place, where, offset=column)
                elif shown and name not in proved:
                    fix = quote(f"when: answered({name})")
                    message = f"{quote(name)} n'est pas rempli sur tous les chemins{NBSP}: ajoutez {fix}"
                    yield authored.problem("not-yet-filled", message, place, where, offset=column)


def _reads(step: Step) -> Iterator[tuple[Where, str, int, bool]]:
    """Where a step reads which name, at which character, and whether people see it."""
    for where, condition in step.conditions():
        for node in _unguarded(condition):
            yield where, node.path, node.column, False
    for where, template in step.texts():
        for hole in template.placeholders():
            yield where, hole.name, hole.column, True


def _unguarded(condition: Condition) -> Iterator[Name]:
    """The names read, but for those that the condition itself expects to be missing."""
    asked = {
        argument.path
        for node in walk(condition.tree)
        if isinstance(node, Call) and node.function in ("answered", "default")
        for argument in node.arguments
        if isinstance(argument, Name)
    }
    return (node for node in names_in(condition) if node.path not in asked)
