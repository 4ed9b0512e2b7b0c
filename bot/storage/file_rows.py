"""Whose the kept files are: the table `file`. Their bytes lie in `Files`."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from bot.model.effects import HandOut
from bot.model.message import AttachedFile, Message
from bot.model.values import StoredFile
from bot.storage.codec import clean, to_text
from bot.storage.database import Transaction
from bot.storage.files import Files

Origin = Literal["received", "export"]
"""Handed in by the person, or made for them."""


async def own(tx: Transaction, person: int, file: StoredFile, origin: Origin, *, now: datetime) -> None:
    """Note a kept file as one of the person; one made for them stays until it has surely been fetched."""
    await tx.run(
        "file_put",
        sha256=file.sha256,
        person=person,
        origin=origin,
        name=clean(file.name),
        media_type=clean(file.media_type),
        size=file.size,
        now=to_text(now),
    )


async def hand_out(tx: Transaction, files: Files, person: int, made: HandOut, *, now: datetime) -> Message:
    """The message with the files that were made for it, kept as the person's."""
    attached = list(made.message.attachments)
    for file in made.files:
        sha256 = files.keep_now(file.content)
        kept = StoredFile(sha256, file.name, file.media_type, len(file.content))
        await own(tx, person, kept, "export", now=now)
        attached.append(AttachedFile(file.name, file.media_type, sha256, file.alternative))
    return replace(made.message, attachments=tuple(attached))
