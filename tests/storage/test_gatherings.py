"""Around an event, on a real file: the right is asked for again, and people are there once."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.events.feedback import FEEDBACK, tie
from bot.events.reminders import AFTER, MAYBE, NOW, REPORT, reminder_key
from bot.model.effects import (
    CheckIn,
    CheckOut,
    Edit,
    Erase,
    News,
    OpenDoor,
    Publish,
    Register,
    Remember,
    RemindNow,
    Send,
)
from bot.model.event import EventState, Gathering, Place, Reply, event_tag
from bot.model.message import AttachedFile
from bot.model.turn import GatheringOf, Need
from bot.model.values import FieldRef, Owner, RunId
from bot.model.who import Address, PersonId
from bot.storage.privacy import SECTIONS
from bot.storage.store import Store
from tests.events.samples import EVENT, START, event
from tests.storage.samples import ALICE, BRUNO, DAY, mine, rows, say, turn
from tests.storage.samples import NOW as MONTH_BEFORE

CLAIRE = Address("telegram", "4713")
STAFF = Address("telegram", "4799")
NEWS = News(say("Une place pour vous", key=f"event.{EVENT.id}"))
CODE = "abcdefghjkmn"


@pytest.fixture
async def store(path: Path, store: Store) -> Store:
    """With one event, and staff who may arrange it."""
    await store.publish_event(EVENT, NEWS, now=MONTH_BEFORE)
    await store.load(STAFF, now=MONTH_BEFORE, profile={"standing": "organiser"})
    return store


def wants(reply: Reply, expected: Place, *, revision: int = 1) -> Register:
    return Register(EVENT.id, reply, revision, expected, NEWS.promoted)


async def person_at(store: Store, address: Address) -> PersonId:
    return (await store.load(address, now=MONTH_BEFORE)).view.person.id


async def gathered(store: Store) -> Gathering:
    return await store.gatherings.of(EVENT.id)


async def here(store: Store) -> list[str]:
    """Who is there: the reference, or the name of a walk-in."""
    found = (await gathered(store)).guests
    return [one.name or str(one.person) for one in found if one.here is not None]


def timers(path: Path, what: str) -> list[str]:
    key = reminder_key(EVENT.id, what)
    return [row[0] for row in rows(path, f"SELECT address FROM timer WHERE key = '{key}' ORDER BY address")]


# ---- who may ----


@pytest.mark.parametrize(
    "effect",
    [
        Publish(event(state=EventState.CANCELLED, revision=2), NEWS),
        CheckIn(EVENT.id, None, "Passant"),
        CheckOut(EVENT.id, None, 1),
        OpenDoor(EVENT.id, CODE),
        RemindNow(EVENT.id),
    ],
    ids=lambda effect: type(effect).__name__,
)
async def test_who_has_no_right_any_more_changes_nothing(store: Store, path: Path, effect: Publish) -> None:
    before = rows(path, "SELECT revision, state, code, reminded FROM event")
    assert not await turn(store, effect, at=ALICE)
    assert rows(path, "SELECT revision, state, code, reminded FROM event") == before
    assert rows(path, "SELECT count(*) FROM attendance") == [(0,)]
    assert rows(path, "SELECT count(*) FROM journal WHERE person IS NOT NULL") == [(0,)]


async def test_staff_publish_from_a_conversation_and_the_journal_says_so(store: Store, path: Path) -> None:
    assert await turn(store, Publish(event(capacity=9, revision=2), NEWS), at=STAFF)
    assert (await store.event(EVENT.id)) == event(capacity=9, revision=2)
    assert not await turn(store, Publish(event(capacity=8, revision=2), NEWS), at=STAFF)
    assert await turn(store, Publish(event(state=EventState.CANCELLED, revision=3), NEWS), at=STAFF)
    acts = rows(path, "SELECT act, about FROM journal WHERE person IS NOT NULL ORDER BY id")
    assert acts == [("event.changed", EVENT.id), ("event.cancelled", EVENT.id)]
    assert timers(path, REPORT) == [STAFF.id]


# ---- the door ----


async def test_staff_check_people_in_once_and_take_it_back(store: Store, path: Path) -> None:
    alice = await person_at(store, ALICE)
    await turn(store, wants(Reply.GOING, Place.SEATED), at=ALICE)
    for _ in range(2):
        assert await turn(store, CheckIn(EVENT.id, alice), at=STAFF, now=START)
    assert await here(store) == [str(alice)]
    assert rows(path, "SELECT act FROM journal WHERE act LIKE 'event.ch%'") == [("event.checked_in",)]
    assert timers(path, AFTER) == [ALICE.id] and timers(path, REPORT) == [STAFF.id]
    assert await turn(store, CheckOut(EVENT.id, alice), at=STAFF, now=START)
    assert await here(store) == []
    assert rows(path, "SELECT count(*) FROM journal WHERE act = 'event.checked_out'") == [(1,)]


async def test_who_came_without_an_answer_or_without_the_assistant_is_there_too(store: Store) -> None:
    bruno = await person_at(store, BRUNO)
    await turn(store, CheckIn(EVENT.id, bruno), CheckIn(EVENT.id, None, "Zoé"), at=STAFF, now=START)
    await turn(store, CheckIn(EVENT.id, None, "Zoé"), at=STAFF, now=START)
    found = (await gathered(store)).guests
    assert [(one.place, one.person) for one in found] == [
        (Place.NONE, bruno),
        (Place.NONE, None),
        (Place.NONE, None),
    ]
    await turn(store, CheckOut(EVENT.id, None, found[2].attendance), at=STAFF, now=START)
    assert await here(store) == [str(bruno), "Zoé"]


async def test_a_code_checks_in_who_opens_it_and_nobody_else(store: Store) -> None:
    alice, bruno = await person_at(store, ALICE), await person_at(store, BRUNO)
    assert not await turn(store, CheckIn(EVENT.id, alice, code=""), at=ALICE, now=START)
    assert await turn(store, OpenDoor(EVENT.id, CODE), at=STAFF, now=START)
    assert not await turn(store, CheckIn(EVENT.id, alice, code="wrong"), at=ALICE, now=START)
    assert not await turn(store, CheckIn(EVENT.id, bruno, code=CODE), at=ALICE, now=START)
    assert not await turn(store, CheckIn(EVENT.id, None, "Intrus", code=CODE), at=ALICE, now=START)
    assert await turn(store, CheckIn(EVENT.id, alice, code=CODE), at=ALICE, now=START)
    assert await here(store) == [str(alice)]
    assert await turn(store, OpenDoor(EVENT.id, CODE[::-1]), at=STAFF, now=START)
    assert not await turn(store, CheckIn(EVENT.id, bruno, code=CODE), at=BRUNO, now=START)


async def test_the_list_is_loaded_by_id_or_by_tag_and_only_where_asked_for(store: Store) -> None:
    for named in (EVENT.id, event_tag(EVENT.id)):
        wanted = (Need.EVENTS, GatheringOf(named))
        loaded = await store.load(STAFF, now=MONTH_BEFORE, needs=lambda *_, wanted=wanted: wanted)
        assert loaded.view.gathering == Gathering(EVENT.id)
    loaded = await store.load(STAFF, now=MONTH_BEFORE, needs=lambda *_: (Need.EVENTS, GatheringOf("x")))
    assert loaded.view.gathering is None


async def test_what_ended_lately_can_be_looked_back_on(store: Store) -> None:
    await turn(store, CheckIn(EVENT.id, await person_at(store, ALICE)), at=STAFF, now=START)
    for days, known in ((1, 1), (29, 1), (31, 0)):
        now = EVENT.ends + timedelta(days=days)
        view = (await store.load(ALICE, now=now, needs=lambda *_: (Need.EVENTS,))).view
        assert (view.events, len(view.past)) == ((), known)
        assert all(one.attended and one.here == 1 for one in view.past)


async def test_drafts_are_known_to_staff_alone(store: Store) -> None:
    await turn(store, Publish(event(state=EventState.DRAFT, revision=2), NEWS), at=STAFF)
    for at, known in ((STAFF, 1), (ALICE, 0)):
        loaded = await store.load(at, now=MONTH_BEFORE, needs=lambda *_: (Need.EVENTS,))
        assert len(loaded.view.events) == known


# ---- reminders ----


async def test_a_reminder_now_goes_to_those_who_come_and_waits_for_the_morning(
    store: Store, path: Path
) -> None:
    await turn(store, wants(Reply.GOING, Place.SEATED), at=ALICE)
    await turn(store, wants(Reply.MAYBE, Place.MAYBE), at=BRUNO)
    night = MONTH_BEFORE.replace(hour=22)
    assert await turn(store, RemindNow(EVENT.id), at=STAFF, now=night)
    assert timers(path, NOW) == [ALICE.id]
    assert [one.key for one in await store.due_timers(now=night)] == []
    morning = night + timedelta(hours=9)
    assert reminder_key(EVENT.id, NOW) in [one.key for one in await store.due_timers(now=morning)]


async def test_who_said_perhaps_is_asked_once_when_seats_run_out(store: Store, path: Path) -> None:
    await turn(store, wants(Reply.MAYBE, Place.MAYBE), at=BRUNO)
    key = reminder_key(EVENT.id, MAYBE)
    assert key not in [one.key for one in await store.due_timers(now=MONTH_BEFORE)]
    await turn(store, wants(Reply.GOING, Place.SEATED), at=ALICE)  # one of two seats is left
    (due,) = await store.due_timers(now=MONTH_BEFORE)
    assert (due.key, due.address) == (key, BRUNO)
    # Whatever they say then, they are not asked again.
    await turn(store, wants(Reply.NO, Place.DECLINED), at=BRUNO)
    await turn(store, wants(Reply.MAYBE, Place.MAYBE), at=BRUNO)
    assert timers(path, MAYBE) == []


# ---- cards kept up to date ----


async def test_cards_that_others_looked_at_are_brought_up_to_date_once_a_minute(
    store: Store, path: Path
) -> None:
    card = say("carte", key=f"event.{EVENT.id}")
    await turn(store, Send(card), at=ALICE)
    await turn(store, Send(say("autre chose", key="m1")), at=BRUNO)
    await turn(store, wants(Reply.GOING, Place.SEATED), Edit(card), at=CLAIRE)
    await turn(store, wants(Reply.NO, Place.DECLINED), Edit(card), at=CLAIRE)
    fresh = "SELECT address, due FROM timer WHERE key LIKE 'fresh.%'"
    minute = MONTH_BEFORE + timedelta(minutes=1)
    ((address, due),) = rows(path, fresh)
    assert (address, due[:16]) == (ALICE.id, f"{minute:%Y-%m-%dT%H:%M}")


async def test_a_card_that_nobody_looked_at_for_an_hour_is_left_as_it_is(store: Store, path: Path) -> None:
    await turn(store, Send(say("carte", key=f"event.{EVENT.id}")), at=ALICE)
    later = MONTH_BEFORE + timedelta(minutes=61)
    await turn(store, wants(Reply.GOING, Place.SEATED), at=BRUNO, now=later)
    assert rows(path, "SELECT count(*) FROM timer WHERE key LIKE 'fresh.%'") == [(0,)]


async def test_not_more_cards_than_we_may_edit_are_brought_up_to_date(store: Store, path: Path) -> None:
    card = Send(say("carte", key=f"event.{EVENT.id}"))
    for number in range(60):
        await turn(store, card, at=Address("telegram", str(9000 + number)))
    await turn(store, wants(Reply.GOING, Place.SEATED), at=BRUNO)
    assert rows(path, "SELECT count(*) FROM timer WHERE key LIKE 'fresh.%'") == [(50,)]


# ---- files, opinions, and what is kept how long ----


async def test_everybody_can_fetch_the_picture_of_an_event(store: Store) -> None:
    kept = await store.files.keep(b"picture", name="salle.png", media_type="image/png")
    picture = AttachedFile("salle.png", "image/png", kept.sha256, "La salle")
    await turn(store, Publish(event(picture=picture, revision=2), NEWS), at=STAFF)
    assert (await store.event(EVENT.id)) == event(picture=picture, revision=2)
    assert await store.file(ALICE, kept.sha256) == kept
    gone = AttachedFile("x.png", "image/png", "0" * 64)
    await turn(store, Publish(event(picture=gone, revision=3), NEWS), at=STAFF)
    found = await store.event(EVENT.id)
    assert found is not None and found.picture is None
    assert await store.file(ALICE, kept.sha256) is None


async def test_a_file_that_staff_handed_in_stays_when_they_are_erased(store: Store) -> None:
    kept = await store.files.keep(b"picture", name="salle.png", media_type="image/png")
    picture = AttachedFile("salle.png", "image/png", kept.sha256)
    await turn(store, Publish(event(picture=picture, revision=2), NEWS), at=STAFF)
    await turn(store, Erase(say("Au revoir")), at=STAFF)
    assert await store.files.read(kept.sha256) == b"picture"


def said(run: str, name: str, value: str | int) -> Remember:
    return Remember(FieldRef(Owner.PERSON, name, FEEDBACK, RunId(run)), value)


async def test_opinions_are_found_by_the_event_and_without_who_had_them(store: Store) -> None:
    for number, at in enumerate((ALICE, BRUNO)):
        tied = Remember(tie(RunId("r1")), EVENT.id)
        await turn(store, tied, said("r1", "note", 5 - number), said("r1", "conseil", f"b{number}"), at=at)
    await turn(store, Remember(tie(RunId("r2")), "autre"), said("r2", "note", 1), at=CLAIRE)
    opinions = (await gathered(store)).opinions
    assert opinions.people == 2
    assert opinions.answers == {"conseil": ("b0", "b1"), "note": (4, 5)}


async def test_who_was_there_is_forgotten_after_a_year_and_names_of_walk_ins_after_a_month(
    store: Store, path: Path
) -> None:
    await turn(store, wants(Reply.GOING, Place.SEATED), at=ALICE)
    alice = await person_at(store, ALICE)
    await turn(store, CheckIn(EVENT.id, alice), CheckIn(EVENT.id, None, "Zoé"), at=STAFF, now=START)
    await store.purge(now=START + 31 * DAY)
    assert rows(path, "SELECT name FROM attendance WHERE person IS NULL") == [("",)]
    assert rows(path, "SELECT count(*) FROM registration") == [(1,)]
    await store.purge(now=EVENT.ends + 366 * DAY)
    assert rows(path, "SELECT (SELECT count(*) FROM attendance), (SELECT count(*) FROM registration)") == [
        (0, 0)
    ]


async def test_an_export_tells_where_one_was_and_an_erasure_forgets_it(store: Store, path: Path) -> None:
    assert {"attendances", "looked"} <= set(SECTIONS)
    await turn(store, Send(say("carte", key=f"event.{EVENT.id}")), at=ALICE)
    alice = await person_at(store, ALICE)
    await turn(store, CheckIn(EVENT.id, alice), at=STAFF, now=START)
    await turn(store, Remember(mine("x"), "y"), Erase(say("Au revoir")), at=ALICE)
    assert rows(path, "SELECT (SELECT count(*) FROM attendance), (SELECT count(*) FROM looked)") == [(0, 0)]
