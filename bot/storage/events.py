"""Events and who comes to them. Each answer is decided again here, on what is stored in its transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from bot.events.registration import ALLOWED, Roll, answered, gate, moving_up
from bot.events.reminders import DAYS, reminder_key, reminders
from bot.model.effects import HandOut, NewFile, Register
from bot.model.event import Event, EventId, EventSeen, EventState, Place
from bot.model.message import AttachedFile, Markdown, Message
from bot.model.turn import Policy
from bot.model.who import Address, PersonId
from bot.storage import history, outbox
from bot.storage.codec import clean, from_text, to_text
from bot.storage.database import Database, Row, Transaction
from bot.storage.files import Files
from bot.storage.outbox import Post, Priority

SHOWN = 50
"""Events that one turn knows of: the next ones."""
CHANNELS_IN_ORDER = "telegram,web"
"""Where a person with several addresses is told: the first of these that they have."""


class EventMoved(ValueError):
    """Somebody else changed the event meanwhile."""


class Taken(Enum):
    """What became of an answer."""

    AS_TOLD = "as told"
    ELSEWHERE = "elsewhere"
    """On the waiting list, but not where the person is told."""
    NOT = "not"
    """It would come out otherwise: it must be decided again."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What every change stands on."""

    files: Files
    policy: Policy
    now: datetime


@dataclass(frozen=True, slots=True)
class News:
    """What people are told of a change of an event."""

    promoted: Message
    """To those who get a seat by it."""
    told: Mapping[Place, HandOut] = field(default_factory=dict)
    """To the others, by their place."""


@dataclass(frozen=True, slots=True)
class Attendee:
    """One line of an event's list."""

    name: str
    """First name as their channel gives it; may be empty."""
    place: Place
    at: datetime


async def seen_by(database: Database, person: PersonId, *, now: datetime) -> tuple[EventSeen, ...]:
    """The events that are not over, the next first, as they stand for one person."""
    rows = await database.all("events_seen", person=person, now=to_text(now), limit=SHOWN)
    seen = (
        EventSeen(
            _read(row),
            row["seated"],
            row["waiting"],
            Place(row["mine"] or Place.NONE),
            row["ahead"] if row["mine"] == Place.WAITING else None,
        )
        for row in rows
    )
    return tuple(sorted(seen, key=lambda one: (one.event.starts, one.event.id)))


async def all_of(database: Database) -> tuple[EventSeen, ...]:
    """Every event with its seats, as they stand for nobody."""
    return tuple(EventSeen(_read(row), row["seated"], row["waiting"]) for row in await database.all("events"))


async def one(database: Database, id: EventId) -> Event | None:
    """An event as it was published last."""
    row = await database.one("event", id=id)
    return None if row is None else _read(row)


async def attendees(database: Database, id: EventId) -> tuple[Attendee, ...]:
    """Everybody who answered: who comes first, each place in the order of registration."""
    rows = await database.all("attendees", event=id)
    return tuple(Attendee(row["name"], Place(row["place"]), from_text(row["at"])) for row in rows)


async def register(tx: Transaction, effect: Register, person: PersonId, ground: Ground) -> Taken:
    """Take an answer, and let move up who waits; nothing is done if it was decided on old facts."""
    row = await tx.one("event", id=effect.event)
    event = None if row is None else _read(row)
    if event is None or event.revision != effect.revision:
        return Taken.NOT
    known = await tx.one("registration", event=event.id, person=person)
    before = Place.NONE if known is None else Place(known["place"])
    outcome = answered(await _roll(tx, event), person, before, effect.reply)
    if effect.reply not in ALLOWED[gate(event, ground.now)] or outcome.place is not effect.expected:
        return Taken.NOT
    if outcome.place is not before:
        at = {"event": event.id, "person": person}
        await tx.run("registration_drop", **at)
        await tx.run("registration_add", **at, place=outcome.place.value, now=to_text(ground.now))
    await _remind(tx, event, (person,), ground, going=outcome.place is Place.SEATED)
    await _promote(tx, event, outcome.promoted, effect.news, ground)
    if outcome.place is not Place.WAITING:
        return Taken.AS_TOLD
    ahead = (await _at(tx, event.id, Place.WAITING)).index(person)
    return Taken.AS_TOLD if ahead == effect.ahead else Taken.ELSEWHERE


async def publish(tx: Transaction, event: Event, news: News, ground: Ground) -> int:
    """Keep an event or its change, and tell those whom it concerns; how many. EventMoved if it was not made
    from the revision before it.
    """
    row = await tx.one("event", id=event.id)
    if (0 if row is None else row["revision"]) + 1 != event.revision:
        raise EventMoved(f"{event.id} was changed meanwhile; try again")
    await tx.run("event_put", **_written(event), now=to_text(ground.now))
    people: dict[Place, tuple[PersonId, ...]] = {
        place: await _at(tx, event.id, place) for place in Place if place is not Place.NONE
    }
    announced = event.state is EventState.ANNOUNCED
    rising = moving_up(await _roll(tx, event)) if announced else ()
    await _remind(tx, event, people[Place.SEATED], ground, going=announced)
    await _promote(tx, event, rising, news.promoted, ground)
    told = 0
    for place, notice in news.told.items():
        for person in people[place]:
            if person not in rising:
                told += await _tell(tx, person, notice, ground)
    return told + len(rising)


async def _roll(tx: Transaction, event: Event) -> Roll:
    row = await tx.one("registration_seated", event=event.id)
    return Roll(event.capacity, row["count"] if row else 0, await _at(tx, event.id, Place.WAITING))


async def _at(tx: Transaction, event: EventId, place: Place) -> tuple[PersonId, ...]:
    rows = await tx.all("registrations_at", event=event, place=place.value)
    return tuple(PersonId(row["person"]) for row in rows)


async def _promote(
    tx: Transaction, event: Event, people: Sequence[PersonId], news: Message, ground: Ground
) -> None:
    for person in people:
        await tx.run("registration_promote", event=event.id, person=person, now=to_text(ground.now))
        await _tell(tx, person, HandOut(news, ()), ground)
    await _remind(tx, event, people, ground, going=True)


async def _remind(
    tx: Transaction, event: Event, people: Iterable[PersonId], ground: Ground, *, going: bool
) -> None:
    """Set the reminders of those who go, drop those of the others."""
    wanted = dict(reminders(event, ground.now, ground.policy)) if going else {}
    for person in people:
        address = await _address(tx, person) if wanted else None
        for key in (reminder_key(event.id, days) for days in DAYS):
            if key in wanted and address is not None:
                place = {"channel": address.channel, "address": address.id}
                await tx.run("timer_put", person=person, key=key, due=to_text(wanted[key]), **place)
            else:
                await tx.run("timer_drop", person=person, key=key)


async def _address(tx: Transaction, person: PersonId) -> Address | None:
    row = await tx.one("registration_address", person=person, channels=CHANNELS_IN_ORDER)
    return None if row is None else Address(row["channel"], row["id"])


async def _tell(tx: Transaction, person: PersonId, notice: HandOut, ground: Ground) -> bool:
    """Queue a message to somebody who did nothing just now; False if they have no address any more."""
    address = await _address(tx, person)
    if address is None:
        return False
    attached = [await _kept(tx, person, file, ground) for file in notice.files]
    message = replace(notice.message, attachments=(*notice.message.attachments, *attached))
    await history.said(tx, person, message, now=ground.now)
    await outbox.put(tx, Post(address, message, person, Priority.SERVICE), now=ground.now)
    return True


async def _kept(tx: Transaction, person: PersonId, file: NewFile, ground: Ground) -> AttachedFile:
    """A file made for this notice, kept until it has surely been fetched."""
    made = AttachedFile(file.name, file.media_type, ground.files.keep_now(file.content), file.alternative)
    size, now = len(file.content), to_text(ground.now)
    kept = {"origin": "export", "name": made.name, "media_type": made.media_type, "size": size, "now": now}
    await tx.run("file_put", sha256=made.sha256, person=person, **kept)
    return made


def _written(event: Event) -> Mapping[str, object]:
    return {
        "id": event.id,
        "revision": event.revision,
        "state": event.state.value,
        "title": clean(event.title),
        "starts": to_text(event.starts),
        "ends": to_text(event.ends),
        "zone": event.zone.key,
        "place": clean(event.place),
        "link": clean(event.link),
        "description": clean(event.description),
        "capacity": event.capacity,
        "organiser": clean(event.organiser),
        "deadline": None if event.deadline is None else to_text(event.deadline),
    }


def _read(row: Row) -> Event:
    return Event(
        id=EventId(row["id"]),
        title=row["title"],
        starts=from_text(row["starts"]),
        ends=from_text(row["ends"]),
        zone=ZoneInfo(row["zone"]),
        place=row["place"],
        link=row["link"],
        description=Markdown(row["description"]),
        capacity=row["capacity"],
        organiser=row["organiser"],
        deadline=None if row["deadline"] is None else from_text(row["deadline"]),
        state=EventState(row["state"]),
        revision=row["revision"],
    )
