"""Around an event: its files, who was there, what they said of it, and the cards that people look at.

Whether somebody may do what staff do is asked again here, in the transaction.
"""

import hmac
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.events.feedback import FEEDBACK, TIED
from bot.events.registration import is_coming
from bot.events.reminders import AFTER, LOOKED, NOW, PACE, REPORT, afterwards, reminder_key, summed_up
from bot.flows.reminders import out_of_quiet
from bot.model.effects import Audit, CheckIn, CheckOut, OpenDoor, RemindNow
from bot.model.event import Event, EventId, EventState, Gathering, Guest, Opinions, Place, event_tag
from bot.model.rights import Right
from bot.model.turn import GatheringOf, Policy, View, Wanted
from bot.model.values import Value
from bot.model.who import Address, PersonId
from bot.storage import team
from bot.storage.codec import clean, dump_value, from_text, load_value, to_text
from bot.storage.database import Database, Transaction
from bot.storage.event_rows import read
from bot.storage.files import Files

CARDS = ("event", "manage", "door")
"""Cards that are kept up to date: what people see, what staff see, and the list at the door."""

FRESHENED = 50
"""Cards of one event that one change brings up to date: those looked at last."""

CHANNELS_IN_ORDER = "telegram,web"
"""Where a person with several addresses is told: the first of these that they have."""


class Moved(ValueError):
    """What this was decided on is not so any more."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What every change stands on."""

    files: Files
    policy: Policy
    now: datetime


class Gatherings:
    """What short commands and the serving process ask about who comes to an event."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, event: EventId) -> Gathering:
        """Who comes to an event, who was there, and what they said of it."""
        return await gathering(self._database, event)

    async def check_in(
        self, event: Event, people: Collection[PersonId], policy: Policy, *, now: datetime
    ) -> int:
        """Check people in by a file, on the command line; how many were not before."""

        async def work(tx: Transaction) -> int:
            added = 0
            for person in people:
                if await _arrived(tx, event.id, person, "", "file", None, now):
                    added += 1
                    await ring(tx, person, reminder_key(event.id, AFTER), afterwards(event, policy))
            if added:
                await team.audit(tx, Audit("event.checked_in", event.id), None, "", now=now)
            return added

        return await self._database.write(work)

    async def remind_now(self, id: EventId, policy: Policy, *, now: datetime) -> int:
        """Remind those who have a seat, from the command line; how many. Moved says why not."""

        async def work(tx: Transaction) -> int:
            row = await tx.one("event", id=id)
            seated = len(await tx.all("registrations_at", event=id, place=Place.SEATED.value))
            if why := why_no_reminder(None if row is None else read(row), seated, now):
                raise Moved(f"{id}: {why}")
            await _remind_now(tx, id, None, policy, now=now)
            return seated

        return await self._database.write(work)

    async def open_door(self, id: EventId, code: str, *, anew: bool, now: datetime) -> str:
        """The code of the door, made on the command line if there is none or another is wanted.

        Moved says why not.
        """

        async def work(tx: Transaction) -> str:
            row = await tx.one("event", id=id)
            if why := _why_off(None if row is None else read(row)):
                raise Moved(f"{id}: {why}")
            assert row is not None
            if row["code"] and not anew:
                return str(row["code"])
            await _new_code(tx, id, code, None, now=now)
            return code

        return await self._database.write(work)


def why_no_reminder(event: Event | None, seated: int, now: datetime) -> str:
    """Why nobody can be reminded of it now, for the operator; empty if they can."""
    if why := _why_off(event):
        return why
    assert event is not None
    if not is_coming(event, now):
        return "it has begun"
    return "" if seated else "nobody has a seat yet"


def _why_off(event: Event | None) -> str:
    if event is None:
        return "there is no such event"
    return "" if event.state is EventState.ANNOUNCED else f"it is {event.state}"


async def gathering(database: Database, event: EventId) -> Gathering:
    """See `Gatherings.of`."""
    invited = await database.all("guests", event=event)
    walked_in = await database.all("guests_walked_in", event=event)
    guests = [
        Guest(
            row["name"],
            Place(row["place"]),
            from_text(row["at"]),
            PersonId(row["person"]),
            None if row["here"] is None else from_text(row["here"]),
            row["attendance"] or 0,
        )
        for row in invited
    ]
    for row in walked_in:
        at, person = from_text(row["at"]), row["person"]
        known = None if person is None else PersonId(person)
        guests.append(Guest(row["name"], Place.NONE, at, known, at, row["id"]))
    return Gathering(event, tuple(guests), await _opinions(database, event))


async def _opinions(database: Database, event: EventId) -> Opinions:
    rows = await database.all("opinions_of_event", flow=FEEDBACK, tied=TIED, event=dump_value(str(event)))
    answers: dict[str, list[Value]] = {}
    for row in rows:
        answers.setdefault(row["name"], []).append(load_value(row["value"]))
    people = len({row["owner_id"] for row in rows})
    return Opinions(people, {name: tuple(values) for name, values in answers.items()})


async def manage(
    tx: Transaction, effect: CheckIn | CheckOut | OpenDoor | RemindNow, person: PersonId, ground: Ground
) -> None:
    """Apply what staff do around an event, or a person at its door. NotAllowed, or Moved."""
    if not isinstance(effect, CheckIn) or effect.code is None:
        await team.require(tx, person, Right.EVENTS)
    row = await tx.one("event", id=effect.event)
    if row is None:
        raise Moved(f"there is no event {effect.event}")
    match effect:
        case CheckIn():
            await _check_in(tx, effect, row["code"], person, ground)
            await _ask_afterwards(tx, read(row), effect, person, ground.policy)
            await stale(tx, effect.event, person, ("manage", "door"), now=ground.now)
        case CheckOut(person=whose, attendance=number):
            if await tx.run("attendance_drop", event=effect.event, person=whose, id=number):
                await team.audit(tx, Audit("event.checked_out", effect.event), person, "", now=ground.now)
            await stale(tx, effect.event, person, ("manage", "door"), now=ground.now)
        case OpenDoor(code=code):
            await _new_code(tx, effect.event, code, person, now=ground.now)
        case RemindNow():
            await _remind_now(tx, effect.event, person, ground.policy, now=ground.now)


async def _check_in(tx: Transaction, effect: CheckIn, code: str, actor: PersonId, ground: Ground) -> None:
    by_self = effect.code is not None
    if effect.code is not None:
        right = bool(code) and hmac.compare_digest(effect.code.encode(), code.encode())
        if not right or effect.person != actor:
            raise Moved("that is not the code of the door")
    how = "self" if by_self else "guest" if effect.person is None else "list"
    by = None if by_self else actor
    await _arrived(tx, effect.event, effect.person, effect.name, how, by, ground.now)
    if not by_self and not await tx.one(
        "journal_lately",
        person=actor,
        act="event.checked_in",
        about=effect.event,
        since=to_text(ground.now - timedelta(days=1)),
    ):
        # One line a day for each event: the list itself says who was checked in, and by whom.
        await team.audit(tx, Audit("event.checked_in", effect.event), actor, "", now=ground.now)


async def _ask_afterwards(
    tx: Transaction, event: Event, effect: CheckIn, actor: PersonId, policy: Policy
) -> None:
    """Who is there hears of the event once more, and so does who keeps the door."""
    if effect.person is not None:
        await ring(tx, effect.person, reminder_key(event.id, AFTER), afterwards(event, policy))
    if effect.code is None:
        await ring(tx, actor, reminder_key(event.id, REPORT), summed_up(event, policy))


async def _arrived(
    tx: Transaction,
    event: EventId,
    person: PersonId | None,
    name: str,
    how: str,
    by: PersonId | None,
    now: datetime,
) -> int:
    """1 if they were not there before."""
    return await tx.run(
        "attendance_add",
        event=event,
        person=person,
        name=clean(name)[:60],
        how=how,
        by=by,
        now=to_text(now),
    )


async def _new_code(
    tx: Transaction, event: EventId, code: str, person: PersonId | None, *, now: datetime
) -> None:
    await tx.run("event_code", id=event, code=code)
    await team.audit(tx, Audit("event.door", event), person, "", now=now)


async def _remind_now(
    tx: Transaction, event: EventId, person: PersonId | None, policy: Policy, *, now: datetime
) -> None:
    due = out_of_quiet(now, policy)
    for row in await tx.all("registrations_at", event=event, place=Place.SEATED.value):
        await ring(tx, PersonId(row["person"]), reminder_key(event, NOW), due)
    await tx.run("event_reminded", id=event, now=to_text(now))
    await team.audit(tx, Audit("event.reminded", event), person, "", now=now)


async def ring(tx: Transaction, person: PersonId, key: str, due: datetime) -> None:
    """Set a timer of somebody, where they are told things; nothing if they have no address any more."""
    address = await address_of(tx, person)
    if address is not None:
        place = {"channel": address.channel, "address": address.id}
        await tx.run("timer_put", person=person, key=key, due=to_text(due), **place)


async def address_of(tx: Transaction, person: PersonId) -> Address | None:
    """Where somebody is told things."""
    row = await tx.one("registration_address", person=person, channels=CHANNELS_IN_ORDER)
    return None if row is None else Address(row["channel"], row["id"])


async def looked(
    tx: Transaction, person: PersonId, address: Address, key: str | None, *, now: datetime
) -> None:
    """Note that somebody has a card of an event in front of them: it is kept up to date for a while."""
    if key and key.partition(".")[0] in CARDS:
        place = {"channel": address.channel, "address": address.id}
        await tx.run("looked_put", card=key, person=person, **place, now=to_text(now))


async def stale(
    tx: Transaction, event: EventId, person: PersonId | None, cards: Collection[str], *, now: datetime
) -> None:
    """Have the cards brought up to date that others looked at lately: once a minute each, not too many."""
    for card in cards:
        await tx.run(
            "timer_refresh",
            card=f"{card}.{event}",
            person=person or 0,
            due=to_text(now + PACE),
            since=to_text(now - LOOKED),
            limit=FRESHENED,
        )


async def with_guests(database: Database, view: View, wanted: Collection[Wanted]) -> View:
    """The view with what only staff may know of the one event that was asked for."""
    named = next((one.event for one in wanted if isinstance(one, GatheringOf)), None)
    known = (one.event.id for one in (*view.events, *view.past))
    event = next((id for id in known if named in (id, event_tag(id))), None)
    return view if event is None else replace(view, gathering=await gathering(database, event))
