"""A tapped button: of the waiting prompt, of an earlier message, tapped twice, or forged."""

from datetime import datetime, timedelta

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
    run_command,
)
from bot.dialogue.door import door_tapped
from bot.dialogue.draft import Draft
from bot.dialogue.events import event_of_tag, event_tapped, known_event, list_events
from bot.dialogue.gatherings import arrange
from bot.dialogue.journeys import start
from bot.dialogue.links import link_chosen
from bot.dialogue.preferences import show_preferences, wish_tapped
from bot.dialogue.prompts import answer, ready, recover, resume, take_way
from bot.dialogue.questions import judged, none_fits, say_and_come_back, show_article
from bot.dialogue.requests import ask_team, back_to_assistant, rated, send_question, share
from bot.dialogue.staff_desk import request_tapped
from bot.dialogue.staff_questions import group_tapped, list_questions, proposed
from bot.dialogue.statistics import statistics_tapped
from bot.dialogue.team import choose_whose, invite, take_back
from bot.flows.steps.ask import DONE
from bot.model.inputs import Tap
from bot.model.who import Standing

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
                _stale(draft)
            elif ready(draft, run):
                take_way(draft, run, way)
            else:
                recover(draft, run)
        case None | ControlTap():
            if not doubled:
                _stale(draft)
        case _:
            if not doubled:
                _outside(draft, meaning)


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
        _stale(draft)


def _stale(draft: Draft) -> None:
    """A button of an earlier message: answered kindly."""
    say_and_come_back(draft, draft.phrases.say("stale_tap"))


def _outside(draft: Draft, meaning: Act) -> None:
    """A button that belongs to no prompt."""
    match meaning:
        case FlowTap(flow=flow, restart=restart):
            start(draft, flow, restart=restart)
        case ResumeTap(run=id):
            run = draft.run(id)
            if run:
                resume(draft, run)
            else:
                _stale(draft)
        case ArticleTap(article=article, part=part):
            show_article(draft, article, part)
        case OpinionTap(article=article, helpful=helpful):
            judged(draft, article, helpful=helpful)
        case LinkTap(article=article):
            link_chosen(draft, article)
        case GroupTap(group=group, what=what):
            group_tapped(draft, group, what)
        case ProposeTap(group=group, tag=tag):
            proposed(draft, group, tag)
        case AnnouncementTap(announcement=announcement, what=wish):
            if not announcement_tapped(draft, announcement, wish):
                _stale(draft)
        case EventTap() | ArrangeTap() | DoorTap():
            _about_event(draft, meaning)
        case PeopleTap():
            roster.tapped(draft, meaning)
        case TeamTap(person=person, what=what):
            take_back(draft, person, sure=what == "unrole-yes")
        case StatisticsTap():
            statistics_tapped(draft, meaning)
        case RequestTap(request=request, what="good" | "half" | "bad" as score):
            rated(draft, request, score)
        case RequestTap(request=request, what=what):
            request_tapped(draft, request, f"req.{request}.{what}")
        case CannedTap(request=request, name=name, send=send):
            request_tapped(draft, request, f"{'use' if send else 'model'}.{request}.{name}")
        case LanguageTap(tag=tag):
            choose_language(draft, tag)
        case WishTap(wish=wish):
            wish_tapped(draft, wish)
        case PlainTap(name=name):
            _plain(draft, name)


def _about_event(draft: Draft, meaning: EventTap | ArrangeTap | DoorTap) -> None:
    match meaning:
        case EventTap(event=event, what=wish):
            event_tapped(draft, event, wish)
        case ArrangeTap(event=event, what=deed):
            arrange(draft, known_event(draft, event), deed)
        case DoorTap(tag=tag):
            door_tapped(draft, event_of_tag(draft, tag), meaning)


def _plain(draft: Draft, name: str) -> None:
    match name:
        case "menu":
            menu(draft)
        case "journeys":
            journeys(draft)
        case "resume" if len(draft.session.runs) == 1:
            resume(draft, draft.session.runs[0])
        case "resume":
            open_runs(draft)
        case "ask":
            question(draft)
        case "questions":
            list_questions(draft)
        case "events":
            list_events(draft)
        case "team":
            run_command(draft, "equipe")
        case "team-take":
            choose_whose(draft)
        case "invite-staff" | "invite-organiser":
            invite(draft, Standing.STAFF if name == "invite-staff" else Standing.ORGANISER)
        case "preview":
            say_and_come_back(draft, draft.phrases.say("preview_tapped"))
        case "news":
            show_preferences(draft)
        case "none":
            none_fits(draft)
        case "human":
            human(draft)
        case "ask-team":
            ask_team(draft)
        case "send-all" | "send-only":
            send_question(draft, everything=name == "send-all")
        case "share" | "keep":
            share(draft, agreed=name == "share")
        case "assistant":
            back_to_assistant(draft)
        case "requests":
            run_command(draft, "demandes")
        case "data":
            own_data(draft)
        case "export":
            export(draft)
        case "erase":
            erase(draft)
        case "erase-yes" | "erase-no":
            confirm_erase(draft, sure=name == "erase-yes")
