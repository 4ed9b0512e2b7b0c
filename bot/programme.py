"""`alliances event`: events from files, their changes and cancellations, and who comes; the running assistant
tells people.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.content.event_file import read_event
from bot.content.library import ContentBroken, open_library
from bot.dialogue.links import Target, deep_link
from bot.events.card import event_card, notice
from bot.events.registration import Roll, moving_up
from bot.flows.phrases import Phrases
from bot.markup import plain
from bot.model.effects import HandOut
from bot.model.event import Event, EventId, EventSeen, EventState, Place
from bot.model.message import Message
from bot.model.turn import Policy
from bot.model.who import PersonId
from bot.settings import Settings
from bot.storage.events import Attendee, News
from bot.storage.store import Store

TOLD = ("title", "starts", "ends", "zone", "place", "link", "state")
"""Fields whose change people must hear of; any other only shows on the card."""


class CannotPublish(Exception):
    """The event cannot be published or called off; the text is for the operator and says what to do."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of one event that waits for a yes."""

    event: Event
    """As it will be."""
    before: EventSeen | None
    """As it was published last; None if it is new."""
    problems: tuple[str, ...]
    """Warnings about the file."""
    preview: str
    """The card as people will see it."""
    concerned: int
    """People who will be told of it."""

    @property
    def same(self) -> bool:
        """Whether it changes nothing."""
        return self.before is not None and replace(self.event, revision=self.event.revision - 1) == (
            self.before.event
        )


async def propose(settings: Settings, content: Path, file: Path, *, now: datetime) -> Proposal:
    """What a file would change. CannotPublish with every error of the file."""
    try:
        written = file.read_bytes()
    except OSError as error:
        raise CannotPublish(f"{file}: {error.strerror}") from None
    found = read_event(str(file), written, zone=settings.timezone, now=now)
    told = tuple(map(str, found.problems))
    if found.event is None:
        raise CannotPublish("\n".join(told))
    announced = replace(found.event, state=EventState.ANNOUNCED)
    return await _proposed(settings, content, announced, told, now=now)


async def propose_end(settings: Settings, content: Path, id: EventId, *, now: datetime) -> Proposal:
    """What calling an event off would change. CannotPublish if there is none, or it is off already."""
    store = await _store(settings)
    try:
        event = await store.event(id)
    finally:
        await store.close()
    if event is None or event.state is not EventState.ANNOUNCED:
        why = "there is no such event" if event is None else f"it is {event.state}"
        raise CannotPublish(f"{id}: {why}; see alliances event --list")
    return await _proposed(settings, content, replace(event, state=EventState.CANCELLED), (), now=now)


async def publish(settings: Settings, content: Path, proposal: Proposal, *, now: datetime) -> int:
    """Make the change; how many people are told. EventMoved if somebody else was faster."""
    store = await _store(settings)
    try:
        news = _news(proposal, _phrases(settings, content), store.policy, now=now)
        return await store.publish_event(proposal.event, news, now=now)
    finally:
        await store.close()


async def link_to(settings: Settings, id: EventId) -> str:
    """The address that opens the bot at the event; empty without a public name."""
    store = await _store(settings)
    await store.close()
    return deep_link(store.policy.bot, Target(id, "event", "")) if store.policy.bot else ""


async def overview(settings: Settings) -> str:
    """Every event, a line each."""
    store = await _store(settings)
    try:
        found = await store.events()
    finally:
        await store.close()
    return "\n".join(map(_line, found)) or "No event yet."


async def attendees(settings: Settings, id: EventId) -> tuple[Event, tuple[Attendee, ...]]:
    """Everybody who answered. CannotPublish if there is no such event."""
    store = await _store(settings)
    try:
        event = await store.event(id)
        if event is None:
            raise CannotPublish(f"{id}: there is no such event; see alliances event --list")
        return event, await store.attendees(id)
    finally:
        await store.close()


def as_lines(event: Event, found: Sequence[Attendee]) -> str:
    """The list as text."""
    return "\n".join("  ".join(row) for row in _rows(event, found)) or "Nobody answered yet."


def as_csv(event: Event, found: Sequence[Attendee]) -> str:
    """The list for a spreadsheet; what a person chose as their name can never be a formula (OWASP, "CSV
    injection").
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(("number", "place", "name", "since"))
    for number, place, name, since in _rows(event, found):
        writer.writerow((number, place, f"'{name}" if name[:1] in "=+-@\t\r" and name else name, since))
    return out.getvalue()


def _rows(event: Event, found: Sequence[Attendee]) -> list[tuple[str, str, str, str]]:
    """Number within the place, place, first name, and since when by the clocks of the event."""
    rows, count = [], dict.fromkeys(Place, 0)
    for one in found:
        count[one.place] += 1
        since = f"{event.local(one.at):%Y-%m-%d %H:%M}"
        rows.append((str(count[one.place]), one.place.value, one.name or "-", since))
    return rows


async def _proposed(
    settings: Settings, content: Path, event: Event, problems: tuple[str, ...], *, now: datetime
) -> Proposal:
    store = await _store(settings)
    try:
        before = next((one for one in await store.events() if one.event.id == event.id), None)
        people = await store.attendees(event.id)
        policy = store.policy
    finally:
        await store.close()
    event = replace(event, revision=before.event.revision + 1 if before else 1)
    card = event_card(_standing(event, before), _phrases(settings, content), policy, now=now)
    change = Proposal(event, before, problems, _shown(card), 0)
    told = _places(change)
    return replace(change, concerned=sum(one.place in told for one in people))


def _news(proposal: Proposal, phrases: Phrases, policy: Policy, *, now: datetime) -> News:
    """What those concerned are told."""
    event, before = proposal.event, proposal.before
    off = event.state is EventState.CANCELLED
    theirs = EventSeen(event, event.capacity or 0, mine=Place.SEATED)
    promoted = event_card(theirs, phrases, policy, now=now, heading="event_promoted")
    told: dict[Place, HandOut] = {}
    for place in _places(proposal):
        told[place] = notice(
            replace(_standing(event, before), mine=place),
            phrases,
            policy,
            now=now,
            heading="event_called_off" if off else "event_changed",
            calendar=place is Place.SEATED,
        )
    return News(promoted, told)


def _places(proposal: Proposal) -> tuple[Place, ...]:
    """Who hears of it: those who come or want to; of a cancellation also those who might have come."""
    event, before = proposal.event, proposal.before
    if before is None or all(getattr(event, name) == getattr(before.event, name) for name in TOLD):
        return ()
    if event.state is EventState.CANCELLED:
        return (Place.SEATED, Place.WAITING, Place.MAYBE)
    return (Place.SEATED, Place.WAITING)


def _standing(event: Event, before: EventSeen | None) -> EventSeen:
    """The event with its seats once those who wait have moved up."""
    if before is None:
        return EventSeen(event)
    waiting = tuple(PersonId(-1 - number) for number in range(before.waiting))
    rising = len(moving_up(Roll(event.capacity, before.seated, waiting)))
    return EventSeen(event, before.seated + rising, before.waiting - rising)


def _shown(card: Message) -> str:
    buttons = " ".join(f"[{option.label}]" for option in card.options)
    return "\n\n".join(part for part in (plain(card.text, links=True), buttons) if part)


def _line(seen: EventSeen) -> str:
    event = seen.event
    seats = f"{seen.seated} of {event.capacity} seats" if event.capacity else f"{seen.seated} come"
    waiting = f", {seen.waiting} wait" if seen.waiting else ""
    return (
        f"{event.id}  {event.local(event.starts):%Y-%m-%d %H:%M} {event.zone.key}  {event.state} "
        f"(revision {event.revision}): {seats}{waiting}  « {event.title} »"
    )


def _phrases(settings: Settings, content: Path) -> Phrases:
    try:
        return open_library(content, settings.data / "cache").shelf.phrases
    except ContentBroken as error:
        raise CannotPublish(str(error)) from None


async def _store(settings: Settings) -> Store:
    policy = Policy(settings.timezone, settings.quiet_hours, settings.contact)
    return await Store.open(settings.database_file, policy=policy, files=settings.data / "files")
