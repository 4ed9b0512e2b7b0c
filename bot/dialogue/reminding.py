"""A reminder that is due: sent unless the person paused, put off over the quiet hours, counted."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.dialogue.draft import Draft
from bot.dialogue.events import event_due
from bot.dialogue.journeys import resume_option
from bot.dialogue.prompts import walk_of
from bot.dialogue.requests import request_due
from bot.flows.frames import wait_at
from bot.flows.reminders import out_of_quiet, timer_key
from bot.flows.steps.ask import Ask
from bot.model.effects import Send, SetTimer
from bot.model.message import Message

LOOK_AGAIN = timedelta(weeks=4)
"""Between looks at whether a pause without an end was ended."""


def timed_out(draft: Draft, key: str) -> None:
    """A timer fired; a stale one does nothing."""
    if event_due(draft, key) or request_due(draft, key):
        return
    run = next((run for run in draft.session.runs if timer_key(run.id) == key), None)
    if run is None or run.paused or run.wait is None or not wait_at(run.frames, draft.shelf.flows):
        return
    walk = walk_of(draft, run)
    remind = walk.step.remind if isinstance(walk.step, Ask) else None
    if remind is None or run.wait.reminded >= remind.times:
        return
    calm = _calm(draft)
    if calm > draft.now:
        draft.add(SetTimer(key, calm))
        return
    # A "oui" typed now answers the reminder, no longer the question before it.
    draft.change(confirming=None)
    draft.add(Send(Message(walk.scope().text(remind.say), (resume_option(draft, run),))))
    walk.run = replace(walk.run, wait=replace(run.wait, reminded=run.wait.reminded + 1))
    walk.remind()
    draft.add(*walk.effects)
    draft.keep(walk.run)


def _calm(draft: Draft) -> datetime:
    """When nobody is disturbed: after a pause, or another look at an endless one; after the quiet hours."""
    wishes, moment = draft.view.preferences, draft.now
    if wishes.paused_until is not None and wishes.paused(draft.now):
        moment = min(wishes.paused_until, draft.now + LOOK_AGAIN)
    return out_of_quiet(moment, draft.view.policy)
