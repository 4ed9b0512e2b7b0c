"""The week in brief: on Monday at nine, once, to those who want it, and not for nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.model.effects import Asked, SetDigest
from bot.model.values import ArticleId
from bot.model.who import Address
from bot.runtime.digest import Digests, due
from bot.runtime.thinking import Thinking
from bot.storage.backup import back_up, restore
from bot.storage.codec import load_message
from bot.storage.store import Store
from tests.flows.library import library_of
from tests.runtime.fakes import SteppedClock
from tests.storage.samples import NOW, POLICY, rows, turn

CLAIRE, LEO = Address("telegram", "1"), Address("telegram", "2")
MONDAY = datetime(2027, 1, 18, 8, 0, tzinfo=UTC)
"""9:00 in Paris, of the week after NOW."""
DAY = timedelta(days=1)


def clock_at(moment: datetime) -> SteppedClock:
    clock = SteppedClock()
    clock.advance((moment - NOW).total_seconds())
    return clock


def digests(store: Store, moment: datetime) -> tuple[Digests, list[None]]:
    rung: list[None] = []
    made = Digests(
        store=store,
        library=library_of,
        clock=clock_at(moment),
        thinking=Thinking(),
        served=["telegram"],
        committed=lambda: rung.append(None),
    )
    return made, rung


async def a_week(store: Store, *, questions: int = 7) -> None:
    """Two of staff, and what was asked."""
    for address in (CLAIRE, LEO):
        await store.load(address, now=NOW, profile={"standing": "staff"})
    await turn(store, *[Asked("answered", ArticleId("alliance"))] * questions, at=CLAIRE)


def told(path: Path) -> list[Any]:
    return [load_message(body) for (body,) in rows(path, "SELECT body FROM outbox ORDER BY address")]


async def test_on_monday_at_nine_staff_are_told_of_the_week_before_with_a_picture(
    store: Store, path: Path
) -> None:
    await a_week(store)
    loop, rung = digests(store, MONDAY)
    await loop.step()
    first, second = told(path)
    assert first == second and rung == [None]
    assert "[stat_digest] 11 janvier 2027 17 janvier 2027" in first.text
    (picture,) = first.attachments
    assert store.files.path(picture.sha256).read_bytes().startswith(b"\x89PNG")
    assert picture.alternative
    assert rows(path, "SELECT count(*), count(DISTINCT person) FROM file") == [(2, 2)]


async def test_it_is_sent_once_also_after_a_restart_and_by_two_processes(path: Path) -> None:
    store = await Store.open(path, policy=POLICY)
    await a_week(store)
    for moment in (MONDAY, MONDAY + timedelta(hours=3)):
        await digests(store, moment)[0].step()
    await store.close()
    again, beside = [await Store.open(path, policy=POLICY) for _ in range(2)]
    for one in (again, beside):
        await digests(one, MONDAY + 2 * DAY)[0].step()
        await one.close()
    assert len(told(path)) == 2
    last = await Store.open(path, policy=POLICY)
    await turn(last, *[Asked("unanswered")] * 5, at=CLAIRE, now=MONDAY)
    await digests(last, MONDAY + 7 * DAY)[0].step()
    await last.close()
    assert len(told(path)) == 4, "the next week is another one"


@pytest.mark.parametrize(
    ("restored", "copies"),
    [(MONDAY - timedelta(hours=1), 2), (MONDAY + timedelta(hours=1), 0)],
    ids=["before it was due", "after it was sent"],
)
async def test_a_backup_that_is_put_back_tells_no_week_again(
    path: Path, restored: datetime, copies: int
) -> None:
    store = await Store.open(path, policy=POLICY)
    await a_week(store)
    archive = path.parent / "backup.tar"
    await back_up(path.parent, path, archive, now=MONDAY - 7 * timedelta(hours=1))
    await digests(store, restored - timedelta(minutes=5))[0].step()
    await store.close()
    await restore(archive, path.parent, path, now=restored)
    again = await Store.open(path, policy=POLICY)
    await digests(again, MONDAY + timedelta(hours=2))[0].step()
    assert len(told(path)) == copies
    await turn(again, *[Asked("unanswered")] * 5, at=CLAIRE, now=MONDAY + DAY)
    await digests(again, MONDAY + 7 * DAY)[0].step()
    await again.close()
    assert len(told(path)) == copies + 2, "the next week is told"


async def test_far_from_paris_the_week_is_that_of_the_local_clocks(path: Path) -> None:
    """In Nouméa it is Monday, nine, while Sunday goes on in Greenwich."""
    noumea = replace(POLICY, timezone=ZoneInfo("Pacific/Noumea"))
    store = await Store.open(path, policy=noumea)
    await a_week(store, questions=0)
    sunday = datetime(2027, 1, 17, 12, 59, tzinfo=UTC)
    await turn(store, *[Asked("unanswered")] * 6, at=CLAIRE, now=sunday)
    await turn(store, *[Asked("unanswered")] * 9, at=CLAIRE, now=sunday + timedelta(minutes=2))
    await digests(store, datetime(2027, 1, 17, 22, 0, tzinfo=UTC))[0].step()
    first, _ = told(path)
    assert "[stat_digest] 11 janvier 2027 17 janvier 2027" in first.text
    assert "[stat_questions] [stat_number] 6 " in first.text.replace("\\", "")
    await store.close()


async def test_who_does_not_want_it_and_who_is_no_staff_gets_none(store: Store, path: Path) -> None:
    await a_week(store)
    await turn(store, SetDigest(False), at=LEO)
    await store.load(Address("telegram", "3"), now=NOW)
    await digests(store, MONDAY)[0].step()
    assert rows(path, "SELECT address FROM outbox") == [("1",)]


async def test_after_a_week_in_which_nothing_happened_nobody_is_told(store: Store, path: Path) -> None:
    await a_week(store)
    loop, rung = digests(store, MONDAY + 14 * DAY)
    await loop.step()
    assert told(path) == [] and rung == []
    assert rows(path, "SELECT week, copies FROM digest") == [("2027-01-25", 0)]


async def test_few_questions_make_no_picture_and_no_number(store: Store, path: Path) -> None:
    await a_week(store, questions=3)
    await digests(store, MONDAY)[0].step()
    first, _ = told(path)
    assert first.attachments == () and "stat\\_few" in first.text


@pytest.mark.parametrize(
    ("local", "week"),
    [
        ("2027-01-18T07:59:59+00:00", None),  # before nine in Paris
        ("2027-01-18T08:00:00+00:00", "2027-01-11"),
        ("2027-01-20T12:00:00+00:00", "2027-01-11"),  # the machine was off on Monday
        ("2027-01-20T22:00:00+00:00", None),  # and comes up at night
        ("2027-07-05T07:00:00+00:00", "2027-06-28"),  # summer time
        ("2027-07-05T06:59:00+00:00", None),
    ],
)
async def test_it_is_due_from_monday_nine_by_local_clocks_outside_quiet_hours(
    store: Store, local: str, week: str | None
) -> None:
    found = due(datetime.fromisoformat(local), store)
    assert (None if found is None else found.isoformat()) == week


async def test_every_day_it_is_counted_once_how_many_were_active(store: Store, path: Path) -> None:
    await a_week(store)
    loop, _ = digests(store, NOW + DAY)
    await loop.step()
    await loop.step()
    assert rows(path, "SELECT day, people FROM active WHERE days = 7") == [("2027-01-14", 2)]
