"""What a person can go on with: their open runs and tasks, and the journeys there are."""

from bot.dialogue.draft import Draft
from bot.dialogue.journeys import may_start
from bot.flows.cards import LABEL, flow_option
from bot.flows.frames import exist, renamed
from bot.flows.french import shorten, write_date
from bot.flows.progress import progress_of
from bot.flows.replay import in_force
from bot.model.effects import Send
from bot.model.message import Markdown, Message, Option
from bot.model.session import Run


def list_open(draft: Draft) -> None:
    """`/reprendre`: the open runs with their progress, and the open tasks."""
    flows, say = draft.shelf.flows, draft.phrases.say
    runs = [run for run in draft.session.runs if run.flow in flows]
    lines = [_line(draft, run) for run in runs if exist(run.frames, flows)]
    blocks = [say("resume_list"), Markdown("\n".join(lines))] if runs else [say("resume_none")]
    if draft.view.tasks:
        blocks += [say("task_list"), _tasks(draft)]
    options = tuple(_resume(draft, run) for run in runs) or (draft.button("button_menu", "menu"),)
    draft.change(active=None)
    draft.add(Send(Message(Markdown("\n\n".join(block for block in blocks if block)), options)))


def list_journeys(draft: Draft) -> None:
    """`/parcours`: the journeys that this person may start, those of the menu first."""
    flows = [flow for flow in draft.shelf.flows.values() if flow.summary and may_start(draft, flow)]
    in_menu = [entry.flow for entry in draft.phrases.menu]
    flows.sort(
        key=lambda flow: (in_menu.index(flow.flow) if flow.flow in in_menu else len(in_menu), flow.title)
    )
    lines = [draft.phrases.say("journey_line", title=flow.title, summary=flow.summary) for flow in flows]
    text = Markdown("\n\n".join([draft.phrases.say("journeys"), *lines]))
    draft.change(active=None)
    draft.add(Send(Message(text, tuple(flow_option(flow.id, draft.shelf) for flow in flows))))


def _line(draft: Draft, run: Run) -> Markdown:
    flows = draft.shelf.flows
    title = flows[run.flow].title
    here = renamed(run, flows)
    place = progress_of(here, draft.shelf, in_force(here, flows, draft.answers))
    section = place.section or title
    return draft.phrases.say(
        "resume_line", title=title, done=place.number, total=place.total, section=section
    )


def _resume(draft: Draft, run: Run) -> Option:
    title = shorten(draft.shelf.flows[run.flow].title, LABEL)
    return Option(f"resume.{run.id}", title, f"resume.{run.id}")


def _tasks(draft: Draft) -> Markdown:
    zone, phrases = draft.view.policy.timezone, draft.phrases
    days = (task.due and task.due.astimezone(zone).date() for task in draft.view.tasks)
    written = [write_date(day, phrases.calendar) if day else phrases.label("absent") for day in days]
    pairs = zip(draft.view.tasks, written, strict=True)
    return Markdown("\n".join(phrases.say("task_line", title=task.title, due=due) for task, due in pairs))
