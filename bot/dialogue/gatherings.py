"""Around an event, for staff: the card below the card, the list, reminders, calling it off, its link.

Every function asks again who is tapping: a button may be forged or older than somebody's role.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from bot.dialogue.acts import ArrangeWish
from bot.dialogue.afterwards import report
from bot.dialogue.composers import announce_event, change_event, may_announce, write_to_registered
from bot.dialogue.door import open_door, show_code
from bot.dialogue.draft import Draft
from bot.dialogue.links import Target, hand_out_link
from bot.dialogue.questions import say_and_come_back
from bot.documents.attendees import attendee_list
from bot.events.card import at_first, file_stem, when, write_hour
from bot.events.listing import Words, as_csv, named
from bot.events.publishing import announcement, called_off, publish
from bot.events.registration import is_coming
from bot.flows.french import write_date
from bot.flows.reminders import out_of_quiet
from bot.flows.template import Rich
from bot.knowledge.text import fold
from bot.markup import plain
from bot.model.effects import Audit, HandOut, NewFile, RemindNow, Send
from bot.model.event import Event, EventSeen, EventState, Gathering, Place
from bot.model.message import Markdown, Message, Option

DOOR_BEFORE = timedelta(days=1)
DOOR_AFTER = timedelta(days=7)
"""From when to when the list of the door is offered: early enough to prepare, late enough to catch up."""

CALLING_OFF, REMINDING = "off.", "now."
"""How `Session.confirming` begins while staff are asked whether they are sure."""

LISTED = (Place.SEATED, Place.WAITING, Place.MAYBE, Place.NONE)
"""Places that stand on the list on paper; who declined does not come."""


def management_card(draft: Draft, seen: EventSeen) -> Message:
    """How an event stands, and what staff can do about it; edited in place."""
    event = seen.event
    lines = "\n".join(_counts(draft, seen))
    text = draft.phrases.say("event_manage", title=event.title, lines=Rich(Markdown(lines)))
    options = tuple(_button(draft, event, what, label) for what, label in _ways(draft, seen))
    return Message(text, options, key=f"manage.{event.id}")


def arrange(draft: Draft, seen: EventSeen | None, what: ArrangeWish) -> None:
    """A button of staff was tapped."""
    if seen is None:
        say_and_come_back(draft, draft.phrases.say("event_gone"))
    else:
        DEEDS[what](draft, seen)


def _show(draft: Draft, seen: EventSeen) -> None:
    draft.add(Send(management_card(draft, seen)))


# ---- the list ----


def _hand_out_list(draft: Draft, seen: EventSeen) -> None:
    """Names as a file for a spreadsheet, and on paper with boxes to tick."""
    event, gathering = seen.event, draft.view.gathering
    if gathering is None or not gathering.guests:
        say_and_come_back(draft, draft.phrases.say("event_list_empty"))
        return
    words, gathering = _words(draft), named(gathering, draft.phrases)
    # With a mark in front by which spreadsheets know the letters.
    table = as_csv(event, gathering, words).encode("utf-8-sig")
    name = file_stem(event)
    files = (
        NewFile(f"{name}.pdf", "application/pdf", _paper(draft, event, gathering, words)),
        NewFile(f"{name}.csv", "text/csv", table),
    )
    text = draft.phrases.say("event_list_file", title=event.title, count=len(gathering.guests))
    back = _button(draft, event, "manage", "button_event_manage")
    draft.add(Audit("event.list", event.id), HandOut(Message(text, (back,)), files))


def _paper(draft: Draft, event: Event, gathering: Gathering, words: Words) -> bytes:
    phrases = draft.phrases
    groups = []
    for place in LISTED:
        names = [one.name for one in gathering.guests if one.place is place]
        if names:
            # Who waits stands in the order in which seats are given, all others where one looks for a name.
            groups.append((words.places[place], names if place is Place.WAITING else sorted(names, key=fold)))
    said = [at_first(when(event, phrases, draft.view.policy))]
    if event.place:
        said.append(phrases.say("event_place", place=event.place))
    return attendee_list(
        event.title,
        [plain(one) for one in said],
        groups,
        note=phrases.label("event_list_note"),
        page=phrases.label("event_list_page"),
    )


def _words(draft: Draft) -> Words:
    label = draft.phrases.label
    number, place, name, since, here, ref = (
        label(f"event_column_{one}") for one in ("number", "place", "name", "since", "here", "ref")
    )
    places = {place: label(f"event_place_{place.value}") for place in Place}
    return Words((number, place, name, since, here, ref), places)


# ---- a reminder now ----


def _ask_to_remind(draft: Draft, seen: EventSeen) -> None:
    phrases, event = draft.phrases, seen.event
    if not is_coming(seen.event, draft.now):
        _show(draft, seen)
    elif not seen.seated:
        say_and_come_back(draft, phrases.say("event_remind_none"))
    else:
        parts = [phrases.say("event_remind_sure", title=event.title, count=seen.seated)]
        if seen.reminded is not None:
            day, hour = _moment(draft, seen.reminded)
            parts.append(phrases.say("event_reminded", day=day, hour=hour))
        parts += _held_back(draft)
        yes = _button(draft, event, "now", "button_remind_yes")
        options = (yes, _button(draft, event, "manage", "button_no"))
        draft.change(confirming=f"{REMINDING}{event.id}")
        draft.add(Send(Message(Markdown("\n\n".join(parts)), options)))


def _remind(draft: Draft, seen: EventSeen) -> None:
    if (
        draft.pending != f"{REMINDING}{seen.event.id}"
        or not is_coming(seen.event, draft.now)
        or not seen.seated
    ):
        _ask_to_remind(draft, seen)
        return
    draft.add(RemindNow(seen.event.id))
    parts = [draft.phrases.say("event_remind_done", count=seen.seated), *_held_back(draft)]
    back = _button(draft, seen.event, "manage", "button_event_manage")
    draft.add(Send(Message(Markdown(" ".join(parts)), (back,))))


def _held_back(draft: Draft) -> Iterator[Markdown]:
    """When a reminder leaves, if the quiet hours hold it back."""
    calm = out_of_quiet(draft.now, draft.view.policy)
    if calm > draft.now:
        day, hour = _moment(draft, calm)
        yield draft.phrases.say("event_remind_quiet", day=day, hour=hour)


# ---- calling off ----


def _ask_to_call_off(draft: Draft, seen: EventSeen) -> None:
    """Shown first: what those concerned will read."""
    if not _may_be_called_off(draft, seen):
        _show(draft, seen)
        return
    phrases, event, change = draft.phrases, seen.event, called_off(seen)
    parts = [phrases.say("event_cancel_nobody", title=event.title)]
    notice = announcement(change, phrases, draft.view.policy, now=draft.now)
    if notice is not None and change.concerned:
        parts = [phrases.say("event_cancel_sure", title=event.title, count=change.concerned)]
        parts.append(Markdown("\n".join(f"> {line}" for line in notice.message.text.split("\n"))))
    yes = _button(draft, event, "off", "button_cancel_yes")
    draft.change(confirming=_calling_off(seen))
    draft.add(
        Send(
            Message(Markdown("\n\n".join(parts)), (yes, _button(draft, event, "manage", "button_cancel_no")))
        )
    )


def _call_off(draft: Draft, seen: EventSeen) -> None:
    """A yes to what was shown; if the event changed meanwhile, it is shown anew."""
    if draft.pending != _calling_off(seen) or not _may_be_called_off(draft, seen):
        _ask_to_call_off(draft, seen)
        return
    change = called_off(seen)
    draft.add(publish(change, draft.phrases, draft.view.policy, now=draft.now))
    back = draft.button("button_events", "events")
    draft.say("event_cancel_done", back, title=seen.event.title, count=change.concerned)


def _calling_off(seen: EventSeen) -> str:
    return f"{CALLING_OFF}{seen.event.id}.{seen.event.revision}"


# ---- link ----


def _link(draft: Draft, seen: EventSeen) -> None:
    if not draft.view.policy.bot:
        say_and_come_back(draft, draft.phrases.say("link_needs_telegram"))
    else:
        hand_out_link(draft, Target(seen.event.id, "event", seen.event.title))


def _edit(draft: Draft, seen: EventSeen) -> None:
    change_event(draft, seen.event)


DEEDS: Mapping[ArrangeWish, Callable[[Draft, EventSeen], None]] = {
    "manage": _show,
    "list": _hand_out_list,
    "door": open_door,
    "code": lambda draft, seen: show_code(draft, seen, anew=False),
    "recode": lambda draft, seen: show_code(draft, seen, anew=True),
    "edit": _edit,
    "tell": lambda draft, seen: announce_event(draft, seen.event),
    "word": lambda draft, seen: write_to_registered(draft, seen.event),
    "remind": _ask_to_remind,
    "now": _remind,
    "cancel": _ask_to_call_off,
    "off": _call_off,
    "qr": _link,
    "report": report,
}
"""Button -> what it does."""


def _ways(draft: Draft, seen: EventSeen) -> Iterator[tuple[ArrangeWish, str]]:
    """Buttons of the card and their labels, by what makes sense now."""
    event, now = seen.event, draft.now
    if event.state is EventState.DRAFT:
        yield "edit", "button_event_edit"
        yield "cancel", "button_event_cancel"
        return
    over = now >= event.ends
    if over and event.state is EventState.ANNOUNCED:
        yield "report", "button_event_report"
    if seen.seated or seen.waiting or seen.maybe or seen.here:
        yield "list", "button_event_list"
    if event.state is not EventState.ANNOUNCED:
        return
    if event.starts - DOOR_BEFORE <= now <= event.ends + DOOR_AFTER:
        yield "door", "button_event_door"
    if (seen.seated or seen.waiting) and not over:
        yield "word", "button_event_word"
    if now < event.starts:
        yield "edit", "button_event_edit"
        if may_announce(draft):
            yield "tell", "button_event_tell"
        if seen.seated:
            yield "remind", "button_event_remind"
        yield "qr", "button_event_qr"
        yield "cancel", "button_event_cancel"


def _counts(draft: Draft, seen: EventSeen) -> Iterator[Markdown]:
    phrases, event = draft.phrases, seen.event
    yield Markdown(f"- {at_first(when(event, phrases, draft.view.policy))}")
    if event.state is not EventState.ANNOUNCED:
        yield phrases.say(f"event_count_{event.state.value}")
    if event.capacity:
        yield phrases.say("event_count_seated_of", seated=seen.seated, capacity=event.capacity)
    else:
        yield phrases.say("event_count_seated", seated=seen.seated)
    if seen.waiting:
        yield phrases.say("event_count_waiting", waiting=seen.waiting)
    if seen.maybe:
        yield phrases.say("event_count_maybe", maybe=seen.maybe)
    if seen.here or draft.now >= event.starts:
        yield phrases.say("event_count_here", here=seen.here)
    if seen.reminded is not None:
        day, hour = _moment(draft, seen.reminded)
        yield Markdown(f"- {phrases.say('event_reminded', day=day, hour=hour)}")


def _moment(draft: Draft, moment: datetime) -> tuple[str, str]:
    local = moment.astimezone(draft.view.policy.timezone)
    return write_date(local.date(), draft.phrases.calendar), write_hour(local)


def _may_be_called_off(draft: Draft, seen: EventSeen) -> bool:
    return seen.event.state is not EventState.CANCELLED and draft.now < seen.event.starts


def _button(draft: Draft, event: Event, what: ArrangeWish, label: str) -> Option:
    return Option(f"{what}.{event.id}", draft.phrases.label(label), f"{what}.{event.id}")
