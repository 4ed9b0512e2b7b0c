"""The one decision: an input and what is known make a turn."""

from datetime import datetime
from random import Random
from typing import assert_never

from bot.dialogue import roster
from bot.dialogue.commands import open_link, run_command
from bot.dialogue.draft import Draft
from bot.dialogue.in_group import heard_in_group
from bot.dialogue.in_staff_group import heard_at_desk
from bot.dialogue.journeys import leave_closed
from bot.dialogue.library import Library
from bot.dialogue.opinions import forget_question
from bot.dialogue.prompts import answer, ready, recover
from bot.dialogue.questions import say_and_come_back
from bot.dialogue.reminding import timed_out
from bot.dialogue.requests import completed, follows_journey, goes_to_team
from bot.dialogue.rewriting import number_of, rewritten
from bot.dialogue.staff_desk import answers_request
from bot.dialogue.taps import forget_tap, tapped
from bot.dialogue.words import said
from bot.model.effects import Reach
from bot.model.inputs import (
    Attachment,
    Command,
    InGroup,
    Input,
    Membership,
    Opening,
    Rewritten,
    StaffReply,
    Tap,
    Timeout,
    Unusable,
    Utterance,
)
from bot.model.session import Session
from bot.model.turn import Turn, View
from bot.model.values import StoredFile


def respond(
    session: Session, input: Input, library: Library, view: View, *, now: datetime, rng: Random
) -> Turn:
    """Decide one turn.

    Pure: no await, no clock, no database, no network, no logging. Total: it never raises.
    """
    draft = Draft(library, session, view, now, rng)
    forget_question(draft)
    leave_closed(draft)
    match input:
        case Timeout(key=key):
            timed_out(draft, key)
        case Membership(change=change):
            draft.add(Reach(change == "unblocked"))
        case InGroup():
            heard_in_group(draft, input)
        case StaffReply():
            heard_at_desk(draft, input)
        case Rewritten(content=content):
            rewritten(draft, content)
        case _:
            _heard(draft, input)
    completed(draft)
    return draft.turn()


def _heard(draft: Draft, input: Utterance | Tap | Command | Opening | Attachment | Unusable) -> None:
    """Something that the person did: it answers a question of our own that is pending, or leaves it."""
    draft.change(confirming=None)
    draft.post = "" if isinstance(input, Tap | Command | Opening) else number_of(input.post)
    if not isinstance(input, Tap):
        forget_tap(draft)
    if answers_request(draft, input) or goes_to_team(draft, input):
        return
    match input:
        case Utterance(text=text, forwarded=forwarded):
            draft.heard = input
            said(draft, text, may_command=not forwarded)
        case Tap(act=act):
            tapped(draft, act)
        case Command(name=name, argument=argument):
            run_command(draft, name, argument)
        case Opening(payload=payload):
            open_link(draft, payload)
        case Attachment() | Unusable():
            _handed_in(draft, input)
        case _:
            assert_never(input)
    follows_journey(draft, input)
    draft.change(failures=draft.session.failures + 1 if draft.failed else 0)


def _handed_in(draft: Draft, input: Attachment | Unusable) -> None:
    run = draft.active
    if run and not ready(draft, run):
        recover(draft, run)
    elif run is not None and answer(draft, run, input):
        return
    elif isinstance(input, Unusable):
        say_and_come_back(draft, draft.phrases.say("too_large" if input.what == "too_large" else "unusable"))
    elif not isinstance(input.content, StoredFile) or not roster.handed_in(draft, input.content):
        say_and_come_back(draft, draft.phrases.say("unusable"))
