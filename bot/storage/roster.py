"""People in bulk: read page by page, found for the lines of a file, and changed by them. What a line means is
decided in `flows/weighing.py`; what staff asked for is kept in `storage/roster_jobs.py`.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from bot.model.announcement import NewsKind
from bot.model.roster import Change, Counts, Found, Given, Line, Listed, Weighed
from bot.model.values import FieldRef, Owner, Value
from bot.model.who import Address, AssociationId, PersonId
from bot.storage.codec import clean, dump_value, from_text, load_value, to_text
from bot.storage.database import Database, Row, Transaction, Where
from bot.storage.privacy import ERASURE_SALT, erasure_hash

CHANNEL = "telegram"
"""Where people can be known by a number before they write; addresses elsewhere are no keys to a person."""

Begin = Callable[[], Callable[[Line, Found], Weighed]]
"""Begins a chunk of lines, anew where its transaction is: what becomes of a line, given whom it leads to."""


class Reader(Protocol):
    """A Transaction or a Database."""

    async def all(self, query: str, *, where: Where | None = None, **values: object) -> Sequence[Row]:
        """Every row of a query; `where` goes to its marker."""
        ...


async def page(
    reader: Reader, *, after: int, limit: int, now: datetime, where: Where | None = None
) -> Sequence[Listed]:
    """People with an id above `after`, by id; `where`: a condition about the person `p`. Groups are none."""
    rows = await reader.all("roster_page", where=where, after=after, limit=limit, now=to_text(now))
    return [_listed(row) for row in rows]


async def expected_page(reader: Reader, *, after: str, limit: int, now: datetime) -> Sequence[Listed]:
    """Who is expected, by their id on Telegram above `after`."""
    rows = await reader.all("expected_page", after=after, limit=limit)
    return [_expected(row, now=now) for row in rows]


async def counts(reader: Reader) -> Counts:
    """Who is known."""
    (row,) = await reader.all("roster_counts")
    return Counts(**row)


async def find(reader: Reader, lines: Sequence[Line], *, now: datetime) -> Sequence[Found]:
    """Whom each line leads to."""
    addresses = [line.address.id for line in lines if line.address is not None]
    rows = await reader.all("roster_addresses", addresses=json.dumps(addresses))
    person_at = {str(row["id"]): int(row["person"]) for row in rows}
    wanted = {line.person for line in lines if line.person is not None} | set(person_at.values())
    found = await reader.all("roster_people", people=json.dumps(sorted(wanted)), now=to_text(now))
    groups = {int(row["id"]) for row in found if row["kind"] == "group"}
    people = {int(row["id"]): _listed(row) for row in found if row["kind"] != "group"}
    unknown = [id for id in addresses if id not in person_at]
    rows = await reader.all("roster_expected", addresses=json.dumps(unknown))
    expected = {str(row["id"]): _expected(row, now=now) for row in rows}
    erased = await _erased(reader, [id for id in unknown if id not in expected])
    answers = []
    for line in lines:
        here = line.address.id if line.address is not None else ""
        person = person_at.get(here)
        answers.append(
            Found(
                by_number=None if line.person is None else people.get(line.person),
                by_address=expected.get(here) if person is None else people.get(person),
                erased=here in erased,
                group=person in groups,
            )
        )
    return answers


async def _erased(reader: Reader, ids: Sequence[str]) -> frozenset[str]:
    """Those of the ids whose people asked to be forgotten, and have not come back."""
    salt = await reader.all("setting_get", name=ERASURE_SALT)
    if not salt or not ids:
        return frozenset()
    hashes = {erasure_hash(str(salt[0]["value"]), Address(CHANNEL, id)): id for id in ids}
    rows = await reader.all("roster_erased", hashes=json.dumps(list(hashes)))
    return frozenset(hashes[row["hash"]] for row in rows)


async def apply(tx: Transaction, lines: Sequence[Line], begin: Begin, *, now: datetime) -> Sequence[Weighed]:
    """Weigh lines against what is known in this transaction and write what they change. Done twice it changes
    nothing more.
    """
    weighed, weigh = [], begin()
    for line, found in zip(lines, await find(tx, lines, now=now), strict=True):
        one = weigh(line, found)
        weighed.append(one)
        match one.change:
            case Change.CHANGED:
                await _change(tx, one, now=now)
            case Change.EXPECTED:
                await _expect(tx, one, now=now)
            case Change.SAME | Change.REFUSED:
                pass
    return weighed


async def _change(tx: Transaction, weighed: Weighed, *, now: datetime) -> None:
    known = weighed.known
    assert known is not None and known.person is not None
    person = known.person
    if weighed.name is not None:
        await tx.run("person_name", person=person, name=clean(weighed.name))
    if weighed.language is not None:
        await tx.run("person_language", person=person, language=weighed.language)
    if weighed.refuses is not None:
        await tx.run("preference_off", person=person, off=_kinds(weighed.refuses), now=to_text(now))
    answers = [_kept(one) for one in weighed.puts]
    await _answers(tx, answers, person, known.association, now=now)
    await tx.run("roster_touch", person=person)


async def _expect(tx: Transaction, weighed: Weighed, *, now: datetime) -> None:
    line, before = weighed.line, weighed.known
    assert line.address is not None
    stored = await tx.all("roster_expected", addresses=json.dumps([line.address.id]))
    answers = {(one[0], one[1]): one for row in stored for one in json.loads(row["answers"])}
    answers |= {(one[0], one[1]): one for one in map(_kept, weighed.puts)}
    await tx.run(
        "expected_put",
        channel=line.address.channel,
        address=line.address.id,
        name=clean(weighed.name or (before.name if before else "")),
        language=weighed.language or (before.language if before else ""),
        off=_kinds(weighed.refuses or (before.refuses if before else frozenset())),
        answers=json.dumps(list(answers.values())),
        now=to_text(now),
    )


Kept = tuple[str, str, str, bool, str | None]
"""Owner, name, value as JSON, personal, when it is erased."""


def _kept(given: Given) -> Kept:
    assert given.value is not None, "a line with a flaw changes nothing"
    erase_after = None if given.erase_after is None else to_text(given.erase_after)
    return given.field.owner.value, given.field.name, dump_value(given.value), given.personal, erase_after


async def _answers(
    tx: Transaction, answers: Iterable[Kept], person: int, association: int | None, *, now: datetime
) -> None:
    """Keep answers of a person and of their association, which exists from its first answer."""
    for owner, name, value, personal, erase_after in answers:
        if owner == Owner.ASSOCIATION and association is None:
            made = await tx.one("association_add", now=to_text(now))
            assert made is not None
            association = int(made["id"])
            await tx.run("person_join", person=person, association=association)
        await tx.run(
            "answer_import",
            owner=owner,
            owner_id=association if owner == Owner.ASSOCIATION else person,
            name=name,
            value=value,
            personal=personal,
            erase_after=erase_after,
            now=to_text(now),
        )


async def welcome(tx: Transaction, address: Address, person: int, *, now: datetime) -> None:
    """Somebody writes for the first time: what a file said about them is theirs from now on."""
    row = await tx.one("expected_take", channel=address.channel, address=address.id)
    if row is None:
        return
    if row["name"]:
        await tx.run("person_name", person=person, name=row["name"])
    if row["language"]:
        await tx.run("person_language", person=person, language=row["language"])
    if row["off"]:
        await tx.run("preference_off", person=person, off=row["off"], now=to_text(now))
    moment = to_text(now)
    answers = [one for one in json.loads(row["answers"]) if one[4] is None or one[4] > moment]
    await _answers(tx, answers, person, None, now=now)


async def forget_expected(tx: Transaction, journal: Mapping[str, datetime], salt: str) -> None:
    """Drop who is expected by a restored backup, and asked to be forgotten after it was made."""
    for row in await tx.all("expected_all"):
        at = journal.get(erasure_hash(salt, Address(row["channel"], row["id"])))
        if at is not None and from_text(row["imported"]) < at:
            await tx.run("expected_take", channel=row["channel"], address=row["id"])


class Rosters:
    """People in bulk, of one installation; part of the Store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(self) -> Counts:
        """Who is known."""
        return await counts(self._database)

    async def page(
        self, *, after: int, limit: int, now: datetime, where: Where | None = None
    ) -> Sequence[Listed]:
        """See `page`."""
        return await page(self._database, after=after, limit=limit, now=now, where=where)

    async def expected(self, *, after: str, limit: int, now: datetime) -> Sequence[Listed]:
        """See `expected_page`."""
        return await expected_page(self._database, after=after, limit=limit, now=now)

    async def weigh(self, lines: Sequence[Line], begin: Begin, *, now: datetime) -> Sequence[Weighed]:
        """What becomes of lines as things are; nothing is written."""
        found, weigh = await find(self._database, lines, now=now), begin()
        return [weigh(line, one) for line, one in zip(lines, found, strict=True)]

    async def apply(self, lines: Sequence[Line], begin: Begin, *, now: datetime) -> Sequence[Weighed]:
        """See `apply`; one transaction."""
        return await self._database.write(lambda tx: apply(tx, lines, begin, now=now))


def _listed(row: Row) -> Listed:
    association = None if row["association"] is None else AssociationId(row["association"])
    answers: dict[FieldRef, Value] = {}
    imported = set()
    for owner, name, value, came in json.loads(row["answers"]):
        field = FieldRef(Owner(owner), name)
        answers[field] = load_value(value)
        if came:
            imported.add(field)
    return Listed(
        person=PersonId(row["id"]),
        address=Address(CHANNEL, row["address"]) if row["address"] else None,
        name=row["name"],
        language=row["language"],
        reachable=bool(row["reachable"]),
        association=association,
        refuses=_refused(row["off"]),
        answers=answers,
        imported=frozenset(imported),
    )


def _expected(row: Row, *, now: datetime) -> Listed:
    moment = to_text(now)
    kept: list[Any] = json.loads(row["answers"])
    answers = {
        FieldRef(Owner(owner), name): load_value(value)
        for owner, name, value, _, erase_after in kept
        if erase_after is None or erase_after > moment
    }
    return Listed(
        person=None,
        address=Address(CHANNEL, row["id"]),
        name=row["name"],
        language=row["language"],
        refuses=_refused(row["off"]),
        answers=answers,
        imported=frozenset(answers),
    )


def _refused(off: str) -> frozenset[NewsKind]:
    return frozenset(kind for kind in NewsKind if kind in off.split(","))


def _kinds(kinds: frozenset[NewsKind]) -> str:
    return ",".join(kind for kind in NewsKind if kind in kinds)
