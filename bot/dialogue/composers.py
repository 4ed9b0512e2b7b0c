"""Where staff begin to compose: `/evenement`, `/annonce`, and the button that changes an event."""

from collections.abc import Mapping

from bot.dialogue.composing import answers_of, note_revision, publishing_step
from bot.dialogue.draft import Draft
from bot.dialogue.journeys import start
from bot.dialogue.questions import say_and_come_back, say_stale
from bot.events.drafting import MAX_TITLE
from bot.flows.steps.announce import Announce
from bot.model.announcement import NewsKind
from bot.model.event import Event
from bot.model.rights import Right
from bot.model.values import FlowId, Value

EVENT_FLOW = FlowId("composer-evenement")
NEWS_FLOW = FlowId("composer-annonce")
WORD_FLOW = FlowId("ecrire-aux-inscrits")
"""The journeys that collect the answers; content without them has no such command."""


def compose_event(draft: Draft, argument: str = "") -> None:
    """`/evenement`, perhaps with its title."""
    flow = draft.shelf.flows.get(EVENT_FLOW)
    step = flow and publishing_step(flow)
    title = " ".join(argument.split())[:MAX_TITLE]
    _begin(draft, EVENT_FLOW, {step.publish.title: title} if step and title else {})


def compose_news(draft: Draft, argument: str = "") -> None:
    """`/annonce`."""
    _begin(draft, NEWS_FLOW, {})


def change_event(draft: Draft, event: Event) -> None:
    """Change an event: its values are the answers, and the review of them comes first."""
    flow = draft.shelf.flows.get(EVENT_FLOW)
    if flow is None or not draft.may(Right.EVENTS):
        say_stale(draft)
        return
    note_revision(draft, event)
    given = answers_of(event, flow, draft.view.policy.timezone)
    # What was being composed is another event: it would hide this one.
    start(draft, flow.id, restart=True, given=given, whole=True)


def may_announce(draft: Draft) -> bool:
    """Whether this person can announce an event: they may, and there is a journey for it."""
    return NEWS_FLOW in draft.shelf.flows and draft.may(Right.ANNOUNCE)


def announce_event(draft: Draft, event: Event) -> None:
    """Announce an event: the announcement is about it from the start."""
    _about(draft, event, NEWS_FLOW, Right.ANNOUNCE)


def write_to_registered(draft: Draft, event: Event) -> None:
    """Write to those who come to an event, or wait for a seat, and to nobody else."""
    _about(draft, event, WORD_FLOW, Right.EVENTS)


def _about(draft: Draft, event: Event, id: FlowId, right: Right) -> None:
    flow = draft.shelf.flows.get(id)
    step = next((step for step in flow.steps if isinstance(step, Announce)), None) if flow else None
    if flow is None or step is None or not draft.may(right):
        say_and_come_back(draft, draft.phrases.say("stale_tap"))
        return
    given: dict[str, Value] = {step.announce.kind: NewsKind.EVENTS.value}
    if step.announce.event:
        given[step.announce.event] = event.id
    start(draft, flow.id, restart=True, given=given)


def _begin(draft: Draft, flow: FlowId, given: Mapping[str, Value]) -> None:
    if flow in draft.shelf.flows:
        start(draft, flow, given=given)
    else:
        say_and_come_back(draft, draft.phrases.say("flow_gone"))
