"""What waits for a person follows what they said, in the very transaction in which they said it."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.model.announcement import Fate, NewsKind
from bot.model.effects import SetPreferences
from bot.model.preferences import UNTIL_RESUMED, Preferences
from bot.model.receipt import Delivered
from bot.storage.codec import to_text
from bot.storage.store import Store
from tests.storage.announcing import announced, claimed, newest
from tests.storage.samples import ALICE, BRUNO, CHANNELS, DAY, NOW, rows, say, turn

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2027, 1, 18, 10, tzinfo=PARIS)
LATE = datetime(2027, 1, 15, 18, tzinfo=PARIS)
"""The end of the quiet hours of who is free in the evening; NOW is 19:30 of the day before."""
TEXT = say("L'assemblée a lieu jeudi.")


async def waiting(store: Store) -> list[str]:
    return [one.address.id for one in await store.due_bulk(CHANNELS, now=NOW)]


async def want(store: Store, wishes: Preferences, *, now: datetime = NOW) -> None:
    await turn(store, SetPreferences(wishes), now=now)


WANTED = [
    (Preferences(off=frozenset({NewsKind.LIFE})), True),
    (Preferences(off=frozenset({NewsKind.EVENTS, NewsKind.RESOURCES})), False),
    (Preferences(paused_until=NOW + DAY), True),
    (Preferences(paused_until=UNTIL_RESUMED), True),
    (Preferences(paused_until=NOW - DAY), False),
]


@pytest.mark.parametrize(("wishes", "taken_back"), WANTED)
async def test_a_copy_that_is_not_wanted_any_more_is_taken_back(
    store: Store, wishes: Preferences, taken_back: bool
) -> None:
    for at in (ALICE, BRUNO):
        await store.load(at, now=NOW)
    id = await announced(store, TEXT)
    await claimed(store, id, size=9)
    await want(store, wishes)
    assert await waiting(store) == ([BRUNO.id] if taken_back else [ALICE.id, BRUNO.id])
    fates = (await newest(store))[1].fates
    assert fates == ({Fate.DROPPED: 1, Fate.CLAIMED: 1} if taken_back else {Fate.CLAIMED: 2})


async def test_what_has_arrived_stays_as_it_is(store: Store) -> None:
    await store.load(ALICE, now=NOW)
    id = await announced(store, TEXT)
    await claimed(store, id, size=9)
    [copy] = await store.due_bulk(CHANNELS, now=NOW)
    await store.record(copy, Delivered("1"), now=NOW)
    await want(store, Preferences(off=frozenset(NewsKind)))
    assert (await newest(store))[1].fates == {Fate.SENT: 1}


async def test_replies_and_reminders_are_no_copies(store: Store) -> None:
    from bot.model.effects import Send

    await turn(store, Send(say("Bonjour")), SetPreferences(Preferences(frozenset(NewsKind))))
    assert [one.message.text for one in await store.due_messages(CHANNELS, now=NOW)] == ["Bonjour"]


async def test_who_wants_them_weekly_gets_the_waiting_one_on_monday(store: Store, path: Path) -> None:
    await store.load(ALICE, now=NOW)
    id = await announced(store, TEXT)
    await claimed(store, id, size=9)
    await want(store, Preferences(weekly=True))
    assert await waiting(store) == []
    assert (await newest(store))[1].fates == {Fate.LATER: 1}
    assert rows(path, "SELECT at FROM delivery") == [(to_text(MONDAY),)]
    assert await claimed(store, id, size=9, now=MONDAY - timedelta(minutes=1)) == 0
    assert await claimed(store, id, size=9, now=MONDAY) == 1


async def test_who_wants_them_at_once_again_gets_the_held_one_now(store: Store, path: Path) -> None:
    await want(store, Preferences(weekly=True))
    id = await announced(store, TEXT)
    assert await claimed(store, id, size=9) == 0
    await want(store, Preferences(weekly=True, off=frozenset({NewsKind.EVENTS})))
    assert rows(path, "SELECT at FROM delivery") == [(to_text(MONDAY),)]
    await want(store, Preferences(quiet=(time(21), time(18))), now=NOW.replace(hour=9))
    assert rows(path, "SELECT at FROM delivery") == [(to_text(LATE - DAY),)]
    await want(store, Preferences())
    assert await claimed(store, id, size=9) == 1
    assert await waiting(store) == [ALICE.id]


async def test_a_held_copy_is_not_made_for_who_opted_out_meanwhile(store: Store) -> None:
    await want(store, Preferences(weekly=True))
    id = await announced(store, TEXT)
    await claimed(store, id, size=9)
    await want(store, replace(Preferences(weekly=True), off=frozenset({NewsKind.LIFE})))
    assert await claimed(store, id, size=9, now=MONDAY) == 0
    assert await waiting(store) == []
