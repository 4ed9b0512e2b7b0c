"""The last messages of a conversation, both directions: what a page shows again and what staff may read."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model.message import Message
from bot.model.who import Address, PersonId
from bot.storage.codec import dump_message, from_text, load_message, to_text
from bot.storage.database import Database, Row, Transaction

RECENT = 6
"""Messages that staff are shown with a request."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a conversation."""

    id: int
    """Grows with time."""
    at: datetime
    direction: Literal["in", "out"]
    """`in`: from the person."""
    text: str
    """What the person wrote, or the text of `message`."""
    message: Message | None = None
    """What went out, as last edited; None for what came in."""
    tapped: bool = False
    """The person tapped the button of this label and wrote nothing."""


async def heard(tx: Transaction, person: PersonId, text: str, *, now: datetime, tapped: bool = False) -> None:
    """Keep what the person said."""
    await tx.run(
        "history_add",
        person=person,
        now=to_text(now),
        direction="in",
        tapped=tapped,
        key=None,
        body=json.dumps(text),
    )


async def label_of(tx: Transaction, person: PersonId, act: str) -> str | None:
    """What the button with this act says, looked up in the messages still kept."""
    for row in await tx.all("history_said", person=person):
        message = load_message(row["body"])
        for option in (*message.options, *message.controls):
            if option.act == act:
                return option.label
    return None


async def said(tx: Transaction, person: PersonId, message: Message, *, now: datetime) -> None:
    """Keep what goes out."""
    await tx.run(
        "history_add",
        person=person,
        now=to_text(now),
        direction="out",
        tapped=False,
        key=message.key,
        body=dump_message(message),
    )


async def edited(
    tx: Transaction, person: PersonId, address: Address, message: Message, *, now: datetime
) -> None:
    """Change the kept copy; one no longer kept comes back only if the edit goes out as a new message."""
    if await tx.run("history_edit", person=person, key=message.key, body=dump_message(message)):
        return
    if await tx.one("sent_get", channel=address.channel, address=address.id, key=message.key) is None:
        await said(tx, person, message, now=now)


async def of(database: Database, address: Address, limit: int) -> tuple[Said, ...]:
    """The last messages, oldest first."""
    rows = await database.all("history_at", channel=address.channel, address=address.id, limit=limit)
    return tuple(_read(row) for row in reversed(rows))


async def recent(database: Database, address: Address) -> tuple[tuple[bool, str], ...]:
    """The last messages for staff, oldest first: whether the person wrote it, and its light Markdown or
    words."""
    said = await of(database, address, RECENT)
    return tuple((one.direction == "in", one.text) for one in said)


def _read(row: Row) -> Said:
    at, number = from_text(row["at"]), row["id"]
    if row["direction"] == "in":
        return Said(number, at, "in", json.loads(row["body"]), tapped=bool(row["tapped"]))
    message = load_message(row["body"])
    return Said(number, at, "out", message.text, message)
