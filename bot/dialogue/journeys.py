"""The runs of a person: how one starts, and what becomes of it after each move."""

from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue.draft import Draft
from bot.dialogue.stages import begin_anew
from bot.flows.advance import DEPTH, Walk
from bot.flows.cards import LABEL, article_option, flow_option
from bot.flows.flow import Flow
from bot.flows.french import shorten
from bot.flows.ground import Ended
from bot.flows.keeping import remembering
from bot.flows.reminders import timer_key
from bot.flows.replay import TO_THE_OPEN
from bot.flows.steps.ask import Ask
from bot.flows.steps.end import EVENTS_LIST
from bot.model.effects import Begin, CancelTimer, Finish, Problem, Send
from bot.model.message import Markdown, Message, Option
from bot.model.session import Frame, Run
from bot.model.turn import Wanted
from bot.model.values import ArticleId, FlowId, RunId, Value


def may_start(draft: Draft, flow: Flow) -> bool:
    """Whether this person may go through a flow."""
    return flow.open_to(draft.view.person.standing)


def leave_closed(draft: Draft) -> None:
    """Leave what the person may not go through any more: who lost a role meanwhile."""
    for run in draft.session.runs:
        flow = draft.shelf.flows.get(run.flow)
        if flow is not None and not may_start(draft, flow):
            draft.add(CancelTimer(timer_key(run.id)), Finish(run.flow, "cancelled"))
            draft.drop(run.id)


def start(
    draft: Draft,
    flow_id: FlowId,
    *,
    restart: bool = False,
    given: Mapping[str, Value] | None = None,
    whole: bool = False,
) -> None:
    """Start a flow, or offer to go on where it is already open. `given`, `whole`: see `begin`.

    One that this person may not go through is, to them, none.
    """
    flow = draft.shelf.flows.get(flow_id)
    if flow is None or not may_start(draft, flow):
        draft.say("flow_gone", draft.button("button_menu", "menu"))
        return
    already = next((run for run in draft.session.runs if run.flow == flow_id), None)
    if already and not restart:
        again = Option(f"restart.{flow_id}", draft.phrases.label("button_restart"), f"restart.{flow_id}")
        draft.change(active=None)
        draft.say("already_open", resume_option(draft, already), again, title=flow.title)
        return
    if sum(isinstance(effect, Begin) for effect in draft.effects) >= DEPTH:
        draft.add(Problem("runaway", flow_id, ""))
        draft.say("runaway", draft.button("button_menu", "menu"), contact=draft.contact)
        return
    if already:
        draft.add(CancelTimer(timer_key(already.id)), Finish(flow_id, "cancelled"))
        draft.drop(already.id)
    begin(draft, flow, restarted=already is not None, given=given, whole=whole)


def begin(
    draft: Draft,
    flow: Flow,
    *,
    at: str | None = None,
    restarted: bool = False,
    given: Mapping[str, Value] | None = None,
    whole: bool = False,
) -> None:
    """Open a run of a flow at its first step, or at the step with the key `at`.

    What is `given` by the name of its field counts as answered: its question is passed over. `whole`: that is
    all there is to answer, so what may be passed was passed.
    """
    run_id = RunId(draft.new_code(10))
    run = Run(run_id, flow.id, "", draft.now, (Frame(flow.id, at or flow.keys[0]),))
    if given:
        run = replace(run, replay=TO_THE_OPEN, skipped=_unanswered(flow, given) if whole else frozenset())
    walk = Walk(draft.ground, run, draft.session.serial, draft.answers)
    for name, value in (given or {}).items():
        walk.apply(remembering(walk.scope().names.ref(name), value, draft.shelf, draft.now))
    if (left := draft.active) and left.flow in draft.shelf.flows:
        walk.say(draft.phrases.say("place_kept", title=draft.shelf.flows[left.flow].title))
    if restarted:
        walk.say(draft.phrases.say("restarted", title=flow.title))
    draft.add(Begin(flow.id))
    begin_anew(draft)
    draft.change(active=run.id)
    walk.go()
    settle(draft, walk)


def _unanswered(flow: Flow, given: Mapping[str, Value]) -> frozenset[str]:
    """The marks of the prompts that may be passed and have no answer."""
    steps = zip(flow.keys, flow.steps, strict=True)
    return frozenset(
        f"{flow.id}/{key}"
        for key, step in steps
        if isinstance(step, Ask) and step.skip and step.field.name not in given
    )


def missing(walk: Walk) -> frozenset[Wanted]:
    """What the prompt at which a run stands should know, and does not know yet."""
    return walk.step.lacks(walk.scope()) if walk.step.asks_for_more else frozenset()


def settle(draft: Draft, walk: Walk) -> None:
    """Take over what a walk brought about; greet its end."""
    draft.add(*walk.effects)
    draft.trace.extend(walk.trace)
    draft.ways.extend(walk.ways)
    draft.change(serial=walk.serial)
    if walk.ended is None:
        draft.lacks |= missing(walk)
        revision = draft.shelf.revisions.get(walk.run.flow, "")
        draft.keep(replace(walk.run, revision=revision))
        return
    draft.drop(walk.run.id)
    _finish(draft, walk.run, walk.ended)


def _finish(draft: Draft, run: Run, ended: Ended) -> None:
    draft.add(Finish(run.flow, ended.outcome))
    if ended.switch:
        start(draft, ended.switch, given=dict(ended.given))
        return
    text = ended.say or draft.phrases.say("journey_done")
    options = [option for name in ended.suggest if (option := _suggestion(draft, name))]
    if options and not ended.say:
        text = Markdown(f"{text}\n\n{draft.phrases.say('suggestions')}")
    if draft.session.runs:
        options.append(resume_option(draft, draft.session.runs[0], titled=True))
    options.append(draft.button("button_menu", "menu"))
    draft.add(Send(Message(text, tuple(options))))


def _suggestion(draft: Draft, name: str) -> Option | None:
    """The button behind a suggested flow, article or `/evenements`; None for a journey that is planned but
    not written yet.
    """
    if name == EVENTS_LIST:
        return draft.button("button_events", "events")
    flow = draft.shelf.flows.get(FlowId(name))
    if flow:
        return flow_option(flow.id, draft.shelf) if may_start(draft, flow) else None
    article = draft.shelf.articles.get(ArticleId(name))
    return article_option(article) if article else None


def resume_option(draft: Draft, run: Run, *, titled: bool = False) -> Option:
    """The button that goes on with an open run."""
    label = draft.phrases.label("button_resume")
    if titled and run.flow in draft.shelf.flows:
        title = draft.shelf.flows[run.flow].title
        label = shorten(draft.phrases.label("button_resume_titled", title=title), LABEL)
    return Option(f"resume.{run.id}", label, f"resume.{run.id}")
