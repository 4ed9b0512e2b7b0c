"""A tapped button: of the waiting prompt, of an earlier message, tapped twice, or forged."""

from datetime import datetime, timedelta

from bot.dialogue.acts import (
    Act,
    AnswerTap,
    ArticleTap,
    ControlTap,
    EventTap,
    FlowTap,
    GroupTap,
    LanguageTap,
    LinkTap,
    OpinionTap,
    PlainTap,
    ProposeTap,
    ResumeTap,
    parse_act,
)
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
from bot.dialogue.draft import Draft
from bot.dialogue.events import event_tapped, list_events
from bot.dialogue.journeys import start
from bot.dialogue.links import link_chosen
from bot.dialogue.prompts import answer, ready, recover, resume, take_way
from bot.dialogue.questions import judged, none_fits, say_and_come_back, show_article
from bot.dialogue.staff_questions import group_tapped, list_questions, proposed
from bot.flows.steps.ask import DONE
from bot.model.inputs import Tap

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
        case EventTap(event=event, what=action):
            event_tapped(draft, event, action)
        case LanguageTap(tag=tag):
            choose_language(draft, tag)
        case PlainTap(name=name):
            _plain(draft, name)


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
        case "none":
            none_fits(draft)
        case "human":
            human(draft)
        case "data":
            own_data(draft)
        case "export":
            export(draft)
        case "erase":
            erase(draft)
        case "erase-yes" | "erase-no":
            confirm_erase(draft, sure=name == "erase-yes")
