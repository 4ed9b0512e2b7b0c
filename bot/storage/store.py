"""The Store: what is kept, in the words of the domain. Each verb is one transaction or one read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from bot.model.effects import Problem
from bot.model.receipt import Receipt
from bot.model.turn import Policy, Turn
from bot.model.values import StoredFile
from bot.model.who import Address, Standing
from bot.storage import history, inbox, outbox, people, privacy, timers, turns
from bot.storage.codec import clean, to_text
from bot.storage.database import Database, Transaction
from bot.storage.files import Files
from bot.storage.history import Said
from bot.storage.inbox import Update, Waiting
from bot.storage.outbox import Outgoing
from bot.storage.people import Caller, Loaded
from bot.storage.privacy import Retention
from bot.storage.sqlite import Sqlite
from bot.storage.timers import DueTimer
from bot.storage.turns import Cause, VersionMoved


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits, for the health page."""

    inbox: int
    """Updates received and not yet answered."""
    aside: int
    """Updates that could not be read or failed too often."""
    outbox: int
    """Messages not yet sent."""
    dead: int
    """Messages given up."""


class Store:
    """Everything that is kept. Made by `Store.open`, for one serving process and short commands beside it."""

    def __init__(
        self,
        database: Database,
        files: Files,
        *,
        policy: Policy,
        retention: Retention | None = None,
        staff: frozenset[Address] = frozenset(),
    ) -> None:
        self.files = files
        self._database = database
        self._policy = policy
        self._retention = retention or Retention()
        self._staff = staff

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        policy: Policy,
        files: Path | None = None,
        retention: Retention | None = None,
        staff: frozenset[Address] = frozenset(),
    ) -> Self:
        """Open or create the database at `path`; StorageError says what is in the way and what to do.

        `files` is the folder of kept files, `files` beside the database if not given. `staff`: addresses of
        people who may use the staff commands.
        """
        kept = Files(files or path.parent / "files")
        return cls(await Sqlite.open(path), kept, policy=policy, retention=retention, staff=staff)

    async def close(self) -> None:
        """Finish what waits to be written; a second call does nothing."""
        await self._database.close()

    @property
    def trouble(self) -> str:
        """Why nothing can be written right now; empty when all is well."""
        return self._database.trouble

    # ---- in ----

    async def accept(self, channel: str, updates: Sequence[Update], *, now: datetime) -> int:
        """Keep raw updates (id, lane, body) durably; how many were new. A lane is the id of an address."""
        return await self._database.write(lambda tx: inbox.accept(tx, channel, updates, now=now))

    async def unfinished(
        self, channel: str, *, after: int = 0, limit: int = 500, lane: str | None = None
    ) -> tuple[Waiting, ...]:
        """The oldest updates beyond the row `after` that are not finished, of one lane if it is given."""
        return await inbox.unfinished(self._database, channel, after=after, limit=limit, lane=lane)

    async def finish(self, inbox_id: int) -> None:
        """Be done with an update that means nothing to us; its body is erased."""

        async def work(tx: Transaction) -> None:
            await tx.run("inbox_finish", id=inbox_id)

        await self._database.write(work)

    async def set_aside(self, inbox_id: int, reason: str) -> None:
        """Never read this update again; `reason` must not quote it."""

        async def work(tx: Transaction) -> None:
            await tx.run("inbox_aside", id=inbox_id, reason=clean(reason))

        await self._database.write(work)

    # ---- a turn ----

    async def load(
        self,
        address: Address,
        *,
        now: datetime,
        name: str = "",
        profile: Mapping[str, str] | None = None,
    ) -> Loaded:
        """Everything known about who is at `address`, made known at the first contact.

        `name` and `profile` are what the channel says about them, see `Caller`.
        """
        caller = Caller(name, profile or {})
        standing = self._standing(address, caller)
        found = await self._read(address, now=now)
        if found is not None and not people.news(found, caller, standing):
            return found
        await self._database.write(lambda tx: people.meet(tx, address, caller, standing, now=now))
        met = await self._read(address, now=now)
        if met is None:
            raise LookupError("the person was erased while being met")
        return met

    async def _read(self, address: Address, *, now: datetime) -> Loaded | None:
        row = await self._database.one("load", channel=address.channel, address=address.id, now=to_text(now))
        return None if row is None else people.read(row, address, self._policy)

    def _standing(self, address: Address, caller: Caller) -> Standing | None:
        if "standing" in caller.profile:
            return Standing(caller.profile["standing"])
        return Standing.STAFF if address in self._staff else Standing.MEMBER

    async def commit_turn(
        self, loaded: Loaded, turn: Turn, *, now: datetime, cause: Cause | None = None
    ) -> bool:
        """Apply all effects of a turn and settle its cause, or nothing at all.

        False: the version moved, load and decide again. A cause that is settled already (the update was
        answered, the timer taken) changes nothing and is True.
        """

        async def work(tx: Transaction) -> None:
            await turns.commit(
                tx, self.files, loaded, turn, cause or Cause(), now=now, keep=self._retention.messages
            )

        try:
            await self._database.write(work)
        except VersionMoved:
            return False
        return True

    async def record_problem(self, problem: Problem, *, now: datetime) -> None:
        """Note for staff what went wrong outside of any turn."""
        await self._database.write(lambda tx: turns.problem(tx, problem, now=now))

    async def due_timers(self, *, now: datetime, limit: int = 100) -> tuple[DueTimer, ...]:
        """Timers whose time has come, the oldest first."""
        return await timers.due(self._database, now=now, limit=limit)

    # ---- out ----

    async def due_messages(
        self, served: Collection[str], *, now: datetime, limit: int = 100
    ) -> tuple[Outgoing, ...]:
        """What may leave now, replies first; `served`: names of whole channels, or single addresses
        as text.
        """
        return await outbox.due(self._database, served, now=now, limit=limit)

    async def next_due(self, served: Collection[str], *, now: datetime) -> datetime | None:
        """When the next message that waits for its time may leave; `served` as for `due_messages`."""
        return await outbox.next_due(self._database, served, now=now)

    async def record(
        self, outbox_id: int, receipt: Receipt, *, now: datetime, again: datetime | None = None
    ) -> None:
        """Store what became of a message; `again`: when a failed one is tried once more, None gives up."""
        await self._database.write(lambda tx: outbox.record(tx, outbox_id, receipt, now=now, again=again))

    # ---- looking back ----

    async def history(self, address: Address, *, limit: int = 20) -> tuple[Said, ...]:
        """The last messages of a conversation, oldest first."""
        return await history.of(self._database, address, limit)

    async def file(self, address: Address, sha256: str) -> StoredFile | None:
        """A file that the person at `address` handed in or was given; None for anybody else's."""
        place = {"channel": address.channel, "address": address.id, "sha256": sha256}
        row = await self._database.one("file_at", **place)
        return None if row is None else StoredFile(sha256, row["name"], row["media_type"], row["size"])

    async def problems(self, *, limit: int = 100) -> Sequence[Mapping[str, str]]:
        """What went wrong lately (`at`, `code`, `flow`, `step`), newest first."""
        return await self._database.all("problems", limit=limit)

    async def backlog(self) -> Backlog:
        """How much waits."""
        row = await self._database.one("backlog")
        assert row is not None
        return Backlog(**row)

    async def purge(self, *, now: datetime) -> Mapping[str, int]:
        """Erase what has had its time; how many rows of each sort."""
        return await self._database.write(lambda tx: privacy.purge(tx, self.files, self._retention, now=now))
