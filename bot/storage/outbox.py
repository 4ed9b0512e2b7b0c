"""What waits to be sent, and what becomes of it. Knows no channel and no pace."""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from typing import assert_never

from bot.model.announcement import Fate, OnUnknown
from bot.model.message import Message
from bot.model.receipt import Deferred, Delivered, Failed, Migrated, Receipt, Refused, Unknown, Unreachable
from bot.model.who import Address, PersonId
from bot.storage import copies, leaving, relaying
from bot.storage.codec import dump_message, from_text, load_message, to_text
from bot.storage.copies import Copy
from bot.storage.database import Database, Row, Transaction


class Priority(IntEnum):
    """Who goes first; within one, the older."""

    REPLY = 0
    SERVICE = 1
    """Reminders: nobody is waiting in front of the screen."""
    BULK = 2


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message that may leave now."""

    id: int
    address: Address
    body: str
    """JSON of the message; one is read when it leaves, not each time it waits in the window."""
    replaces: str | None
    """Reference of the message that this one edits; None: send it as a new one."""
    priority: Priority
    attempts: int
    """Tries that failed so far."""
    created: datetime
    copy: Copy | None = None
    """Of what announcement it is a copy."""
    topic: tuple[str, str, str] | None = None
    """Of a message about a request: where its topic is, how it looks, and its first message."""

    @property
    def message(self) -> Message:
        """What to say; any error if it cannot be read (any more)."""
        message = load_message(self.body)
        if self.topic is None or message.topic is None:
            return message
        at, shown, first = self.topic
        topic = replace(message.topic, at=at or message.topic.at, shown=shown, first=first)
        return replace(message, topic=topic)


@dataclass(frozen=True, slots=True)
class Post:
    """One message on its way into the outbox."""

    address: Address
    message: Message
    person: PersonId | None
    """None: nobody we know any more (the farewell after an erasure)."""
    priority: Priority = Priority.REPLY
    edits: bool = False


async def put(tx: Transaction, post: Post, *, now: datetime) -> None:
    """Queue a message behind those of the same address and priority."""
    await tx.run(
        "outbox_add",
        person=post.person,
        channel=post.address.channel,
        address=post.address.id,
        priority=int(post.priority),
        edits=post.edits,
        key=post.message.key,
        body=dump_message(post.message),
        now=to_text(now),
    )


async def due(
    database: Database, served: Collection[str], *, now: datetime, limit: int
) -> tuple[Outgoing, ...]:
    """What may leave now, replies first, without bulk: of each address its first, so that order holds.

    `served`: names of whole channels, or single addresses as text.
    """
    rows = await database.all("outbox_due", served=json.dumps(list(served)), now=to_text(now), limit=limit)
    return tuple(_read(row) for row in rows)


async def due_bulk(
    database: Database, served: Collection[str], *, now: datetime, limit: int
) -> tuple[Outgoing, ...]:
    """Copies of announcements that may leave now, the oldest first; `served` as for `due`."""
    rows = await database.all(
        "outbox_bulk",
        served=json.dumps(list(served)),
        now=to_text(now),
        aged=to_text(now - copies.GOOD_FOR),
        limit=limit,
    )
    return tuple(_read(row) for row in rows)


async def next_due(database: Database, served: Collection[str], *, now: datetime) -> datetime | None:
    """When the next message that waits for its time may leave; `served` as for `due`."""
    row = await database.one("outbox_next", served=json.dumps(list(served)), now=to_text(now))
    return None if row is None or row["next_attempt"] is None else from_text(row["next_attempt"])


async def record(
    tx: Transaction, outgoing: Outgoing, receipt: Receipt, *, now: datetime, again: datetime | None
) -> None:
    """Store what became of a message; nothing but a copy's fate if it was erased or taken back meanwhile.

    `again` is when a failed one is tried once more; None gives it up. A delivered body is erased.
    """
    outbox_id = outgoing.id
    row = await tx.one("outbox_row", id=outbox_id)
    if outgoing.copy is not None:
        await copies.settle(tx, outgoing.copy, receipt, row, again=again, now=now)
    if row is None:
        return
    match receipt:
        case Delivered(reference):
            await _delivered(tx, outbox_id, row, reference, now=now)
            if row["request"] is not None:
                await relaying.arrived(tx, row, outgoing.message, receipt, now=now)
            elif (row["key"] or "").startswith(leaving.TOPIC):
                await leaving.arrived(tx, row, outgoing.message, receipt)
        case Deferred(seconds):
            later = now + timedelta(seconds=seconds)
            await tx.run("outbox_defer", id=outbox_id, at=to_text(later), now=to_text(now))
        case Unknown(reason) if _skips(row):
            # A second copy of an announcement is worse than a missing one; for a reply it is the other way.
            await _give_up(tx, outbox_id, row, f"unknown: {reason}")
        case Failed(reason) | Unknown(reason) if again is not None:
            await tx.run("outbox_again", id=outbox_id, at=to_text(again), reason=reason, now=to_text(now))
        case Failed(reason) | Unknown(reason) | Refused(reason):
            await _give_up(tx, outbox_id, row, reason)
            if row["request"] is not None:
                await relaying.failed(tx, row, _readable(outgoing), now=now)
        case Unreachable():
            # Who is there, not whose row it is: what staff are told about a person is that person's.
            await tx.run("unreachable_at", channel=row["channel"], address=row["address"])
            await drop_address(tx, Address(row["channel"], row["address"]), Fate.BLOCKED, now=now)
        case Migrated(to):
            await move(tx, Address(row["channel"], row["address"]), to)
            await tx.run("outbox_defer", id=outbox_id, at=to_text(now), now=to_text(now))
        case _ as unexpected:
            assert_never(unexpected)


async def drop_address(tx: Transaction, address: Address, fate: Fate, *, now: datetime) -> None:
    """Take back everything that waits for an address; copies of announcements end with this fate, and who
    waits for what was written about a request hears that it will not arrive."""
    place = {"channel": address.channel, "address": address.id}
    await relaying.drop_address(tx, address, now=now)
    await tx.run("delivery_drop_address", **place, fate=fate.value, reason="")
    await tx.run("outbox_drop_address", **place)


def _readable(outgoing: Outgoing) -> Message | None:
    """The message; None if another version of the program wrote it."""
    try:
        return outgoing.message
    except Exception:
        return None


def _skips(row: Row) -> bool:
    """Whether it is rather not said than said twice. An edit that is made twice does no harm."""
    is_copy = row["priority"] == Priority.BULK and not row["edits"]
    return is_copy and row["on_unknown"] != OnUnknown.RESEND


async def _delivered(tx: Transaction, outbox_id: int, row: Row, reference: str, *, now: datetime) -> None:
    await tx.run("outbox_drop", id=outbox_id)
    if row["key"] and reference and row["person"] is not None:
        await tx.run(
            "sent_put",
            channel=row["channel"],
            address=row["address"],
            key=row["key"],
            reference=reference.rpartition(",")[2],  # the last of several carries the buttons
            now=to_text(now),
        )


async def _give_up(tx: Transaction, outbox_id: int, row: Row, reason: str) -> None:
    if row["person"] is None or row["announcement"] is not None:
        await tx.run("outbox_drop", id=outbox_id)
    else:
        await tx.run("outbox_bury", id=outbox_id, reason=reason)


async def move(tx: Transaction, before: Address, to: str) -> None:
    """Give a conversation another id on its channel; nothing if nobody is known at the old one.

    Whoever is known at both is one: who had more turns keeps their progress, and gets what waits for both.
    """
    channel, address = before.channel, before.id
    known = await tx.all("known_at", channel=channel, here=address, there=to)
    if len(known) > 1:
        await _join(tx, heir=known[0]["person"], gone=known[1]["person"])
    await tx.run("move_address", channel=channel, address=address, to=to)
    await tx.run("move_outbox", channel=channel, address=address, to=to)
    await tx.run("delivery_move", channel=channel, address=address, to=to)
    await tx.run("move_timer", channel=channel, address=address, to=to)
    # Message ids of the old conversation mean nothing in the new one.
    await tx.run("forget_sent", channel=channel, address=address)
    await tx.run("request_topics_forget", channel=channel, address=address)
    await tx.run("leaving_forget", channel=channel, address=address)
    await tx.run("request_group_moved", before=str(before), to=f"{channel}:{to}")


async def _join(tx: Transaction, *, heir: int, gone: int) -> None:
    """Forget `gone`, who was somebody known already; what it was to hear is not lost."""
    for query in ("join_outbox", "join_timer"):
        await tx.run(query, heir=heir, gone=gone)
    await tx.run("erase_answers", person=gone, association=None)
    await tx.run("erase_tasks", person=gone)
    await tx.run("join_sent", gone=gone)
    await tx.run("erase_person", person=gone)


def _read(row: Row) -> Outgoing:
    return Outgoing(
        id=row["id"],
        address=Address(row["channel"], row["address"]),
        body=row["body"],
        replaces=row["replaces"],
        priority=Priority(row["priority"]),
        attempts=row["attempts"],
        created=from_text(row["created"]),
        copy=_copy(row) if row.get("announcement") is not None else None,
        topic=_topic(row) if row.get("request") is not None else None,
    )


def _topic(row: Row) -> tuple[str, str, str]:
    return row["topic"] or "", row["topic_shown"] or "", row["topic_first"] or ""


def _copy(row: Row) -> Copy:
    return Copy(row["announcement"], row["person"], row["edition"] or 1, bool(row["edits"]))
