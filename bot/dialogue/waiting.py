"""Whoever waits for staff is not forgotten: staff are reminded on working days, and the person is told once,
with the way back to the assistant.
"""

from datetime import datetime

from bot.dialogue.context_pack import name_of
from bot.dialogue.draft import Draft
from bot.dialogue.working_days import working_moment, working_morning
from bot.events.news import with_own_hours
from bot.flows.french import write_date
from bot.model.effects import Send, SetTimer, TellTeam
from bot.model.message import Markdown, Message, Option
from bot.model.preferences import Preferences
from bot.model.request import TIMER_STALE, OwnRequest, RequestId, RequestState
from bot.model.turn import Policy

WORKING_DAYS = 2
"""After so many without an answer staff are reminded, and then every working day."""

WAITS = "waits"
"""Where `Session.told` keeps that this person was told that no answer has come yet."""


def reminder(draft: Draft) -> datetime:
    """When staff are reminded of what becomes theirs to answer now."""
    return working_morning(draft.now, WORKING_DAYS, _of_staff(draft))


def watch(draft: Draft, own: OwnRequest) -> None:
    """It is the turn of staff again: they are reminded of it as of the first words."""
    draft.add(SetTimer(f"{TIMER_STALE}{own.id}", reminder(draft)))
    draft.change(told={name: value for name, value in draft.session.told.items() if name != WAITS})


def still_waiting(draft: Draft, request: RequestId) -> None:
    """The timer of a request: remind staff if it is still theirs to answer, but not while they are off."""
    own = draft.view.request
    if own is None or own.id != request or own.state is RequestState.WAITING:
        return
    moment = working_moment(draft.now, _of_staff(draft))
    if moment > draft.now:
        draft.add(SetTimer(f"{TIMER_STALE}{request}", moment))
        return
    answer = Option("req.answer", draft.phrases.label("button_answer"), f"req.{request}.answer")
    told = Message(_reminder(draft, own), key=f"request-{request}.stale")
    next_time = working_morning(draft.now, 1, _of_staff(draft))
    draft.add(TellTeam(request, told, alone=(answer,)), SetTimer(f"{TIMER_STALE}{request}", next_time))
    if own.talking and WAITS not in draft.session.told:
        draft.change(told={**draft.session.told, WAITS: "1"})
        back = draft.button("button_assistant", "assistant")
        draft.add(Send(Message(draft.phrases.say("request_still_waiting"), (back,), silent=True)))


def _reminder(draft: Draft, own: OwnRequest) -> Markdown:
    if own.answered is not None:
        return draft.phrases.say("request_stale_again", name=name_of(draft))
    opened = own.opened.astimezone(draft.view.policy.timezone).date()
    return draft.phrases.say("request_stale", day=write_date(opened, draft.phrases.calendar))


def _of_staff(draft: Draft) -> Policy:
    """The operator's hours: those that a person chose for themselves do not bind staff."""
    return with_own_hours(draft.view.policy, Preferences())
