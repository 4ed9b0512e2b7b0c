"""Announcements: planned, begun, paused, corrected, taken back, repeated; their copies are in `copies`."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.events.announcement import CHANGES, following
from bot.events.audience import AudienceError
from bot.events.copies import Writer
from bot.model.announcement import (
    Announcement,
    AnnouncementId,
    AnnouncementSeen,
    CopiesOf,
    CopyLine,
    Order,
    Plan,
    Rhythm,
    State,
    Sweep,
    Translations,
    Twin,
)
from bot.model.effects import Audit, NewFile
from bot.model.event import EventState
from bot.model.message import Markdown, Message
from bot.model.turn import Need, Policy, View, Wanted
from bot.model.who import Address, PersonId
from bot.storage import announcement_cards, audience, copies, event_rows, outbox
from bot.storage.audience import Audiences
from bot.storage.codec import encode, to_text
from bot.storage.database import Database, Transaction
from bot.storage.files import Files
from bot.storage.outbox import Post, Priority
from bot.storage.tallies import all_seen, last_sent, listing, read, seen
from bot.storage.team import audit

CHANNELS_IN_ORDER = ("telegram", "web")
"""Where a person with several addresses gets their one copy: the first of these that they have."""

SHOWN = 10
"""Announcements that a turn knows of: those under way, then the last ones."""

EVENT_OVER = "the event is over or called off"
"""Why one ends by itself before it begins."""


class AlreadyAnnounced(ValueError):
    """The same text was announced already; sending it again must be meant."""


class NotPossible(ValueError):
    """The announcement is not there, or not in a state for this."""


class Announcements:
    """What the serving process and short commands do with announcements; part of the Store.

    What a command does has its line in the journal, or is not done.
    """

    def __init__(self, database: Database, files: Files, audiences: Audiences) -> None:
        self._database = database
        self._files = files
        self._audiences = audiences

    async def announce(self, plan: Plan, *, now: datetime, by: PersonId | None = None) -> AnnouncementId:
        """Plan one; it begins by itself. AlreadyAnnounced if its text was one before, unless `plan.again`."""
        return await self._database.write(lambda tx: announce(tx, plan, by=by, now=now))

    async def order(self, id: AnnouncementId, wanted: Order, *, now: datetime) -> State:
        """Pause, resume or cancel; the new state. NotPossible says why not."""
        return await self._database.write(lambda tx: order(tx, id, wanted, by=None, now=now))

    async def amend(
        self, id: AnnouncementId, text: Markdown | None, others: Translations = (), *, now: datetime
    ) -> int:
        """Correct it, or take it back (None); how many copies have arrived. NotPossible says why not."""
        return await self._database.write(lambda tx: amend(tx, id, text, others, by=None, now=now))

    async def test(self, plan: Plan, address: Address, writer: Writer) -> None:
        """Send one person what they would get of it, and nobody else. NotPossible if nobody is there."""

        async def work(tx: Transaction) -> None:
            row = await tx.one("person_at", channel=address.channel, address=address.id)
            if row is None:
                raise NotPossible(f"nobody at {address} has ever written to the assistant")
            who = copies.Arrived(PersonId(row["person"]), address)
            message = (await copies.written(tx, plan, [who], writer))[who.person]
            await outbox.put(tx, Post(address, message, who.person, Priority.SERVICE), now=writer.now)
            await audit(tx, Audit("announcement.tested"), None, "", now=writer.now)

        await self._database.write(work)

    async def seen_in(self, view: View, wanted: Collection[Wanted]) -> View:
        """The view with what of announcements is wanted."""
        if Need.ANNOUNCEMENTS in wanted:
            view = replace(view, announcements=await self.all_seen(limit=SHOWN))
        twins = {
            one: await last_sent(self._database, _key(Plan(one.message, event=one.event)))
            for one in wanted
            if isinstance(one, Twin)
        }
        asked = {one.announcement for one in wanted if isinstance(one, CopiesOf)}
        for each in (each.announcement for each in view.announcements):
            if each.id in asked:
                view = replace(view, copies=await self.listing(each))
        return replace(view, twins=twins) if twins else view

    async def all_seen(self, *, limit: int = 1000) -> tuple[AnnouncementSeen, ...]:
        """The last ones with how far they are, the newest first, with all that can be stopped."""
        return await all_seen(self._database, limit=limit)

    async def seen(self, id: AnnouncementId) -> AnnouncementSeen | None:
        """One of them; None if there is no such."""
        return await seen(self._database, id)

    async def listing(self, one: Announcement) -> tuple[CopyLine, ...]:
        """Every copy of one."""
        return await listing(self._database, one)

    # ---- while they run ----

    async def vote(self, inbox_id: int, poll: str, address: Address, options: Collection[int]) -> None:
        """Count an answer of a poll, in the place of the one before. Nobody is made known by it."""

        async def work(tx: Transaction) -> None:
            if await tx.run("inbox_finish", id=inbox_id):
                place = {"channel": address.channel, "address": address.id}
                vote = json.dumps(sorted(set(options)))
                await tx.run("delivery_vote", poll=poll, vote=vote, **place)

        await self._database.write(work)

    async def begin_due(self, *, now: datetime) -> Sequence[AnnouncementId]:
        """Begin those whose time has come; to whom they go is settled now."""
        due = await self._database.all("announcements_due", now=to_text(now))
        ground = self._audiences.ground(CHANNELS_IN_ORDER, now=now)
        for row in due:
            id = row["id"]
            await self._database.write(lambda tx, id=id: _begin(tx, id, ground))  # type: ignore[misc]
        return tuple(AnnouncementId(row["id"]) for row in due)

    async def running(self) -> tuple[AnnouncementId, ...]:
        """Those that want to go on, the oldest first."""
        return await self._ids("announcements_running")

    async def swept(self) -> tuple[AnnouncementId, ...]:
        """Those with copies that must be corrected or taken back."""
        return await self._ids("announcements_swept")

    async def watched(self) -> Mapping[AnnouncementId, tuple[State, int]]:
        """Those whose maker wants to see how far they are, or awaits the report: state and edition."""
        rows = await self._database.all("announcements_watched")
        return {AnnouncementId(row["id"]): (State(row["state"]), row["edition"]) for row in rows}

    async def waiting(self, served: Collection[str], *, now: datetime) -> tuple[int, int]:
        """Copies in the outbox for these channels: those that may leave now, and all of them."""
        row = await self._database.one(
            "announcement_waiting", served=json.dumps(list(served)), now=to_text(now)
        )
        return (0, 0) if row is None else (int(row["due"]), int(row["count"]))

    async def claim(self, id: AnnouncementId, served: Collection[str], writer: Writer, *, size: int) -> int:
        """Make the next copies of a running one; how many. Its audience is read in the same transaction."""
        ground = self._ground(served, writer)

        return await self._of(id, lambda tx, one: copies.claim(tx, one, ground, writer, size=size))

    async def aged(self, served: Collection[str], *, now: datetime) -> tuple[AnnouncementId, ...]:
        """Running ones with copies that must be looked at again before they may leave."""
        aged = to_text(now - copies.GOOD_FOR)
        rows = await self._database.all(
            "announcements_aged", served=json.dumps(list(served)), now=to_text(now), aged=aged
        )
        return tuple(AnnouncementId(row["id"]) for row in rows)

    async def check_again(
        self, id: AnnouncementId, served: Collection[str], writer: Writer, *, size: int
    ) -> int:
        """See `copies.check_again`. It pauses where its audience has no meaning any more."""
        ground = self._ground(served, writer)

        async def work(tx: Transaction) -> int:
            try:
                return await copies.check_again(tx, await found(tx, id), ground, served, size=size)
            except AudienceError as error:
                await copies.stop(tx, id, f"audience: {error}")
                return 0

        return await self._database.write(work)

    async def renew(self, id: AnnouncementId, writer: Writer, *, size: int) -> int:
        """Give waiting copies the last text; how many."""
        return await self._of(id, lambda tx, one: copies.renew(tx, one, writer, size=size))

    async def sweep(self, id: AnnouncementId, writer: Writer, *, size: int) -> int:
        """Queue the next edits of arrived copies; how many."""
        return await self._of(id, lambda tx, one: copies.sweep(tx, one, writer, size=size))

    async def _of(
        self, id: AnnouncementId, work: Callable[[Transaction, Announcement], Awaitable[int]]
    ) -> int:
        async def step(tx: Transaction) -> int:
            return await work(tx, await found(tx, id))

        return await self._database.write(step)

    async def finish(self, id: AnnouncementId, policy: Policy, *, now: datetime) -> bool:
        """Call it done if every copy was made and answered, and plan the next one; whether it is."""
        return await self._database.write(lambda tx: _finish(tx, id, policy, now=now))

    async def show(self, id: AnnouncementId, card: Message, *, now: datetime) -> bool:
        """Put the card of how far it is before its maker, in the place of the one before; False if that one
        has not left yet.
        """
        return await self._database.write(
            lambda tx: announcement_cards.show(tx, id, card, CHANNELS_IN_ORDER, now=now)
        )

    async def report(
        self, id: AnnouncementId, message: Message | None, files: Sequence[NewFile], *, now: datetime
    ) -> bool:
        """Send its maker the report of this edition, once; None: there is nothing to tell."""

        told = None if message is None else (message, files)
        return await self._database.write(
            lambda tx: announcement_cards.report(tx, self._files, id, told, CHANNELS_IN_ORDER, now=now)
        )

    def _ground(self, served: Collection[str], writer: Writer) -> audience.Ground:
        channels = [name for name in CHANNELS_IN_ORDER if name in served]
        return self._audiences.ground(channels, now=writer.now)

    async def _ids(self, query: str) -> tuple[AnnouncementId, ...]:
        return tuple(AnnouncementId(row["id"]) for row in await self._database.all(query))


async def announce(
    tx: Transaction, plan: Plan, *, by: PersonId | None, now: datetime, knowing: AnnouncementId | None = None
) -> AnnouncementId:
    """Plan an announcement. AlreadyAnnounced if there is one of the same text, unless `plan.again`, or it is
    the one that staff were shown (`knowing`).
    """
    starts = plan.starts or now
    # Of a series the first start says when the others are.
    kept = replace(plan, again=False, starts=starts if plan.rhythm is not Rhythm.ONCE else plan.starts)
    key = _key(plan)
    alike = await tx.all("announcements_alike", key=f"{key}-%")
    sent = [row for row in alike if not row["unsent"]]
    if sent and not plan.again and sent[-1]["id"] != knowing:
        raise AlreadyAnnounced(f"this very text is announcement {sent[0]['id']} of {sent[0]['created'][:10]}")
    made = await _add(tx, _New(f"{key}-{len(alike)}", kept, starts, by), now=now)
    if made is None:
        raise AlreadyAnnounced("this very text was announced a moment ago")
    await audit(tx, Audit("announcement.planned", str(made)), by, "", now=now)
    return made


async def order(
    tx: Transaction, id: AnnouncementId, wanted: Order, *, by: PersonId | None, now: datetime
) -> State:
    """Pause, resume or cancel; the new state. Copies that wait in the outbox are taken back by a cancel."""
    before = (await found(tx, id)).state
    state = CHANGES.get((before, wanted))
    if state is None:
        raise NotPossible(f"announcement {id} is {before}: it cannot {wanted}")
    await _cancel(tx, id, now) if state is State.CANCELLED else await tx.run(
        "announcement_state", id=id, state=state.value, reason="", ended=None
    )
    await audit(tx, Audit(f"announcement.{wanted}", str(id)), by, "", now=now)
    return state


async def amend(
    tx: Transaction, id: AnnouncementId, text: Markdown | None, others: Translations = (),
    *, by: PersonId | None, now: datetime,
) -> int:  # fmt: skip
    """Correct it or take it back: a new edition, to which every arrived copy is brought by and by; how many
    have arrived. What was recalled stays so. Of a series the next one is corrected, or called off, with it.
    In a language without a new translation people read the new text: the old translation says what is wrong.
    """
    one = await found(tx, id)
    if one.sweep is Sweep.RECALL:
        raise NotPossible(f"announcement {id} was taken back already")
    if one.began is None and text is None:
        raise NotPossible(f"announcement {id} has not begun: cancel it")
    if text is None:
        if one.state in (State.RUNNING, State.PAUSED):
            await _cancel(tx, id, now)
        await tx.run("announcement_amend", id=id, plan=_written(one.plan), sweep=Sweep.RECALL.value)
        for row in await tx.all("announcements_next", series=one.series or id, after=id):
            await _cancel(tx, row["id"], now)
    else:
        # A copied post says what it says: the correction is a text of ours in its place.
        message = replace(one.plan.message, text=text, copied="")
        plan = replace(one.plan, message=message, translations=others)
        await tx.run("announcement_amend", id=id, plan=_written(plan), sweep=Sweep.CORRECT.value)
        for row in await tx.all("announcements_next", series=one.series or id, after=id):
            await tx.run("announcement_replan", id=row["id"], plan=_written(plan))
    act = "announcement.recall" if text is None else "announcement.correct"
    await audit(tx, Audit(act, str(id)), by, "", now=now)
    fates = {row["fate"]: row["count"] for row in await tx.all("delivery_fates", announcement=id)}
    return int(fates.get("sent", 0))


async def _begin(tx: Transaction, id: int, ground: audience.Ground) -> None:
    one = await found(tx, AnnouncementId(id))
    if await _is_pointless(tx, one.plan, ground.now):
        await _cancel(tx, one.id, ground.now, reason=EVENT_OVER)
        return
    try:
        counted = await audience.count(tx, one.plan.audience, one.plan.kind, ground)
        people = counted.reached
    except AudienceError:  # the first window tells, and pauses it
        people = 0
    await tx.run("announcement_began", id=id, people=people, now=to_text(ground.now))


async def _is_pointless(tx: Transaction, plan: Plan, now: datetime) -> bool:
    """Whether its event was called off or is over since it was planned."""
    if plan.event is None or plan.starts is None:
        return False
    event = await event_rows.one(tx, plan.event)
    return event is None or event.state is EventState.CANCELLED or event.ends <= now


async def _finish(tx: Transaction, id: AnnouncementId, policy: Policy, *, now: datetime) -> bool:
    if not await tx.run("announcement_done", id=id, now=to_text(now)):
        return False
    one = await found(tx, id)
    first = one.plan.starts or one.starts
    coming = following(first, one.plan.rhythm, one.turn, policy.timezone, now=now)
    if coming is not None:
        turn, starts = coming
        series = one.series or id
        new = _New(f"series-{series}-{turn}", one.plan, starts, one.made_by, series, turn)
        await _add(tx, new, now=now)
    return True


async def give_up(tx: Transaction, *, before: datetime, now: datetime) -> None:
    """Cancel those that began before this and were left paused: who got them must not be kept for ever."""
    for row in await tx.all("announcements_forgotten", before=to_text(before)):
        await _cancel(tx, row["id"], now)


async def _cancel(tx: Transaction, id: AnnouncementId, now: datetime, *, reason: str = "") -> None:
    await tx.run("announcement_state", id=id, state=State.CANCELLED.value, reason=reason, ended=to_text(now))
    await tx.run("delivery_drop_all", announcement=id)
    await tx.run("outbox_drop_announcement", announcement=id)


@dataclass(frozen=True, slots=True)
class _New:
    """An announcement on its way into the table."""

    key: str
    plan: Plan
    starts: datetime
    by: PersonId | None
    series: AnnouncementId | None = None
    turn: int = 0


async def _add(tx: Transaction, new: _New, *, now: datetime) -> AnnouncementId | None:
    """The one way into the table; None if the key is taken: somebody was faster."""
    made = await tx.one(
        "announcement_add",
        key=new.key,
        plan=_written(new.plan),
        kind=new.plan.kind.value,
        on_unknown=new.plan.on_unknown.value,
        starts=to_text(new.starts),
        made_by=new.by,
        series=new.series,
        turn=new.turn,
        now=to_text(now),
    )
    return None if made is None else AnnouncementId(made["id"])


async def found(tx: Transaction, id: AnnouncementId) -> Announcement:
    """One of them; NotPossible if there is no such."""
    row = await tx.one("announcement", id=id)
    if row is None:
        raise NotPossible(f"there is no announcement {id}")
    return read(row)


def _written(plan: Plan) -> str:
    return json.dumps(encode(plan))


def _key(plan: Plan) -> str:
    """What makes two announcements the same: what people read."""
    read = (encode(plan.message), encode(plan.translations), plan.event)
    return hashlib.sha256(json.dumps(read).encode()).hexdigest()
