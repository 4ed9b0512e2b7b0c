"""Replaying a path after a correction: where it begins, what it passes over, what is no longer on it. Pure
functions.

A replay runs the flow again from its top. Prompts that are answered are passed over, steps that spoke stay
silent,
so that a person is asked only what the correction made necessary.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.flows.field import field_ref
from bot.flows.frames import Flows, Frames, mark_of
from bot.flows.step import Prompt, Scope
from bot.flows.steps.ask import Ask
from bot.model.session import Run
from bot.model.values import FieldRef, FlowId, Value

Answers = Mapping[FieldRef, Value]

TO_THE_OPEN = "*"
"""`Run.replay` of a run whose flow changed under it: no review waits at its end."""


def first_frames(run: Run, flows: Flows) -> Frames:
    """Where a replay begins: the top of the flow in which the review stands."""
    reviewed = (point.frames for point in reversed(run.history) if mark_of(point.frames) == run.replay)
    frames = next(reviewed, run.frames)
    flow = frames[-1].flow
    return (*frames[:-1], replace(frames[-1], step=flows[flow].keys[0]))


def is_settled(step: Prompt, scope: Scope) -> bool:
    """Whether a prompt was answered or passed before, so that a replay need not ask it."""
    mark = f"{scope.flow.flow}/{scope.key}"
    if mark in scope.run.skipped:
        return True
    met = any(mark_of(point.frames) == mark for point in scope.run.history)
    if not isinstance(step, Ask):
        return met
    ref = scope.names.ref(step.field.name)
    return ref in scope.names.answers and (met or bool(ref.run))


def prompt_to_correct(field: str, scope: Scope) -> str:
    """Key of the prompt that asks for a field: the one answered last, if there are several."""
    asking = scope.flow.asking(field)
    met = (point.frames[-1].step for point in reversed(scope.run.history))
    return next((key for key in met if key in asking), asking[0])


def computed(run: Run, flows: Flows, answers: Answers) -> Iterator[FieldRef]:
    """The calculated fields that a replay calculates again, so that none stays of a path no longer taken."""
    return (ref for ref in answers if _type(ref, run, flows) == "computed")


def left_behind(run: Run, flows: Flows, answers: Answers) -> Iterator[FieldRef]:
    """The answers that no step of the corrected path fills."""
    filled = {field for trail in run.visited for field in _fields_at(trail, flows)}
    types = ((ref, _type(ref, run, flows)) for ref in answers if (ref.flow, ref.name) not in filled)
    # What no question fills was not answered on the path: it came with the run, or of what was done in it.
    return (ref for ref, type in types if type not in (None, "computed") and flows[ref.flow].asking(ref.name))


def still_skipped(run: Run, flows: Flows) -> frozenset[str]:
    """The marks of passed prompts without those that are no longer on the corrected path."""
    met = {trail.rpartition(">")[2] for trail in run.visited}
    replayed = called_by(run.frames[-1].flow, flows)
    return frozenset(mark for mark in run.skipped if mark in met or mark.partition("/")[0] not in replayed)


def _fields_at(trail: str, flows: Flows) -> Iterator[tuple[FlowId, str]]:
    """Fields that the step at the end of a trail fills."""
    name, _, key = trail.rpartition(">")[2].partition("/")
    flow = flows.get(FlowId(name))
    if flow and key in flow.position:
        yield from ((flow.id, field) for field in flow.step(key).sets())


def given_in(run: Run, flows: Flows, answers: Answers) -> Iterator[FieldRef]:
    """Every answer given in a run: its own, and the profile fields that it asked for."""
    asked: set[FieldRef] = set()
    for point in run.history:
        flow, key = flows.get(point.frames[-1].flow), point.frames[-1].step
        step = flow.step(key) if flow and key in flow.position else None
        if flow and isinstance(step, Ask) and f"{flow.id}/{key}" not in run.skipped:
            asked.add(field_ref(step.field.name, flow.scope, flow.id, run.id))
    return (ref for ref in answers if ref.run == run.id or ref in asked)


def _type(ref: FieldRef, run: Run, flows: Flows) -> str | None:
    """The type of a field of this run in the replayed flow or one that it calls; None for any other."""
    if ref.run != run.id or ref.flow not in called_by(run.frames[-1].flow, flows):
        return None
    declared = flows[ref.flow].declared.get(ref.name)
    return declared.type if declared else None


def called_by(flow: FlowId, flows: Flows) -> frozenset[FlowId]:
    """A flow with every flow that it calls, directly or not."""
    found: set[FlowId] = set()
    ahead = [flow]
    while ahead:
        here = ahead.pop()
        if here in found or here not in flows:
            continue
        found.add(here)
        ways = (way for step in flows[here].steps for way in step.exits())
        ahead += [FlowId(way.target) for way in ways if way.kind == "call"]
    return frozenset(found)
