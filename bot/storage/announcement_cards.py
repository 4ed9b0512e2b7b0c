"""What the maker of an announcement sees of it: the card while it runs, the report afterwards."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.model.announcement import AnnouncementId
from bot.model.effects import NewFile
from bot.model.message import AttachedFile, Message
from bot.model.rights import Right, may
from bot.model.who import Address, PersonId, Standing
from bot.storage import history, outbox
from bot.storage.codec import to_text
from bot.storage.database import Transaction
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
    attached = [await _kept(tx, files, person, file, now=now) for file in made]
    full = replace(message, attachments=(*message.attachments, *attached))
    await history.said(tx, person, full, now=now)
    await outbox.put(tx, Post(address, full, person, Priority.SERVICE), now=now)
    return True


async def _maker(
    tx: Transaction, id: AnnouncementId, channels: Sequence[str]
) -> tuple[PersonId, Address] | None:
    """Who made it, as long as they may announce, as stored now, and can be reached."""
    row = await tx.one("announcement_maker", id=id, channels=",".join(channels))
    if row is None or not may(Standing(row["standing"]), Right.ANNOUNCE):
        return None
    return PersonId(row["person"]), Address(row["channel"], row["id"])


async def _kept(
    tx: Transaction, files: Files, person: PersonId, file: NewFile, *, now: datetime
) -> AttachedFile:
    """A file of a report, kept until it has surely been fetched."""
    made = AttachedFile(file.name, file.media_type, files.keep_now(file.content), file.alternative)
    about = {"name": made.name, "media_type": made.media_type, "size": len(file.content)}
    await tx.run("file_put", sha256=made.sha256, person=person, origin="export", **about, now=to_text(now))
    return made
