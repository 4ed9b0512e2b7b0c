"""Who is behind an address: found, or made at the first contact. Decides no rights beyond staff or not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from bot.events.news import with_own_hours
from bot.model.session import Session
from bot.model.turn import Policy, View
from bot.model.values import FieldRef, FlowId, Owner, RunId, Task, Value
from bot.model.who import Address, Association, AssociationId, Person, PersonId, Standing
from bot.storage import preferences, requests, roster, team
from bot.storage.codec import clean, dump_session, dump_value, from_text, load_session, load_value, to_text
from bot.storage.database import Database, Row, Transaction
from bot.storage.reading import Together

NAME_LIMIT = 200
"""Characters of a first name that are kept; Telegram allows 64."""

TOGETHER = 64
"""Most people who are read by one statement: the first must not wait for many."""

LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a turn is decided on, and the version that its commit expects."""

    address: Address
    session: Session
    version: int
    view: View


@dataclass(frozen=True, slots=True)
class Caller:
    """What a channel says about who speaks."""

    name: str = ""
    """First name; empty if unknown."""
    profile: Mapping[str, str] = field(default_factory=dict)
    """`language` counts at the first contact, `standing` always; anything else is a profile answer of that
    name, kept if there is none yet."""
    group: bool = False
    """Not one person, but a place where several talk: no announcement, no statistics of people."""

    def first_name(self) -> str:
        """The name as it is stored."""
        return clean(self.name)[:NAME_LIMIT]

    def answers(self) -> Mapping[str, str]:
        """Profile answers by their name."""
        return {name: text for name, text in self.profile.items() if name not in ("language", "standing")}


def news(loaded: Loaded | None, caller: Caller, standing: Standing | None) -> bool:
    """Whether the channel says something that is not stored yet. `standing`: None leaves it as it is."""
    if loaded is None:
        return True
    person = loaded.view.person
    named = bool(caller.name) and caller.first_name() != person.name
    ranked = standing is not None and standing != person.standing
    told = any(FieldRef(Owner.PERSON, name) not in loaded.view.answers for name in caller.answers())
    return named or ranked or told


async def meet(
    tx: Transaction, address: Address, caller: Caller, standing: Standing | None, *, now: datetime
) -> None:
    """Store what `news` found, making the person if this is the first contact."""
    moment = to_text(now)
    found = await tx.one("person_at", channel=address.channel, address=address.id)
    if found is None:
        language = caller.profile.get("language", "fr")
        kind = "group" if caller.group else "person"
        made = await tx.one("person_add", name="", kind=kind, language=language, now=moment)
        assert made is not None
        person = made["id"]
        await tx.run("address_add", channel=address.channel, address=address.id, person=person)
        await tx.run("session_add", person=person, body=dump_session(Session()))
        if not caller.group:
            await roster.welcome(tx, address, person, now=now)
    else:
        person = found["person"]
    if caller.name:
        await tx.run("person_name", person=person, name=caller.first_name())
    if standing is not None:
        await team.rank(tx, person, standing, now=now)
    for name, text in caller.answers().items():
        await tx.run("answer_add", person=person, name=name, value=dump_value(text), now=moment)


class Directory:
    """Reads who is behind an address; all that are asked for at the same time by one statement."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows: Together[tuple[Address, str], Row | None] = Together(self._ask, most=TOGETHER)

    async def find(self, address: Address, policy: Policy, *, now: datetime) -> Loaded | None:
        """What a turn of this address is decided on; None if nobody is known there."""
        row = await self._rows.of((address, to_text(now)))
        return None if row is None else read(row, address, policy)

    async def _ask(self, asked: Sequence[tuple[Address, str]]) -> Sequence[Row | None]:
        addresses = json.dumps([(address.channel, address.id) for address, _ in asked])
        rows = await self._database.all("load", addresses=addresses, now=max(now for _, now in asked))
        found = {row["place"]: row for row in rows}
        return [found.get(place) for place in range(len(asked))]


def read(row: Row, address: Address, policy: Policy) -> Loaded:
    """The row of the query `load` as values."""
    person = Person(
        id=PersonId(row["id"]),
        name=row["name"],
        standing=Standing(row["standing"]),
        language=row["language"],
        reachable=bool(row["reachable"]),
        association=None if row["association"] is None else AssociationId(row["association"]),
    )
    wishes = preferences.read(row["preferences"])
    view = View(
        person=person,
        policy=with_own_hours(policy, wishes),
        preferences=wishes,
        association=_association(person, _listed(row["members"])),
        answers=dict(_answer(*one) for one in _listed(row["answers"])),
        tasks=_tasks(_listed(row["tasks"])),
        finished=_finished(_listed(row["finished"]), policy),
        request=requests.own(row["request"]),
    )
    return Loaded(address, load_session(row["body"]), row["version"], view)


def _listed(written: str) -> list[Any]:
    """A JSON list; most are empty."""
    return [] if written == "[]" else cast(list[Any], json.loads(written))


def _association(person: Person, members: list[tuple[int, str]]) -> Association | None:
    if person.association is None:
        return None
    return Association(person.association, tuple(sorted((PersonId(one), name) for one, name in members)))


def _answer(owner: str, flow: str, run: str, name: str, value: str) -> tuple[FieldRef, Value]:
    return FieldRef(Owner(owner), name, FlowId(flow), RunId(run)), load_value(value)


def _tasks(rows: list[tuple[str, str, str | None, str]]) -> tuple[Task, ...]:
    tasks = [
        Task(one, title, from_text(due) if due else None, Owner(owner)) for one, title, due, owner in rows
    ]
    return tuple(sorted(tasks, key=lambda task: task.due or LATEST))


def _finished(rows: list[tuple[str, str]], policy: Policy) -> Mapping[FlowId, str]:
    last: dict[FlowId, str] = {}
    for flow, ended in sorted(rows, key=lambda row: row[1]):
        last[FlowId(flow)] = from_text(ended).astimezone(policy.timezone).date().isoformat()
    return last
