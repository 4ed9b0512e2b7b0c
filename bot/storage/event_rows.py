"""Events as rows: written, read, and the files that belong to them. No rule about changes."""

import json
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from bot.model.event import Event, EventId, EventSeen, EventState, Place
from bot.model.message import AttachedFile, Markdown
from bot.model.values import FlowId
from bot.storage.codec import clean, from_text, to_text
from bot.storage.database import Database, Row, Transaction
from bot.storage.files import Files


def written(event: Event) -> Mapping[str, object]:
    """The values of `event_put`; its files are kept by `keep_files`."""
    return {
        "id": event.id,
        "revision": event.revision,
        "state": event.state.value,
        "title": clean(event.title),
        "starts": to_text(event.starts),
        "ends": to_text(event.ends),
        "zone": event.zone.key,
        "place": clean(event.place),
        "link": clean(event.link),
        "description": clean(event.description),
        "capacity": event.capacity,
        "organiser": clean(event.organiser),
        "deadline": None if event.deadline is None else to_text(event.deadline),
        "follow_up": event.follow_up,
    }


def read(row: Row) -> Event:
    """The event of a row that has its files as JSON."""
    files = json.loads(row["files"] or "{}")
    return Event(
        id=EventId(row["id"]),
        title=row["title"],
        starts=from_text(row["starts"]),
        ends=from_text(row["ends"]),
        zone=ZoneInfo(row["zone"]),
        place=row["place"],
        link=row["link"],
        description=Markdown(row["description"]),
        capacity=row["capacity"],
        organiser=row["organiser"],
        deadline=None if row["deadline"] is None else from_text(row["deadline"]),
        picture=_file(files, "picture"),
        paper=_file(files, "paper"),
        follow_up=FlowId(row["follow_up"]),
        state=EventState(row["state"]),
        revision=row["revision"],
    )


async def one(reader: Database | Transaction, id: EventId) -> Event | None:
    """An event as it was published last."""
    row = await reader.one("event", id=id)
    return None if row is None else read(row)


def seen(row: Row) -> EventSeen:
    """The event of a row of `events_seen`, as it stands for one person."""
    mine = Place(row["mine"] or Place.NONE)
    return EventSeen(
        read(row),
        row["seated"],
        row["waiting"],
        mine,
        row["ahead"] if mine is Place.WAITING else None,
        row["maybe"],
        here=row["here"],
        attended=bool(row["attended"]),
        reminded=None if row["reminded"] is None else from_text(row["reminded"]),
        code=row["code"],
    )


async def keep_files(tx: Transaction, files: Files, event: Event) -> None:
    """Remember the files of an event, whose bytes are on disk already. One that is gone is left out."""
    await tx.run("event_files_drop", event=event.id)
    for kind, file in (("picture", event.picture), ("paper", event.paper)):
        if file is None:
            continue
        try:
            size = files.path(file.sha256).stat().st_size
        except OSError:
            continue
        await tx.run(
            "event_file_add",
            event=event.id,
            kind=kind,
            sha256=file.sha256,
            name=clean(file.name),
            media_type=clean(file.media_type),
            size=size,
            alternative=clean(file.alternative),
        )


def _file(files: Mapping[str, list[str]], kind: str) -> AttachedFile | None:
    return AttachedFile(*files[kind]) if kind in files else None
