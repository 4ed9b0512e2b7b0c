"""Copies of announcements: made window by window, their fates kept, edited or taken back afterwards."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.events.announcement import POISON, poisoned
from bot.events.audience import AudienceError
from bot.events.copies import Reader, Writer, is_personal
from bot.model.announcement import Announcement, AnnouncementId, Fate, OnUnknown, Plan, State, Sweep
from bot.model.event import EventSeen, Place
from bot.model.message import Message
from bot.model.receipt import Delivered, Failed, Receipt, Refused, Unknown, Unreachable
from bot.model.values import FieldRef, Owner, Value
from bot.model.who import Address, Person, PersonId
from bot.storage import event_rows, history
from bot.storage.audience import SPAN, Ground, Recipient, recipients
from bot.storage.codec import dump_message, load_value, to_text
from bot.storage.database import Row, Transaction

PAGE = "web"
"""Its windows show what our history holds: a copy that is not there is gone with the next reload."""


GOOD_FOR = timedelta(minutes=1)
"""So long after it was made, or looked at again, a copy may leave: then hours and opinions may be others."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Of what announcement, and whose, a message in the outbox is the copy."""

    announcement: int
    person: int
    edition: int
    """Which text of the announcement it holds."""
    edits: bool = False
    """It corrects or takes back the one that arrived."""


class Somebody(Protocol):
    """Somebody, and where they are reached."""

    @property
    def person(self) -> PersonId: ...
    @property
    def address(self) -> Address: ...


@dataclass(frozen=True, slots=True)
class Arrived:
    """Whose copy arrived, and where."""

    person: PersonId
    address: Address


async def claim(tx: Transaction, one: Announcement, ground: Ground, writer: Writer, *, size: int) -> int:
    """Make the next copies of an announcement if it is running, `size` at most; how many.

    It pauses where the last answers are all the same refusal, or its audience has no meaning any more. Until
    one has arrived only a few are made: a bad text is told by those.
    """
    if one.state is not State.RUNNING:
        return 0
    answers = await tx.all("announcement_last_answers", id=one.id, since=one.tried_from, limit=POISON)
    why = poisoned([(Fate(row["fate"]), row["reason"]) for row in answers])
    if not why:
        if not any(row["fate"] == Fate.SENT for row in answers):
            size = min(size, POISON)
        try:
            return await _claim(tx, one, ground, writer, size)
        except AudienceError as error:
            why = f"audience: {error}"
    await stop(tx, one.id, why)
    return 0


async def stop(tx: Transaction, id: AnnouncementId, why: str) -> None:
    """Pause one that cannot go on as it is."""
    await tx.run("announcement_state", id=id, state=State.PAUSED.value, reason=why[:200], ended=None)


async def _claim(tx: Transaction, one: Announcement, ground: Ground, writer: Writer, size: int) -> int:
    ripe = await _ripe(tx, one, ground, size)
    end = min(one.last, one.claimed_up_to + SPAN)
    room = size - len(ripe)
    found = await recipients(
        tx, one.plan.audience, one.plan.kind, ground, after=one.claimed_up_to, last=end, limit=room
    )
    due: list[Recipient] = []
    later: list[tuple[Recipient, datetime]] = []
    for each in (*ripe, *found):  # who waited since yesterday evening may wait for this morning again
        if each.not_before is None or each.not_before <= ground.now:
            due.append(each)
        else:
            later.append((each, each.not_before))
    await _note(tx, one, Fate.LATER, later)
    await _note(tx, one, Fate.CLAIMED, [(each, ground.now) for each in due])
    await _queue(tx, one, due, await written(tx, one.plan, due, writer), now=ground.now)
    reached = found[-1].person if found and len(found) == room else end
    await tx.run("announcement_reached", id=one.id, person=reached if room else one.claimed_up_to)
    return len(due)


async def _ripe(tx: Transaction, one: Announcement, ground: Ground, size: int) -> Sequence[Recipient]:
    """Those whose quiet hours have ended, if they are still meant: opinions change meanwhile."""
    rows = await tx.all("delivery_ripe", announcement=one.id, now=to_text(ground.now), limit=size)
    found: list[Recipient] = []
    for row in rows:
        person = row["person"]
        who = await _still_meant(tx, one, ground, person)
        if who is not None:
            found.append(who)
        else:
            await tx.run("delivery_unmeant", announcement=one.id, person=person)
    return found


async def _still_meant(tx: Transaction, one: Announcement, ground: Ground, person: int) -> Recipient | None:
    """Somebody who has a copy, if they are meant now as well."""
    again = replace(ground, besides=one.id)
    audience, kind = one.plan.audience, one.plan.kind
    who = await recipients(tx, audience, kind, again, after=person - 1, last=person, limit=1)
    return who[0] if who else None


async def check_again(
    tx: Transaction, one: Announcement, ground: Ground, served: Collection[str], *, size: int
) -> int:
    """Look again at copies that waited in the outbox, because of a pause or because nobody served: those that
    may not leave now are put off, and made anew when their time comes, or never; how many.

    Those that may stay where they are: one that is under way all the same is not sent twice.
    """
    moment = to_text(ground.now)
    aged = to_text(ground.now - GOOD_FOR)
    among = {"id": one.id, "served": json.dumps(list(served))}
    put_off = 0
    for row in await tx.all("announcement_aged", where=None, **among, now=moment, aged=aged, limit=size):
        copy = {"announcement": one.id, "person": row["person"]}
        who = await _still_meant(tx, one, ground, row["person"])
        until = None if who is None else who.not_before
        if who is not None and (until is None or until <= ground.now):
            await tx.run("delivery_looked_at", **copy, fate=Fate.CLAIMED.value, at=moment)
            continue
        await tx.run("outbox_drop", id=row["id"])
        await tx.run("delivery_looked_at", **copy, fate=Fate.LATER.value, at=to_text(until or ground.now))
        put_off += 1
    return put_off


async def renew(tx: Transaction, one: Announcement, writer: Writer, *, size: int) -> int:
    """Give waiting copies the text of the last edition; how many had an earlier one."""
    rows = await tx.all("announcement_outdated", id=one.id, edition=one.edition, limit=size)
    waiting = {row["person"]: row["id"] for row in rows}
    due = [Arrived(PersonId(row["person"]), Address(row["channel"], row["address"])) for row in rows]
    messages = await written(tx, one.plan, due, writer)
    for person, id in waiting.items():
        body = dump_message(messages[PersonId(person)])
        await tx.run("announcement_renew", id=id, body=body, edition=one.edition)
    return len(rows)


async def sweep(tx: Transaction, one: Announcement, writer: Writer, *, size: int) -> int:
    """Queue the next edits of copies that have arrived; how many."""
    rows = await tx.all("announcement_stale", id=one.id, edition=one.edition, limit=size)
    due = [Arrived(PersonId(row["person"]), Address(row["channel"], row["address"])) for row in rows]
    if one.sweep is Sweep.RECALL:
        notice = writer.notice()
        messages: Mapping[PersonId, Message] = {each.person: notice for each in due}
    else:
        messages = await written(tx, one.plan, due, writer)
    await _queue(tx, one, due, messages, edits=True, now=writer.now)
    return len(rows)


async def settle(
    tx: Transaction, copy: Copy, receipt: Receipt, row: Row | None, *, again: datetime | None, now: datetime
) -> None:
    """Keep what became of one copy, or of an edit of one. `row`: of the outbox, None if it was taken back."""
    place = {"announcement": copy.announcement, "person": copy.person}
    reason = getattr(receipt, "reason", "")
    if copy.edits:
        if _ended(receipt, again):
            await tx.run("delivery_swept", **place, edition=copy.edition, reason=reason)
        return
    fate = _fate(receipt, row, again)
    if fate is None:
        return
    reference, poll = (receipt.reference, receipt.poll) if isinstance(receipt, Delivered) else ("", "")
    await tx.run(
        "delivery_settle",
        **place,
        fate=fate.value,
        reason=reason,
        reference=reference,
        poll=poll or None,
        edition=copy.edition,
        now=to_text(now),
    )


def _ended(receipt: Receipt, again: datetime | None) -> bool:
    """Whether an edit is not tried once more: a second one of the same does no harm."""
    match receipt:
        case Delivered() | Unreachable() | Refused():
            return True
        case Failed() | Unknown():
            return again is None
        case _:
            return False


def _fate(receipt: Receipt, row: Row | None, again: datetime | None) -> Fate | None:
    """What a receipt means for a copy; None while it is tried again."""
    match receipt:
        case Delivered():
            return Fate.SENT
        case Unreachable():
            return Fate.BLOCKED
        case Refused():
            return Fate.REFUSED
        case Failed() if again is None:
            return Fate.REFUSED
        case Unknown() if row is None or again is None or row["on_unknown"] != OnUnknown.RESEND:
            return Fate.UNKNOWN
        case _:
            return None


async def _note(
    tx: Transaction, one: Announcement, fate: Fate, people: Sequence[tuple[Somebody, datetime]]
) -> None:
    if not people:
        return
    rows = [(who.person, who.address.channel, who.address.id, to_text(at)) for who, at in people]
    await tx.run("delivery_add", announcement=one.id, fate=fate.value, people=json.dumps(rows))


async def _queue(
    tx: Transaction,
    one: Announcement,
    due: Sequence[Somebody],
    messages: Mapping[PersonId, Message],
    *,
    edits: bool = False,
    now: datetime,
) -> None:
    if not due:
        return
    bodies: dict[int, str] = {}  # of a text with nothing personal in it all copies are one object
    rows: list[tuple[PersonId, str, str, str | None, str]] = []
    for who in due:
        message = messages[who.person]
        if who.address.channel == PAGE:
            message = replace(message, key=message.key or f"copy.{one.id}")
            await _show(tx, who, message, edits=edits, now=now)
            body = dump_message(message)
        elif (body := bodies.get(id(message), "")) == "":
            body = bodies[id(message)] = dump_message(message)
        rows.append((who.person, who.address.channel, who.address.id, message.key, body))
    values = {"edits": edits, "edition": one.edition, "now": to_text(now)}
    await tx.run("announcement_copies", announcement=one.id, copies=json.dumps(rows), **values)


async def _show(tx: Transaction, who: Somebody, message: Message, *, edits: bool, now: datetime) -> None:
    """On the page, whose windows read it from the history."""
    if edits:
        await history.edited(tx, who.person, who.address, message, now=now)
    else:
        await history.said(tx, who.person, message, now=now)


async def written(
    tx: Transaction, plan: Plan, due: Sequence[Somebody], writer: Writer
) -> Mapping[PersonId, Message]:
    """The copy of each: one for all where nothing in it is personal."""
    if not due:
        return {}
    if not is_personal(plan):
        same = writer.copy(plan, Reader(Person(PersonId(0))))
        return {each.person: same for each in due}
    seen = await _event(tx, plan)
    rows = await tx.all(
        "announcement_readers",
        people=json.dumps([each.person for each in due]),
        event=plan.event or "",
        now=to_text(writer.now),
    )
    readers = {row["id"]: _reader(row, seen) for row in rows}
    return {each.person: writer.copy(plan, readers[each.person]) for each in due}


async def _event(tx: Transaction, plan: Plan) -> EventSeen | None:
    """Its event, as it stands for nobody."""
    event = None if plan.event is None else await event_rows.one(tx, plan.event)
    if event is None:
        return None
    row = await tx.one("announcement_seats", event=event.id)
    assert row is not None
    return EventSeen(event, row["seated"], row["waiting"], maybe=row["maybe"])


def _reader(row: Row, seen: EventSeen | None) -> Reader:
    person = Person(PersonId(row["id"]), row["name"], language=row["language"])
    answers: dict[FieldRef, Value] = {
        FieldRef(Owner(owner), name): load_value(value) for owner, name, value in json.loads(row["answers"])
    }
    if seen is not None and row["mine"]:
        mine = Place(row["mine"])
        seen = replace(seen, mine=mine, ahead=row["ahead"] if mine is Place.WAITING else None)
    return Reader(person, answers, seen)
