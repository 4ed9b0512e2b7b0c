"""After an event: what who was there is asked and offered, and what staff read of it."""

from collections.abc import Iterator, Sequence

from bot.dialogue.draft import Draft
from bot.dialogue.journeys import may_start, start
from bot.dialogue.prompts import resume
from bot.dialogue.questions import say_and_come_back, say_stale
from bot.events.feedback import (
    FEEDBACK,
    FEWEST,
    TIED,
    average,
    kept_until,
    shares,
    tie,
    told_already,
    turnout,
    was_there,
)
from bot.flows.cards import flow_option
from bot.flows.flow import Flow
from bot.flows.french import write_number
from bot.flows.steps.ask import Ask
from bot.flows.template import Rich
from bot.markup.escape import escape
from bot.model.effects import Remember, Send
from bot.model.event import EventSeen, EventState, Opinions
from bot.model.message import Markdown, Message, Option
from bot.model.values import Value

SAID = 12
"""Free answers that a report shows; the command line has them all."""


def offer_afterwards(draft: Draft, seen: EventSeen) -> None:
    """The day after: thanks, the way to say what one thinks, and the journey to go on with."""
    event = seen.event
    if event.state is not EventState.ANNOUNCED or not was_there(seen):
        return
    options = list[Option]()
    if FEEDBACK in draft.shelf.flows and not told_already(event.id, draft.answers):
        act = f"feel.{event.id}"
        options.append(Option(act, draft.phrases.label("button_feel"), act))
    following = draft.shelf.flows.get(event.follow_up)
    if following and may_start(draft, following):
        options.append(flow_option(following.id, draft.shelf))
    if not options:
        return
    parts = [draft.phrases.say("event_thanks" if seen.attended else "event_was", title=event.title)]
    if options[0].act.startswith("feel."):
        parts.append(draft.phrases.say("event_feel"))
    if following and options[-1].act == f"go.{following.id}":
        parts.append(draft.phrases.say("event_follow_up", journey=following.title))
    # A "oui" typed now answers this, no longer the question before it.
    draft.change(confirming=None)
    draft.add(Send(Message(Markdown("\n\n".join(parts)), tuple(options))))


def feel(draft: Draft, seen: EventSeen) -> None:
    """Begin to say what one thinks of an event: once, and only who was there."""
    over = seen.event.state is EventState.ANNOUNCED and draft.now >= seen.event.ends
    if not over or not was_there(seen) or FEEDBACK not in draft.shelf.flows:
        say_stale(draft)
        return
    event = seen.event.id
    open_run = next((run for run in draft.session.runs if run.flow == FEEDBACK), None)
    if open_run and draft.answers.get(tie(open_run.id)) == event:
        resume(draft, open_run)
    elif told_already(event, draft.answers):
        say_and_come_back(draft, draft.phrases.say("event_felt"))
    else:
        start(draft, FEEDBACK, restart=open_run is not None)
        run = draft.active
        if run and run.flow == FEEDBACK:
            draft.add(Remember(tie(run.id), event, kept_until(draft.now)))


def report(draft: Draft, seen: EventSeen) -> None:
    """What came of an event, for staff."""
    act = f"manage.{seen.event.id}"
    back = Option(act, draft.phrases.label("button_event_manage"), act)
    draft.add(Send(Message(report_text(draft, seen), (back,))))


def report_text(draft: Draft, seen: EventSeen) -> Markdown:
    """Who came, and what they think: averages and shares only from so many answers that nobody stands out."""
    phrases, gathering = draft.phrases, draft.view.gathering
    parts = [phrases.say("event_report", title=seen.event.title)]
    if gathering is None:
        return parts[0]
    came = turnout(gathering)
    if came.checked:
        values = {"here": came.here, "unannounced": came.unannounced, "missing": came.missing}
        parts.append(phrases.say("event_report_came", seated=came.seated, **values))
    else:
        parts.append(phrases.say("event_report_unchecked", seated=came.seated))
    flow, opinions = draft.shelf.flows.get(FEEDBACK), gathering.opinions
    if flow is None:
        return Markdown("\n\n".join(parts))
    if opinions.people < FEWEST:
        parts.append(phrases.say("event_report_few", fewest=FEWEST))
    else:
        parts.append(phrases.say("event_report_opinions", count=opinions.people))
        parts += _opinions(draft, flow, opinions)
    return Markdown("\n\n".join(parts))


def _opinions(draft: Draft, flow: Flow, opinions: Opinions) -> Iterator[Markdown]:
    """Question by question, in the order of the journey."""
    for step in flow.steps:
        if not isinstance(step, Ask) or step.field.name == TIED:
            continue
        values = opinions.answers.get(step.field.name, ())
        # Its first paragraph: the others only say how to answer.
        question = Rich(Markdown(step.ask.source.strip().partition("\n\n")[0]))
        if len(values) < FEWEST:
            yield draft.phrases.say("event_report_too_few", question=question, fewest=FEWEST)
        elif step.field.type in ("scale", "number"):
            yield from _averaged(draft, step, question, values)
        elif step.field.type in ("choice", "choices", "yes_no"):
            yield from _shared(draft, step, question, values)
        else:
            said = "\n".join(f"- {escape(str(value))}" for value in values[:SAID])
            yield draft.phrases.say("event_report_said", question=question, said=Rich(Markdown(said)))


def _averaged(draft: Draft, step: Ask, question: Rich, values: Sequence[Value]) -> Iterator[Markdown]:
    mean = average(values)
    if mean is not None:
        written = write_number(round(mean, 1))
        most = f"{step.field.max:g}" if step.field.max is not None else "?"
        yield draft.phrases.say("event_report_average", question=question, average=written, most=most)


def _shared(draft: Draft, step: Ask, question: Rich, values: Sequence[Value]) -> Iterator[Markdown]:
    taken = shares(values)
    if taken is not None:
        labels = {choice.id: choice.label for choice in step.choices}
        lines = "\n".join(
            f"- {escape(labels.get(id, id))}\N{NO-BREAK SPACE}: {count}" for id, count in taken.items()
        )
        yield draft.phrases.say("event_report_shares", question=question, lines=Rich(Markdown(lines)))
