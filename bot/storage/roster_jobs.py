"""What staff asked for about people in bulk in the chat, and how far it is: a file of everybody to be made, a
file of theirs to be looked through and, once they agree, applied. A process that dies goes on where it was.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.flows.weighing import counted
from bot.model.effects import AgreeRoster, Audit, ExportRoster, ImportRoster
from bot.model.message import AttachedFile, Message
from bot.model.rights import Right
from bot.model.roster import (
    Line,
    Roster,
    RosterId,
    RosterKind,
    RosterOrder,
    RosterState,
    Tally,
    Weighed,
)
from bot.model.values import StoredFile
from bot.model.who import Address, PersonId
from bot.storage import history, outbox
from bot.storage.codec import clean, decode, encode, to_text
from bot.storage.database import Database, Row, Transaction
from bot.storage.file_rows import own
from bot.storage.files import Files
from bot.storage.outbox import Post
from bot.storage.roster import Begin, apply
from bot.storage.team import audit, require

ORDERED = {
    RosterOrder.APPLY: RosterState.AGREED,
    RosterOrder.REPLACE: RosterState.ASKED,
    RosterOrder.KEEP: RosterState.ASKED,
    RosterOrder.DROP: RosterState.DROPPED,
}
"""What is said to a preview -> where the file then stands: looked through once more, if it is to be read in
another way.
"""


async def ask(
    tx: Transaction,
    files: Files,
    effect: ExportRoster | ImportRoster | AgreeRoster,
    person: PersonId,
    address: Address,
    *,
    now: datetime,
) -> tuple[Message, bool] | None:
    """Take note of what staff want; what is said for it, and whether it replaces an earlier message.

    NotAllowed without the right, as stored now.
    """
    await require(tx, person, Right.ANNOUNCE)
    row = {"person": person, "channel": address.channel, "address": address.id, "now": to_text(now)}
    match effect:
        case ExportRoster(condition):
            kind = RosterKind.EXPORT
            await tx.run("roster_add", **row, kind=kind, condition=clean(condition), file="", name="")
        case ImportRoster(file):
            await tx.run("roster_drop_older", person=person)
            kind = RosterKind.IMPORT
            await tx.run(
                "roster_add", **row, kind=kind, condition="", file=file.sha256, name=clean(file.name)
            )
        case AgreeRoster():
            return await _ordered(tx, files, effect, person)
        case _ as unexpected:
            assert_never(unexpected)
    return None


async def _ordered(
    tx: Transaction, files: Files, effect: AgreeRoster, person: PersonId
) -> tuple[Message, bool]:
    before = await tx.one("roster_row", id=effect.roster, person=person)
    if before is None or before["state"] != RosterState.SHOWN:
        return effect.gone, False
    replaces = {RosterOrder.REPLACE: 1, RosterOrder.KEEP: 0}.get(effect.order, before["replaces"])
    state = ORDERED[effect.order]
    await tx.run("roster_order", id=effect.roster, person=person, state=state.value, replaces=replaces)
    await _let_go(tx, files, effect.roster)
    return effect.told, True


class RosterJobs:
    """Of one installation; part of the Store."""

    def __init__(self, database: Database, files: Files) -> None:
        self._database = database
        self._files = files

    async def next(self) -> Roster | None:
        """The oldest that something is to be done for."""
        row = await self._database.one("roster_next")
        return None if row is None else _read(row)

    async def apply(
        self, roster: Roster, lines: Sequence[Line], begin: Begin, *, now: datetime
    ) -> tuple[Roster, Sequence[Weighed]] | None:
        """Apply the next lines of an agreed file and count them, in one transaction. None: it was dropped, or
        who sent it is gone.
        """

        async def work(tx: Transaction) -> tuple[Roster, Sequence[Weighed]] | None:
            weighed = await apply(tx, lines, begin, now=now)
            tally = roster.tally
            for one in weighed:
                tally = counted(tally, one)
            step = {"id": roster.id, "state": RosterState.AGREED.value, "tally": json.dumps(encode(tally))}
            if not await tx.run("roster_step", **step):
                raise _Gone
            return replace(roster, tally=tally), weighed

        try:
            return await self._database.write(work)
        except _Gone:
            return None

    async def tell(
        self, roster: Roster, message: Message, *, now: datetime, file: StoredFile | None = None
    ) -> None:
        """Say how far it is, in the place of what was said under the message's key."""
        await self._close(roster, roster.state, message, now=now, file=file, edits=True)

    async def show(
        self, roster: Roster, message: Message, *, now: datetime, file: StoredFile | None = None
    ) -> None:
        """Show a preview; from now on somebody may agree to it."""
        await self._close(roster, RosterState.SHOWN, message, now=now, file=file)

    async def finish(
        self,
        roster: Roster,
        message: Message,
        *,
        now: datetime,
        file: StoredFile | None = None,
        done: Audit | None = None,
    ) -> None:
        """Say how it ended; `done`: for the journal, if something was done."""
        await self._close(roster, RosterState.DONE, message, now=now, file=file, done=done)

    async def _close(
        self,
        roster: Roster,
        state: RosterState,
        message: Message,
        *,
        now: datetime,
        file: StoredFile | None = None,
        done: Audit | None = None,
        edits: bool = False,
    ) -> None:
        async def work(tx: Transaction) -> None:
            tally = json.dumps(encode(roster.tally))
            if not await tx.run("roster_step", id=roster.id, state=state.value, tally=tally):
                return
            said = message if file is None else await _attached(tx, roster.person, message, file, now=now)
            if edits and said.key is not None:
                await history.edited(tx, roster.person, roster.address, said, now=now)
            else:
                await history.said(tx, roster.person, said, now=now)
            await outbox.put(tx, Post(roster.address, said, roster.person, edits=edits), now=now)
            if done is not None:
                await audit(tx, done, roster.person, roster.address.channel, now=now)
            await _let_go(tx, self._files, roster.id)

        await self._database.write(work)


class _Gone(Exception):
    """Nobody waits for it any more: nothing of the step is kept."""


async def _attached(
    tx: Transaction, person: PersonId, message: Message, file: StoredFile, *, now: datetime
) -> Message:
    """A message with a file that was made for it."""
    await own(tx, person, file, "export", now=now)
    return replace(message, attachments=(AttachedFile(file.name, file.media_type, file.sha256),))


async def _let_go(tx: Transaction, files: Files, roster: RosterId) -> None:
    """What people wrote about others is not kept longer than it is used."""
    row = await tx.one("roster_file", id=roster)
    if row is None:
        return
    await tx.run("file_drop", sha256=row["file"], person=row["person"])
    owners = await tx.one("file_owners", sha256=row["file"])
    if owners is not None and not owners["owners"]:
        files.drop(row["file"])


def _read(row: Row) -> Roster:
    return Roster(
        id=RosterId(row["id"]),
        person=PersonId(row["person"]),
        address=Address(row["channel"], row["address"]),
        kind=RosterKind(row["kind"]),
        state=RosterState(row["state"]),
        condition=row["condition"],
        file=row["file"],
        name=row["name"],
        replaces=bool(row["replaces"]),
        tally=decode(Tally, json.loads(row["tally"])) if row["tally"] else Tally(),
    )
