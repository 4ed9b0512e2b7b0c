"""An event as people see it: one message that is edited in place. Pure; the words come from the phrases."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bot.events.registration import Gate, gate
from bot.flows.french import NBSP, write_date
from bot.flows.phrases import Phrases
from bot.flows.template import Rich
from bot.knowledge.text import fold
from bot.model.effects import HandOut
from bot.model.event import Event, EventId, EventSeen, EventState, Place
from bot.model.message import Markdown, Message, Option
from bot.model.turn import Policy

PREFIX = "e_"
"""In front of an event's id in the payload of a link."""

STEM = 48
"""Characters of a title in the name of a file."""

MINE = {
    Place.SEATED: "event_seated",
    Place.MAYBE: "event_maybe",
    Place.DECLINED: "event_declined",
}
"""Where a person stands -> the phrase that says so; of the waiting list, `_mine` says more."""


BEGUN = {Place.SEATED: "event_seated_begun", Place.WAITING: "event_waiting_begun"}
"""The same once it has begun: nothing can be changed any more."""


def card_key(event: EventId) -> str:
    """The name under which the card is found again to be edited."""
    return f"event.{event}"


def file_stem(event: Event) -> str:
    """How files about it are called: its day first, so that they sort, then its title."""
    words = "-".join(re.findall(r"[a-z0-9]+", fold(event.title))) or event.id
    if len(words) > STEM:
        words = words[: STEM + 1].rpartition("-")[0] or words[:STEM]
    return f"{event.local(event.starts):%Y-%m-%d}_{words}"


def event_card(
    seen: EventSeen, phrases: Phrases, policy: Policy, *, now: datetime, heading: Markdown | None = None
) -> Message:
    """Date first, place, seats left, where the person stands, what they can do about it; with its picture.

    `heading`: why the card comes now.
    """
    event = seen.event
    parts = [heading] if heading else []
    first = Rich(at_first(when(event, phrases, policy)))
    parts += [
        phrases.say("event_card", when=first, title=event.title),
        *_about(event, phrases),
        *_seats(seen, phrases, now),
        *_mine(seen, phrases, now),
    ]
    shown = event.picture or event.paper
    return Message(
        Markdown("\n\n".join(parts)),
        tuple(_options(seen, phrases, now)),
        attachments=(shown,) if shown else (),
        key=card_key(event.id),
        steady=True,
    )


def when(event: Event, phrases: Phrases, policy: Policy) -> Markdown:
    """`jeudi 18 février 2027, de 18 h 30 à 20 h 30`, by the clocks of the place; told if ours differ."""
    starts, ends = event.local(event.starts), event.local(event.ends)
    first, last = (write_date(day.date(), phrases.calendar) for day in (starts, ends))
    hours = {"begin": write_hour(starts), "end": write_hour(ends)}
    if starts.date() == ends.date():
        said = phrases.say("event_when", day=first, **hours)
    else:
        said = phrases.say("event_when_days", day=first, last=last, **hours)
    if event.starts.astimezone(policy.timezone).utcoffset() == starts.utcoffset():
        return said
    city = phrases.zones.get(event.zone.key) or event.zone.key.rpartition("/")[2].replace("_", " ")
    return Markdown(f"{said} {phrases.say('event_zone', city=city)}")


def at_first(said: Markdown) -> Markdown:
    """A date as it begins a line."""
    return Markdown(said[:1].upper() + said[1:])


def address_of(event: Event, policy: Policy) -> str:
    """The web address that opens the assistant at the event; empty without a public name on Telegram."""
    return f"https://t.me/{policy.bot}?start={PREFIX}{event.id}" if policy.bot else ""


def write_hour(local: datetime) -> str:
    """`18 h 30`, `9 h`."""
    return f"{local.hour}{NBSP}h" + (f"{NBSP}{local.minute:02}" if local.minute else "")


def notice(
    seen: EventSeen, phrases: Phrases, policy: Policy, *, now: datetime, heading: Markdown, calendar: bool
) -> HandOut:
    """A change told to one who is concerned; `calendar`: with the file that renews it in their calendar."""
    from bot.events.calendar_file import calendar_file

    card = event_card(seen, phrases, policy, now=now, heading=heading)
    if not calendar:
        return HandOut(card, ())
    off = seen.event.state is EventState.CANCELLED
    hint = phrases.say("event_calendar_removed" if off else "event_calendar_renewed")
    file = calendar_file(seen.event, now=now, url=address_of(seen.event, policy))
    return HandOut(replace(card, text=Markdown(f"{card.text}\n\n{hint}")), (file,))


def _about(event: Event, phrases: Phrases) -> Iterator[Markdown]:
    if event.place:
        yield phrases.say("event_place", place=event.place)
    elif event.link:
        yield phrases.say("event_online")
    if event.description:
        yield event.description
    if event.organiser:
        yield phrases.say("event_organiser", name=event.organiser)


def _seats(seen: EventSeen, phrases: Phrases, now: datetime) -> Iterator[Markdown]:
    """How many seats are left, and until when one may ask for one."""
    event, open_to = seen.event, gate(seen.event, now)
    if event.state is EventState.CANCELLED:
        yield phrases.say("event_cancelled")
        return
    if open_to is Gate.SHUT:
        if now >= event.starts:
            yield phrases.say("event_begun" if now < event.ends else "event_over")
        return
    if seen.left:
        yield phrases.say("event_left", left=seen.left, capacity=event.capacity or 0)
    elif seen.left == 0 and seen.waiting and seen.mine is not Place.WAITING:
        yield phrases.say("event_full_waiting", waiting=seen.waiting)
    elif seen.left == 0:
        yield phrases.say("event_full")
    if open_to is Gate.LATE:
        yield phrases.say("event_late")
    elif event.deadline is not None:
        until = event.local(event.deadline)
        day = write_date(until.date(), phrases.calendar)
        yield phrases.say("event_deadline", day=day, hour=write_hour(until))


def _mine(seen: EventSeen, phrases: Phrases, now: datetime) -> Iterator[Markdown]:
    if seen.event.state is EventState.CANCELLED or now >= seen.event.ends:
        return
    if seen.event.state is EventState.ANNOUNCED and now >= seen.event.starts:
        if said := BEGUN.get(seen.mine):
            yield phrases.say(said)
    elif seen.mine is Place.WAITING:
        if seen.ahead is None:
            yield phrases.say("event_waiting")
        else:
            yield phrases.say("event_waiting_at", number=seen.ahead + 1)
    elif said := MINE.get(seen.mine):
        yield phrases.say(said)


def _options(seen: EventSeen, phrases: Phrases, now: datetime) -> Iterator[Option]:
    event, open_to, mine = seen.event, gate(seen.event, now), seen.mine
    coming = mine in (Place.SEATED, Place.WAITING)
    if open_to is Gate.OPEN and not coming:
        yield _option("going", "button_wait" if seen.left == 0 else "button_going", event, phrases)
    if open_to is Gate.OPEN and mine is not Place.MAYBE:
        yield _option("maybe", "button_maybe", event, phrases)
    if (open_to is Gate.OPEN and mine is not Place.DECLINED) or (open_to is Gate.LATE and coming):
        yield _option("decline", "button_decline", event, phrases)
    if open_to is not Gate.SHUT:
        yield _option("ics", "button_calendar", event, phrases)
    if event.paper and event.picture and event.state is EventState.ANNOUNCED:
        yield _option("paper", "button_event_paper", event, phrases)
    if event.link and event.state is EventState.ANNOUNCED:
        label = "button_event_link" if event.place else "button_event_join"
        yield Option(f"link.{event.id}", phrases.label(label), "", event.link)


def _option(what: str, label: str, event: Event, phrases: Phrases) -> Option:
    return Option(f"{what}.{event.id}", phrases.label(label), f"{what}.{event.id}")
