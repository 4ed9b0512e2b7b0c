"""Roles: who has one, the links that give one once, and the journal of what was done with them."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from bot.model.effects import Audit, Invite, TakeRole, Unrole
from bot.model.message import Message
from bot.model.rights import Right, may
from bot.model.team import Entry, Member, Refused, Team, invitation_digest
from bot.model.who import Address, PersonId, Standing
from bot.storage import outbox
from bot.storage.codec import clean, from_text, to_text
from bot.storage.database import Database, Row, Transaction
from bot.storage.outbox import Post, Priority

REFUSED = "refused"
"""The act that is counted by day instead of kept line by line."""

SHOWN = 15
"""Lines of the journal that a turn knows of."""

ORDER = tuple(Standing)
"""From the least to the most."""


class NotAllowed(Exception):
    """Who decided this has no right to it any more."""


class Roles:
    """What short commands and the serving process ask about roles."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def team(self, *, before: int | None = None, limit: int = SHOWN) -> Team:
        """Everybody with a role, and the journal's lines before that id."""
        members = await self._database.all("team_members")
        lines = await self._database.all("journal", before=before or (1 << 62), limit=limit)
        refused = await self._database.all("refusals", limit=SHOWN)
        return Team(
            tuple(map(member_of, members)),
            tuple(
                Entry(row["id"], from_text(row["at"]), row["name"], row["act"], row["about"], row["title"])
                for row in lines
            ),
            tuple(Refused(row["day"], row["act"], row["place"], row["count"]) for row in refused),
        )

    async def chats(self, channel: str) -> Mapping[str, Standing]:
        """Addresses on a channel of everybody with a role."""
        rows = await self._database.all("team_chats", channel=channel)
        return {row["chat"]: Standing(row["standing"]) for row in rows}

    async def invite(self, standing: Standing, token: str, *, expires: datetime, now: datetime) -> None:
        """Keep an invitation made on the command line."""
        effect = Invite(standing, invitation_digest(token), expires)
        await self._database.write(lambda tx: _invite(tx, effect, None, now=now))

    async def remove(self, person: PersonId, *, now: datetime) -> bool:
        """Take somebody's role back, from the command line; False if they had none."""
        return await self._database.write(lambda tx: _unrole(tx, person, None, now=now))

    async def settle(self, admins: Collection[Address], *, now: datetime) -> int:
        """At the start: whom the settings do not name any more is no administrator, and whom they name now is
        one, before they ever write again; how many were one before.
        """
        named = json.dumps([(one.channel, one.id) for one in admins])

        async def work(tx: Transaction) -> int:
            former = await tx.all("team_former_admins", admins=named)
            for row in former:
                await _lower(tx, row["id"], None, now=now)
            for row in await tx.all("team_new_admins", admins=named):
                await rank(tx, row["id"], Standing.ADMIN, now=now)
            return len(former)

        return await self._database.write(work)

    async def note(self, act: str, about: str, *, now: datetime) -> None:
        """A line of the journal for what the command line did."""
        await self._database.write(lambda tx: audit(tx, Audit(act, about), None, "", now=now))

    async def refuse(self, act: str, place: str, *, now: datetime) -> None:
        """Count something that was tried without the right to."""
        await self._database.write(lambda tx: audit(tx, Audit(REFUSED, act), None, place, now=now))


def member_of(row: Row) -> Member:
    """One of the query `team_members`."""
    return Member(PersonId(row["id"]), row["name"], Standing(row["standing"]))


async def require(tx: Transaction, person: int, right: Right) -> None:
    """NotAllowed if the person, as stored now, may not do that: asked in every commit of a staff act."""
    row = await tx.one("team_standing", person=person)
    if row is None or not may(Standing(row["standing"]), right):
        raise NotAllowed


async def rank(tx: Transaction, person: int, standing: Standing, *, now: datetime) -> None:
    """Give somebody the standing that the settings or their channel say; who becomes or was an administrator
    by it stands in the journal.
    """
    row = await tx.one("team_standing", person=person)
    before = Standing.MEMBER if row is None else Standing(row["standing"])
    if standing is before:
        return
    await tx.run("person_standing", person=person, standing=standing.value)
    if standing is Standing.ADMIN:
        await audit(tx, Audit("role.taken", standing.value), person, "", now=now)
    elif before is Standing.ADMIN:
        await audit(tx, Audit("role.removed", str(person)), None, "", now=now)


async def audit(tx: Transaction, effect: Audit, person: int | None, place: str, *, now: datetime) -> None:
    """Write the journal; `place`: the channel, for what was refused."""
    if effect.act == REFUSED:
        day = now.astimezone(UTC).date().isoformat()
        await tx.run("refusal_add", day=day, act=clean(effect.about)[:40], place=place)
        return
    about = clean(effect.about)[:80]
    await tx.run("journal_add", now=to_text(now), person=person, act=effect.act, about=about)


async def manage(
    tx: Transaction, effect: Invite | TakeRole | Unrole, person: int, address: Address, *, now: datetime
) -> tuple[Message, ...]:
    """Apply what concerns roles; what is said to the person for it."""
    match effect:
        case Invite():
            await require(tx, person, Right.ROLES)
            await _invite(tx, effect, person, now=now)
            return ()
        case Unrole(who):
            await require(tx, person, Right.ROLES)
            await _unrole(tx, who, person, now=now)
            return ()
        case TakeRole():
            return (await _take(tx, effect, person, now=now),)


async def _invite(tx: Transaction, effect: Invite, by: int | None, *, now: datetime) -> None:
    await tx.run(
        "invitation_add",
        hash=effect.digest,
        standing=effect.standing.value,
        made_by=by,
        now=to_text(now),
        expires=to_text(effect.expires),
    )
    await audit(tx, Audit("role.invited", effect.standing.value), by, "", now=now)


async def _unrole(tx: Transaction, who: PersonId, by: int | None, *, now: datetime) -> bool:
    row = await tx.one("team_standing", person=who)
    # An administrator is one by the settings: there, and only there, the role ends.
    if row is None or Standing(row["standing"]) in (Standing.MEMBER, Standing.ADMIN):
        return False
    await _lower(tx, who, by, now=now)
    return True


async def _lower(tx: Transaction, who: int, by: int | None, *, now: datetime) -> None:
    await tx.run("person_standing", person=who, standing=Standing.MEMBER.value)
    await tx.run("standing_moved", person=who)
    await tx.run("requests_given_back", person=who)
    await audit(tx, Audit("role.removed", str(who)), by, "", now=now)


async def _take(tx: Transaction, effect: TakeRole, person: int, *, now: datetime) -> Message:
    """Use an invitation up; what the person is told. Nobody loses by one what they have."""
    row = await tx.one("team_standing", person=person)
    assert row is not None, "the person of this turn is stored"
    found = await tx.one("invitation_take", hash=effect.digest, now=to_text(now))
    if found is None or not await _still_invites(tx, found["made_by"]):
        await audit(tx, Audit(REFUSED, "invitation"), None, "link", now=now)
        return effect.gone
    given, has = Standing(found["standing"]), Standing(row["standing"])
    if ORDER.index(given) > ORDER.index(has):
        await tx.run("person_standing", person=person, standing=given.value)
        await audit(tx, Audit("role.taken", given.value), person, "", now=now)
        await _tell(tx, found["made_by"], effect.told[given], now=now)
    return effect.welcome[given]


async def _still_invites(tx: Transaction, maker: int | None) -> bool:
    """Whether who made an invitation may do so to this day; the command line (None) may."""
    row = None if maker is None else await tx.one("team_standing", person=maker)
    return maker is None or (row is not None and may(Standing(row["standing"]), Right.ROLES))


async def _tell(tx: Transaction, person: int | None, message: Message, *, now: datetime) -> None:
    """Tell who invited that the invitation was used."""
    place = None if person is None else await tx.one("team_address", person=person)
    if place is not None and person is not None:
        address = Address(place["channel"], place["id"])
        # A key of its own: two people may take up two invitations of one person.
        row = await tx.one("journal", before=1 << 62, limit=1)
        keyed = replace(message, key=f"role-{row['id'] if row else 0}")
        await outbox.put(tx, Post(address, keyed, PersonId(person), Priority.SERVICE), now=now)
