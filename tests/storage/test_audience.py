"""To whom an announcement goes: whom the rule fits, less those who do not want it, or not now."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.events.audience import AudienceError
from bot.model.announcement import AnnouncementId, Audience, NewsKind
from bot.model.effects import Begin, Reach, SetPreferences
from bot.model.preferences import UNTIL_RESUMED, Preferences
from bot.model.session import Session
from bot.model.values import FlowId, RunId
from bot.model.who import Address, PersonId
from bot.storage.audience import EVERYBODY, Counted, Ground, LeftOut, Recipient, count, recipients, sample
from bot.storage.audience_sql import compiled
from bot.storage.codec import to_text
from bot.storage.connecting import connect_writer
from bot.storage.database import completed
from bot.storage.preferences import read, write_quiet
from bot.storage.queries import shipped
from bot.storage.store import Store
from tests.storage.crowd import VOCABULARY
from tests.storage.samples import ALICE, BRUNO, CHANNELS, DAY, HOUR, NOW, PAGE, POLICY, rows, turn

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2027, 1, 14, 12, tzinfo=PARIS)
"""A Thursday."""
EVERYONE = Audience()
GROUND = Ground(CHANNELS, NOON, POLICY, lambda: VOCABULARY)


async def reached(
    store: Store, audience: Audience = EVERYONE, kind: NewsKind = NewsKind.LIFE, ground: Ground = GROUND
) -> Sequence[Recipient]:
    return await recipients(store._database, audience, kind, ground, after=0, last=EVERYBODY, limit=100)


async def who(
    store: Store, audience: Audience = EVERYONE, kind: NewsKind = NewsKind.LIFE, ground: Ground = GROUND
) -> list[str]:
    return [one.address.id for one in await reached(store, audience, kind, ground)]


async def counted(store: Store, audience: Audience = EVERYONE, kind: NewsKind = NewsKind.LIFE) -> Counted:
    return await count(store._database, audience, kind, GROUND)


async def want(store: Store, wishes: Preferences, *, at: Address = ALICE, now: datetime = NOON) -> None:
    await turn(store, SetPreferences(wishes), at=at, now=now)


async def test_a_recipient_is_known_by_name_language_and_one_address(store: Store) -> None:
    await store.load(ALICE, now=NOON, name="Awa")
    [one] = await reached(store)
    assert one == Recipient(PersonId(1), ALICE, "Awa", "fr")


async def test_of_several_addresses_the_first_channel_of_the_list_counts(store: Store, path: Path) -> None:
    await store.load(ALICE, now=NOON)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO address VALUES ('web', 'f00d', 1), ('telegram', '9', 1)")
    for channels, address in [
        (("telegram", "web"), ALICE),
        (("web", "telegram"), PAGE),
        (("web",), PAGE),
        (("terminal",), None),
    ]:
        found = await reached(store, ground=replace(GROUND, channels=channels))
        assert [one.address for one in found] == ([address] if address else []), channels


async def test_groups_and_who_cannot_be_reached_get_none(store: Store) -> None:
    await store.load(Address("telegram", "-100"), now=NOON, group=True)
    await turn(store, Reach(False), at=BRUNO)
    await store.load(ALICE, now=NOON)
    assert await who(store) == [ALICE.id]
    assert (await counted(store)).matching == 1


async def test_people_come_in_the_order_of_their_ids_window_by_window(store: Store) -> None:
    for number in range(1, 8):
        await store.load(Address("telegram", str(number)), now=NOON)
    seen, after = [], 0
    while found := await recipients(
        store._database, EVERYONE, NewsKind.LIFE, GROUND, after=after, last=6, limit=2
    ):
        assert len(found) <= 2
        seen += [one.person for one in found]
        after = found[-1].person
    assert seen == [1, 2, 3, 4, 5, 6]


NOT_NOW = [
    (Preferences(off=frozenset({NewsKind.EVENTS})), NewsKind.EVENTS, LeftOut.OPTED_OUT),
    (Preferences(off=frozenset(NewsKind)), NewsKind.RESOURCES, LeftOut.OPTED_OUT),
    (Preferences(off=frozenset({NewsKind.EVENTS})), NewsKind.LIFE, None),
    (Preferences(paused_until=NOON + DAY), NewsKind.LIFE, LeftOut.PAUSED),
    (Preferences(paused_until=UNTIL_RESUMED), NewsKind.EVENTS, LeftOut.PAUSED),
    (Preferences(paused_until=NOON - HOUR), NewsKind.LIFE, None),
    (Preferences(frozenset({NewsKind.LIFE}), paused_until=UNTIL_RESUMED), NewsKind.LIFE, LeftOut.OPTED_OUT),
    (Preferences(weekly=True), NewsKind.LIFE, None),
]


@pytest.mark.parametrize(("wishes", "kind", "why"), NOT_NOW)
async def test_what_a_person_does_not_want_does_not_come_and_the_count_says_why(
    store: Store, wishes: Preferences, kind: NewsKind, why: LeftOut | None
) -> None:
    await store.load(BRUNO, now=NOON)
    await want(store, wishes)
    assert await who(store, kind=kind) == [BRUNO.id, *([] if why else [ALICE.id])]
    told = await counted(store, kind=kind)
    assert told.matching == 2
    assert told.left_out == ({why: 1} if why else {})
    assert told.reached == (1 if why else 2)


HELD = [
    (Preferences(), "2027-01-14 12:00", None),
    (Preferences(), "2027-01-14 21:30", "2027-01-15 08:00"),
    (Preferences(quiet=(time(19), time(9))), "2027-01-14 19:30", "2027-01-15 09:00"),
    (Preferences(quiet=(time(21), time(18))), "2027-01-14 12:00", "2027-01-14 18:00"),
    (Preferences(quiet=(time(0), time(0))), "2027-01-14 03:00", None),
    (Preferences(weekly=True), "2027-01-14 12:00", "2027-01-18 10:00"),
    (Preferences(weekly=True), "2027-01-18 09:59", "2027-01-18 10:00"),
    (Preferences(weekly=True), "2027-01-18 10:00", "2027-01-25 10:00"),
    (Preferences(weekly=True, quiet=(time(21), time(18))), "2027-01-14 12:00", "2027-01-18 18:00"),
    (Preferences(weekly=True), "2027-03-28 01:30", "2027-03-29 10:00"),
]


@pytest.mark.parametrize(("wishes", "now", "held"), HELD)
async def test_quiet_hours_and_the_weekly_rhythm_hold_a_copy_back(
    store: Store, wishes: Preferences, now: str, held: str | None
) -> None:
    await want(store, wishes)
    moment = datetime.fromisoformat(now).replace(tzinfo=PARIS)
    [one] = await reached(store, ground=replace(GROUND, now=moment))
    expected = datetime.fromisoformat(held).replace(tzinfo=PARIS) if held else None
    assert one.not_before == expected


async def test_a_copy_that_has_waited_for_its_week_waits_for_the_quiet_hours_alone(store: Store) -> None:
    await want(store, Preferences(weekly=True))
    noon, night = NOON, NOON.replace(hour=23)
    for moment, held in [(noon, None), (night, datetime(2027, 1, 15, 8, tzinfo=PARIS))]:
        ground = replace(GROUND, now=moment, besides=AnnouncementId(7))
        [one] = await reached(store, ground=ground)
        assert one.not_before == held


async def test_who_is_in_the_middle_of_a_journey_is_spared_if_wanted(store: Store) -> None:
    busy = Session(active=RunId("r1"))
    spare = Audience(spare_busy=True)
    await turn(store, now=NOON - timedelta(minutes=59), session=busy)
    await turn(store, at=BRUNO, now=NOON - timedelta(minutes=61), session=busy)
    await turn(store, at=Address("telegram", "4713"), now=NOON)
    assert await who(store) == ["4711", "4712", "4713"]
    assert await who(store, spare) == ["4712", "4713"]
    assert (await counted(store, spare)).left_out == {LeftOut.BUSY: 1}


async def test_who_got_one_lately_is_spared_if_wanted(store: Store, path: Path) -> None:
    fates = {"sent": 3, "unknown": 3, "recalled": 3, "claimed": 400, "later": -2, "blocked": 1, "dropped": 1}
    for number, _ in enumerate([*fates, "long ago"], 1):
        await store.load(Address("telegram", str(number)), now=NOON)
    with closing(sqlite3.connect(path)) as connection, connection:
        for number, (fate, days) in enumerate([*fates.items(), ("sent", 8)], 1):
            at = to_text((NOON - days * DAY).astimezone(UTC))
            sql = "INSERT INTO delivery (announcement, person, fate, at) VALUES (7, ?, ?, ?)"
            connection.execute(sql, (number, fate, at))
    spare = Audience(spare_days=7)
    assert await who(store, spare) == ["6", "7", "8"]
    assert (await counted(store, spare)).left_out == {LeftOut.RECENT: 5}
    assert len(await who(store)) == 8
    assert len(await who(store, spare, ground=replace(GROUND, besides=AnnouncementId(7)))) == 8


async def test_a_condition_chooses_and_a_bad_one_reaches_nobody(store: Store) -> None:
    await turn(store, Begin(FlowId("tour")))
    await store.load(BRUNO, now=NOON)
    assert await who(store, Audience("under_way('tour')")) == [ALICE.id]
    assert await who(store, Audience("not under_way('tour')")) == [BRUNO.id]
    assert (await counted(store, Audience("under_way('tour')"))).matching == 1
    for bad in ("tour", "under_way('tuor')", "nam == 'x'", "name == 'x' or", "name == '\\ud800'", "1; DROP"):
        with pytest.raises(AudienceError, match="colonne"):
            await who(store, Audience(bad))


async def test_values_of_a_condition_are_never_read_as_sql(store: Store) -> None:
    await store.load(ALICE, now=NOON, name="Awa'); DROP TABLE person; --")
    condition = """name == "Awa'); DROP TABLE person; --" """
    assert await who(store, Audience(condition)) == [ALICE.id]


async def test_a_sample_has_some_first_names_of_those_who_get_it(store: Store) -> None:
    for number, name in enumerate(["", "Awa", "Bo", "Chloé", "Dan", "Elif", "Fanta"]):
        await store.load(Address("telegram", str(number)), now=NOON, name=name)
    await want(store, Preferences(off=frozenset(NewsKind)), at=Address("telegram", "1"))
    found = await sample(store._database, EVERYONE, NewsKind.LIFE, GROUND)
    assert found == ("Bo", "Chloé", "Dan", "Elif", "Fanta")


async def test_opting_out_holds_within_the_transaction_that_makes_the_copies(store: Store) -> None:
    await store.load(ALICE, now=NOON)

    async def work(tx: object) -> list[int]:
        found = []
        for off in ("", "life"):
            await tx.run(  # type: ignore[attr-defined]
                "preference_put", person=1, off=off, weekly=False, quiet=None, paused_until=None, now=""
            )
            rows = await recipients(
                tx,  # type: ignore[arg-type]
                EVERYONE, NewsKind.LIFE, GROUND, after=0, last=9, limit=9,
            )  # fmt: skip
            found.append(len(rows))
        return found

    assert await store._database.write(work) == [1, 0]


# ---- what a person wants is kept, handed out and erased ----

WISHES = Preferences(
    frozenset({NewsKind.EVENTS, NewsKind.RESOURCES}),
    weekly=True,
    quiet=(time(19), time(9, 30)),
    paused_until=NOON + DAY,
)


async def test_what_a_person_wants_is_part_of_every_later_turn(store: Store) -> None:
    await want(store, WISHES)
    view = (await store.load(ALICE, now=NOON)).view
    assert view.preferences == WISHES
    assert view.policy.quiet == WISHES.quiet
    assert view.policy.usual_quiet == POLICY.quiet
    other = (await store.load(BRUNO, now=NOON)).view
    assert (other.preferences, other.policy.quiet) == (Preferences(), POLICY.quiet)


async def test_who_wants_what_everybody_gets_leaves_no_row(store: Store, path: Path) -> None:
    await want(store, WISHES)
    assert rows(path, "SELECT off, weekly, quiet FROM preference") == [("events,resources", 1, "19:00-09:30")]
    await want(store, Preferences())
    assert rows(path, "SELECT * FROM preference") == []


async def test_a_kind_that_is_no_more_is_read_as_nothing() -> None:
    assert read('["life,poems", 0, null, null]') == Preferences(frozenset({NewsKind.LIFE}))
    assert read(None) == Preferences()
    assert write_quiet(None) is None


async def test_a_pause_that_is_over_is_forgotten_and_the_rest_stays(store: Store, path: Path) -> None:
    await want(store, WISHES)
    await store.purge(now=NOON + 2 * DAY)
    assert rows(path, "SELECT off, paused_until FROM preference") == [("events,resources", None)]


# ---- the plan ----

LONG = (
    "role in ['benevole', 'bureau'] and (domain == 'sport' or contains(likes, 'a')) and mean(age, budget) > 2"
    " and done('tour') and not under_way('profil') and registered('cafe') and members > 3 and seen_within(30)"
)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    with closing(connect_writer(tmp_path_factory.mktemp("plan") / "data.sqlite3")) as opened:
        yield opened


@pytest.mark.parametrize("condition", ["", LONG])
@pytest.mark.parametrize("query", ["audience_people", "audience_count"])
def test_each_person_is_looked_at_once_and_all_else_is_found_by_an_index(
    connection: sqlite3.Connection, query: str, condition: str
) -> None:
    where = compiled(condition, VOCABULARY, POLICY, NOW) if condition else None
    names = ("channels", "kind", "now", "spare_busy", "lately", "since", "besides", "after", "last", "limit")
    sql, values = completed(shipped()[query], where, dict.fromkeys(names, "1"))
    plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    scans = [step for step in plan if step.startswith("SCAN") and "VIRTUAL TABLE" not in step]
    kept = {"SCAN CONSTANT ROW", *(step for step in scans if step.startswith("SCAN (subquery"))}
    whole = [] if query == "audience_people" else ["SCAN p"]
    assert [step for step in scans if step not in kept] == whole, plan
    if query == "audience_people":
        assert plan[0] == "SEARCH p USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"
    if condition:
        assert "SEARCH a USING PRIMARY KEY (owner=? AND owner_id=? AND flow=? AND run=? AND name=?)" in plan
        assert "SEARCH j USING INDEX journey_person (person=? AND flow=?)" in plan
