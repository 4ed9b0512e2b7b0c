"""The ways through flows: every step is reached, and nothing goes round without asking."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.content.authored import AuthoredFlow, Damaged, Material
from bot.content.paths import Edge, edges_of
from bot.content.problem import NBSP, Problem, quote
from bot.flows.step import Prompt, Step

Spot = tuple[str, int]
"""A flow's id and the place of a step."""


def every_step_is_reached(material: Material) -> Iterator[Problem]:
    """`unreachable-step`: only the first step of a part that nothing leads to."""
    for authored in material.flows:
        ways = edges_of(authored.flow)
        reached = _reached(ways, 0)
        for place, _ in authored.steps():
            if place not in reached:
                yield authored.problem("unreachable-step", "aucun chemin ne mène à cette étape", place)
                reached |= _reached(ways, place)


def _reached(ways: Sequence[Sequence[Edge]], start: int) -> set[int]:
    found: set[int] = set()
    ahead = [start]
    while ahead:
        place = ahead.pop()
        if place not in found:
            found.add(place)
            ahead += [edge.target for edge in ways[place] if edge.target is not None]
    return found


@dataclass(frozen=True, slots=True)
class _Hop:
    """A way on that asks nothing, between steps of any flows."""

    target: Spot
    calls: bool
    """It goes into a sub-flow."""


def no_cycle_without_a_prompt(material: Material) -> Iterator[Problem]:
    """`endless-cycle`, `endless-recursion`."""
    flows = {authored.flow.flow: authored for authored in material.flows}
    ways = {id: edges_of(authored.flow) for id, authored in flows.items()}
    silent = _silent_flows(flows, ways)
    hops = {
        (id, place): tuple(_hops(id, ways[id][place], flows, silent)) if not _asks(step) else ()
        for id, authored in flows.items()
        for place, step in authored.steps()
    }
    for cycle in _cycles(hops):
        flow, place = min(cycle)
        into = any(hop.calls and hop.target in cycle for spot in cycle for hop in hops[spot])
        if into:
            message = f"des parcours s'appellent en rond sans rien demander{NBSP}: {_names(cycle, flows)}"
            yield flows[flow].problem("endless-recursion", message, place)
        else:
            message = f"le chemin tourne en rond sans rien demander{NBSP}: {_names(cycle, flows)}"
            yield flows[flow].problem("endless-cycle", message, place)


def _asks(step: Step) -> bool:
    return isinstance(step, Prompt | Damaged)


def _silent_flows(
    flows: Mapping[str, AuthoredFlow], ways: Mapping[str, Sequence[Sequence[Edge]]]
) -> set[str]:
    """Flows that can be gone through without a question: a call of one of them goes straight on."""
    silent: set[str] = set()
    changed = True
    while changed:
        changed = False
        for id, authored in flows.items():
            if id not in silent and _passes(authored, ways[id], silent, flows):
                silent.add(id)
                changed = True
    return silent


def _passes(
    authored: AuthoredFlow,
    ways: Sequence[Sequence[Edge]],
    silent: set[str],
    flows: Mapping[str, AuthoredFlow],
) -> bool:
    seen: set[int] = set()
    ahead = [0]
    while ahead:
        place = ahead.pop()
        if place in seen or _asks(authored.flow.steps[place]):
            continue
        seen.add(place)
        for edge in ways[place]:
            if edge.flow in flows and edge.flow not in silent:
                continue
            if edge.target is None:
                return True
            ahead.append(edge.target)
    return False


def _hops(
    id: str, edges: Sequence[Edge], flows: Mapping[str, AuthoredFlow], silent: set[str]
) -> Iterator[_Hop]:
    for edge in edges:
        if edge.flow in flows:
            yield _Hop((edge.flow, 0), calls=edge.calls)
        if edge.target is not None and (not edge.flow or edge.flow in silent):
            yield _Hop((id, edge.target), calls=False)


def _cycles(hops: Mapping[Spot, Sequence[_Hop]]) -> Iterator[set[Spot]]:
    """The groups of steps from which each can be reached from each other."""
    after = {spot: _all_after(hops, spot) for spot in hops}
    grouped: set[Spot] = set()
    for spot in sorted(hops):
        if spot in grouped or spot not in after[spot]:
            continue
        cycle = {other for other in after[spot] if spot in after[other]}
        grouped |= cycle
        yield cycle


def _all_after(hops: Mapping[Spot, Sequence[_Hop]], start: Spot) -> set[Spot]:
    found: set[Spot] = set()
    ahead = [hop.target for hop in hops[start]]
    while ahead:
        spot = ahead.pop()
        if spot not in found:
            found.add(spot)
            ahead += [hop.target for hop in hops[spot]]
    return found


def _names(cycle: set[Spot], flows: Mapping[str, AuthoredFlow]) -> str:
    if len({flow for flow, _ in cycle}) > 1:
        return " → ".join(quote(flow) for flow in sorted({flow for flow, _ in cycle}))
    return " → ".join(quote(flows[flow].flow.keys[place]) for flow, place in sorted(cycle))
