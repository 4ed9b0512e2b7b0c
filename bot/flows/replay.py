"""Replaying a path after a correction: where it begins, what it passes over, what counts on it, what is no
longer on it. Pure functions.

A replay runs the flow again from its top. Prompts that are answered are passed over, steps that spoke stay
silent, so that a person is asked only what the correction made necessary. An answer counts from the step on
that fills it, as when the path was gone through first.
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


def is_settled(step: Prompt, scope: Scope, answers: Answers) -> bool:
    """Whether a prompt was answered or passed before, so that a replay need not ask it. `answers`: all of
    them, for its own counts only once it was met.
    """
    mark = f"{scope.flow.flow}/{scope.key}"
    if mark in scope.run.skipped:
        return True
    met = any(mark_of(point.frames) == mark for point in scope.run.history)
    if not isinstance(step, Ask):
        return met
    ref = scope.names.ref(step.field.name)
    return ref in answers and (met or bool(ref.run))


def prompt_to_correct(field: str, scope: Scope) -> str:
    """Key of the prompt that asks for a field: the one answered last, if there are several."""
    asking = scope.flow.asking(field)
    met = (point.frames[-1].step for point in reversed(scope.run.history))
    return next((key for key in met if key in asking), asking[0])


def in_force(run: Run, flows: Flows, answers: Answers) -> Answers:
    """The answers that conditions, calculations and texts read now: in a replay without those that no step
    met so far fills.
    """
    correcting = run.wait is not None and not run.visited  # the path is gone through once this is answered
    if run.replay is None or correcting:
        return answers
    void = frozenset(left_behind(run, flows, answers))
    return {ref: value for ref, value in answers.items() if ref not in void}


def computed(run: Run, flows: Flows, answers: Answers) -> Iterator[FieldRef]:
    """The calculated fields that a replay calculates again, so that none stays of a path no longer taken."""
    return (ref for ref, type in _replayed(run, flows, answers) if type == "computed")


def left_behind(run: Run, flows: Flows, answers: Answers) -> Iterator[FieldRef]:
    """The answers that no step fills which the replay has met."""
    met = _met(run)
    told = ((ref, flows[ref.flow]) for ref, type in _replayed(run, flows, answers) if type != "computed")
    # What no question fills was not answered on the path: it came with the run, or of what was done in it.
    return (ref for ref, flow in told if flow.asking(ref.name) and flow.filling[ref.name].isdisjoint(met))


def closed(run: Run, flows: Flows) -> Run:
    """The run after its replay: prompts that were passed and are no longer on the path were not passed."""
    met, replayed = _met(run), called_by(_flow_of(run), flows)
    skipped = frozenset(mark for mark in run.skipped if mark in met or mark.partition("/")[0] not in replayed)
    return replace(run, replay=None, visited=frozenset(), skipped=skipped)


def _met(run: Run) -> frozenset[str]:
    """The marks of the steps that the replay has met."""
    return frozenset(trail.rpartition(">")[2] for trail in run.visited)


def given_in(run: Run, flows: Flows, answers: Answers) -> Iterator[FieldRef]:
    """Every answer given in a run: its own, and the profile fields that it asked for."""
    asked: set[FieldRef] = set()
    for point in run.history:
        flow, key = flows.get(point.frames[-1].flow), point.frames[-1].step
        step = flow.step(key) if flow and key in flow.position else None
        if flow and isinstance(step, Ask) and f"{flow.id}/{key}" not in run.skipped:
            asked.add(field_ref(step.field.name, flow.scope, flow.id, run.id))
    return (ref for ref in answers if ref.run == run.id or ref in asked)


def _replayed(run: Run, flows: Flows, answers: Answers) -> Iterator[tuple[FieldRef, str]]:
    """The answers of this run in the replayed flow and those that it calls, with their fields' types."""
    again = called_by(_flow_of(run), flows)
    for ref in answers:
        if ref.run == run.id and ref.flow in again and (declared := flows[ref.flow].declared.get(ref.name)):
            yield ref, declared.type


def _flow_of(run: Run) -> FlowId:
    """The flow that is replayed: that of the review, or the whole run."""
    return run.flow if run.replay in (None, TO_THE_OPEN) else FlowId(run.replay.partition("/")[0])


def called_by(flow: FlowId, flows: Flows) -> frozenset[FlowId]:
    """A flow with every flow that it calls, directly or not."""
    found: set[FlowId] = set()
    ahead = [flow]
    while ahead:
        here = ahead.pop()
        if here in found or here not in flows:
            continue
        found.add(here)
        ahead += flows[here].calls
    return frozenset(found)
