"""How far announcements are, and what people did with their copies: read, never changed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bot.documents.sheet import MEDIA_TYPE, write_rows
from bot.events.copies import STOP_NEWS
from bot.events.report import UNSENT, reason_of
from bot.model.announcement import (
    Announcement,
    AnnouncementId,
    AnnouncementSeen,
    Fate,
    Plan,
    State,
    Sweep,
    Tally,
)
from bot.model.effects import NewFile
from bot.model.event import Place
from bot.model.who import PersonId
from bot.storage.codec import decode, from_text
from bot.storage.database import Row, Where


class Source(Protocol):
    """A Transaction or a Database."""

    async def one(self, query: str, **values: object) -> Row | None:
        """The first row of a query, None without any."""
        ...

    async def all(self, query: str, *, where: Where | None = None, **values: object) -> Sequence[Row]:
        """Every row of a query; `where` goes to its marker."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """One copy, for the list of a report."""

    name: str
    """First name; may be empty."""
    fate: Fate
    reason: str
    at: datetime | None
    """When that was known."""
    clicks: tuple[str, ...]
    """Acts of the buttons tapped."""
    place: Place
    """Where they stand with its event."""
    vote: tuple[int, ...]
    """Numbers of the answers of its poll."""


async def seen(source: Source, id: AnnouncementId) -> AnnouncementSeen | None:
    """One announcement with everything that is counted."""
    row = await source.one("announcement", id=id)
    return None if row is None else AnnouncementSeen(read(row), await tally(source, row))


async def all_seen(source: Source, *, limit: int) -> tuple[AnnouncementSeen, ...]:
    """The last announcements, the newest first."""
    rows = await source.all("announcements", limit=limit)
    return tuple([AnnouncementSeen(read(row), await tally(source, row)) for row in rows])


async def listing(source: Source, one: Announcement) -> tuple[Line, ...]:
    """Every copy of an announcement."""
    rows = await source.all("delivery_list", announcement=one.id, event=one.plan.event or "")
    return tuple(
        Line(
            name=row["name"],
            fate=Fate(row["fate"]),
            reason=row["reason"],
            at=from_text(row["at"]) if row["at"] else None,
            clicks=tuple(row["clicks"].split(" ")) if row["clicks"] else (),
            place=Place(row["place"] or Place.NONE),
            vote=tuple(json.loads(row["vote"])) if row["vote"] else (),
        )
        for row in rows
    )


def listing_file(name: str, lines: Sequence[Line], words: Mapping[str, str], zone: ZoneInfo) -> NewFile:
    """The list of a report, as a spreadsheet opens it; `words` say what columns, fates and reasons are
    called.
    """
    columns = ("name", "fate", "reason", "at", "clicks", "place", "vote")
    rows = [[words[f"column_{column}"] for column in columns]]
    for line in lines:
        rows.append(
            [
                line.name,
                words[line.fate.value],
                reason_of(line.reason, words) if line.fate in UNSENT else "",
                f"{line.at.astimezone(zone):%Y-%m-%d %H:%M}" if line.at else "",
                str(len(line.clicks)),
                words.get(f"place_{line.place}", ""),
                ", ".join(str(option + 1) for option in line.vote),
            ]
        )
    return NewFile(name, MEDIA_TYPE, write_rows(rows, first=True))


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
