"""What of the flows all conversation tests together leave out: steps, and ways on from branches."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from bot.content.transcripts import World
from bot.dialogue.library import Library
from bot.flows.flow import Flow
from bot.flows.steps.branch import Branch
from bot.model.values import FlowId


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of a flow no conversation went through."""

    steps: tuple[str, ...]
    """Keys of the steps that were not entered."""
    ways: tuple[str, ...]
    """Cases of branches that were not taken, `step -> where it leads`."""
    all_ways: int
    """Cases that its branches have."""


def coverage(library: Library, worlds: Iterable[World]) -> Mapping[FlowId, Coverage]:
    """Of every flow, what all these conversations left out."""
    steps, ways = set[str](), set[tuple[str, int]]()
    for world in worlds:
        steps.update(world.trace)
        ways.update(world.ways)
    return {id: _coverage(flow, steps, ways) for id, flow in library.shelf.flows.items()}


def _coverage(flow: Flow, steps: Container[str], ways: Container[tuple[str, int]]) -> Coverage:
    marks = {key: f"{flow.flow}/{key}" for key in flow.keys}
    cases = [
        (marks[key], place, f"{key} -> {case.target}")
        for key, step in zip(flow.keys, flow.steps, strict=True)
        if isinstance(step, Branch)
        for place, case in enumerate(step.branch)
    ]
    return Coverage(
        tuple(key for key, mark in marks.items() if mark not in steps),
        tuple(written for mark, place, written in cases if (mark, place) not in ways),
        len(cases),
    )
