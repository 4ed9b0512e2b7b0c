"""What happens at a waiting prompt: an answer, a way out, a resume; and when its flow changed under the
person.
"""

from dataclasses import replace
from typing import Literal

from bot.dialogue.draft import Draft
from bot.dialogue.journeys import may_start, missing, resume_option, settle, start
from bot.dialogue.stages import begin_anew
from bot.flows.advance import Walk
from bot.flows.frames import wait_at
from bot.flows.reminders import timer_key
from bot.flows.replay import TO_THE_OPEN, computed
from bot.flows.step import Again, Answered, PromptInput, Refused
from bot.flows.steps.ask import Ask
from bot.model.effects import CancelTimer, Finish, Forget, Problem, Send
from bot.model.message import Markdown, Message
from bot.model.session import Frame, Run

Way = Literal["back", "skip", "pause", "cancel", "repeat", "help", "restart"]


def walk_of(draft: Draft, run: Run) -> Walk:
    """A walk from where a run stands; only for a run that is `ready`."""
    walk = Walk(draft.ground, run, draft.session.serial, draft.answers)
    draft.lacks |= missing(walk)
    return walk


def ready(draft: Draft, run: Run) -> bool:
    """Whether a run waits at a prompt of today's flows, one that the person may still go through."""
    flows = draft.shelf.flows
    return run.wait is not None and wait_at(run.frames, flows) and may_start(draft, flows[run.flow])


def recover(draft: Draft, run: Run) -> None:
    """A run that is not ready: go on at the nearest known prompt, the answers kept, and say so kindly."""
    flows = draft.shelf.flows
    if run.flow not in flows or not may_start(draft, flows[run.flow]):
        draft.drop(run.id)
        draft.add(
            CancelTimer(timer_key(run.id)), Finish(run.flow, "left"), Problem("flow-gone", run.flow, "")
        )
        draft.say("flow_gone", draft.button("button_menu", "menu"))
        return
    draft.add(Problem("step-gone", run.flow, run.frames[-1].step))
    top = (Frame(run.flow, flows[run.flow].keys[0]),)
    moved = replace(run, frames=top, wait=None, paused=False, replay=TO_THE_OPEN, visited=frozenset())
    walk = walk_of(draft, moved)
    for ref in list(computed(moved, flows, walk.answers)):
        walk.apply(Forget(ref))
    walk.say(draft.phrases.say("step_gone", title=flows[run.flow].title))
    draft.add(CancelTimer(timer_key(run.id)))
    draft.change(active=run.id)
    walk.go()
    settle(draft, walk)


def answer(draft: Draft, run: Run, input: PromptInput) -> bool:
    """Give an input to the prompt at which a run waits; False if it is no answer to it."""
    walk = walk_of(draft, run)
    reply = walk.prompt.accept(input, walk.scope())
    if reply is None:
        return False
    draft.change(active=run.id)
    walk.run = replace(walk.run, paused=False)
    match reply:
        case Answered():
            begin_anew(draft)
            walk.take(reply)
        case Again():
            begin_anew(draft)
            walk.change_screen(reply)
        case Refused(why=why):
            if draft.fail():
                offer_human(draft)
            walk.say(why)
            walk.repeat()
    settle(draft, walk)
    return True


def refuse(draft: Draft, run: Run) -> None:
    """Say what the waiting prompt expects to an input that was neither an answer nor a question."""
    walk = walk_of(draft, run)
    if draft.fail():
        offer_human(draft)
    walk.say(walk.prompt.refusal(walk.scope()))
    walk.repeat()
    settle(draft, walk)


def offer_human(draft: Draft) -> None:
    """After failures in a row: a human."""
    ways_on = () if draft.session.active else (draft.button("button_menu", "menu"),)
    draft.say("reject_thrice", draft.button("button_human", "human"), *ways_on, contact=draft.contact)


def take_way(draft: Draft, run: Run, way: Way) -> None:
    """What the ways out do, tapped or typed."""
    walk = walk_of(draft, run)
    begin_anew(draft)
    draft.change(active=run.id)
    walk.run = replace(walk.run, paused=False)
    match way:
        case "restart":
            start(draft, run.flow)
            return
        case "pause":
            _pause(draft, walk)
            return
        case "cancel":
            _cancel(draft, walk)
            return
        case "back":
            if not walk.back():
                _again(walk, draft.phrases.say("back_at_start"))
        case "skip":
            if not walk.skip():
                _again(walk, draft.phrases.say("skip_not_allowed"))
        case "help":
            own = walk.step.help if isinstance(walk.step, Ask) else None
            _again(walk, walk.scope().text(own) if own else draft.phrases.say("help_in_step"))
        case "repeat":
            walk.repeat()
    settle(draft, walk)


def _again(walk: Walk, first: Markdown) -> None:
    walk.say(first)
    walk.repeat()


def _pause(draft: Draft, walk: Walk) -> None:
    draft.add(CancelTimer(timer_key(walk.run.id)))
    draft.keep(replace(walk.run, paused=True))
    draft.change(active=None)
    title = draft.shelf.flows[walk.run.flow].title
    draft.say("paused", resume_option(draft, walk.run), draft.button("button_menu", "menu"), title=title)


def _cancel(draft: Draft, walk: Walk) -> None:
    walk.close()
    draft.add(*walk.effects, Finish(walk.run.flow, "cancelled"))
    draft.drop(walk.run.id)
    title = draft.shelf.flows[walk.run.flow].title
    draft.say("cancelled", draft.button("button_menu", "menu"), title=title)


def resume(draft: Draft, run: Run) -> None:
    """Go on with an open run: ask its prompt again."""
    if not ready(draft, run):
        recover(draft, run)
        return
    walk = walk_of(draft, run)
    begin_anew(draft)
    draft.change(active=run.id)
    walk.run = replace(walk.run, paused=False)
    _again(walk, draft.phrases.say("resumed", title=draft.shelf.flows[run.flow].title))
    walk.remind()
    settle(draft, walk)


def repeat(draft: Draft, *first: Markdown) -> None:
    """Ask the active run's prompt again below some words: nobody loses their place."""
    run = draft.active
    if run is None or not ready(draft, run):
        draft.add(*(Send(Message(text)) for text in first))
        if run:
            recover(draft, run)
        return
    walk = walk_of(draft, run)
    for text in first:
        walk.say(text)
    walk.repeat()
    settle(draft, walk)
