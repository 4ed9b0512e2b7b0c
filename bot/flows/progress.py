"""How far a run is: questions answered, still to come at most, and the section."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.flows.field import field_ref
from bot.flows.flow import Flow
from bot.flows.frames import Frames, mark_of
from bot.flows.shelf import Shelf
from bot.flows.steps.ask import Ask
from bot.model.session import Frame, Run
from bot.model.values import FieldRef, FlowId, Value


@dataclass(frozen=True, slots=True)
class Progress:
    """Place in a run."""

    number: int
    """Number of the current question, from 1."""
    total: int
    """Questions on the longest path that is still possible."""
    section: str
    """Title of the section; may be empty."""

    def names(self) -> Mapping[str, Value]:
        """As placeholders and conditions read it."""
        return {
            "progress.done": self.number - 1,
            "progress.total": self.total,
            "progress.left": self.total - self.number + 1,
            "progress.section": self.section,
        }


def progress_of(run: Run, shelf: Shelf, answers: Mapping[FieldRef, Value]) -> Progress:
    """Where the run stands; the flows and steps of its frames must exist."""
    flows, here = shelf.flows, run.frames[-1]
    left = shelf.left[here.flow][flows[here.flow].current(here.step)]
    for frame in run.frames[:-1]:
        below = flows[frame.flow].below(frame.step)
        left += shelf.left[frame.flow][below] if below else 0
    before = len(
        {mark_of(frames) for frames in _before(run, flows) if _counts(run, frames[-1], flows, answers)}
    )
    sections = (flows[frame.flow].section_at(frame.step) for frame in reversed(run.frames))
    section = next((title for title in sections if title), "")
    return Progress(before + 1, before + max(left, 1), section)


def _before(run: Run, flows: Mapping[FlowId, Flow]) -> Iterator[Frames]:
    """The prompts that stand before the current one: of a prompt met again, those before its first time."""
    here = run.frames[-1]
    for point in run.history:
        if mark_of(point.frames) == mark_of(run.frames):
            return
        there = point.frames[-1]
        # A replay asks what the first pass had not: what it had answered further down comes after.
        if run.replay and there.flow == here.flow and _further(there, here, flows[here.flow]):
            continue
        yield point.frames


def _further(there: Frame, here: Frame, flow: Flow) -> bool:
    return there.step in flow.position and flow.position[there.step] > flow.position[here.step]


def _counts(run: Run, frame: Frame, flows: Mapping[FlowId, Flow], answers: Mapping[FieldRef, Value]) -> bool:
    """Whether a prompt of the history is a question that still has its answer, or was passed."""
    flow = flows.get(frame.flow)
    if flow is None or frame.step not in flow.position:
        return False
    step = flow.step(frame.step)
    if not isinstance(step, Ask):
        return False
    declared = flow.declared[step.field.name]
    ref = field_ref(step.field.name, declared.owner, flow.id, run.id)
    return ref in answers or f"{flow.id}/{flow.current(frame.step)}" in run.skipped
