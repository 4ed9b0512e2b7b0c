"""Events in the conversation: what is coming, one card each, and the answers given by its buttons."""

from dataclasses import replace

from bot.dialogue.acts import EventWish
from bot.dialogue.afterwards import feel, offer_afterwards, report
from bot.dialogue.door import door_card
from bot.dialogue.draft import Draft
from bot.dialogue.gatherings import management_card
from bot.dialogue.prompts import repeat
from bot.dialogue.questions import say_and_come_back, say_stale
from bot.events.card import address_of, at_first, event_card, when
from bot.events.registration import ALLOWED, foreseen, gate, is_coming, is_on
from bot.events.reminders import (
    AFTER,
    MAYBE,
    REPORT,
    few_left,
    overtaken,
    reason_of,
    refreshed_by,
    reminded_of,
)
from bot.flows.cards import LABEL
from bot.flows.french import shorten, write_day
from bot.flows.reminders import out_of_quiet
from bot.flows.template import Rich
from bot.model.effects import Edit, HandOut, Register, Send, SetTimer
from bot.model.event import EventId, EventSeen, EventState, Place, Reply, event_tag
from bot.model.message import Markdown, Message, Option
from bot.model.rights import Right

SHOWN = 8
"""Events listed at once: what a phone shows without scrolling far."""

REPLIES: dict[str, Reply] = {"going": Reply.GOING, "maybe": Reply.MAYBE, "decline": Reply.NO}
"""Button -> answer."""

REPLIES_BELOW: dict[str, Reply] = {"n-going": Reply.GOING, "n-maybe": Reply.MAYBE, "n-no": Reply.NO}
"""The same below an announcement: the card comes as a message of its own."""

STATES = {
    Place.SEATED: "event_line_seated",
    Place.WAITING: "event_line_waiting",
    Place.MAYBE: "event_line_maybe",
}
"""Where the person stands -> how the list says so."""


PAST = 3
"""Of those that are over, so many are listed for staff."""


def list_events(draft: Draft, argument: str = "") -> None:
    """`/evenements`: what is going on or coming, the next first; a single one as its card. For staff, also
    what only they know: drafts, and what is over.
    """
    coming = [one for one in draft.view.events if is_on(one.event, draft.now)][:SHOWN]
    staff = draft.may(Right.EVENTS)
    more = _for_staff(draft) if staff else ()
    if len(coming) == 1 and not more:
        _show(draft, coming[0])
        return
    draft.change(active=None)
    if not coming and not more:
        draft.say("events_none", draft.button("button_menu", "menu"))
        return
    shown = "\n".join(_line(draft, one) for one in coming) or draft.phrases.say("events_none")
    parts = [draft.phrases.say("events_list"), Markdown(shown)]
    if more:
        lines = "\n".join(_line(draft, one) for one in more)
        parts += [draft.phrases.say("events_for_staff"), Markdown(lines)]
    options = [_open(draft, one, "event") for one in coming] + [_open(draft, one, "manage") for one in more]
    draft.add(Send(Message(Markdown("\n\n".join(parts)), (*options, draft.button("button_menu", "menu")))))


def _for_staff(draft: Draft) -> tuple[EventSeen, ...]:
    """Drafts, and what was last."""
    drafts = [one for one in draft.view.events if one.event.state is EventState.DRAFT]
    over = [one for one in draft.view.past if one.event.state is EventState.ANNOUNCED][:PAST]
    return (*drafts, *over)


def open_event(draft: Draft, name: str) -> bool:
    """Show the event of that id, from a link or a list; False if it is over or there is none."""
    seen = _seen(draft, name)
    if seen:
        _show(draft, seen)
    return seen is not None


def event_tapped(draft: Draft, name: str, what: EventWish) -> None:
    """A button of a card or of the list."""
    seen = _seen(draft, name)
    past = known_event(draft, name)
    if what == "feel" and past is not None:
        feel(draft, past)
    elif seen is None:
        say_and_come_back(draft, draft.phrases.say("event_gone"))
    elif what == "event":
        _show(draft, seen)
    elif what in ("ics", "paper"):
        _hand_out(draft, seen, what)
    elif what in REPLIES:
        _answer(draft, seen, REPLIES[what], Edit)
    elif what in REPLIES_BELOW:
        _answer(draft, seen, REPLIES_BELOW[what], Send)
    else:
        say_stale(draft)


def event_due(draft: Draft, key: str) -> bool:
    """Something about an event is due; False if the timer is none of its."""
    name = reminded_of(key)
    if name is None:
        return False
    seen = known_event(draft, name)
    if seen is None:
        return True
    if refreshed_by(key) is not None:
        _refresh(draft, seen, refreshed_by(key))
        return True
    if not _due(draft, seen, key):
        return True
    calm = out_of_quiet(draft.now, draft.view.policy)
    reason = reason_of(key)
    if calm > draft.now:
        # Late: the assistant was off. It still waits for the morning, if that is early enough.
        if reason in (AFTER, REPORT) or calm < seen.event.starts:
            draft.add(SetTimer(key, calm))
    elif reason == AFTER:
        offer_afterwards(draft, seen)
    elif reason == REPORT:
        _sum_up(draft, seen)
    else:
        draft.change(confirming=None)
        draft.add(Send(_card(draft, seen, heading=_heading(seen, reason))))
    return True


def _due(draft: Draft, seen: EventSeen, key: str) -> bool:
    """Whether it still makes sense: who no longer goes, or said so meanwhile, hears nothing."""
    reason, event = reason_of(key), seen.event
    if reason in (AFTER, REPORT):
        return event.state is EventState.ANNOUNCED and draft.now >= event.ends
    if not is_coming(event, draft.now):
        return False
    if reason == MAYBE:
        return seen.mine is Place.MAYBE and Reply.GOING in ALLOWED[gate(event, draft.now)]
    return seen.mine is Place.SEATED and not overtaken(key, event, draft.now, draft.view.policy)


def _heading(seen: EventSeen, reason: str) -> str:
    if reason != MAYBE:
        return "event_reminder"
    return "event_hesitates_few" if few_left(seen.event, seen.seated) else "event_hesitates"


def _refresh(draft: Draft, seen: EventSeen, card: str | None) -> None:
    """A card that the person looked at lately shows what is true now."""
    if card == "event":
        draft.add(Edit(_card(draft, seen)))
    elif draft.may(Right.EVENTS):
        draft.add(Edit(management_card(draft, seen) if card == "manage" else door_card(draft, seen)))


def _sum_up(draft: Draft, seen: EventSeen) -> None:
    """Staff who had to do with it read what came of it."""
    if draft.may(Right.EVENTS):
        draft.change(confirming=None)
        report(draft, seen)


def leave_events(draft: Draft) -> None:
    """Give the seats back of a person who is about to be erased: others wait for them."""
    for seen in draft.view.events:
        if seen.mine is Place.SEATED and Reply.NO in ALLOWED[gate(seen.event, draft.now)]:
            draft.add(_registration(draft, seen, Reply.NO)[0])


def _answer(draft: Draft, seen: EventSeen, reply: Reply, show: type[Edit] | type[Send]) -> None:
    if reply not in ALLOWED[gate(seen.event, draft.now)]:
        # The card that was tapped is older than the deadline, the beginning or the cancellation.
        draft.add(show(_card(draft, seen)))
        return
    effect, after = _registration(draft, seen, reply)
    draft.add(effect, show(_card(draft, after)))


def _registration(draft: Draft, seen: EventSeen, reply: Reply) -> tuple[Register, EventSeen]:
    event = seen.event
    after = foreseen(seen, draft.view.person.id, reply)
    theirs = EventSeen(event, event.capacity or 0, mine=Place.SEATED)
    news = _card(draft, theirs, heading="event_promoted")
    unsure = _card(draft, replace(after, ahead=None)) if after.mine is Place.WAITING else None
    effect = Register(event.id, reply, event.revision, after.mine, news, after.ahead, unsure)
    return effect, after


def _show(draft: Draft, seen: EventSeen) -> None:
    card = _card(draft, seen)
    if draft.may(Right.EVENTS) and not draft.session.active:
        draft.add(Send(replace(card, silent=True)), Send(management_card(draft, seen)))
    else:
        draft.add(Send(card))
    if draft.session.active:
        repeat(draft, draft.phrases.say("back_to_prompt"))


def _hand_out(draft: Draft, seen: EventSeen, what: EventWish) -> None:
    """The calendar file, or the programme."""
    from bot.events.calendar_file import calendar_file

    event, phrases = seen.event, draft.phrases
    if what == "ics":
        url = address_of(event, draft.view.policy)
        file = calendar_file(event, now=draft.now, url=url)
        off = event.state is EventState.CANCELLED
        said = phrases.say("event_calendar_off" if off else "event_calendar", title=event.title)
        draft.add(HandOut(Message(said), (file,)))
    elif event.paper is None:
        say_stale(draft)
        return
    else:
        text = phrases.say("event_paper", title=event.title)
        draft.add(Send(Message(text, attachments=(event.paper,))))
    if draft.session.active:
        repeat(draft, phrases.say("back_to_prompt"))


def _card(draft: Draft, seen: EventSeen, *, heading: str = "") -> Message:
    """The card as it stands; `heading`: the phrase that says why it comes now."""
    why = draft.phrases.say(heading, title=seen.event.title) if heading else None
    return event_card(seen, draft.phrases, draft.view.policy, now=draft.now, heading=why)


def _line(draft: Draft, seen: EventSeen) -> Markdown:
    event = seen.event
    day = Rich(at_first(when(event, draft.phrases, draft.view.policy)))
    said = draft.phrases.say("event_line", when=day, title=event.title)
    state = STATES.get(seen.mine)
    if event.state is EventState.DRAFT:
        state = "event_line_draft"
    elif event.starts <= draft.now < event.ends:
        state = "event_line_begun"
    return Markdown(f"{said} {draft.phrases.say(state)}") if state else said


def _open(draft: Draft, seen: EventSeen, what: str) -> Option:
    day = write_day(seen.event.local(seen.event.starts).date(), draft.phrases.calendar).rpartition(" ")[0]
    act = f"{what}.{seen.event.id}"
    return Option(
        act, shorten(f"{day} : {seen.event.title}".replace(" :", "\N{NO-BREAK SPACE}:"), LABEL), act
    )


def known_event(draft: Draft, name: str) -> EventSeen | None:
    """The event of that id, also if it is over."""
    known = (*draft.view.events, *draft.view.past)
    return next((one for one in known if one.event.id == EventId(name)), None)


def event_of_tag(draft: Draft, tag: str) -> EventSeen | None:
    """The event that a button stands for by its tag, also if it is over."""
    known = (*draft.view.events, *draft.view.past)
    return next((one for one in known if event_tag(one.event.id) == tag), None)


def _seen(draft: Draft, name: str) -> EventSeen | None:
    return next((one for one in draft.view.events if one.event.id == EventId(name)), None)
