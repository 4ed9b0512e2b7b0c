"""How many questions may still come: the longest ways through flows and their sub-flows. Pure functions."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from bot.flows.flow import Flow
from bot.flows.step import NEXT, Exit
from bot.flows.steps.ask import Ask
from bot.model.values import FlowId

Place = TypeVar("Place", bound=str)

Lengths = Mapping[str, int]
"""Key of a step -> most questions from that step on, itself included; no cycle twice."""


def questions_left(flows: Mapping[FlowId, Flow]) -> Mapping[FlowId, Lengths]:
    """Of every flow, with the questions of the flows that it calls; a flow that calls itself counts once."""
    found: dict[FlowId, Lengths] = {}
    for id in _deepest_first(flows, lambda id: [one for one in flows[id].calls if one in flows]):
        called = {one: found[one][flows[one].keys[0]] for one in flows[id].calls if one in found}
        found[id] = _lengths(flows[id], called)
    return found


def _lengths(flow: Flow, called: Mapping[FlowId, int]) -> Lengths:
    """`called`: how many questions a sub-flow may bring."""
    ways = {key: tuple(_ways(flow, key, called)) for key in flow.keys}
    lengths: dict[str, int] = {}
    for key in _deepest_first(flow.keys, lambda key: [target for target, _ in ways[key] if target]):
        ahead = (brings + lengths.get(target or "", 0) for target, brings in ways[key])
        lengths[key] = isinstance(flow.step(key), Ask) + max(ahead, default=0)
    return lengths


def _ways(flow: Flow, key: str, called: Mapping[FlowId, int]) -> Iterator[tuple[str | None, int]]:
    """The steps of this flow to which a step can lead, None at its end, and what a sub-flow brings before."""
    step, below = flow.step(key), flow.below(key)
    for way in (*step.exits(), Exit(NEXT)) if step.when else step.exits():
        if way.kind == "call":
            yield below, called.get(FlowId(way.target), 0)
        elif way.target == NEXT:
            yield below, 0
        elif way.target in flow.position:
            yield flow.current(way.target), 0


def _deepest_first(places: Iterable[Place], ahead: Callable[[Place], Iterable[Place]]) -> Iterator[Place]:
    """Each place after those to which it leads, but for ways back onto the way that led there: cycles."""
    known: set[Place] = set()
    for first in places:
        trail = [] if first in known else [(first, iter(ahead(first)))]
        known.add(first)
        while trail:
            new = next((place for place in trail[-1][1] if place not in known), None)
            if new is None:
                yield trail.pop()[0]
            else:
                known.add(new)
                trail.append((new, iter(ahead(new))))
