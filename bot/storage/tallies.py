"""How far announcements are, and what people did with their copies: read, never changed."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from bot.events.copies import STOP_NEWS
from bot.model.announcement import (
    Announcement,
    AnnouncementId,
    AnnouncementSeen,
    CopyLine,
    Fate,
    Plan,
    State,
    Sweep,
    Tally,
)
from bot.model.event import Place
from bot.model.who import PersonId
from bot.storage.codec import decode, from_text
from bot.storage.database import Row, Where

PART = 2_000
"""Copies read at once for a list."""


class Source(Protocol):
    """A Transaction or a Database."""

    async def one(self, query: str, **values: object) -> Row | None:
        """The first row of a query, None without any."""
        ...

    async def all(self, query: str, *, where: Where | None = None, **values: object) -> Sequence[Row]:
        """Every row of a query; `where` goes to its marker."""
        ...


async def seen(source: Source, id: AnnouncementId) -> AnnouncementSeen | None:
    """One announcement with everything that is counted."""
    row = await source.one("announcement", id=id)
    return None if row is None else AnnouncementSeen(read(row), await tally(source, row))


async def last_sent(source: Source, key: str) -> AnnouncementSeen | None:
    """The last announcement of the text with this key; None if it was never sent."""
    alike = await source.all("announcements_alike", key=f"{key}-%")
    sent = [row["id"] for row in alike if not row["unsent"]]
    return await seen(source, sent[-1]) if sent else None


async def all_seen(source: Source, *, limit: int) -> tuple[AnnouncementSeen, ...]:
    """The last announcements, the newest first; those that can still be stopped are among them."""
    rows = await source.all("announcements", limit=limit)
    return tuple([AnnouncementSeen(read(row), await tally(source, row)) for row in rows])


async def listing(source: Source, one: Announcement, *, part: int = PART) -> tuple[CopyLine, ...]:
    """Every copy of an announcement, read in parts: others wait no longer than for one of them."""
    found: list[CopyLine] = []
    answers = one.message.poll.options if one.message.poll else ()
    of, after = {"announcement": one.id, "event": one.plan.event or ""}, 0
    while rows := await source.all("delivery_list", where=None, **of, after=after, limit=part):
        found += (_line(row, answers) for row in rows)
        after = rows[-1]["person"]
    return tuple(found)


def _line(row: Row, answers: Sequence[str]) -> CopyLine:
    votes = json.loads(row["vote"]) if row["vote"] else ()
    return CopyLine(
        name=row["name"],
        fate=Fate(row["fate"]),
        reason=row["reason"],
        at=from_text(row["at"]) if row["at"] else None,
        clicks=tuple(row["clicks"].split(" ")) if row["clicks"] else (),
        place=Place(row["place"] or Place.NONE),
        vote=tuple(answers[number] for number in votes if number < len(answers)),
    )


async def tally(source: Source, row: Row) -> Tally:
    """What is counted of the announcement of this row."""
    if row["summary"] is not None:  # its copies are forgotten
        return Tally(row["people"], {Fate(fate): count for fate, count in json.loads(row["summary"]).items()})
    id = row["id"]
    event = json.loads(row["plan"]).get("event")
    swept = await source.one("delivery_sweeps", announcement=id) if row["sweep"] else None
    reasons = await _counts(source, "delivery_reasons", "reason", announcement=id)
    return Tally(
        people=row["people"],
        fates={
            Fate(fate): count
            for fate, count in (await _counts(source, "delivery_fates", "fate", announcement=id)).items()
        },
        reasons=reasons,
        swept=swept["swept"] if swept else 0,
        unswept=swept["unswept"] if swept else 0,
        stale=swept["stale"] if swept else 0,
        clicks=await _counts(source, "delivery_clicks", "act", announcement=id),
        tappers=await _count(source, "delivery_tappers", announcement=id, stop=f"do.{STOP_NEWS}"),
        registered=await _count(source, "delivery_registered", announcement=id, event=event) if event else 0,
        votes=await _counts(source, "delivery_votes", "option", announcement=id),
        voters=await _count(source, "delivery_voters", announcement=id),
    )


async def _counts(source: Source, query: str, column: str, *, announcement: int) -> Mapping[Any, int]:
    return {row[column]: row["count"] for row in await source.all(query, announcement=announcement)}


async def _count(source: Source, query: str, **values: object) -> int:
    row = await source.one(query, **values)
    return 0 if row is None else int(row["count"])


def read(row: Row) -> Announcement:
    """An announcement from its row."""
    return Announcement(
        id=AnnouncementId(row["id"]),
        plan=decode(Plan, json.loads(row["plan"])),
        state=State(row["state"]),
        created=from_text(row["created"]),
        starts=from_text(row["starts"]),
        people=row["people"],
        claimed_up_to=row["claimed_up_to"],
        last=row["last"],
        reason=row["reason"],
        edition=row["edition"],
        sweep=Sweep(row["sweep"]),
        began=from_text(row["began"]) if row["began"] else None,
        ended=from_text(row["ended"]) if row["ended"] else None,
        series=None if row["series"] is None else AnnouncementId(row["series"]),
        turn=row["turn"],
        tried_from=row["tried_from"],
        made_by=None if row["made_by"] is None else PersonId(row["made_by"]),
    )
