"""How answers are kept while a run moves: with what retention; "retour" restores them, and the run."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.flows.shelf import Shelf
from bot.flows.step import Outcome
from bot.model.effects import Effect, Escalate, Forget, Remember
from bot.model.session import Run
from bot.model.values import FieldRef, Value


def remembering(ref: FieldRef, value: Value, shelf: Shelf, now: datetime) -> Remember:
    """The effect that keeps a value as its field is declared."""
    flow = shelf.flows.get(ref.flow)
    fields = (flow.declared if flow else {}) if ref.flow else shelf.profile
    declared = fields.get(ref.name if ref.flow else f"{ref.owner}.{ref.name}")
    keep = declared.keep if declared else None
    return Remember(ref, value, keep.after(now) if keep else None, bool(declared and declared.personal))


def noted(run: Run, ref: FieldRef, answers: Mapping[FieldRef, Value]) -> Run:
    """The run whose newest checkpoint knows what an answer was before it changes."""
    if not run.history or ref in dict(run.history[-1].before):
        return run
    *earlier, point = run.history
    before = (*point.before, (ref, answers.get(ref)))
    return replace(run, history=(*earlier, replace(point, before=before)))


def restored(run: Run, place: int) -> Mapping[FieldRef, Value | None]:
    """What the answers were when the prompt at that place of the history was asked; None: absent."""
    before: dict[FieldRef, Value | None] = {}
    for point in reversed(run.history[place:]):
        before.update(point.before)
    return before


def returned(run: Run, place: int) -> Run:
    """The run as it stood when the prompt at that place of the history was asked."""
    point = run.history[place]
    return replace(
        run,
        frames=point.frames,
        history=run.history[:place],
        skipped=point.skipped,
        replay=point.replay,
        visited=point.visited,
        wait=None,
    )


def deeds(outcome: Outcome) -> tuple[Effect, ...]:
    """What a step does beyond changing answers."""
    return tuple(effect for effect in outcome.effects if not isinstance(effect, Remember | Forget))


def unrepeated(outcome: Outcome, *, replaying: bool) -> Outcome:
    """What a step does when the run comes by again: a replay only calculates; staff are never asked twice."""
    if replaying:
        kept = tuple(effect for effect in outcome.effects if isinstance(effect, Remember | Forget))
        return replace(outcome, says=(), effects=kept)
    return replace(outcome, effects=tuple(one for one in outcome.effects if not isinstance(one, Escalate)))
