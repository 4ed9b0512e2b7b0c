"""The ways through a flow, and which fields are filled on them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.flows.condition import Call, Condition, Const, Items, Name, Operation, Tree
from bot.flows.field import ABSENT
from bot.flows.flow import Flow
from bot.flows.step import END, NEXT, Step
from bot.flows.steps.ask import Ask
from bot.flows.steps.set import Set

Names = frozenset[str]
NOTHING: Names = frozenset()
SURE_BUILT_IN = frozenset({"person.language", "person.standing", "association.members", "today"})
"""Built-in names that always have a value (`progress.*` has too)."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One way on from a step, within the flow."""

    target: int | None
    """Place of the step; None: the flow is left."""
    facts: Names = NOTHING
    """Names that certainly have a value on this way, since its condition held."""
    skipped: bool = False
    """The step was passed over, because its `when` did not hold."""
    flow: str = ""
    """Another flow that is entered."""
    calls: bool = False
    """That flow comes back to `target`; else it replaces this one."""


def edges_of(flow: Flow) -> tuple[tuple[Edge, ...], ...]:
    """For each step, the ways on."""
    return tuple(tuple(_edges(flow, place, step)) for place, step in enumerate(flow.steps))


def _edges(flow: Flow, place: int, step: Step) -> Iterable[Edge]:
    below = place + 1 if place + 1 < len(flow.steps) else None
    entered = present(step.when)
    for way in step.exits():
        facts = entered | present(way.condition)
        match way.kind, way.target:
            case "call", called:
                yield Edge(below, facts, flow=called, calls=True)
            case _, "next":
                if not any(other.kind == "call" for other in step.exits()):
                    yield Edge(below, facts)
            case "end", _:
                yield Edge(None, facts)
            case _, target:
                inside = flow.position.get(target)
                yield Edge(inside, facts, flow="" if inside is not None else target)
    if step.when:
        yield Edge(below, skipped=True)


assert (NEXT, END) == ("next", "end"), "the patterns above spell them out"


def present(condition: Condition | None) -> Names:
    """Names that certainly have a value where a condition holds."""
    return _present(condition.tree) if condition else NOTHING


def _present(tree: Tree) -> Names:
    """Names that have a value if the tree is true."""
    match tree:
        case Operation(operator="and", operands=operands):
            return NOTHING.union(*(_present(operand) for operand in operands))
        case Operation(operator="or", operands=(first, *rest)):
            return _present(first).intersection(*(_present(operand) for operand in rest))
        case Operation(operator="not", operands=(inner,)):
            return _valued(inner)  # `not` of an absent comparison is not true either
        case Call(function="answered", arguments=(argument,)):
            return _valued(argument)
    return _valued(tree)


def _valued(tree: Tree) -> Names:
    """Names that have a value if the tree has one."""
    match tree:
        case Name(path=path):
            return frozenset({path})
        case Operation(operator=operator, operands=parts) if operator not in ("and", "or", "not"):
            return NOTHING.union(*(_valued(part) for part in parts))
        case Call(function="value" | "contains" | "days_since" | "round", arguments=parts):
            return NOTHING.union(*(_valued(part) for part in parts))
    return NOTHING


def may_be_filled(flow: Flow) -> tuple[Names, ...]:
    """For each step, the names that some path before it fills."""
    known: list[set[str]] = [set() for _ in flow.steps]
    ways = edges_of(flow)
    changed = True
    while changed:
        changed = False
        for place, step in enumerate(flow.steps):
            after = known[place] | step.sets().keys()
            for edge in ways[place]:
                if edge.target is not None and not after <= known[edge.target]:
                    known[edge.target] |= after
                    changed = True
    return tuple(frozenset(names) for names in known)


def passed(flow: Flow) -> tuple[Names, ...]:
    """For each step, the names for which every path before it has a step that fills them or proves them.

    A step with `when` counts as taken: authors pair conditions in ways that no check can follow.
    """
    return _on_every_path(flow, lambda step, before: before | step.sets().keys(), optimistic=True)


def surely_filled(flow: Flow) -> tuple[Names, ...]:
    """For each step, the names that certainly have a value when a run gets there."""
    return _on_every_path(flow, _after, optimistic=False)


def _on_every_path(
    flow: Flow, after: Callable[[Step, Names], Names], *, optimistic: bool
) -> tuple[Names, ...]:
    ways = edges_of(flow)
    every = frozenset(name for step in flow.steps for name in step.sets()) | NOTHING.union(
        *(edge.facts for some in ways for edge in some)
    )
    known: list[Names] = [NOTHING, *[every] * (len(flow.steps) - 1)]
    changed = True
    while changed:
        changed = False
        for place, step in enumerate(flow.steps):
            here = known[place]
            taken = after(step, here | present(step.when))
            for edge in ways[place]:
                if edge.target is None:
                    continue
                arriving = taken | (edge.facts - step.sets().keys())
                if edge.skipped:
                    arriving = after(step, here) if optimistic else here
                if not known[edge.target] <= arriving:
                    known[edge.target] &= arriving
                    changed = True
    return tuple(known)


def _after(step: Step, before: Names) -> Names:
    match step:
        case Ask():
            name = step.field.name
            nowhere = any(choice.value == ABSENT for choice in step.choices)
            absent = nowhere or (step.skip is not None and step.default is None)
            return before - {name} if absent else before | {name}
        case Set():
            gone = {name for name, calculation in step.set.items() if may_be_absent(calculation.tree, before)}
            return (before | step.set.keys()) - gone
    return before - step.sets().keys()


def may_be_absent(tree: Tree, sure: Names) -> bool:
    """Whether a calculation may have no value, given the names that certainly have one."""
    match tree:
        case Const() | Items():
            return False
        case Name(path=path):
            return path not in sure and path not in SURE_BUILT_IN and not path.startswith("progress.")
        case Operation(operator="and", operands=operands):
            return any(may_be_absent(operand, sure | _present(tree)) for operand in operands)
        case Operation(operands=operands):
            return tree.operator == "/" or any(may_be_absent(operand, sure) for operand in operands)
        case Call(function="answered" | "count" | "sum" | "done" | "started"):
            return False
        case Call(function="default" | "mean" | "min" | "max", arguments=arguments):
            return all(may_be_absent(argument, sure) for argument in arguments)
        case Call(arguments=arguments):
            return any(may_be_absent(argument, sure) for argument in arguments)


def guards(tree: Tree, sure: Names) -> Mapping[int, Names]:
    """For each part of a condition (by `id()`), the names that are sure there: `answered(x) and x > 3`."""
    found: dict[int, Names] = {}

    def note(node: Tree, here: Names) -> None:
        found[id(node)] = here
        match node:
            case Operation(operator="and", operands=operands):
                for operand in operands:
                    others = [_present(other) for other in operands if other is not operand]
                    note(operand, here.union(*others))
            case Operation(operands=children) | Call(arguments=children):
                for child in children:
                    note(child, here)

    note(tree, sure)
    return found
