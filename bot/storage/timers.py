"""Reminders and other things to come back to."""

from dataclasses import dataclass
from datetime import datetime

from bot.model.who import Address, PersonId
from bot.storage.codec import from_text, to_text
from bot.storage.database import Database


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer whose time has come; it is taken by the commit of its turn."""

    person: PersonId
    address: Address
    key: str
    due: datetime


async def due(database: Database, *, now: datetime, limit: int) -> tuple[DueTimer, ...]:
    """Timers that are due, the oldest first. Those of people who blocked us wait until they are back."""
    rows = await database.all("timers_due", now=to_text(now), limit=limit)
    return tuple(
        DueTimer(
            PersonId(row["person"]),
            Address(row["channel"], row["address"]),
            row["key"],
            from_text(row["due"]),
        )
        for row in rows
    )
