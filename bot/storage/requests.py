"""What people ask of staff: opened, joined, handed round, answered, closed, rated, and how it is seen."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, assert_never

from bot.model.effects import (
    Audit,
    Entrust,
    Escalate,
    Handle,
    ProposeEntry,
    Rate,
    Relay,
    ShareContext,
    Talk,
    TellTeam,
)
from bot.model.inputs import StaffReply, Tap
from bot.model.message import Markdown, Message
from bot.model.request import (
    NUMBER,
    TIMER_CLOSED,
    TIMER_STALE,
    Deed,
    Desk,
    OwnRequest,
    RequestId,
    RequestSeen,
    RequestState,
    after,
)
from bot.model.rights import Right, may
from bot.model.who import Address, Person, PersonId, Standing
from bot.storage import history, leaving, relaying
from bot.storage.codec import clean, dump_message, from_text, load_message, to_text
from bot.storage.database import Database, Row, Transaction
from bot.storage.misses import masked
from bot.storage.relaying import GROUP, About, Notice
from bot.storage.team import audit, member_of, require

CONFIGURED = "staff_group_set"
"""Setting: the group as it stood in the settings when it was read last."""

LATELY = timedelta(days=30)
"""So long a closed request is still listed and may be opened again."""

MOST = 200
"""Requests that a staff turn knows of."""

NUMBERED = re.compile(r"[0-9]{1,18}")
"""The number of a request."""

Own = Escalate | TellTeam | Relay | Handle | Entrust | Talk | ShareContext | Rate | ProposeEntry


@dataclass(frozen=True, slots=True)
class Heard:
    """Whether a request reaches anybody, for the operator."""

    group: bool | None
    """Whether the group where staff see to requests lets us in; None: they have none."""
    readers: int
    """How many of the team are reached in a chat of their own."""


class RequestMoved(Exception):
    """The request is not any more in the state on which this was decided."""


class Requests:
    """What the serving process and short commands ask about requests."""

    def __init__(self, database: Database, admins: Collection[Address] = ()) -> None:
        self._database = database
        self._admins = admins
        self.group: Address | None = None
        """The group where staff see to requests, as far as `settle_group` and `moved` know."""

    async def settle_group(self, configured: int | None) -> Address | None:
        """Take the group of the settings, or its present address if it became another since it was set."""
        wanted = "" if configured is None else f"telegram:{configured}"
        known = await self._database.one("setting_get", name=CONFIGURED)
        if (known["value"] if known else "") != wanted:

            async def work(tx: Transaction) -> None:
                await tx.run("setting_put", name=CONFIGURED, value=wanted)
                await tx.run("setting_put", name=GROUP, value=wanted)

            await self._database.write(work)
        now = await self._database.one("setting_get", name=GROUP)
        self.group = Address.parse(now["value"]) if now and now["value"] else None
        return self.group

    async def moved(self) -> None:
        """Look where the group is, after a conversation got another address."""
        if self.group is not None:
            now = await self._database.one("setting_get", name=GROUP)
            self.group = Address.parse(now["value"]) if now and now["value"] else None

    async def topics(self) -> frozenset[str]:
        """The topics of the group in which requests are talked about, by the channel's own ids."""
        if self.group is None:
            return frozenset()
        channel, address = self.group.channel, self.group.id
        rows = await self._database.all("request_topics", channel=channel, address=address)
        return frozenset(row["reference"] for row in rows)

    async def heard(self) -> Heard:
        """Whether what people ask is read anywhere."""
        group = None
        if self.group is not None:
            place = {"channel": self.group.channel, "address": self.group.id}
            group = await self._database.one("request_group_gone", **place) is None
        team = await self._database.all("request_team", person=0, besides="[]")
        return Heard(group, len({row["person"] for row in team}))

    async def all(self, *, now: datetime) -> tuple[RequestSeen, ...]:
        """What is open, those that wait longest first, and what was closed lately."""
        rows = await self._database.all("requests", since=to_text(now - LATELY), limit=MOST)
        return tuple(_seen(row) for row in rows)

    async def desk(self, group: Address, reply: StaffReply) -> Desk:
        """Who did something in a group, and which request it is about."""
        member = None
        if reply.by:
            row = await self._database.one("request_member", channel=group.channel, address=reply.by)
            member = None if row is None else _person(row)
            was_admin = member is not None and member.standing is Standing.ADMIN
            if member and was_admin and Address(group.channel, reply.by) not in self._admins:
                member = replace(member, standing=Standing.MEMBER)  # the settings do not name them any more
        id = await self._about(group, reply)
        row = None if id is None else await self._database.one("request_seen", id=id)
        if row is None or member is None or not may(member.standing, Right.ANSWER):
            return Desk(member, None if row is None else _seen(row))
        rows = await self._database.all("team_members")
        return Desk(member, _seen(row), tuple(map(member_of, rows)))

    async def _about(self, group: Address, reply: StaffReply) -> int | None:
        if isinstance(reply.input, Tap):  # a button says it itself, wherever it stands; it is signed
            number = reply.input.act.partition(".")[2].partition(".")[0]
            return int(number) if NUMBERED.fullmatch(number) else None
        place = {"channel": group.channel, "address": group.id}
        if reply.thread:
            row = await self._database.one("request_in_topic", **place, reference=reply.thread)
            if row is not None:
                return int(row["request"])
        if not reply.reply_to:
            return None
        row = await self._database.one("request_of_message", **place, reference=reply.reply_to)
        return None if row is None else int(row["key"].removeprefix("request-").partition(".")[0])

    async def drafts(self) -> Sequence[Mapping[str, Any]]:
        """Answers of staff that may become entries (`id`, `day`, `question`, `answer`), the oldest first."""
        return await self._database.all("entry_drafts")

    async def settle_draft(self, id: int, *, now: datetime) -> bool:
        """Be done with one; False if it was before."""

        async def work(tx: Transaction) -> bool:
            done = bool(await tx.run("entry_draft_settle", id=id, state="done"))
            if done:
                await audit(tx, Audit("questions.drafted"), None, "", now=now)
            return done

        return await self._database.write(work)


def own(written: str | None) -> OwnRequest | None:
    """The open request of a person, as the query `load` brings it."""
    if written is None:
        return None
    id, state, talking, shared, title, at, answered, reason, text = json.loads(written)
    return OwnRequest(
        RequestId(id),
        RequestState(state),
        bool(talking),
        None if shared is None else bool(shared),
        title,
        from_text(at),
        None if answered is None else from_text(answered),
        reason,
        text,
    )


async def apply(tx: Transaction, effect: Own, who: Person, at: Address, *, now: datetime) -> None:
    """Apply what a turn decided about a request. `who` and `at`: whose turn it was.

    RequestMoved, NotAllowed: it was decided on what is not so any more.
    """
    match effect:
        case Escalate():
            await _escalate(tx, effect, who, at, now=now)
        case TellTeam(request, message, alone, besides, answers, edits):
            row = await _row(tx, request)
            edits = edits or message.key == f"request-{request}"
            how = relaying.How(tuple(alone), besides, edits, answers)
            await relaying.tell(tx, row, message, how, now=now)
        case Relay():
            await _relay(tx, effect, at, now=now)
        case Handle():
            await _handle(tx, effect, now=now)
        case Entrust():
            await _entrust(tx, effect, at, now=now)
        case Talk(request, on):
            await tx.run("request_talk", id=request, on=on)
        case ShareContext(request, agreed, pack, alone):
            shared = {"id": request, "person": who.id, "agreed": agreed, "pack": dump_message(pack)}
            if await tx.run("request_share", **shared):
                row = await _row(tx, request)
                await relaying.tell(tx, row, pack, relaying.How(tuple(alone), edits=True), now=now)
        case Rate():
            await _rate(tx, effect, who, now=now)
        case ProposeEntry(request, by, question, answer):
            await require(tx, by, Right.ANSWER)
            day = now.astimezone(UTC).date().isoformat()
            # Masked as a question is, but whole: it is read by somebody before anything is published.
            kept = {"question": masked(question), "answer": clean(answer)}
            await tx.run("entry_draft_add", day=day, **kept)
            await audit(tx, Audit("request.proposed", str(request)), by, "", now=now)
        case _ as unexpected:
            assert_never(unexpected)


async def farewell(tx: Transaction, effects: Sequence[object], person: PersonId, *, now: datetime) -> None:
    """Before a person is erased: what staff hold of them goes, or ends with words."""
    told = [one.message for one in effects if isinstance(one, TellTeam)]
    if (words := leaving.words_of(told)) is not None:
        await leaving.farewell(tx, *words, person, now=now)


async def _escalate(tx: Transaction, effect: Escalate, who: Person, at: Address, *, now: datetime) -> None:
    found = await tx.one("request_open", person=who.id)
    if found is None:
        words = {"reason": effect.reason, "text": clean(effect.text), "title": ""}
        place = {"channel": at.channel, "address": at.id}
        found = await tx.one("request_add", person=who.id, now=to_text(now), **words, **place)
        assert found is not None
        told = False
    else:
        await tx.run("request_words", id=found["id"], text=clean(effect.text))
        told = bool(found["title"])  # without one: a wish from before there was a team
    id = RequestId(found["id"])
    if told and effect.joins is not None:
        await relaying.tell(tx, await _row(tx, id), relaying.numbered(effect.joins, id), now=now)
    elif not told and effect.pack is not None:
        await _introduce(tx, effect, effect.pack, id, now=now)


async def _introduce(
    tx: Transaction, effect: Escalate, written: Message, id: RequestId, *, now: datetime
) -> None:
    """Tell staff of a request for the first time."""
    pack = replace(relaying.numbered(written, id), key=f"request-{id}")
    alone = relaying.numbered(replace(pack, options=effect.alone), id).options
    title = clean(effect.title.replace(NUMBER, str(id)))[:128]
    await tx.run("request_name", id=id, title=title, pack=dump_message(pack))
    row = await _row(tx, id)
    if effect.remind is not None:
        await _ring(tx, row, TIMER_STALE, effect.remind)
    await relaying.tell(tx, row, pack, relaying.How(tuple(alone)), now=now)


async def _relay(tx: Transaction, effect: Relay, at: Address, *, now: datetime) -> None:
    await require(tx, effect.by, Right.ANSWER)
    row = await _row(tx, effect.request)
    if RequestState(row["state"]) is not effect.state:
        raise RequestMoved
    person, to = PersonId(row["person"]), await _address(tx, row)
    *others, last = effect.messages
    notice = Notice(at, None if effect.edits else effect.mark, effect.failed)
    for message in others:
        about = About(effect.request, person, to, message, edits=effect.edits)
        await relaying.post(tx, about, now=now)
    about = About(effect.request, person, to, last, edits=effect.edits, notice=notice)
    await relaying.post(tx, about, now=now)
    for message in effect.messages:  # a page that is opened later has it from there
        if message.copied and to.channel == at.channel:
            continue  # it arrives as it is; its text is for where it cannot
        if effect.edits:
            await history.edited(tx, person, to, message, now=now)
        else:
            await history.said(tx, person, message, now=now)
    if effect.words:
        await tx.run("request_answer", id=effect.request, answer=clean(effect.words))
    if not effect.edits:
        await _change(tx, row, Deed.ANSWER, effect.by, now=now)
        await audit(tx, Audit("request.answer", str(effect.request)), effect.by, "", now=now)


async def _handle(tx: Transaction, effect: Handle, *, now: datetime) -> None:
    if effect.by is not None:
        await require(tx, effect.by, Right.ANSWER)
    row = await _row(tx, effect.request)
    if RequestState(row["state"]) is not effect.state:
        raise RequestMoved
    await _change(tx, row, effect.deed, effect.by, now=now)
    if effect.deed is Deed.CLOSE:
        # Their own turn says it: only there is known at which question they stand.
        await _ring(tx, row, TIMER_CLOSED, now)
    elif effect.remind is not None:
        await _ring(tx, row, TIMER_STALE, effect.remind)
    if effect.by is not None:
        await audit(tx, Audit(f"request.{effect.deed}", str(effect.request)), effect.by, "", now=now)


async def _entrust(tx: Transaction, effect: Entrust, at: Address, *, now: datetime) -> None:
    await require(tx, effect.by, Right.ANSWER)
    await require(tx, effect.to, Right.ANSWER)
    row = await _row(tx, effect.request)
    if RequestState(row["state"]) is not effect.state or row["assigned"] != effect.held:
        raise RequestMoved
    if row["person"] == effect.to:
        raise RequestMoved
    await _change(tx, row, Deed.TAKE, effect.to, now=now)
    if effect.remind is not None:
        await _ring(tx, row, TIMER_STALE, effect.remind)
    await relaying.tell_one(tx, row, effect.to, effect.told, Notice(at, None, effect.failed), now=now)
    await audit(tx, Audit("request.give", f"{effect.request}.{effect.to}"), effect.by, "", now=now)


async def _ring(tx: Transaction, row: Row, timer: str, due: datetime) -> None:
    """Give the person of a request a turn then."""
    to = await _address(tx, row)
    place = {"person": row["person"], "channel": to.channel, "address": to.id}
    await tx.run("timer_put", **place, key=f"{timer}{row['id']}", due=to_text(due))


async def _change(tx: Transaction, row: Row, deed: Deed, by: PersonId | None, *, now: datetime) -> None:
    """Bring a request into the state after a deed, and its topic up to date."""
    before = RequestState(row["state"])
    state = after(before, deed)
    if state is None or (deed is Deed.REOPEN and await tx.one("request_open", person=row["person"])):
        raise RequestMoved
    changed = {"state": state.value, "before": before.value, "deed": deed.value, "by": by}
    if not await tx.run("request_state", id=row["id"], **changed, now=to_text(now)):
        raise RequestMoved
    if state is not before:
        await relaying.tell(tx, await _row(tx, row["id"]), Message(Markdown("")), now=now)


async def _rate(tx: Transaction, effect: Rate, who: Person, *, now: datetime) -> None:
    """Keep it and tell staff: of one's own request alone, and the same thing once."""
    mine, kept = {"id": effect.request, "person": who.id}, 0
    if effect.score:
        kept += await tx.run("request_score", **mine, score=effect.score)
    if effect.words:
        kept += await tx.run("request_comment", **mine, words=clean(effect.words))
    if kept and effect.told is not None:
        await relaying.tell(tx, await _row(tx, effect.request), effect.told, now=now)


async def _row(tx: Transaction, id: RequestId) -> Row:
    """RequestMoved if the request is gone: its person was erased."""
    row = await tx.one("request_row", id=id)
    if row is None:
        raise RequestMoved
    return row


async def _address(tx: Transaction, row: Row) -> Address:
    """Where the person is answered: where they asked, or where they are now."""
    rows = await tx.all("export_addresses", person=row["person"])
    known = [Address(one["channel"], one["id"]) for one in rows]
    if not known:
        raise RequestMoved
    asked = (row["channel"], row["address"])
    return next((one for one in known if (one.channel, one.id) == asked), known[0])


def _seen(row: Row) -> RequestSeen:
    return RequestSeen(
        id=RequestId(row["id"]),
        person=PersonId(row["person"]),
        name=row["name"],
        address=Address(row["channel"] or "?", row["address"] or "?"),
        reachable=bool(row["reachable"]),
        title=row["title"],
        text=row["text"],
        state=RequestState(row["state"]),
        assigned=None if row["assigned"] is None else PersonId(row["assigned"]),
        assigned_name=row["assigned_name"],
        opened=from_text(row["at"]),
        answered=None if row["answered"] is None else from_text(row["answered"]),
        closed=None if row["closed"] is None else from_text(row["closed"]),
        talking=bool(row["talking"]),
        answer=row["answer"],
        pack=load_message(row["pack"]) if row["pack"] else None,
        another=bool(row["another"]),
    )


def _person(row: Row) -> Person:
    return Person(
        PersonId(row["id"]), row["name"], Standing(row["standing"]), row["language"], bool(row["reachable"])
    )
