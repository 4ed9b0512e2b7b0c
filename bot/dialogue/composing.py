"""Composing events and announcements: what the answers of staff make, shown before anything leaves."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.dialogue.announcing import copy_for
from bot.dialogue.composing_news import (
    AGAIN,
    SEND,
    crowd_of,
    known_twin,
    news_composed,
    plan_of,
    twin_of,
)
from bot.events.audience import AudienceError, checked, vocabulary_of
from bot.events.drafting import event_of, given_by, new_id, zone_by_default, zone_of
from bot.events.publishing import Change, announced, news_of, preview, publish
from bot.flows.desk import Composed, Deed
from bot.flows.flow import Flow
from bot.flows.step import Scope
from bot.flows.steps.announce import Announce
from bot.flows.steps.publish import Publish
from bot.flows.steps.submitting import DROP, FIX, Submitting
from bot.flows.typed import Bad
from bot.model.announcement import Plan
from bot.model.effects import Announce as Begin
from bot.model.effects import Publish as Make
from bot.model.effects import Send
from bot.model.event import Event, EventId, EventSeen, EventState
from bot.model.message import Message, Option
from bot.model.turn import Need, Wanted
from bot.model.values import Value

if TYPE_CHECKING:
    from bot.dialogue.draft import Draft

PREVIEW = "do.preview"
"""What every button of a preview says: there is nothing to press yet."""

CHANGING = "changing"
"""Where the session keeps the event that is being changed, with its revision."""


class Composer:
    """The desk of one turn."""

    def __init__(self, draft: "Draft") -> None:
        self._draft = draft

    def compose(self, step: Submitting, scope: Scope) -> Composed:
        """See `Desk`."""
        match step:
            case Publish():
                return self._event(step, scope)
            case Announce():
                return self._news(step, scope)
        raise AssertionError(f"nothing is composed by {type(step).__name__}")

    def decide(self, step: Submitting, decision: str, scope: Scope) -> Deed:
        """See `Desk`."""
        match step, decision:
            case Publish(), ("publier" | "brouillon" | "changement"):
                return self._made(step, decision, scope)
            case Announce(), "test":
                shown = copy_for(self._draft, _planned(step, scope))
                return Deed((Send(self._numbered(shown, scope)),), stays=True)
            case Announce(), _ if decision == SEND or decision.startswith(AGAIN):
                plan = _planned(step, scope)
                return Deed((Begin(plan, known_twin(plan, scope)),))
        raise AssertionError(f"{decision} was not offered")

    def lacks(self, step: Submitting, scope: Scope) -> frozenset[Wanted]:
        """See `Desk`."""
        wanted: set[Wanted] = set() if Need.EVENTS in scope.view.known else {Need.EVENTS}
        if isinstance(step, Announce):
            crowd = crowd_of(given_at(step, scope), step, scope)
            wanted |= {crowd} if crowd and crowd not in scope.view.crowds else set()
            plan = plan_of(given_at(step, scope), step, scope)
            if isinstance(plan, Plan) and twin_of(plan) not in scope.view.twins:
                wanted.add(twin_of(plan))
        return frozenset(wanted)

    def refuses(self, condition: str, scope: Scope) -> str:
        """See `Desk`."""
        try:
            checked(condition, vocabulary_of(scope.shelf))
        except AudienceError as error:
            return str(error)
        return ""

    # --- events ---------------------------------------------------------------------------------------------

    def _event(self, step: Publish, scope: Scope) -> Composed:
        phrases, policy = scope.shelf.phrases, scope.view.policy
        label = phrases.label
        leave = ((FIX, (label("compose_fix"),)), (DROP, (label("compose_drop"),)))
        change = self._change(step, scope)
        if isinstance(change, Bad):
            return Composed(phrases.say(change.phrase, **change.values), leave)
        if change.same:
            return Composed(phrases.say("publish_same"), leave)
        asked = "publish_ask" if is_new(change) else "publish_change"
        draft = (("brouillon", (label("publish_draft"),)),) if is_new(change) else ()
        new = ("publier", (label("publish_yes"),))
        yes = new if is_new(change) else ("changement", (label("publish_change_yes"),))
        shown = inert(preview(change, phrases, policy, now=scope.now))
        text = phrases.say(asked, count=change.concerned)
        return Composed(text, (yes, leave[0], *draft, leave[1]), (self._numbered(shown, scope),))

    def _made(self, step: Publish, decision: str, scope: Scope) -> Deed:
        change = self._change(step, scope)
        assert isinstance(change, Change), "only what can be published is offered"
        phrases, policy = scope.shelf.phrases, scope.view.policy
        effect = publish(change, phrases, policy, now=scope.now)
        if decision == "brouillon":
            kept = replace(change.event, state=EventState.DRAFT)
            effect = Make(kept, news_of(replace(change, event=kept), phrases, policy, now=scope.now))
        return Deed((effect,), fills=(("made", change.event.id),))

    def _change(self, step: Publish, scope: Scope) -> Change | Bad:
        """What publishing would change; or the phrase for what is in the way."""
        given = given_at(step, scope)
        zone_field = scope.names.declared(step.publish.zone) if step.publish.zone else None
        before = seen_of(given.get("event"), scope)
        usual = zone_by_default(before.event if before else None, zone_field, scope.view.policy.timezone)
        zone = zone_of(given.get("zone"), zone_field, usual)
        if "event" in given and before is None and Need.EVENTS in scope.view.known:
            return Bad("event_gone")
        if before is not None and _moved(self._draft, before.event):
            return Bad("publish_moved")
        event = event_of(given, zone, before, EventId(""))
        if isinstance(event, Bad):
            return event
        if event.starts <= scope.now:
            return Bad("publish_past")
        taken = frozenset(one.event.id for one in (*scope.view.events, *scope.view.past))
        id = before.event.id if before else new_id(event.title, event.local(event.starts), taken)
        return announced(replace(event, id=id), before)

    # --- announcements --------------------------------------------------------------------------------------

    def _news(self, step: Announce, scope: Scope) -> Composed:
        given = given_at(step, scope)
        plan = plan_of(given, step, scope)
        composed = news_composed(plan, crowd_of(given, step, scope), scope)
        if not isinstance(plan, Plan):
            return composed
        return replace(composed, shown=(self._numbered(inert(copy_for(self._draft, plan)), scope),))

    def _numbered(self, message: Message, scope: Scope) -> Message:
        """Under a key of its own: joined with no other, found by no edit."""
        return replace(message, key=f"shown-{scope.rng.getrandbits(48):x}")


def note_revision(draft: "Draft", event: Event) -> None:
    """Remember which revision of an event the answers come from: a later one is somebody else's."""
    draft.change(told={**draft.session.told, CHANGING: f"{event.id} {event.revision}"})


def _moved(draft: "Draft", event: Event) -> bool:
    """Whether an event that is being changed was changed by somebody else since."""
    id, _, revision = draft.session.told.get(CHANGING, "").partition(" ")
    return id == event.id and revision != str(event.revision)


def _planned(step: Announce, scope: Scope) -> Plan:
    plan = plan_of(given_at(step, scope), step, scope)
    assert isinstance(plan, Plan), "only what can be sent is offered"
    return plan


def given_at(step: Submitting, scope: Scope) -> Mapping[str, Value]:
    """Part -> answer, of parts with one field; a choice with a number is that number."""
    found: dict[str, Value] = {}
    for part, place, name in step.parts.fields():
        value = scope.names.read(name)
        if place is None and value is not None and value != ():
            number = scope.names.weight(name) if part in ("lasts", "not_seen") else None
            found[part] = value if number is None else number
    return found


def seen_of(id: Value | None, scope: Scope) -> EventSeen | None:
    """The event of that id, if it is not over."""
    return next((one for one in scope.view.events if one.event.id == id), None)


def is_new(change: Change) -> bool:
    """Whether nobody but staff knows of the event yet."""
    return change.before is None or change.before.event.state is EventState.DRAFT


def inert(message: Message) -> Message:
    """A message as people will see it, whose buttons do nothing yet."""

    def still(option: Option) -> Option:
        return option if option.link else replace(option, act=PREVIEW)

    options, controls = map(still, message.options), map(still, message.controls)
    return replace(message, options=tuple(options), controls=tuple(controls))


def publishing_step(flow: Flow) -> Publish | None:
    """The step of a composing flow that says which answers make an event."""
    return next((step for step in flow.steps if isinstance(step, Publish)), None)


def answers_of(event: Event, flow: Flow, usual: ZoneInfo) -> Mapping[str, Value]:
    """The answers to a composing flow that would make this event, by field; in the `usual` time zone none is.

    Of a choice that gives a part by its number (`lasts`) the one with this number, or else one without; of a
    choice by other words (`zone`) the one with these. A question with several answers whose ids name such
    fields ("what more is there to say?") is answered by those that are filled.
    """
    step = publishing_step(flow)
    if step is None:
        return {}
    parts = given_by(event)
    if event.zone.key == usual.key:
        del parts["zone"]
    found: dict[str, Value] = {}
    for part, _, name in step.parts.fields():
        if part in parts and (value := _chosen(part, parts[part], name, flow)) is not None:
            found[name] = value
    if step.publish.lasts in found and step.publish.ends and _has_number(step.publish.lasts, found, flow):
        del found[step.publish.ends]
    for name, declared in flow.declared.items():
        ids = tuple(choice.id for choice in declared.choices if choice.id in found)
        if declared.type == "choices" and name not in found:
            found[name] = ids
    return found


def _chosen(part: str, value: Value, name: str, flow: Flow) -> Value | None:
    declared = flow.declared[name]
    if declared.type != "choice":
        return value
    if part == "zone":
        return next((one.id for one in declared.choices if value in one.also), None)
    weights = declared.weights()
    exact = (id for id, number in weights.items() if number == value)
    return next(exact, next((id for id, number in weights.items() if number is None), None))


def _has_number(name: str | None, found: Mapping[str, Value], flow: Flow) -> bool:
    """Whether the answer says how long it lasts, so that its end need not be told."""
    declared = flow.declared.get(name or "")
    if declared is None or declared.type != "choice":
        return True
    return declared.weights().get(str(found[name or ""])) is not None
