"""What the maker of an announcement sees of it: the card while it runs, the report afterwards."""

import json
from collections.abc import Sequence
from datetime import datetime

from bot.events.announcement import right_for
from bot.model.announcement import AnnouncementId, Plan
from bot.model.effects import HandOut, NewFile
from bot.model.message import Message
from bot.model.rights import may
from bot.model.who import Address, PersonId, Standing
from bot.storage import history, outbox
from bot.storage.codec import decode
from bot.storage.database import Transaction
from bot.storage.file_rows import hand_out
from bot.storage.files import Files
from bot.storage.outbox import Post, Priority


async def show(
    tx: Transaction, id: AnnouncementId, card: Message, channels: Sequence[str], *, now: datetime
) -> bool:
    """Put the card before the maker, in the place of the one before; False if that one has not left yet."""
    maker = await _maker(tx, id, channels)
    if maker is None:
        return True
    person, address = maker
    place = {"channel": address.channel, "address": address.id}
    if await tx.one("announcement_card_waits", **place, key=card.key):
        return False
    await history.edited(tx, person, address, card, now=now)
    await outbox.put(tx, Post(address, card, person, Priority.SERVICE, edits=True), now=now)
    return True


async def report(
    tx: Transaction,
    files: Files,
    id: AnnouncementId,
    told: tuple[Message, Sequence[NewFile]] | None,
    channels: Sequence[str],
    *,
    now: datetime,
) -> bool:
    """Send the maker the report of this edition and its files, once; None: there is nothing to tell."""
    if not await tx.run("announcement_reported", id=id):
        return False
    maker = await _maker(tx, id, channels)
    if maker is None or told is None:
        return False
    (person, address), (message, made) = maker, told
    full = await hand_out(tx, files, person, HandOut(message, tuple(made)), now=now)
    await history.said(tx, person, full, now=now)
    await outbox.put(tx, Post(address, full, person, Priority.SERVICE), now=now)
    return True


async def _maker(
    tx: Transaction, id: AnnouncementId, channels: Sequence[str]
) -> tuple[PersonId, Address] | None:
    """Who made it, as long as they may follow it, as stored now, and can be reached."""
    row = await tx.one("announcement_maker", id=id, channels=",".join(channels))
    if row is None or not may(Standing(row["standing"]), right_for(decode(Plan, json.loads(row["plan"])))):
        return None
    return PersonId(row["person"]), Address(row["channel"], row["id"])
