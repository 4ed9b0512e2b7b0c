"""Starting, answering, leaving and resuming the runs of a person."""

from dataclasses import replace
from typing import Literal

from bot.dialogue.draft import Draft
from bot.flows.advance import Ended, Walk
from bot.flows.cards import article_option, flow_option
from bot.flows.flow import Flow
from bot.flows.french import write_date
from bot.flows.progress import progress_of
from bot.flows.reminders import out_of_quiet, reminder_due, timer_key
from bot.flows.step import Again, Answered, Prompt, PromptInput, Refused
from bot.flows.steps.ask import Ask
from bot.flows.template import fill
from bot.model.effects import Begin, CancelTimer, Finish, Problem, Send, SetTimer
from bot.model.message import Markdown, Message, Option
from bot.model.session import Frame, Run
from bot.model.values import ArticleId, FlowId, RunId
from bot.model.who import Standing

RUN_ID = "abcdefghjkmnpqrstuvwxyz23456789"


def may_start(draft: Draft, flow: Flow) -> bool:
    """Whether this person may go through a flow."""
    return flow.audience == "everyone" or draft.view.person.standing is Standing.STAFF


def start(draft: Draft, flow_id: FlowId, *, restart: bool = False) -> None:
    """Start a flow, or offer to go on where it is already open."""
    flow = draft.shelf.flows.get(flow_id)
    if flow is None:
        draft.say("flow_gone", draft.button("button_menu", "menu"))
        return
    if not may_start(draft, flow):
        draft.say("staff_only")
        return
    already = next((run for run in draft.session.runs if run.flow == flow_id), None)
    if already and not restart:
        again = Option(f"restart.{flow_id}", draft.phrases.label("button_restart"), f"restart.{flow_id}")
        draft.change(active=None)
        draft.say("already_open", _resume_option(draft, already), again, title=flow.title)
        return
    if already:
        draft.add(CancelTimer(timer_key(already.id)))
        draft.drop(already.id)
    begin(draft, flow)


def begin(draft: Draft, flow: Flow, *, at: str | None = None) -> None:
    """Open a run of a flow at its first step, or at the step with the key `at`."""
    run_id = RunId("".join(draft.rng.choices(RUN_ID, k=10)))
    revision = draft.shelf.revisions.get(flow.id, "")
    run = Run(run_id, flow.id, revision, draft.now, (Frame(flow.id, at or flow.keys[0]),))
    walk = Walk(draft.ground, run, draft.session.serial, draft.answers)
    if (left := draft.active) and left.flow in draft.shelf.flows:
        walk.say(draft.phrases.say("place_kept", title=draft.shelf.flows[left.flow].title))
    draft.add(Begin(flow.id))
    draft.change(active=run.id)
    walk.go()
    _settle(draft, walk)


def answer(draft: Draft, run: Run, input: PromptInput) -> bool:
    """Give an input to the prompt that a run waits at; False if it is no answer to it."""
    walk = _walk(draft, run)
    step = walk.step
    assert isinstance(step, Prompt)
    match step.accept(input, walk.scope()):
        case None:
            return False
        case Answered() as reply:
            draft.change(active=run.id, failures=0)
            walk.run = replace(walk.run, paused=False)
            walk.take(reply)
        case Again() as reply:
            draft.change(active=run.id)
            walk.change_screen(reply)
        case Refused(why=why):
            draft.change(active=run.id, failures=draft.session.failures + 1)
            walk.say(why)
            walk.repeat()
    _settle(draft, walk)
    return True


Way = Literal["back", "skip", "pause", "cancel", "repeat", "help", "done"]


def take_way(draft: Draft, run: Run, way: Way) -> None:
    """What the ways out do, tapped or typed."""
    walk = _walk(draft, run)
    step, title = walk.step, draft.shelf.flows[run.flow].title
    draft.change(active=run.id)
    match way:
        case "back":
            if not walk.back():
                walk.say(draft.phrases.say("back_at_start"))
                walk.repeat()
        case "skip":
            if isinstance(step, Ask) and step.skip:
                walk.skip()
            else:
                walk.say(draft.phrases.say("skip_not_allowed"))
                walk.repeat()
        case "help":
            own = step.help if isinstance(step, Ask) else None
            walk.say(walk.scope().text(own) if own else draft.phrases.say("help_in_step"))
            walk.repeat()
        case "repeat" | "done":
            walk.repeat()
        case "pause":
            _pause(draft, walk, title)
            return
        case "cancel":
            _cancel(draft, walk, title)
            return
    _settle(draft, walk)


def _pause(draft: Draft, walk: Walk, title: str) -> None:
    walk.run = replace(walk.run, paused=True)
    walk.effects.append(CancelTimer(timer_key(walk.run.id)))
    draft.add(*walk.effects)
    draft.keep(walk.run)
    draft.change(active=None)
    draft.say("paused", _resume_option(draft, walk.run), draft.button("button_menu", "menu"), title=title)


def _cancel(draft: Draft, walk: Walk, title: str) -> None:
    walk.close()
    walk.effects.append(CancelTimer(timer_key(walk.run.id)))
    draft.add(*walk.effects, Finish(walk.run.flow, "cancelled"))
    draft.drop(walk.run.id)
    draft.say("cancelled", draft.button("button_menu", "menu"), title=title)


def resume(draft: Draft, run: Run) -> None:
    """Go on with an open run: ask its prompt again."""
    walk = _walk(draft, run)
    draft.change(active=run.id)
    walk.run = replace(walk.run, paused=False)
    if walk.run.wait:
        walk.say(draft.phrases.say("resumed", title=draft.shelf.flows[run.flow].title))
        walk.repeat()
        step = walk.step
        if isinstance(step, Ask) and step.remind and walk.run.wait.reminded < step.remind.times:
            due = reminder_due(draft.now, step.remind.after, step.remind.at, draft.view.policy)
            walk.effects.append(SetTimer(timer_key(run.id), due))
    else:
        walk.go()
    _settle(draft, walk)


def repeat(draft: Draft, *first: Markdown) -> None:
    """Say something, then ask the active run's prompt again: nobody loses their place."""
    run = draft.active
    if run is None:
        draft.add(*(Send(Message(text)) for text in first))
        return
    walk = _walk(draft, run)
    for text in first:
        walk.say(text)
    walk.repeat()
    _settle(draft, walk)


def refusal(draft: Draft, run: Run) -> Markdown:
    """What the waiting prompt says to an input that was neither an answer nor a question."""
    walk = _walk(draft, run)
    step = walk.step
    assert isinstance(step, Prompt)
    return step.refusal(walk.scope())


def settle_gone(draft: Draft, run: Run) -> Run | None:
    """The run on the current library: itself, or standing at the nearest known step; None if its flow is gone."""
    flows = draft.shelf.flows
    if all(frame.flow in flows and frame.step in flows[frame.flow].position for frame in run.frames) and (
        run.wait is None or isinstance(flows[run.frames[-1].flow].step(run.frames[-1].step), Prompt)
    ):
        return _renamed(draft, run)
    if run.flow not in flows:
        draft.drop(run.id)
        draft.add(
            CancelTimer(timer_key(run.id)), Finish(run.flow, "left"), Problem("flow-gone", run.flow, "")
        )
        return None
    draft.add(Problem("step-gone", run.flow, run.frames[-1].step))
    known = [point for point in run.history if _known(draft, point.frames)]
    first = (Frame(run.flow, flows[run.flow].keys[0]),)
    moved = replace(run, frames=first, history=tuple(known), wait=None, replay="*", visited=frozenset())
    walk = Walk(draft.ground, moved, draft.session.serial, draft.answers)
    walk.say(draft.phrases.say("step_gone", title=flows[run.flow].title))
    draft.change(active=run.id)
    walk.go()
    _settle(draft, walk)
    return draft.run(run.id)


def _known(draft: Draft, frames: tuple[Frame, ...]) -> bool:
    flows = draft.shelf.flows
    return all(frame.flow in flows and frame.step in flows[frame.flow].position for frame in frames)


def _renamed(draft: Draft, run: Run) -> Run:
    """The same run with the current ids of steps that `replaces:` renamed."""
    flows = draft.shelf.flows
    frames = tuple(
        replace(frame, step=flows[frame.flow].keys[flows[frame.flow].position[frame.step]])
        for frame in run.frames
    )
    return run if frames == run.frames else replace(run, frames=frames)


def reminded(draft: Draft, run: Run) -> None:
    """A reminder is due: send it unless the person paused, and set the next one."""
    flows = draft.shelf.flows
    here = run.frames[-1]
    if here.flow not in flows or here.step not in flows[here.flow].position:
        return
    step = flows[here.flow].step(here.step)
    if run.paused or run.wait is None or not isinstance(step, Ask) or step.remind is None:
        return
    remind, policy = step.remind, draft.view.policy
    if run.wait.reminded >= remind.times:
        return
    calm = out_of_quiet(draft.now, policy)
    if calm > draft.now:
        draft.add(SetTimer(timer_key(run.id), calm))
        return
    walk = Walk(draft.ground, run, draft.session.serial, draft.answers)
    text = fill(remind.say, walk.scope().names.show)
    draft.add(Send(Message(text, (_resume_option(draft, run),))))
    count = run.wait.reminded + 1
    draft.keep(replace(run, wait=replace(run.wait, reminded=count)))
    if count < remind.times:
        draft.add(SetTimer(timer_key(run.id), reminder_due(draft.now, remind.after, remind.at, policy)))


def _walk(draft: Draft, run: Run) -> Walk:
    return Walk(draft.ground, run, draft.session.serial, draft.answers)


def _settle(draft: Draft, walk: Walk) -> None:
    """Take over what a walk brought about; greet its end."""
    draft.add(*walk.effects)
    draft.trace.extend(walk.trace)
    draft.change(serial=walk.serial)
    if walk.ended is None:
        revision = draft.shelf.revisions.get(walk.run.flow, "")
        draft.keep(replace(walk.run, revision=revision))
        return
    draft.drop(walk.run.id)
    _finish(draft, walk.run, walk.ended)


def _finish(draft: Draft, run: Run, ended: Ended) -> None:
    draft.add(Finish(run.flow, ended.outcome))
    if ended.switch:
        start(draft, ended.switch)
        return
    text = ended.say or draft.phrases.say("journey_done")
    options = [option for name in ended.suggest if (option := _suggestion(draft, name))]
    if waiting := next((other for other in draft.session.runs), None):
        options.append(_resume_option(draft, waiting, titled=True))
    options.append(draft.button("button_menu", "menu"))
    draft.add(Send(Message(text, tuple(options))))


def _suggestion(draft: Draft, name: str) -> Option | None:
    """The button behind a suggested flow or article; None for a journey that is planned but not written yet."""
    flow = draft.shelf.flows.get(FlowId(name))
    if flow:
        return flow_option(flow.id, draft.shelf) if may_start(draft, flow) else None
    article = draft.shelf.articles.get(ArticleId(name))
    return article_option(article) if article else None


def _resume_option(draft: Draft, run: Run, *, titled: bool = False) -> Option:
    label = draft.phrases.label("button_resume")
    if titled and run.flow in draft.shelf.flows:
        label = f"{label}\N{NO-BREAK SPACE}: {draft.shelf.flows[run.flow].title}"
    return Option(f"resume.{run.id}", label, f"resume.{run.id}")


def list_open(draft: Draft) -> None:
    """`/reprendre`: the open runs with their progress, and the open tasks."""
    runs = [run for run in draft.session.runs if _known(draft, run.frames)]
    gone = [run for run in draft.session.runs if run not in runs and run.flow in draft.shelf.flows]
    parts: list[Markdown] = []
    for run in (*runs, *gone):
        title = draft.shelf.flows[run.flow].title
        if run in gone:
            continue
        place = progress_of(run, draft.shelf.flows)
        where = place.section or title
        parts.append(
            draft.phrases.say("resume_line", title=title, done=place.number, total=place.total, section=where)
        )
    options = tuple(_named_resume(draft, run) for run in (*runs, *gone))
    blocks = (
        [draft.phrases.say("resume_list"), Markdown("\n".join(parts))]
        if options
        else [draft.phrases.say("resume_none")]
    )
    blocks += _tasks(draft)
    ways_on = options or (draft.button("button_menu", "menu"),)
    draft.change(active=None)
    draft.add(Send(Message(Markdown("\n\n".join(block for block in blocks if block)), ways_on)))


def _named_resume(draft: Draft, run: Run) -> Option:
    return Option(f"resume.{run.id}", draft.shelf.flows[run.flow].title, f"resume.{run.id}")


def _tasks(draft: Draft) -> list[Markdown]:
    if not draft.view.tasks:
        return []
    zone, calendar = draft.view.policy.timezone, draft.phrases.calendar
    absent = draft.phrases.label("absent")
    lines = [
        draft.phrases.say(
            "task_line",
            title=task.title,
            due=write_date(task.due.astimezone(zone).date(), calendar) if task.due else absent,
        )
        for task in draft.view.tasks
    ]
    return [draft.phrases.say("task_list"), Markdown("\n".join(lines))]


def list_journeys(draft: Draft) -> None:
    """`/parcours`: the journeys that this person may start."""
    flows = [flow for flow in draft.shelf.flows.values() if flow.summary and may_start(draft, flow)]
    lines = [draft.phrases.say("journey_line", title=flow.title, summary=flow.summary) for flow in flows]
    text = Markdown("\n\n".join([draft.phrases.say("journeys"), *lines]))
    draft.change(active=None)
    draft.add(Send(Message(text, tuple(flow_option(flow.id, draft.shelf) for flow in flows))))
