"""Events and who comes to them. Each answer is decided again here, on what is stored in its transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.events.registration import ALLOWED, Roll, answered, gate, moving_up
from bot.events.reminders import (
    MAYBE,
    REPORT,
    few_left,
    reminder_key,
    reminders,
    standing_keys,
    summed_up,
)
from bot.model.effects import Audit, HandOut, News, Publish, Register
from bot.model.event import Event, EventId, EventSeen, EventState, Place
from bot.model.message import Message
from bot.model.rights import Right
from bot.model.who import PersonId
from bot.storage import gatherings, history, outbox, team
from bot.storage.codec import from_text, to_text
from bot.storage.database import Database, Transaction
from bot.storage.event_rows import keep_files, read, seen, written
from bot.storage.file_rows import hand_out
from bot.storage.gatherings import Ground
from bot.storage.outbox import Post, Priority

SHOWN = 50
"""Events that one turn knows of: the next ones."""
LATELY = timedelta(days=30)
"""So long after its end an event can be looked back on."""
END_OF_TIME = "9999"


DONE = {
    (EventState.DRAFT, EventState.DRAFT): "event.drafted",
    (EventState.DRAFT, EventState.ANNOUNCED): "event.published",
    (EventState.DRAFT, EventState.CANCELLED): "event.cancelled",
    (EventState.ANNOUNCED, EventState.CANCELLED): "event.cancelled",
}
"""State before and after -> what the journal says; any other is a change."""


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
class Attendee:
    """One line of an event's list."""

    name: str
    """First name as their channel gives it; may be empty."""
    place: Place
    at: datetime


async def seen_by(
    database: Database, person: PersonId, *, now: datetime, drafts: bool = False
) -> tuple[EventSeen, ...]:
    """The events that are not over, the next first, as they stand for one person; `drafts`: also those."""
    rows = await database.all(
        "events_seen", person=person, after=to_text(now), until=END_OF_TIME, drafts=drafts, limit=SHOWN
    )
    return tuple(sorted(map(seen, rows), key=lambda one: (one.event.starts, one.event.id)))


async def past_of(database: Database, person: PersonId, *, now: datetime) -> tuple[EventSeen, ...]:
    """The events that ended lately, the last one first, as they stand for one person."""
    rows = await database.all(
        "events_seen",
        person=person,
        after=to_text(now - LATELY),
        until=to_text(now),
        drafts=False,
        limit=SHOWN,
    )
    return tuple(sorted(map(seen, rows), key=lambda one: (one.event.ends, one.event.id), reverse=True))


async def all_of(database: Database) -> tuple[EventSeen, ...]:
    """Every event with its seats, as they stand for nobody."""
    return tuple(map(seen, await database.all("events")))


async def attendees(database: Database, id: EventId) -> tuple[Attendee, ...]:
    """Everybody who answered: who comes first, each place in the order of registration."""
    rows = await database.all("attendees", event=id)
    return tuple(Attendee(row["name"], Place(row["place"]), from_text(row["at"])) for row in rows)


async def register(tx: Transaction, effect: Register, person: PersonId, ground: Ground) -> Taken:
    """Take an answer, and let move up who waits; nothing is done if it was decided on old facts."""
    row = await tx.one("event", id=effect.event)
    event = None if row is None else read(row)
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
        asked = 0 if known is None else known["asked"]
        await tx.run(
            "registration_add", **at, place=outcome.place.value, asked=asked, now=to_text(ground.now)
        )
        await gatherings.stale(tx, event.id, person, ("event", "manage"), now=ground.now)
    await _remind(tx, event, (person,), ground, outcome.place)
    await _promote(tx, event, outcome.promoted, effect.news, ground)
    if outcome.place is Place.SEATED and before is not Place.SEATED:
        await _ask_who_hesitates(tx, event, ground)
    if outcome.place is not Place.WAITING:
        return Taken.AS_TOLD
    ahead = (await _at(tx, event.id, Place.WAITING)).index(person)
    return Taken.AS_TOLD if ahead == effect.ahead else Taken.ELSEWHERE


async def publish(
    tx: Transaction, event: Event, news: News, ground: Ground, *, by: PersonId | None = None
) -> int:
    """Keep an event or its change, and tell those whom it concerns; how many. EventMoved if it was not made
    from the revision before it. `by`: for the journal, None for the command line.
    """
    row = await tx.one("event", id=event.id)
    if (0 if row is None else row["revision"]) + 1 != event.revision:
        raise EventMoved(f"{event.id} was changed meanwhile; try again")
    await tx.run("event_put", **written(event), now=to_text(ground.now))
    await keep_files(tx, ground.files, event)
    before = EventState.DRAFT if row is None else EventState(row["state"])
    await team.audit(
        tx, Audit(DONE.get((before, event.state), "event.changed"), event.id), by, "", now=ground.now
    )
    people: dict[Place, tuple[PersonId, ...]] = {
        place: await _at(tx, event.id, place) for place in Place if place is not Place.NONE
    }
    announced = event.state is EventState.ANNOUNCED
    rising = moving_up(await _roll(tx, event)) if announced else ()
    for place in (Place.SEATED, Place.MAYBE):
        await _remind(tx, event, people[place], ground, place if announced else Place.NONE)
    await _promote(tx, event, rising, news.promoted, ground)
    told = 0
    for place, notice in news.told.items():
        for person in people[place]:
            if person not in rising:
                told += await _tell(tx, person, notice, ground)
    await gatherings.stale(tx, event.id, by, ("event", "manage", "door"), now=ground.now)
    if announced:
        await _ask_who_hesitates(tx, event, ground)
    return told + len(rising)


async def publish_by(tx: Transaction, effect: Publish, person: PersonId, ground: Ground) -> int:
    """The same in a conversation. NotAllowed if the person, as stored now, may not do that."""
    await team.require(tx, person, Right.EVENTS)
    due = summed_up(effect.event, ground.policy)
    await gatherings.ring(tx, person, reminder_key(effect.event.id, REPORT), due)
    return await publish(tx, effect.event, effect.news, ground, by=person)


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
    await _remind(tx, event, people, ground, Place.SEATED)


async def _remind(
    tx: Transaction, event: Event, people: Iterable[PersonId], ground: Ground, place: Place
) -> None:
    """Set the timers of people who have this place, drop those that they had by another."""
    wanted = reminders(event, place, ground.now, ground.policy)
    for person in people:
        asked = place is Place.MAYBE and await tx.one("registration_asked", event=event.id, person=person)
        for key in standing_keys(event.id):
            if key in wanted and not asked:
                await gatherings.ring(tx, person, key, wanted[key])
            else:
                await tx.run("timer_drop", person=person, key=key)


async def _ask_who_hesitates(tx: Transaction, event: Event, ground: Ground) -> None:
    """Where seats run out, have those asked now who said perhaps and were to be asked later: once only."""
    row = await tx.one("registration_seated", event=event.id)
    if row is None or not few_left(event, row["count"]):
        return
    key, now = reminder_key(event.id, MAYBE), to_text(ground.now)
    await tx.run("registration_ask", event=event.id, key=key)
    await tx.run("timer_hasten", event=event.id, key=key, now=now)


async def _tell(tx: Transaction, person: PersonId, notice: HandOut, ground: Ground) -> bool:
    """Queue a message to somebody who did nothing just now; False if they have no address any more."""
    address = await gatherings.address_of(tx, person)
    if address is None:
        return False
    message = await hand_out(tx, ground.files, person, notice, now=ground.now)
    await history.said(tx, person, message, now=ground.now)
    await outbox.put(tx, Post(address, message, person, Priority.SERVICE), now=ground.now)
    return True
