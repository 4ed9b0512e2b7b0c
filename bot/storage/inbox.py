"""Raw updates on disk before they are acknowledged. A lane is the id part of the address they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.storage.codec import to_text
from bot.storage.database import Database, Transaction

Update = tuple[int, str, str]
"""Id that the channel gave, lane, raw body."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A raw update that is not finished."""

    id: int
    """Grows in the order of arrival."""
    channel: str
    update_id: int
    lane: str
    body: str


async def accept(tx: Transaction, channel: str, updates: Sequence[Update], *, now: datetime) -> int:
    """Keep a batch; how many were new. One seen in the last 48 hours is ignored, finished or not.

    By the id itself and never by a high-water mark: ids may start again anywhere after a quiet week (Bot API,
    `Update`).
    """
    new = 0
    for update_id, lane, body in updates:
        new += await tx.run(
            "inbox_add", channel=channel, update_id=update_id, lane=lane, body=body, now=to_text(now)
        )
    return new


async def unfinished(
    database: Database, channel: str, *, after: int, limit: int, lane: str | None
) -> tuple[Waiting, ...]:
    """The oldest unfinished updates beyond `after`, of one lane if it is given."""
    if lane is None:
        rows = await database.all("inbox_waiting", channel=channel, after=after, limit=limit)
    else:
        rows = await database.all("inbox_waiting_in_lane", channel=channel, lane=lane, limit=limit)
        rows = [row for row in rows if row["id"] > after]
    return tuple(Waiting(**row) for row in rows)
