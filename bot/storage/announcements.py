"""Announcements: made once, claimed window by window into the outbox, each copy's fate kept."""

import hashlib
import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from bot.events.announcement import (
    CHANGES,
    Announcement,
    AnnouncementId,
    Fate,
    OnUnknown,
    Order,
    State,
    Tally,
    poisoned,
)
from bot.model.message import Message
from bot.storage.codec import dump_message, from_text, load_message, to_text
from bot.storage.database import Database, Row, Transaction

CHANNELS_IN_ORDER = ("telegram", "web")
"""Where a person with several addresses gets their one copy: the first of these that they have."""


class AlreadyAnnounced(ValueError):
    """The same text was announced already; sending it again must be meant."""


class NotPossible(ValueError):
    """The announcement is not there, or not in a state for this."""


async def announce(
    tx: Transaction, message: Message, *, on_unknown: OnUnknown, again: bool, now: datetime
) -> AnnouncementId:
    """Begin an announcement to everyone who can be reached now. AlreadyAnnounced unless `again`."""
    body = dump_message(message)
    key = hashlib.sha256(body.encode()).hexdigest()
    copies = await tx.all("announcements_alike", key=f"{key}%")
    if copies and not again:
        first = copies[0]
        raise AlreadyAnnounced(f"this very text is announcement {first['id']} of {first['created'][:10]}")
    made = await tx.one(
        "announcement_add",
        key=f"{key}-{len(copies)}",
        body=body,
        on_unknown=on_unknown.value,
        channels=",".join(CHANNELS_IN_ORDER),
        now=to_text(now),
    )
    assert made is not None
    return AnnouncementId(made["id"])


async def claim(
    tx: Transaction, id: AnnouncementId, served: Collection[str], *, size: int, now: datetime
) -> int:
    """Make the next copies, `size` at most; how many were made. Fewer: it is at its end, or not running."""
    row = await tx.one("announcement", id=id)
    if row is None or row["state"] != State.RUNNING:
        return 0
    if poisoned(await _tally(tx, row)):
        await tx.run("announcement_state", id=id, state=State.PAUSED.value, reason="every copy was refused")
        return 0
    channels = [name for name in CHANNELS_IN_ORDER if name in served]
    people = await tx.all(
        "announcement_people",
        after=row["claimed_up_to"],
        last=row["last"],
        limit=size,
        channels=",".join(channels),
    )
    for person in people:
        place = {"person": person["person"], "announcement": id}
        await tx.run("delivery_add", **place)
        await tx.run(
            "announcement_copy",
            **place,
            channel=person["channel"],
            address=person["address"],
            body=row["body"],
            now=to_text(now),
        )
    reached = people[-1]["person"] if len(people) == size else row["last"]
    await tx.run("announcement_reached", id=id, person=reached)
    return len(people)


async def finish(tx: Transaction, id: AnnouncementId) -> bool:
    """Call it done if every copy was made and answered; whether it is."""
    return bool(await tx.run("announcement_done", id=id))


async def order(tx: Transaction, id: AnnouncementId, wanted: Order) -> State:
    """Pause, resume or cancel; the new state. Copies that wait in the outbox are taken back by a cancel."""
    row = await tx.one("announcement", id=id)
    if row is None:
        raise NotPossible(f"there is no announcement {id}")
    state = CHANGES.get((State(row["state"]), wanted))
    if state is None:
        raise NotPossible(f"announcement {id} is {row['state']}: it cannot {wanted}")
    await tx.run("announcement_state", id=id, state=state.value, reason="")
    if state is State.CANCELLED:
        await tx.run("delivery_drop_all", announcement=id)
        await tx.run("outbox_drop_announcement", announcement=id)
    return state


async def settle(tx: Transaction, announcement: int, person: int, fate: Fate, reason: str = "") -> None:
    """Keep what became of one copy."""
    await tx.run("delivery_settle", announcement=announcement, person=person, fate=fate.value, reason=reason)


async def running(database: Database) -> tuple[AnnouncementId, ...]:
    """Announcements that want to go on, the oldest first."""
    rows = await database.all("announcements_running")
    return tuple(AnnouncementId(row["id"]) for row in rows)


async def waiting(database: Database, served: Collection[str], *, now: datetime) -> tuple[int, int]:
    """Copies in the outbox for these channels: those that may leave now, and all of them."""
    row = await database.one("announcement_waiting", served=json.dumps(list(served)), now=to_text(now))
    return (0, 0) if row is None else (int(row["due"]), int(row["count"]))


async def all_of(database: Database) -> tuple[tuple[Announcement, Tally], ...]:
    """Every announcement with how far it is, the newest first."""
    return tuple([(_read(row), await _tally(database, row)) for row in await database.all("announcements")])


async def reachable(database: Database, channels: Collection[str]) -> int:
    """How many people an announcement would go to now."""
    row = await database.one("announcement_audience", channels=",".join(channels))
    return 0 if row is None else int(row["count"])


async def _tally(reader: Any, row: Row) -> Tally:
    fates = await reader.all("delivery_fates", announcement=row["id"])
    return Tally(row["people"], {Fate(one["fate"]): one["count"] for one in fates})


def _read(row: Row) -> Announcement:
    return Announcement(
        id=AnnouncementId(row["id"]),
        message=load_message(row["body"]),
        state=State(row["state"]),
        on_unknown=OnUnknown(row["on_unknown"]),
        created=from_text(row["created"]),
        people=row["people"],
        claimed_up_to=row["claimed_up_to"],
        last=row["last"],
        reason=row["reason"],
    )
