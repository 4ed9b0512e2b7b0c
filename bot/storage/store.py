"""The Store: what is kept, in the words of the domain. Each verb is one transaction or one read."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Self

from bot.model.effects import News
from bot.model.event import Event, EventId, EventSeen
from bot.model.inputs import StaffReply
from bot.model.message import Message
from bot.model.receipt import Migrated, Receipt
from bot.model.rights import Right, may
from bot.model.session import Session
from bot.model.turn import Need, Policy, Turn, Wanted
from bot.model.values import StoredFile
from bot.model.who import Address, Standing
from bot.storage import (
    event_rows,
    events,
    gatherings,
    history,
    inbox,
    outbox,
    people,
    privacy,
    timers,
    turns,
)
from bot.storage.announcements import CHANNELS_IN_ORDER, Announcements
from bot.storage.audience import Audiences
from bot.storage.codec import clean
from bot.storage.database import Database, Transaction
from bot.storage.events import Attendee
from bot.storage.files import Files
from bot.storage.gatherings import Gatherings, Ground
from bot.storage.history import Said
from bot.storage.inbox import Update, Waiting
from bot.storage.leaving import NOTHING
from bot.storage.misses import Misses
from bot.storage.outbox import Outgoing, Priority
from bot.storage.people import Caller, Loaded
from bot.storage.privacy import Retention
from bot.storage.requests import Requests
from bot.storage.roster import Rosters
from bot.storage.roster_jobs import RosterJobs
from bot.storage.sqlite import Sqlite
from bot.storage.statistics import Counting
from bot.storage.team import NotAllowed, Roles
from bot.storage.timers import DueTimer
from bot.storage.turns import Cause, VersionMoved

Needs = Callable[[Session, Standing], Collection[Wanted]]
"""What a turn is decided on beyond what every turn is, by the session and standing of the person."""

GATHER = 0.005
"""Seconds for which the receipt of a copy waits for others: nobody waits for it, and one commit for each of
a thousand a second took the processor from those who ask."""

BOT = "bot"
"""Setting: our public name on Telegram, as it was told last."""


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
        admins: frozenset[Address] = frozenset(),
    ) -> None:
        self.files = files
        self._database = database
        self._policy = policy
        self._retention = retention or Retention()
        self._admins = admins
        self._directory = people.Directory(database)
        self.roles = Roles(database)
        self.gatherings = Gatherings(database)
        self.audiences = Audiences(database, policy)
        self.announcements = Announcements(database, files, self.audiences)
        self.rosters = Rosters(database)
        self.roster_jobs = RosterJobs(database, files)
        self.statistics = Counting(database, policy.timezone)
        self.misses = Misses(database)
        self.requests = Requests(database, admins)

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        policy: Policy,
        files: Path | None = None,
        retention: Retention | None = None,
        admins: frozenset[Address] = frozenset(),
    ) -> Self:
        """Open or create the database at `path`; StorageError says what is in the way and what to do.

        `files` is the folder of kept files, `files` beside the database if not given. `admins`: addresses of
        people who may do everything, by the settings.
        """
        kept = Files(files or path.parent / "files")
        database = await Sqlite.open(path)
        try:
            known = await database.one("setting_get", name=BOT)
        except BaseException:
            await database.close()  # its threads would outlive us
            raise
        policy = policy if known is None else replace(policy, bot=known["value"])
        return cls(database, kept, policy=policy, retention=retention, admins=admins)

    @property
    def policy(self) -> Policy:
        """What the operator set, and our public name on Telegram."""
        return self._policy

    async def known_as(self, bot: str) -> None:
        """Our public name on Telegram, without @: for every turn from now on, and for later starts."""
        if bot == self._policy.bot:
            return

        await self.remember(BOT, bot)
        self._policy = replace(self._policy, bot=bot)

    def staff_is_here(self) -> None:
        """Somebody reads the requests although the settings name nobody, from now on until the end."""
        self._policy = replace(self._policy, staffed=True)

    async def remembered(self, name: str) -> str | None:
        """A value that the program keeps for itself; None before the first."""
        row = await self._database.one("setting_get", name=name)
        return None if row is None else str(row["value"])

    async def remember(self, name: str, value: str) -> None:
        """Keep such a value."""

        async def work(tx: Transaction) -> None:
            await tx.run("setting_put", name=name, value=clean(value))

        await self._database.write(work)

    async def close(self) -> None:
        """Finish what waits to be written; a second call does nothing."""
        await self._database.close()

    @property
    def trouble(self) -> str:
        """Why nothing can be written or read right now; empty when all is well."""
        return self._database.trouble or self.files.trouble

    @property
    def broken(self) -> str:
        """Why this process must end, and what to do; empty as long as it may go on."""
        return self._database.broken

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

    async def move(self, inbox_id: int, before: Address, now: Address) -> None:
        """Give a conversation the new address that this update tells of, unless it was told already."""

        async def work(tx: Transaction) -> None:
            if await tx.run("inbox_finish", id=inbox_id):
                await outbox.move(tx, before, now.id)

        await self._database.write(work)
        await self.requests.moved()

    async def set_aside(self, inbox_id: int, reason: str) -> None:
        """Never read this update again; `reason` must not quote it."""

        async def work(tx: Transaction) -> None:
            await tx.run("inbox_aside", id=inbox_id, reason=clean(reason))

        await self._database.write(work)

    async def give_up(
        self, inbox_id: int, reason: str, address: Address, message: Message, *, now: datetime
    ) -> None:
        """Set an update aside and tell so, once, to whoever sent it."""

        async def work(tx: Transaction) -> None:
            if await tx.run("inbox_aside", id=inbox_id, reason=clean(reason)):
                known = await tx.one("person_at", channel=address.channel, address=address.id)
                person = None if known is None else known["person"]
                await outbox.put(tx, outbox.Post(address, message, person), now=now)

        await self._database.write(work)

    # ---- a turn ----

    async def load(
        self,
        address: Address,
        *,
        now: datetime,
        name: str = "",
        profile: Mapping[str, str] | None = None,
        needs: Needs | None = None,
        group: bool = False,
        staff: StaffReply | None = None,
    ) -> Loaded:
        """Everything known about who is at `address`, made known at the first contact.

        `name`, `profile`, `group` are what the channel says about them, see `Caller`. `needs` says what more
        this turn is decided on; `staff`: also on who did this there, and about which request.
        """
        loaded = await self._met(address, Caller(name, profile or {}, group), now=now)
        wanted = needs(loaded.session, loaded.view.person.standing) if needs else ()
        view = loaded.view
        if Need.MISSES in wanted:
            view = replace(view, misses=await self.misses.missed())
        if Need.EVENTS in wanted:
            drafts = may(view.person.standing, Right.EVENTS)
            seen = await events.seen_by(self._database, view.person.id, now=now, drafts=drafts)
            past = await events.past_of(self._database, view.person.id, now=now)
            view = replace(view, events=seen, past=past)
            view = await gatherings.with_guests(self._database, view, wanted)
        view = await self.announcements.seen_in(view, wanted)
        if Need.TEAM in wanted:
            view = replace(view, team=await self.roles.team())
        if Need.REQUESTS in wanted:
            view = replace(view, requests=await self.requests.all(now=now))
        if Need.CONTEXT in wanted:
            view = replace(view, recent=await history.recent(self._database, address))
        if staff is not None:
            view = replace(view, desk=await self.requests.desk(address, staff))
        view = await self.audiences.reached_in(view, wanted, CHANNELS_IN_ORDER, now=now)
        view = await self.statistics.seen_in(view, view.known, now=now)
        return loaded if view is loaded.view else replace(loaded, view=view)

    async def _met(self, address: Address, caller: Caller, *, now: datetime) -> Loaded:
        found = await self.find(address, now=now)
        standing = self._standing(address, caller, found)
        if found is not None and not people.news(found, caller, standing):
            return found
        await self._database.write(lambda tx: people.meet(tx, address, caller, standing, now=now))
        met = await self.find(address, now=now)
        if met is None:
            raise LookupError("the person was erased while being met")
        return met

    async def find(self, address: Address, *, now: datetime) -> Loaded | None:
        """Who is at `address`, without making anybody known; None if nobody is."""
        return await self._directory.find(address, self._policy, now=now)

    def _standing(self, address: Address, caller: Caller, found: Loaded | None) -> Standing | None:
        """What the settings or the channel say; None leaves what an invitation gave."""
        if "standing" in caller.profile:
            return Standing(caller.profile["standing"])
        if address in self._admins:
            return Standing.ADMIN
        if address.channel != "telegram":  # the settings name no others
            return None
        was_admin = found is not None and found.view.person.standing is Standing.ADMIN
        return Standing.MEMBER if was_admin else None

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
        except (VersionMoved, NotAllowed):
            return False
        return True

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

    async def due_bulk(
        self, served: Collection[str], *, now: datetime, limit: int = 100
    ) -> tuple[Outgoing, ...]:
        """Copies of announcements that may leave now; `served` as for `due_messages`."""
        return await outbox.due_bulk(self._database, served, now=now, limit=limit)

    async def next_due(self, served: Collection[str], *, now: datetime) -> datetime | None:
        """When the next message that waits for its time may leave; `served` as for `due_messages`."""
        return await outbox.next_due(self._database, served, now=now)

    async def record(
        self, outgoing: Outgoing, receipt: Receipt, *, now: datetime, again: datetime | None = None
    ) -> None:
        """Store what became of a message; `again`: when a failed one is tried once more, None gives up."""
        await self._database.write(
            lambda tx: outbox.record(tx, outgoing, receipt, now=now, again=again),
            within=GATHER if outgoing.priority is Priority.BULK else 0.0,
        )
        if isinstance(receipt, Migrated):
            await self.requests.moved()

    # ---- events ----

    async def event(self, id: EventId) -> Event | None:
        """An event as it was published last."""
        return await event_rows.one(self._database, id)

    async def events(self) -> tuple[EventSeen, ...]:
        """Every event with its seats."""
        return await events.all_of(self._database)

    async def attendees(self, id: EventId) -> tuple[Attendee, ...]:
        """Everybody who answered, those who come first."""
        return await events.attendees(self._database, id)

    async def publish_event(self, event: Event, news: News, *, now: datetime) -> int:
        """Keep an event or its change and tell those whom it concerns; how many. EventMoved if it was changed
        meanwhile.
        """
        ground = Ground(self.files, self._policy, now)
        return await self._database.write(lambda tx: events.publish(tx, event, news, ground))

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

    async def purge(self, kept: Message = NOTHING, *, now: datetime) -> Mapping[str, int]:
        """Erase what has had its time; how many rows of each sort. `kept`: see `privacy.purge`."""
        return await self._database.write(
            lambda tx: privacy.purge(tx, self.files, self._retention, kept, now=now)
        )
