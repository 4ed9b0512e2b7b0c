"""The one decision: an input and what is known make a turn. Precedence from top to bottom; see `_said`."""

from dataclasses import replace
from datetime import datetime
from random import Random

from bot.dialogue.acts import (
    AnswerTap,
    ArticleTap,
    ControlTap,
    FlowTap,
    LanguageTap,
    PlainTap,
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
    open_link,
    open_runs,
    own_data,
    question,
    run_command,
)
from bot.dialogue.draft import Draft
from bot.dialogue.journeys import Way, answer, refusal, reminded, repeat, resume, settle_gone, start, take_way
from bot.dialogue.library import Library
from bot.dialogue.questions import PATIENCE, find, offer_human, say_and_come_back, show, show_article
from bot.flows.reminders import timer_key
from bot.knowledge.ask import Verdict
from bot.knowledge.choice import Chosen, match_choice, same_words
from bot.knowledge.smalltalk import recognise
from bot.model.effects import Reach
from bot.model.inputs import (
    Attachment,
    Command,
    Input,
    Membership,
    Opening,
    Tap,
    Timeout,
    Unusable,
    Utterance,
)
from bot.model.message import Message, Option
from bot.model.session import Run, Session
from bot.model.turn import Turn, View

TYPED_WAYS: tuple[Way, ...] = ("back", "skip", "pause", "cancel", "repeat", "help")
"""Ways out that may be typed at any prompt, in the order in which their words are tried."""


def respond(
    session: Session, input: Input, library: Library, view: View, *, now: datetime, rng: Random
) -> Turn:
    """Decide one turn. Pure: no await, no clock, no database, no network, no logging."""
    draft = Draft(library, session, view, now, rng)
    match input:
        case Timeout(key=key):
            _timeout(draft, key)
        case Membership(change=change):
            draft.add(Reach(change == "unblocked"))
        case Opening(payload=payload):
            open_link(draft, payload)
        case Command(name=name, argument=argument):
            run_command(draft, name, argument)
        case Tap(act=act):
            _tapped(draft, act)
        case Attachment():
            _handed_in(draft, input)
        case Unusable(what=what):
            _unusable(draft, "too_large" if what == "too_large" else "unusable")
        case Utterance(text=text):
            _said(draft, text)
    if not isinstance(input, Tap | Timeout | Membership):
        _forget_tap(draft)
    return draft.turn()


def _said(draft: Draft, text: str) -> None:
    """Words, in the order: command, confirmation, way out, answer, button by words, small talk, trigger, question."""
    words = text.strip()
    if words.startswith("/") and len(words) > 1:
        name, _, argument = words[1:].partition(" ")
        run_command(draft, name.split("@")[0].lower(), argument)
        return
    if draft.session.confirming and _confirmed(draft, words):
        return
    run = _waiting(draft)
    if run and (_way_out(draft, run, words) or answer(draft, run, Utterance(text))):
        return
    if not run and _picked(draft, words):
        return
    if _small_talk(draft, words) or _triggered(draft, words):
        return
    _asked(draft, run, words)


def _asked(draft: Draft, run: Run | None, words: str) -> None:
    if not words:
        say_and_come_back(draft, Message(draft.phrases.say("question_empty")))
        return
    finding = find(draft, words)
    if run is None or finding.verdict is not Verdict.REJECT or finding.redirect:
        show(draft, words, finding)
        return
    # Neither an answer to the prompt nor a question that the base knows: say what the prompt expects.
    failures = draft.session.failures + 1
    draft.change(failures=failures)
    if failures >= PATIENCE:
        offer_human(draft)
        repeat(draft)
        return
    repeat(draft, refusal(draft, run))


def _waiting(draft: Draft) -> Run | None:
    """The active run, standing at a prompt of the current library."""
    run = draft.active
    if run is None:
        return None
    settled = settle_gone(draft, run)
    return settled if settled is run or settled is None else None


def _confirmed(draft: Draft, words: str) -> bool:
    for sure in (True, False):
        if same_words(words, draft.phrases.words["yes" if sure else "no"]):
            confirm_erase(draft, sure=sure)
            return True
    draft.change(confirming=None)
    return False


def _way_out(draft: Draft, run: Run, words: str) -> bool:
    for way in TYPED_WAYS:
        if same_words(words, draft.phrases.words[way]):
            take_way(draft, run, way)
            return True
    return False


def _picked(draft: Draft, words: str) -> bool:
    """A button of the last message, by its number or its words."""
    if same_words(words, draft.phrases.words["resume"]):
        open_runs(draft)
        return True
    for way in ("back", "cancel", "repeat", "help"):
        if same_words(words, draft.phrases.words[way]):
            if way == "help":
                run_command(draft, "aide", "")
            else:
                key = "nothing_to_cancel" if way == "cancel" else "nothing_to_repeat"
                draft.say(key, draft.button("button_menu", "menu"))
            return True
    offers = draft.session.offers
    match match_choice(words, [(option.act, (option.label,)) for option in offers]) if offers else None:
        case Chosen(id=act):
            _tapped(draft, act)
            return True
    return False


def _small_talk(draft: Draft, words: str) -> bool:
    kind = recognise(words, draft.phrases.small_talk)  # type: ignore[arg-type]
    if kind is None:
        return False
    if kind == "human":
        human(draft)
        return True
    options: tuple[Option, ...] = () if draft.session.active else (draft.button("button_menu", "menu"),)
    say_and_come_back(draft, Message(draft.phrases.say(kind), options))
    return True


def _triggered(draft: Draft, words: str) -> bool:
    for flow in draft.shelf.flows.values():
        if same_words(words, (*flow.triggers, flow.title)):
            start(draft, flow.id)
            return True
    return False


def _tapped(draft: Draft, act: str) -> None:
    repeated = draft.session.told.get("tap") == act
    draft.change(told={**draft.session.told, "tap": act})
    match parse_act(act):
        case AnswerTap(serial=serial, choice=choice):
            run = _run_of(draft, serial)
            if run is None or not answer(draft, run, Tap(choice)):
                _stale(draft, repeated)
        case ControlTap(serial=serial, control=control):
            run = _run_of(draft, serial)
            if run is None:
                _stale(draft, repeated)
            elif control == "done":
                if not answer(draft, run, Tap("=done")):
                    _stale(draft, repeated)
            elif control in TYPED_WAYS:
                take_way(draft, run, control)
            else:
                _stale(draft, repeated)
        case FlowTap(flow=flow, restart=restart):
            if not (repeated and draft.active and draft.active.flow == flow):
                start(draft, flow, restart=restart)
        case ResumeTap(run=id):
            _resumed(draft, draft.run(id), repeated)
        case ArticleTap(article=article, part=part):
            show_article(draft, article, part)
        case LanguageTap(tag=tag):
            choose_language(draft, tag)
        case PlainTap(name=name):
            _plain(draft, name)
        case None:
            _stale(draft, repeated)


def _plain(draft: Draft, name: str) -> None:
    if not name.startswith("erase"):
        draft.change(confirming=None)
    match name:
        case "menu":
            menu(draft)
        case "journeys":
            journeys(draft)
        case "resume":
            runs = draft.session.runs
            if len(runs) == 1:
                _resumed(draft, runs[0], repeated=False)
            else:
                open_runs(draft)
        case "ask":
            question(draft)
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


def _resumed(draft: Draft, run: Run | None, repeated: bool) -> None:
    if run is None:
        _stale(draft, repeated)
        return
    if repeated and draft.session.active == run.id:
        return
    settled = settle_gone(draft, run)
    if settled is None:
        draft.say("flow_gone", draft.button("button_menu", "menu"))
    elif settled.wait is run.wait:
        resume(draft, settled)


def _run_of(draft: Draft, serial: int) -> Run | None:
    """The open run that waits at prompt `serial`, if its step still exists."""
    run = next((run for run in draft.session.runs if run.wait and run.wait.serial == serial), None)
    if run is None:
        return None
    settled = settle_gone(draft, run)
    return settled if settled is not None and settled.wait is run.wait else None


def _stale(draft: Draft, repeated: bool) -> None:
    """A button of an earlier message: answered kindly; a double tap acts once and says nothing."""
    if repeated or draft.effects:
        return
    if draft.session.active:
        repeat(draft, draft.phrases.say("stale_tap"))
    else:
        draft.say("stale_tap", draft.button("button_menu", "menu"))


def _handed_in(draft: Draft, input: Attachment) -> None:
    run = _waiting(draft)
    if run is None or not answer(draft, run, input):
        _unusable(draft, "unusable")


def _unusable(draft: Draft, key: str) -> None:
    say_and_come_back(draft, Message(draft.phrases.say(key)))


def _timeout(draft: Draft, key: str) -> None:
    run = next((run for run in draft.session.runs if timer_key(run.id) == key), None)
    if run:
        reminded(draft, run)


def _forget_tap(draft: Draft) -> None:
    if "tap" in draft.session.told:
        told = {name: value for name, value in draft.session.told.items() if name != "tap"}
        draft.session = replace(draft.session, told=told)
