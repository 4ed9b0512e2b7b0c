"""How far a run is: questions answered, still to come at most, and the section."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.flows.field import field_ref
from bot.flows.flow import Flow
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


def progress_of(run: Run, flows: Mapping[FlowId, Flow], answers: Mapping[FieldRef, Value]) -> Progress:
    """Where the run stands; the flows and steps of its frames must exist."""
    here = run.frames[-1]
    place = flows[here.flow].current(here.step)
    answered = {
        mark_of(point.frames) for point in run.history if _counts(run, point.frames[-1], flows, answers)
    }
    number = len(answered - {f"{here.flow}/{place}"}) + 1
    left = flows[here.flow].left[place]
    for frame in run.frames[:-1]:
        below = flows[frame.flow].below(frame.step)
        left += flows[frame.flow].left[below] if below else 0
    sections = (flows[frame.flow].section_at(frame.step) for frame in reversed(run.frames))
    section = next((title for title in sections if title), "")
    return Progress(number, number - 1 + max(left, 1), section)


def mark_of(frames: tuple[Frame, ...]) -> str:
    """A step across flows: `flow/step`."""
    return f"{frames[-1].flow}/{frames[-1].step}"


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
