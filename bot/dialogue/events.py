"""Events in the conversation: what is coming, one card each, and the answers given by its buttons."""

from dataclasses import replace
from typing import Literal

from bot.dialogue.draft import Draft
from bot.dialogue.prompts import repeat
from bot.dialogue.questions import say_and_come_back
from bot.events.card import event_card, when
from bot.events.registration import ALLOWED, foreseen, gate
from bot.events.reminders import overtaken, reminded_of
from bot.flows.cards import LABEL
from bot.flows.french import shorten, write_day
from bot.flows.reminders import out_of_quiet
from bot.flows.template import Rich
from bot.model.effects import Edit, HandOut, Register, Send, SetTimer
from bot.model.event import EventId, EventSeen, EventState, Place, Reply
from bot.model.message import Markdown, Message, Option

PREFIX = "e_"
"""In front of an event's id in the payload of a link."""

SHOWN = 8
"""Events listed at once: what a phone shows without scrolling far."""

REPLIES: dict[str, Reply] = {"going": Reply.GOING, "maybe": Reply.MAYBE, "decline": Reply.NO}
"""Button -> answer."""

STATES = {
    Place.SEATED: "event_line_seated",
    Place.WAITING: "event_line_waiting",
    Place.MAYBE: "event_line_maybe",
}
"""Where the person stands -> how the list says so."""


def list_events(draft: Draft, argument: str = "") -> None:
    """`/evenements`: what is coming, the next first; a single one as its card."""
    coming = [one for one in draft.view.events if _coming(draft, one)][:SHOWN]
    if len(coming) == 1:
        _show(draft, coming[0])
        return
    draft.change(active=None)
    if not coming:
        draft.say("events_none", draft.button("button_menu", "menu"))
        return
    lines = "\n".join(_line(draft, one) for one in coming)
    text = Markdown(f"{draft.phrases.say('events_list')}\n\n{lines}")
    options = (_open(draft, one) for one in coming)
    draft.add(Send(Message(text, (*options, draft.button("button_menu", "menu")))))


def open_event(draft: Draft, name: str) -> bool:
    """Show the event of that id, from a link or a list; False if it is over or there is none."""
    seen = _seen(draft, name)
    if seen:
        _show(draft, seen)
    return seen is not None


def event_tapped(draft: Draft, name: str, what: Literal["event", "going", "maybe", "decline", "ics"]) -> None:
    """A button of a card or of the list."""
    seen = _seen(draft, name)
    if seen is None:
        say_and_come_back(draft, draft.phrases.say("event_gone"))
    elif what == "event":
        _show(draft, seen)
    elif what == "ics":
        _hand_out(draft, seen)
    else:
        _answer(draft, seen, REPLIES[what])


def event_due(draft: Draft, key: str) -> bool:
    """A reminder of an event; False if the timer is none. Who no longer goes hears nothing."""
    name = reminded_of(key)
    if name is None:
        return False
    seen = _seen(draft, name)
    if seen is None or seen.mine is not Place.SEATED or not _coming(draft, seen):
        return True
    if overtaken(key, seen.event, draft.now, draft.view.policy):
        return True
    calm = out_of_quiet(draft.now, draft.view.policy)
    if calm > draft.now:
        # Late: the assistant was off. It still waits for the morning, if that is early enough.
        if calm < seen.event.starts:
            draft.add(SetTimer(key, calm))
        return True
    draft.change(confirming=None)
    draft.add(Send(_card(draft, seen, heading="event_reminder")))
    return True


def leave_events(draft: Draft) -> None:
    """Give the seats back of a person who is about to be erased: others wait for them."""
    for seen in draft.view.events:
        if seen.mine is Place.SEATED and Reply.NO in ALLOWED[gate(seen.event, draft.now)]:
            draft.add(_registration(draft, seen, Reply.NO)[0])


def _answer(draft: Draft, seen: EventSeen, reply: Reply) -> None:
    if reply not in ALLOWED[gate(seen.event, draft.now)]:
        # The card that was tapped is older than the deadline, the beginning or the cancellation.
        draft.add(Edit(_card(draft, seen)))
        return
    effect, after = _registration(draft, seen, reply)
    draft.add(effect, Edit(_card(draft, after)))


def _registration(draft: Draft, seen: EventSeen, reply: Reply) -> tuple[Register, EventSeen]:
    event = seen.event
    after = foreseen(seen, draft.view.person.id, reply)
    theirs = EventSeen(event, event.capacity or 0, mine=Place.SEATED)
    news = _card(draft, theirs, heading="event_promoted")
    unsure = _card(draft, replace(after, ahead=None)) if after.mine is Place.WAITING else None
    effect = Register(event.id, reply, event.revision, after.mine, news, after.ahead, unsure)
    return effect, after


def _show(draft: Draft, seen: EventSeen) -> None:
    draft.add(Send(_card(draft, seen)))
    if draft.session.active:
        repeat(draft, draft.phrases.say("back_to_prompt"))


def _hand_out(draft: Draft, seen: EventSeen) -> None:
    from bot.events.calendar_file import calendar_file

    file = calendar_file(seen.event, now=draft.now)
    draft.add(HandOut(Message(draft.phrases.say("event_calendar", title=seen.event.title)), (file,)))
    if draft.session.active:
        repeat(draft, draft.phrases.say("back_to_prompt"))


def _card(draft: Draft, seen: EventSeen, *, heading: str = "") -> Message:
    return event_card(seen, draft.phrases, draft.view.policy, now=draft.now, heading=heading)


def _line(draft: Draft, seen: EventSeen) -> Markdown:
    event = seen.event
    said = draft.phrases.say(
        "event_line", when=Rich(when(event, draft.phrases, draft.view.policy)), title=event.title
    )
    state = STATES.get(seen.mine)
    return Markdown(f"{said} {draft.phrases.say(state)}") if state else said


def _open(draft: Draft, seen: EventSeen) -> Option:
    day = write_day(seen.event.local(seen.event.starts).date(), draft.phrases.calendar).rpartition(" ")[0]
    act = f"event.{seen.event.id}"
    return Option(
        act, shorten(f"{day} : {seen.event.title}".replace(" :", "\N{NO-BREAK SPACE}:"), LABEL), act
    )


def _seen(draft: Draft, name: str) -> EventSeen | None:
    return next((one for one in draft.view.events if one.event.id == EventId(name)), None)


def _coming(draft: Draft, seen: EventSeen) -> bool:
    return seen.event.state is EventState.ANNOUNCED and draft.now < seen.event.starts
