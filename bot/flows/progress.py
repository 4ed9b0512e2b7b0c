"""How far a run is: questions answered, still to come at most, and the section."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.flows.flow import Flow
from bot.model.session import Run
from bot.model.values import FlowId, Value


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


def progress_of(run: Run, flows: Mapping[FlowId, Flow]) -> Progress:
    """Where the run stands; its flows and steps must exist."""
    here = run.frames[-1]
    current = (here.flow, here.step)
    answered = {(point.frames[-1].flow, point.frames[-1].step) for point in run.history} - {current}
    left = flows[here.flow].left[here.step]
    for frame in run.frames[:-1]:
        below = flows[frame.flow].below(frame.step)
        left += flows[frame.flow].left[below] if below else 0
    number = len(answered) + 1
    sections = (flows[frame.flow].section_at(frame.step) for frame in reversed(run.frames))
    section = next((title for title in sections if title), "")
    return Progress(number, len(answered) + max(left, 1), section)
