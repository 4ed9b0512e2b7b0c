"""Announcements in a few words, for tests: planned, begun, claimed, and what became of them."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache

from bot.content.load import load_library
from bot.events.copies import Writer
from bot.flows.shelf import Shelf
from bot.model.announcement import Announcement, AnnouncementId, Fate, OnUnknown, Plan, Tally
from bot.model.message import Message
from bot.model.who import Address, PersonId
from bot.shipped import shipped_content
from bot.storage.store import Store
from tests.storage.samples import CHANNELS, NOW, POLICY, say


@cache
def shelf() -> Shelf:
    """The shipped content."""
    found = load_library(shipped_content()).shelf
    assert found is not None
    return found


def writer(now: datetime = NOW) -> Writer:
    """Who writes the copies."""
    return Writer(shelf(), POLICY, now)


async def acquainted(store: Store, count: int) -> list[Address]:
    """So many people whom the assistant knows."""
    people = [Address("telegram", str(1000 + number)) for number in range(count)]
    for at in people:
        await store.load(at, now=NOW)
    return people


async def announced(
    store: Store,
    what: Message | Plan | str = "Avis",
    *,
    on_unknown: OnUnknown = OnUnknown.SKIP,
    again: bool = False,
    by: PersonId | None = None,
    now: datetime = NOW,
) -> AnnouncementId:
    """Plan one and begin it, if its time has come."""
    message = say(what) if isinstance(what, str) else what
    plan = message if isinstance(message, Plan) else Plan(message, on_unknown=on_unknown)
    id = await store.announcements.announce(replace(plan, again=again or plan.again), now=now, by=by)
    await store.announcements.begin_due(now=now)
    return id


async def claimed(
    store: Store,
    id: AnnouncementId,
    *,
    size: int = 9,
    served: Collection[str] = CHANNELS,
    now: datetime = NOW,
) -> int:
    """Make one window of copies; how many."""
    return await store.announcements.claim(id, served, writer(now), size=size)


async def finished(store: Store, id: AnnouncementId, *, now: datetime = NOW) -> bool:
    """Whether it is done."""
    return await store.announcements.finish(id, POLICY, now=now)


async def newest(store: Store) -> tuple[Announcement, Tally]:
    """The last one and how far it is."""
    seen = (await store.announcements.all_seen())[0]
    return seen.announcement, seen.tally


async def fates(store: Store) -> Mapping[Fate, int]:
    """What became of the copies of the last one."""
    return (await newest(store))[1].fates
