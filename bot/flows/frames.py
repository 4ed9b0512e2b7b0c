"""Where a run stands across flows: frames and marks, and what they are called in today's flows."""

from collections.abc import Mapping
from dataclasses import replace

from bot.flows.flow import Flow
from bot.flows.step import Prompt
from bot.model.session import Frame, Run
from bot.model.values import FlowId

Flows = Mapping[FlowId, Flow]
Frames = tuple[Frame, ...]


def mark_of(frames: Frames) -> str:
    """A step across flows: `flow/step`."""
    return f"{frames[-1].flow}/{frames[-1].step}"


def trail_of(frames: Frames) -> str:
    """A step with the calls that led there: `flow/step>sub-flow/step`."""
    return ">".join(f"{frame.flow}/{frame.step}" for frame in frames)


def exist(frames: Frames, flows: Flows) -> bool:
    """Whether every flow and step is still there, perhaps under another id."""
    return all(frame.flow in flows and frame.step in flows[frame.flow].position for frame in frames)


def wait_at(frames: Frames, flows: Flows) -> bool:
    """Whether the frames exist and end at a prompt."""
    return exist(frames, flows) and isinstance(flows[frames[-1].flow].step(frames[-1].step), Prompt)


def renamed(run: Run, flows: Flows) -> Run:
    """The same run with today's ids of the steps that `replaces:` renamed."""
    history = tuple(replace(point, frames=_current(point.frames, flows)) for point in run.history)
    return replace(
        run,
        frames=_current(run.frames, flows),
        history=history,
        skipped=frozenset(_current_mark(mark, flows) for mark in run.skipped),
        seen=frozenset(_current_mark(mark, flows) for mark in run.seen),
        replay=_current_mark(run.replay, flows) if run.replay else None,
        visited=frozenset(_current_trail(trail, flows) for trail in run.visited),
    )


def _current(frames: Frames, flows: Flows) -> Frames:
    if not exist(frames, flows):
        return frames
    return tuple(replace(frame, step=flows[frame.flow].current(frame.step)) for frame in frames)


def _current_trail(trail: str, flows: Flows) -> str:
    return ">".join(_current_mark(mark, flows) for mark in trail.split(">"))


def _current_mark(mark: str, flows: Flows) -> str:
    name, _, step = mark.partition("/")
    flow = flows.get(FlowId(name))
    return f"{name}/{flow.current(step)}" if flow and step in flow.position else mark
