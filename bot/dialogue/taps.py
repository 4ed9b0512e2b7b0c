"""A tapped button: of the waiting prompt, of an earlier message, tapped twice, or forged."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from bot.dialogue import roster
from bot.dialogue.acts import (
    Act,
    AnnouncementTap,
    AnswerTap,
    ArrangeTap,
    ArticleTap,
    CannedTap,
    ControlTap,
    DoorTap,
    EventTap,
    FlowTap,
    GiveTap,
    GroupTap,
    LanguageTap,
    LinkTap,
    OpinionTap,
    PeopleTap,
    PlainTap,
    ProposeTap,
    RequestTap,
    ResumeTap,
    StatisticsTap,
    TeamTap,
    WishTap,
    parse_act,
)
from bot.dialogue.announcing import announcement_tapped
from bot.dialogue.commands import (
    choose_language,
    confirm_erase,
    erase,
    export,
    human,
    journeys,
    menu,
    open_runs,
    own_data,
    question,
)
from bot.dialogue.door import door_tapped
from bot.dialogue.draft import Draft
from bot.dialogue.events import event_of_tag, event_tapped, known_event, list_events
from bot.dialogue.gatherings import arrange
from bot.dialogue.journeys import start
from bot.dialogue.links import link_chosen
from bot.dialogue.preferences import show_preferences, wish_tapped
from bot.dialogue.prompts import answer, ready, recover, resume, take_way
from bot.dialogue.questions import judged, none_fits, say_and_come_back, say_stale, show_article
from bot.dialogue.requests import ask_team, back_to_assistant, rated, send_question, share
from bot.dialogue.staff_desk import list_requests, request_tapped
from bot.dialogue.staff_questions import group_tapped, list_questions, proposed
from bot.dialogue.statistics import statistics_tapped
from bot.dialogue.team import choose_whose, invite, list_team, take_back
from bot.flows.steps.ask import DONE
from bot.model.effects import Audit
from bot.model.inputs import Tap
from bot.model.rights import Right
from bot.model.who import PersonId, Standing

DOUBLE = timedelta(seconds=5)
"""The same button within this time is one tap too many."""


def tapped(draft: Draft, act: str) -> None:
    """A button was pressed.

    A prompt's own number tells an old button; any other double tap is passed over.
    """
    doubled = tapped_again(draft, act, within=DOUBLE)
    note_tap(draft, act)
    meaning = parse_act(act)
    match meaning:
        case AnswerTap(serial=serial, choice=choice):
            _answered(draft, serial, choice, doubled=doubled)
        case ControlTap(serial=serial, control="done"):
            _answered(draft, serial, DONE, doubled=doubled)
        case ControlTap(serial=serial, control="back" | "skip" | "pause" as way) if not doubled:
            run = next((run for run in draft.session.runs if run.wait and run.wait.serial == serial), None)
            if run is None:
                say_stale(draft)
            elif ready(draft, run):
                take_way(draft, run, way)
            else:
                recover(draft, run)
        case None | ControlTap():
            if not doubled:
                say_stale(draft)
        case _:
            if not doubled:
                _outside(draft, meaning, name_of(act))


def forget_tap(draft: Draft) -> None:
    """Something else came in between: the same button is no double tap."""
    if "tap" in draft.session.told:
        told = {name: said for name, said in draft.session.told.items() if name not in ("tap", "tapped")}
        draft.change(told=told)


def note_tap(draft: Draft, act: str) -> None:
    """Remember the button that was pressed last, and when."""
    draft.change(told={**draft.session.told, "tap": act, "tapped": draft.now.isoformat()})


def tapped_again(draft: Draft, act: str, *, within: timedelta) -> bool:
    """Whether the button pressed last is pressed once more."""
    told = draft.session.told
    if told.get("tap") != act or "tapped" not in told:
        return False
    return draft.now - datetime.fromisoformat(told["tapped"]) <= within


def _answered(draft: Draft, serial: int, choice: str, *, doubled: bool) -> None:
    run = next((run for run in draft.session.runs if run.wait and run.wait.serial == serial), None)
    if run and not ready(draft, run):
        recover(draft, run)
    elif (run is None or not answer(draft, run, Tap(choice))) and not doubled:
        say_stale(draft)


def name_of(act: str) -> str:
    """What a button does, without the object: how a refused one is counted."""
    verb, _, rest = act.partition(".")
    return rest if verb == "do" else verb


def _outside(draft: Draft, meaning: Act, name: str) -> None:
    """A button that belongs to no prompt."""
    match meaning:
        case FlowTap(flow=flow, restart=restart):
            start(draft, flow, restart=restart)
        case ResumeTap(run=id):
            run = draft.run(id)
            if run:
                resume(draft, run)
            else:
                say_stale(draft)
        case ArticleTap(article=article, part=part):
            show_article(draft, article, part)
        case OpinionTap(article=article, helpful=helpful):
            judged(draft, article, helpful=helpful)
        case EventTap(event=event, what=wish):
            event_tapped(draft, event, wish)
        case LanguageTap(tag=tag):
            choose_language(draft, tag)
        case WishTap(wish=wish):
            wish_tapped(draft, wish)
        case RequestTap(request=request, what="good" | "half" | "bad" as score):
            rated(draft, request, score)
        case PlainTap():
            right, act = PLAIN[name]
            if _allowed(draft, right, name):
                act(draft)
        case _:
            if _allowed(draft, STAFF_TAPS[type(meaning)], name):
                _by_staff(draft, meaning)


def _allowed(draft: Draft, right: Right | None, name: str) -> bool:
    """Whether this button may be pressed; if not, it is answered like any old one, and counted for staff."""
    if right is None or draft.may(right):
        return True
    draft.add(Audit("refused", name))
    say_stale(draft)
    return False


def _by_staff(draft: Draft, meaning: Act) -> None:
    match meaning:
        case LinkTap(article=article):
            link_chosen(draft, article)
        case GroupTap(group=group, what=what):
            group_tapped(draft, group, what)
        case ProposeTap(group=group, tag=tag):
            proposed(draft, group, tag)
        case AnnouncementTap(announcement=announcement, what=wish):
            announcement_tapped(draft, announcement, wish)
        case ArrangeTap(event=event, what=deed):
            arrange(draft, known_event(draft, event), deed)
        case DoorTap(tag=tag):
            door_tapped(draft, event_of_tag(draft, tag), meaning)
        case PeopleTap():
            roster.tapped(draft, meaning)
        case TeamTap(what="unrole-page", number=page):
            choose_whose(draft, page)
        case TeamTap(what=what, number=number):
            take_back(draft, PersonId(number), sure=what == "unrole-yes")
        case StatisticsTap():
            statistics_tapped(draft, meaning)
        case RequestTap(request=request, what=what):
            request_tapped(draft, request, f"req.{request}.{what}")
        case GiveTap(request=request, what=what, number=number):
            request_tapped(draft, request, f"{what}.{request}.{number}")
        case CannedTap(request=request, name=name, send=send):
            request_tapped(draft, request, f"{'use' if send else 'model'}.{request}.{name}")


STAFF_TAPS: Mapping[type[Act], Right] = {
    LinkTap: Right.EVENTS,
    ArrangeTap: Right.EVENTS,
    DoorTap: Right.EVENTS,
    GroupTap: Right.ANSWER,
    ProposeTap: Right.ANSWER,
    RequestTap: Right.ANSWER,
    CannedTap: Right.ANSWER,
    GiveTap: Right.ANSWER,
    AnnouncementTap: Right.EVENTS,  # of those who come; any other is looked at there
    PeopleTap: Right.ANNOUNCE,
    StatisticsTap: Right.NEEDS,
    TeamTap: Right.ROLES,
}
"""Buttons of staff -> the right to press them. What each function asks besides stays its own affair."""


def _resumed(draft: Draft) -> None:
    if len(draft.session.runs) == 1:
        resume(draft, draft.session.runs[0])
    else:
        open_runs(draft)


PLAIN: Mapping[str, tuple[Right | None, Callable[[Draft], None]]] = {
    "menu": (None, menu),
    "journeys": (None, journeys),
    "resume": (None, _resumed),
    "ask": (None, question),
    "events": (None, list_events),
    "news": (None, show_preferences),
    "none": (None, none_fits),
    "human": (None, human),
    "ask-team": (None, ask_team),
    "send-all": (None, partial(send_question, everything=True)),
    "send-only": (None, partial(send_question, everything=False)),
    "share": (None, partial(share, agreed=True)),
    "keep": (None, partial(share, agreed=False)),
    "assistant": (None, back_to_assistant),
    "data": (None, own_data),
    "export": (None, export),
    "erase": (None, erase),
    "erase-yes": (None, partial(confirm_erase, sure=True)),
    "erase-no": (None, partial(confirm_erase, sure=False)),
    "preview": (None, lambda draft: say_and_come_back(draft, draft.phrases.say("preview_tapped"))),
    "questions": (Right.ANSWER, list_questions),
    "requests": (Right.ANSWER, list_requests),
    "team": (Right.ROLES, list_team),
    "team-take": (Right.ROLES, choose_whose),
    "invite-staff": (Right.ROLES, partial(invite, standing=Standing.STAFF)),
    "invite-organiser": (Right.ROLES, partial(invite, standing=Standing.ORGANISER)),
}
"""Buttons without an object -> the right to press them, if it takes one, and what they do."""
