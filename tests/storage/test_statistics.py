"""What people need, counted: by day, nobody's; read back for a period and the one before."""

import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from bot.model.effects import Asked, Begin, Effect, Erase, Escalate, Export, Finish, Opinion, SetDigest
from bot.model.receipt import Delivered
from bot.model.session import Checkpoint, Frame, Run, Session, Wait
from bot.model.statistics import ROWS_KEPT, JourneyCount, Period, StepCount
from bot.model.turn import Need, Turn
from bot.model.values import ArticleId, FlowId, RunId
from bot.model.who import Address, Standing
from bot.storage.codec import dump_session, to_text
from bot.storage.privacy import Retention
from bot.storage.statistics import PEOPLE_AT_ONCE, Told
from bot.storage.store import Store
from tests.storage.announcing import announced, claimed, finished
from tests.storage.samples import ALICE, BRUNO, CHANNELS, DAY, NOW, PAGE, POLICY, on_disk, rows, say, turn

A, B = ArticleId("a"), ArticleId("b")
PATH, SIDE = FlowId("chemin"), FlowId("detour")
TODAY = NOW.date()


def run(flow: FlowId, *steps: str, seen: Collection[str] = (), since: datetime = NOW, id: str = "r1") -> Run:
    """A run that answered all but the last of these prompts and waits at that."""
    history = tuple(Checkpoint((Frame(flow, step),)) for step in steps[:-1])
    wait = Wait(1, steps[-1], since)
    return Run(RunId(id), flow, "", since, (Frame(flow, steps[-1]),), history, wait, seen=frozenset(seen))


async def test_questions_are_counted_by_day_and_fate_without_whose_they_are(store: Store, path: Path) -> None:
    for address in (ALICE, BRUNO):
        await turn(store, Asked("answered", A), Asked("suggested"), at=address)
    await turn(store, Asked("answered", B), Asked("chosen", A), Asked("unanswered"))
    assert rows(path, "SELECT * FROM asked ORDER BY fate, article") == [
        ("2027-01-14", "answered", "a", 2),
        ("2027-01-14", "answered", "b", 1),
        ("2027-01-14", "chosen", "a", 1),
        ("2027-01-14", "suggested", "", 2),
        ("2027-01-14", "unanswered", "", 1),
    ]
    counted = await store.statistics.load(Period.WEEK, now=NOW)
    assert counted.now.asked == {"answered": 3, "chosen": 1, "suggested": 2, "unanswered": 1}
    assert counted.articles == {A: (2, 1), B: (1, 0)}
    assert counted.days == {TODAY: 6}, "what becomes of a suggestion is no other question"


@pytest.mark.parametrize(("ago", "now", "before"), [(0, 1, 0), (6, 1, 0), (7, 0, 1), (13, 0, 1), (14, 0, 0)])
async def test_a_period_holds_today_and_the_one_before_as_many_days(
    store: Store, ago: int, now: int, before: int
) -> None:
    then = NOW - ago * DAY
    effects: tuple[Effect, ...] = (
        Asked("answered", A),
        Opinion(A, True),
        Begin(PATH),
        Finish(PATH, "done"),
        Escalate("asked"),
    )
    await turn(store, *effects, now=then)
    counted = await store.statistics.load(Period.WEEK, now=NOW)
    for span, count in ((counted.now, now), (counted.before, before)):
        assert span.asked.get("answered", 0) == span.helpful == span.requests == span.new == count
        assert span.journeys == ((JourneyCount(PATH, 1, 1, 0),) if count else ())
    assert (counted.now.last, counted.before.last) == (TODAY, TODAY - 7 * DAY)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2027-01-17T22:59:59+00:00", "2027-01-17"),
        ("2027-01-17T23:00:00+00:00", "2027-01-18"),  # winter: an hour before UTC
        ("2027-03-28T21:59:59+00:00", "2027-03-28"),  # the clocks went forward in the night before
        ("2027-03-28T22:00:00+00:00", "2027-03-29"),
    ],
)
async def test_a_day_begins_at_midnight_by_the_clocks_of_the_operator(
    store: Store, path: Path, moment: str, day: str
) -> None:
    """What is counted by day and what is counted by its moment fall into the same week."""
    now = datetime.fromisoformat(moment)
    here = run(PATH, "un")
    await turn(
        store, Asked("answered", A), Opinion(A, True), Begin(PATH), session=Session(runs=(here,)), now=now
    )
    await turn(store, Finish(PATH, "done"), session=Session(), now=now)
    for table in ("asked", "opinion", "passage"):
        assert set(rows(path, f"SELECT day FROM {table}")) == {(day,)}
    ends = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    for later, count in ((0, 1), (6, 1), (7, 0)):
        span = (await store.statistics.load(Period.WEEK, now=ends + later * DAY)).now
        found = {span.asked.get("answered", 0), span.helpful, len(span.journeys), span.new}
        assert found == {count}, later


async def test_groups_and_erased_people_are_no_people(store: Store) -> None:
    await turn(store)
    await store.load(Address("telegram", "-100"), now=NOW, group=True)
    counted = await store.statistics.load(Period.WEEK, now=NOW)
    assert (counted.known, counted.now.active, counted.now.new) == (1, 1, 1)


async def test_who_was_active_is_noted_once_a_day_and_compared_later(store: Store, path: Path) -> None:
    await turn(store, now=NOW - 8 * DAY)
    await turn(store, at=BRUNO, now=NOW - 30 * DAY)
    await store.statistics.count_active(now=NOW - 6 * DAY)
    await store.statistics.count_active(now=NOW - 6 * DAY)
    assert rows(path, "SELECT day, days, people FROM active ORDER BY days") == [
        ("2027-01-07", 7, 1),
        ("2027-01-07", 28, 2),
        ("2027-01-07", 91, 2),
        ("2027-01-07", 364, 2),
    ]
    counted = await store.statistics.load(Period.WEEK, now=NOW)
    assert (counted.before.active, counted.now.active) == (1, 0)
    assert (await store.statistics.load(Period.MONTH, now=NOW)).actives == {date(2027, 1, 7): 1}
    assert (await store.statistics.load(Period.MONTH, now=NOW)).before.active is None


async def test_a_run_that_ends_leaves_its_steps_behind_and_an_open_one_is_counted_where_it_stands(
    store: Store, path: Path
) -> None:
    here = run(PATH, "un", "deux", seen=["chemin/#1"])
    await turn(store, session=Session(runs=(here,), active=here.id))
    assert await store.statistics.steps(now=NOW) == (
        StepCount(PATH, "", passed=1),
        StepCount(PATH, "#1", passed=1),
        StepCount(PATH, "deux", passed=1, standing=1),
        StepCount(PATH, "un", passed=1),
    )
    assert rows(path, "SELECT * FROM passage") == []
    await turn(store, Finish(PATH, "cancelled"), session=Session())
    assert await store.statistics.steps(now=NOW) == (
        StepCount(PATH, "", passed=1),
        StepCount(PATH, "#1", passed=1),
        StepCount(PATH, "deux", passed=1, left=1),
        StepCount(PATH, "un", passed=1),
    )


async def test_a_run_that_is_done_counts_what_it_came_by_last(store: Store) -> None:
    here = run(PATH, "un")
    await turn(store, session=Session(runs=(here,)))
    loaded = await store.load(ALICE, now=NOW)
    finished = Turn(Session(), (Finish(PATH, "done"),), ("chemin/fin", "autre/debut"))
    assert await store.commit_turn(loaded, finished, now=NOW)
    assert await store.statistics.steps(now=NOW) == (
        StepCount(PATH, "", passed=1),
        StepCount(PATH, "fin", passed=1),
        StepCount(PATH, "un", passed=1),
    )


async def test_who_stands_in_a_sub_flow_stands_in_its_caller_too(store: Store) -> None:
    stack = (Frame(PATH, "appel"), Frame(SIDE, "un"))
    here = replace(run(PATH, "un"), frames=stack, history=(Checkpoint(stack),))
    await turn(store, session=Session(runs=(here,)))
    steps = {(one.flow, one.step): one for one in await store.statistics.steps(now=NOW)}
    assert steps[PATH, "appel"].standing == steps[SIDE, "un"].standing == 1
    assert steps[PATH, ""].passed == steps[SIDE, ""].passed == 1


async def test_after_two_weeks_at_one_prompt_a_run_rests(store: Store) -> None:
    await turn(store, session=Session(runs=(run(PATH, "un", since=NOW),)))
    for later, resting in ((NOW + 13 * DAY, 0), (NOW + 14 * DAY, 1)):
        (_, step) = await store.statistics.steps(now=later)
        assert (step.standing, step.resting) == (1, resting)


async def test_people_beyond_one_window_are_read_too(store: Store, path: Path) -> None:
    session = dump_session(Session(runs=(run(PATH, "un"),)))
    people = range(1, PEOPLE_AT_ONCE + 3)
    with closing(sqlite3.connect(path)) as connection, connection:
        made = [(number, to_text(NOW), to_text(NOW)) for number in people]
        connection.executemany("INSERT INTO person (id, created, seen) VALUES (?, ?, ?)", made)
        kept = [(number, session) for number in people]
        connection.executemany("INSERT INTO session (person, version, body) VALUES (?, 1, ?)", kept)
    assert {one.passed for one in await store.statistics.steps(now=NOW)} == {len(people)}


async def test_only_the_turns_that_need_them_are_decided_on_numbers(store: Store) -> None:
    def wanted(session: Session, standing: Standing) -> Collection[Need]:
        return {Need.STATISTICS_WEEK, Need.STATISTICS_YEAR, Need.STEPS}

    assert (await store.load(ALICE, now=NOW)).view.statistics == {}
    seen = (await store.load(ALICE, now=NOW, needs=wanted)).view.statistics
    assert set(seen) == {7, 364} and all(one.digest for one in seen.values())
    await turn(store, SetDigest(False))
    assert not (await store.load(ALICE, now=NOW, needs=wanted)).view.statistics[7].digest
    await turn(store, SetDigest(True), SetDigest(True))
    assert (await store.load(ALICE, now=NOW, needs=wanted)).view.statistics[7].digest


# ---- the digest ----

WEEK = date(2027, 1, 4)


async def staff(store: Store, address: Address, standing: str = "staff") -> None:
    await store.load(address, now=NOW, profile={"standing": standing})


async def test_the_digest_goes_once_to_each_of_staff_who_can_be_reached_and_want_it(
    store: Store, path: Path
) -> None:
    for number, standing in enumerate(["staff", "admin", "organiser", "member", "staff", "staff"], 1):
        await staff(store, Address("telegram", str(number)), standing)
    await staff(store, PAGE)
    await turn(store, SetDigest(False), at=Address("telegram", "5"))
    told = Told(say("La semaine"), ())
    assert not await store.statistics.digest_known(WEEK, NOW)
    assert await store.statistics.send_digest(WEEK, told, ["telegram"], now=NOW) == 3
    assert await store.statistics.digest_known(WEEK, NOW)
    assert await store.statistics.send_digest(WEEK, told, ["telegram"], now=NOW) == 0
    assert rows(path, "SELECT address FROM outbox ORDER BY address") == [("1",), ("2",), ("6",)]
    assert rows(path, "SELECT week, copies FROM digest") == [("2027-01-04", 3)]


async def test_who_has_several_addresses_gets_it_once_and_on_telegram_first(store: Store, path: Path) -> None:
    await staff(store, Address("web", "0000"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO address (channel, id, person) SELECT 'telegram', '9', id FROM person")
    for served, week in ((["web", "telegram"], WEEK), (["web"], WEEK + 7 * DAY)):
        assert await store.statistics.send_digest(week, Told(say("La semaine"), ()), served, now=NOW) == 1
    assert rows(path, "SELECT channel FROM outbox ORDER BY id") == [("telegram",), ("web",)]


async def test_a_week_without_anything_is_done_with(store: Store, path: Path) -> None:
    await staff(store, ALICE)
    assert await store.statistics.send_digest(WEEK, None, ["telegram"], now=NOW) == 0
    assert await store.statistics.digest_known(WEEK, NOW)
    assert rows(path, "SELECT count(*) FROM outbox") == [(0,)]


# ---- privacy ----


async def test_who_refuses_the_digest_finds_it_in_their_export_and_it_goes_with_them(
    store: Store, path: Path
) -> None:
    await turn(store, SetDigest(False), Export(say("voici"), "mes.json"))
    assert on_disk(path, "refused_since")
    await turn(store, Erase(say("adieu")))
    assert rows(path, "SELECT * FROM undigested") == []


async def test_numbers_are_nobodys_and_outlive_who_was_erased_for_three_years(path: Path) -> None:
    store = await Store.open(path, policy=POLICY, retention=Retention())
    here = run(PATH, "un")
    await turn(store, Asked("answered", A), session=Session(runs=(here,)))
    await turn(store, Finish(PATH, "left"), session=Session())
    await store.statistics.count_active(now=NOW + DAY)
    await store.statistics.send_digest(WEEK, None, [], now=NOW)
    await turn(store, Erase(say("adieu")))
    tables = ("asked", "passage", "active", "digest")
    for later, kept in ((NOW + 1090 * DAY, True), (NOW + 1120 * DAY, False)):
        await store.purge(now=later)
        assert [bool(rows(path, f"SELECT * FROM {table}")) for table in tables] == [kept] * 4
    await store.close()


async def test_copies_are_counted_after_they_are_forgotten(store: Store) -> None:
    await turn(store)
    id = await announced(store)
    await claimed(store, id)
    (copy,) = await store.due_bulk(CHANNELS, now=NOW)
    await store.record(copy, Delivered("88"), now=NOW)
    assert await finished(store, id)
    assert (await store.statistics.load(Period.WEEK, now=NOW)).now.delivered == 1
    later = NOW + 366 * DAY
    assert (await store.purge(now=later))["purge_deliveries"] == 1
    assert (await store.statistics.load(Period.YEAR, now=later)).before.delivered == 1


async def test_who_came_after_a_period_was_not_active_in_it(store: Store) -> None:
    """The digest of a week may be late."""
    await turn(store, now=NOW)
    await turn(store, at=BRUNO, now=NOW + 2 * DAY)
    assert (await store.statistics.load(Period.WEEK, now=NOW)).now.active == 1


def test_what_reports_take_for_erased_is_what_is_erased() -> None:
    kept = Retention()
    assert ROWS_KEPT == kept.requests.days == kept.gatherings.days == kept.misses.days
