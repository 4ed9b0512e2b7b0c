"""When a reminder leaves: local time of the author, never in quiet hours."""

from datetime import datetime, time, timedelta

from bot.flows.duration import Span
from bot.flows.step import Step
from bot.flows.steps.ask import Ask
from bot.model.session import Wait
from bot.model.turn import Policy
from bot.model.values import RunId


def timer_key(run: RunId) -> str:
    """The name of a run's reminder timer."""
    return f"remind.{run}"


def reminder_due(now: datetime, after: Span, at: str, policy: Policy) -> datetime:
    """The moment of the next reminder: days count from today and end at `at`; shorter spans are exact."""
    due = after.after(now.astimezone(policy.timezone))
    if after.months or after.elapsed >= timedelta(days=1):
        due = due.replace(hour=int(at[:2]), minute=int(at[3:]), second=0, microsecond=0)
    return out_of_quiet(due, policy)


def out_of_quiet(moment: datetime, policy: Policy) -> datetime:
    """The same moment, or the end of the quiet hours it falls into; in the operator's time zone."""
    local = moment.astimezone(policy.timezone)
    start, end = policy.quiet
    if not _quiet(local.time(), start, end):
        return local
    morning = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return morning if local.time() < end else morning + timedelta(days=1)


def _quiet(clock: time, start: time, end: time) -> bool:
    if start <= end:
        return start <= clock < end
    return clock >= start or clock < end


def reminder_of(step: Step, wait: Wait | None, now: datetime, policy: Policy) -> datetime | None:
    """When the next reminder of a waiting prompt leaves; None if it has none left."""
    if not isinstance(step, Ask) or not step.remind or not wait or wait.reminded >= step.remind.times:
        return None
    return reminder_due(now, step.remind.after, step.remind.at, policy)
