"""What becomes of copies: quiet hours, corrections, recalls, taps, answers, reports."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.events.audience import comes_to
from bot.events.report import listing_file, words_of
from bot.model.announcement import (
    AnnouncementId,
    Audience,
    CopiesOf,
    Fate,
    NewsKind,
    Order,
    Plan,
    Rhythm,
    State,
    Sweep,
    Twin,
)
from bot.model.effects import (
    Amend,
    Announce,
    Direct,
    Effect,
    Erase,
    HandOut,
    NewFile,
    News,
    Register,
    ReportOn,
    SetPreferences,
)
from bot.model.event import EventState, Place, Reply
from bot.model.message import AttachedFile, Markdown, Message, Poll
from bot.model.preferences import Preferences
from bot.model.receipt import Delivered, Failed, Receipt, Refused, Unknown, Unreachable
from bot.model.turn import Need, Wanted
from bot.model.who import Address, PersonId, Standing
from bot.storage import tallies
from bot.storage.announcements import EVENT_OVER, AlreadyAnnounced, NotPossible
from bot.storage.outbox import Outgoing
from bot.storage.privacy import Retention
from bot.storage.store import Store
from bot.storage.turns import Cause
from tests.events.samples import EVENT
from tests.storage.announcing import acquainted, announced, claimed, fates, finished, newest, shelf, writer
from tests.storage.samples import ALICE, CHANNELS, DAY, HOUR, NOW, PAGE, POLICY, rows, say, turn

NIGHT = datetime(2027, 1, 14, 22, 0, tzinfo=UTC)
"""23:00 in Paris, within the quiet hours of the settings."""
MORNING = datetime(2027, 1, 15, 7, 0, tzinfo=UTC)
"""8:00 there: they end."""


async def due(store: Store, now: datetime = NOW) -> Sequence[Outgoing]:
    return await store.due_bulk(CHANNELS, now=now)


async def answered(store: Store, *receipts: Receipt, now: datetime = NOW) -> None:
    """Each copy that may leave gets its receipt; without any, all of them arrive."""
    for number, copy in enumerate(await due(store, now)):
        receipt = receipts[number] if receipts else Delivered(str(100 + number))
        await store.record(copy, receipt, now=now)


async def checked_again(store: Store, id: AnnouncementId, now: datetime) -> int:
    """How many copies that waited too long were put off."""
    return await store.announcements.check_again(id, CHANNELS, writer(now), size=100)


async def sent(store: Store, count: int, what: Message | Plan | str = "Avis") -> AnnouncementId:
    """An announcement that arrived at so many people."""
    await acquainted(store, count)
    id = await announced(store, what)
    while await claimed(store, id):
        await answered(store)
    assert await finished(store, id)
    return id


async def swept(store: Store, id: AnnouncementId, now: datetime = NOW) -> int:
    return await store.announcements.sweep(id, writer(now), size=100)


# ---- when it begins ----


async def test_one_that_is_planned_begins_when_its_time_has_come_and_goes_to_who_is_known_then(
    store: Store,
) -> None:
    await acquainted(store, 2)
    id = await announced(store, Plan(say("Avis"), starts=NOW + HOUR))
    assert await store.announcements.running() == ()
    assert await claimed(store, id) == 0
    await store.load(Address("telegram", "2001"), now=NOW)
    assert await store.announcements.begin_due(now=NOW + HOUR) == (id,)
    announcement, tally = await newest(store)
    assert (announcement.state, announcement.began, tally.people) == (State.RUNNING, NOW + HOUR, 3)
    await store.load(Address("telegram", "2002"), now=NOW)  # later ones are not meant
    assert await claimed(store, id, now=NOW + HOUR) == 3
    assert await store.announcements.begin_due(now=NOW + DAY) == ()


async def test_of_two_that_begin_the_same_at_once_one_is_refused(store: Store) -> None:
    plan = Plan(say("Avis"))
    both = await asyncio.gather(
        *(store.announcements.announce(plan, now=NOW) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in both) == ["AlreadyAnnounced", "int"]


async def test_a_weekly_one_plans_its_next_when_it_is_done_and_a_cancel_ends_it(store: Store) -> None:
    await acquainted(store, 1)
    id = await announced(store, Plan(say("Avis"), rhythm=Rhythm.WEEKLY))
    await claimed(store, id)
    await answered(store)
    assert await finished(store, id) and not await finished(store, id)
    coming, _ = await newest(store)
    assert (coming.id, coming.state, coming.starts) == (id + 1, State.PLANNED, NOW + 7 * DAY)
    assert (coming.series, coming.turn) == (id, 1)
    await store.announcements.order(coming.id, Order.CANCEL, now=NOW)
    assert await store.announcements.begin_due(now=NOW + 8 * DAY) == ()
    assert len(await store.announcements.all_seen()) == 2


async def test_the_third_of_a_series_follows_the_first_start_and_not_the_delays(store: Store) -> None:
    await acquainted(store, 1)
    id, now = await announced(store, Plan(say("Avis"), rhythm=Rhythm.MONTHLY)), NOW
    for _ in range(2):
        now = (await newest(store))[0].starts + HOUR  # an hour late, each time
        await store.announcements.begin_due(now=now)
        id = (await newest(store))[0].id
        await claimed(store, id, now=now)
        await answered(store, now=now)
        assert await finished(store, id, now=now)
    coming, _ = await newest(store)
    assert coming.starts == datetime(2027, 3, 14, 18, 30, tzinfo=UTC)


async def test_a_correction_concerns_the_next_of_a_series_and_a_recall_ends_it(store: Store) -> None:
    id = await sent(store, 2, Plan(say("Lundi"), rhythm=Rhythm.WEEKLY))
    await store.announcements.amend(id, Markdown("Mardi"), now=NOW)
    coming, _ = await newest(store)
    assert (coming.state, coming.message.text, coming.turn) == (State.PLANNED, "Mardi", 1)
    await store.announcements.amend(id, None, now=NOW)
    assert (await newest(store))[0].state is State.CANCELLED


@pytest.mark.parametrize("off", [True, False])
async def test_one_that_was_planned_for_an_event_that_is_off_or_over_does_not_begin(
    store: Store, off: bool
) -> None:
    await acquainted(store, 1)
    later = EVENT.starts - HOUR if off else EVENT.ends
    state = EventState.CANCELLED if off else EventState.ANNOUNCED
    await store.publish_event(replace(EVENT, state=state), News(say("Promotion"), {}), now=NOW)
    await announced(store, Plan(say("Venez"), starts=later, event=EVENT.id))
    await store.announcements.begin_due(now=later)
    announcement, _ = await newest(store)
    assert (announcement.state, announcement.reason) == (State.CANCELLED, EVENT_OVER)
    assert await store.announcements.running() == ()


# ---- to whom ----


async def test_a_copy_waits_for_the_end_of_quiet_hours_without_a_row_in_the_outbox(
    store: Store, path: Path
) -> None:
    await acquainted(store, 2)
    id = await announced(store, now=NIGHT)
    assert await claimed(store, id, now=NIGHT) == 0
    assert await fates(store) == {Fate.LATER: 2}
    assert rows(path, "SELECT count(*) FROM outbox") == [(0,)]
    assert not await finished(store, id, now=NIGHT)
    assert await claimed(store, id, now=MORNING - HOUR) == 0
    assert await claimed(store, id, now=MORNING) == 2
    await answered(store, now=MORNING)
    assert await finished(store, id, now=MORNING)


async def test_a_copy_that_comes_late_out_of_the_quiet_hours_waits_for_the_next_morning(
    store: Store,
) -> None:
    await acquainted(store, 2)
    id = await announced(store, now=NIGHT)
    assert await claimed(store, id, now=NIGHT) == 0
    assert await claimed(store, id, now=NIGHT + DAY) == 0  # paused, or nobody was serving, all day
    assert await fates(store) == {Fate.LATER: 2}
    assert await claimed(store, id, now=MORNING + DAY) == 2


async def test_copies_that_were_made_by_day_do_not_leave_when_the_pause_ends_at_night(store: Store) -> None:
    await acquainted(store, 3)
    id = await announced(store)
    assert await claimed(store, id) == 3
    for order in (Order.PAUSE, Order.RESUME):
        await store.announcements.order(id, order, now=NIGHT)
    assert await due(store, NIGHT) == ()
    assert await store.announcements.aged(CHANNELS, now=NIGHT) == (id,)
    assert await checked_again(store, id, NIGHT) == 3
    assert await fates(store) == {Fate.LATER: 3}
    assert await store.announcements.aged(CHANNELS, now=NIGHT) == ()
    assert await claimed(store, id, now=MORNING - HOUR) == 0
    assert await claimed(store, id, now=MORNING) == 3
    await answered(store, now=MORNING)
    assert await finished(store, id, now=MORNING)
    assert await fates(store) == {Fate.SENT: 3}


async def test_copies_that_waited_and_are_still_wanted_leave_once(store: Store) -> None:
    people = await acquainted(store, 3)
    id = await announced(store)
    await claimed(store, id)
    on_its_way = (await due(store))[0]
    assert await due(store, NOW + HOUR) == ()  # until they are looked at again
    await turn(store, SetPreferences(Preferences(off=frozenset(NewsKind))), at=people[2], now=NOW + HOUR)
    await checked_again(store, id, NOW + HOUR)
    assert [copy.address for copy in await due(store, NOW + HOUR)] == people[:2]
    await store.record(on_its_way, Delivered("1"), now=NOW + HOUR)
    assert await claimed(store, id, now=NOW + HOUR) == 0
    await answered(store, now=NOW + HOUR)
    assert await finished(store, id, now=NOW + HOUR)
    assert (await fates(store))[Fate.SENT] == 2


async def test_a_copy_that_arrives_while_it_is_put_off_is_not_sent_again(store: Store) -> None:
    await acquainted(store, 1)
    id = await announced(store)
    await claimed(store, id)
    (on_its_way,) = await due(store)
    await checked_again(store, id, NIGHT)
    await store.record(on_its_way, Delivered("1"), now=NIGHT)
    assert await claimed(store, id, now=MORNING) == 0
    assert await fates(store) == {Fate.SENT: 1}


async def test_who_can_no_longer_be_reached_when_the_quiet_hours_end_gets_none(
    store: Store, path: Path
) -> None:
    people = await acquainted(store, 2)
    id = await announced(store, now=NIGHT)
    await claimed(store, id, now=NIGHT)
    await turn(store, Erase(say("Au revoir")), at=people[0], now=NIGHT)
    rows_changed = rows(path, "SELECT person FROM delivery")
    assert len(rows_changed) == 1
    assert await claimed(store, id, now=MORNING) == 1


async def test_a_condition_that_means_nothing_any_more_pauses_it(store: Store) -> None:
    await acquainted(store, 1)
    id = await announced(store, Plan(say("Avis"), audience=Audience("person.gone == 1")))
    assert await claimed(store, id) == 0
    announcement, _ = await newest(store)
    assert (announcement.state, announcement.reason.split(":")[0]) == (State.PAUSED, "audience")


async def test_a_resume_while_everybody_sleeps_does_not_hide_a_bad_text_in_the_morning(store: Store) -> None:
    await acquainted(store, 30)
    id = await announced(store, now=NIGHT)
    while (await newest(store))[0].claimed_up_to < 30:
        await claimed(store, id, now=NIGHT)
    for order in (Order.PAUSE, Order.RESUME):
        await store.announcements.order(id, order, now=NIGHT)
    made = 0
    for _ in range(4):
        count = await claimed(store, id, size=30, now=MORNING)
        made += count
        await answered(store, *[Refused("bad text")] * count, now=MORNING)
    assert (made, (await newest(store))[0].state) == (5, State.PAUSED)


async def test_a_resume_after_refusals_gives_it_another_try(store: Store) -> None:
    await acquainted(store, 12)
    id = await announced(store)
    await claimed(store, id)
    await answered(store, *[Refused("bad")] * 5)
    assert await claimed(store, id) == 0
    assert (await newest(store))[0].reason == "bad"
    await store.announcements.order(id, Order.RESUME, now=NOW)
    assert await claimed(store, id) == 5
    await answered(store)
    assert await claimed(store, id) == 2


# ---- corrections and recalls ----


async def test_a_correction_edits_every_copy_that_arrived_and_what_waits_takes_the_new_text(
    store: Store,
) -> None:
    await acquainted(store, 5)
    id = await announced(store)
    await claimed(store, id, size=3)
    first, second, third = await due(store)
    await store.record(first, Delivered("101"), now=NOW)
    assert await store.announcements.amend(id, Markdown("Avis corrigé"), now=NOW) == 1
    assert await store.announcements.swept() == (id,)
    assert await store.announcements.renew(id, writer(), size=9) == 2
    assert await store.announcements.renew(id, writer(), size=9) == 0
    assert [one.message.text for one in await due(store)] == ["Avis corrigé"] * 2
    assert await swept(store, id) == 1 and await swept(store, id) == 0
    edit = (await due(store))[-1]
    assert (edit.replaces, edit.message.text, edit.address) == ("101", "Avis corrigé", first.address)
    await store.record(second, Delivered("102"), now=NOW)  # on its way with the old text
    await store.record(edit, Delivered("101"), now=NOW)
    assert await swept(store, id) == 1
    _, tally = await newest(store)
    assert (tally.swept, tally.stale) == (1, 1)
    (late,) = [one for one in await due(store) if one.replaces]
    assert late.replaces == "102"
    await store.record(late, Delivered("102"), now=NOW)
    await store.record((await due(store))[0], Delivered("103"), now=NOW)
    assert third.copy is not None and third.copy.edition == 1
    assert await store.announcements.swept() == ()


@pytest.mark.parametrize(
    ("receipt", "again", "counts"),
    [
        (Delivered("100"), False, (1, 0, 0)),
        (Refused("message can't be edited"), False, (0, 1, 0)),
        (Unreachable("blocked"), False, (0, 1, 0)),
        (Failed("down"), False, (0, 1, 0)),
        (Failed("down"), True, (0, 0, 1)),
        (Unknown("timeout"), True, (0, 0, 1)),  # a second edit does no harm
    ],
)
async def test_what_becomes_of_a_correction(
    store: Store, receipt: Receipt, again: bool, counts: tuple[int, int, int]
) -> None:
    id = await sent(store, 1)
    await store.announcements.amend(id, Markdown("Corrigé"), now=NOW)
    await swept(store, id)
    (edit,) = await due(store)
    await store.record(edit, receipt, now=NOW, again=NOW if again else None)
    _, tally = await newest(store)
    assert (tally.swept, tally.unswept, tally.stale) == counts
    assert tally.fates == {Fate.SENT: 1}
    assert len(await due(store)) == again


async def test_a_recall_stops_it_and_takes_back_what_arrived(store: Store) -> None:
    await acquainted(store, 4)
    id = await announced(store)
    await claimed(store, id, size=2)
    await answered(store)
    await claimed(store, id, size=1)
    assert await store.announcements.amend(id, None, now=NOW) == 2
    announcement, tally = await newest(store)
    assert (announcement.state, announcement.sweep) == (State.CANCELLED, Sweep.RECALL)
    assert tally.fates == {Fate.SENT: 2, Fate.DROPPED: 1}
    await swept(store, id)
    assert all(one.message.recalls and one.replaces for one in await due(store))
    await answered(store, Delivered("100"), Refused("message can't be edited"))
    _, tally = await newest(store)
    assert tally.fates == {Fate.RECALLED: 1, Fate.SENT: 1, Fate.DROPPED: 1}
    assert (tally.swept, tally.unswept, tally.stale) == (1, 1, 0)
    for text in (None, Markdown("encore")):
        with pytest.raises(NotPossible, match="taken back already"):
            await store.announcements.amend(id, text, now=NOW)


async def test_a_copy_that_was_on_its_way_at_the_recall_is_taken_back_too(store: Store) -> None:
    await acquainted(store, 1)
    id = await announced(store)
    await claimed(store, id)
    (copy,) = await due(store)
    await store.announcements.amend(id, None, now=NOW)
    assert await store.announcements.swept() == ()
    await store.record(copy, Delivered("9"), now=NOW)
    assert await store.announcements.swept() == (id,)
    assert await swept(store, id) == 1


async def test_one_that_has_not_begun_is_cancelled_and_not_recalled(store: Store) -> None:
    id = await announced(store, Plan(say("Avis"), starts=NOW + HOUR))
    with pytest.raises(NotPossible, match="has not begun"):
        await store.announcements.amend(id, None, now=NOW)
    await store.announcements.amend(id, Markdown("Mieux"), now=NOW)
    assert (await newest(store))[0].message.text == "Mieux"
    with pytest.raises(NotPossible, match="there is no announcement 99"):
        await store.announcements.amend(AnnouncementId(99), None, now=NOW)


async def test_an_edit_of_a_blocked_person_ends_and_is_not_tried_for_ever(store: Store) -> None:
    id = await sent(store, 2)
    await store.announcements.amend(id, Markdown("Corrigé"), now=NOW)
    await swept(store, id)
    first, second = await due(store)
    await store.record(first, Unreachable("bot was blocked by the user"), now=NOW)
    await store.record(second, Delivered("101"), now=NOW)
    assert await store.announcements.swept() == ()


async def test_a_conversation_that_moved_keeps_its_copy_but_it_cannot_be_edited(
    store: Store, path: Path
) -> None:
    await sent(store, 1)
    from bot.storage import outbox

    await store._database.write(lambda tx: outbox.move(tx, Address("telegram", "1000"), "-1000"))
    assert rows(path, "SELECT address, reference FROM delivery") == [("-1000", "")]


# ---- what people do with it ----


async def test_a_tap_counts_once_for_the_copy_that_carries_the_button(store: Store) -> None:
    people = [Address("telegram", str(1000 + number)) for number in range(3)]
    id = await sent(store, 3)
    for at, act, post in [
        (people[0], "do.menu", "100"),
        (people[0], "do.menu", "100"),
        (people[0], "do.news", "100"),
        (people[1], "do.menu", "101"),
        (people[1], "do.menu", "999"),  # the button of another message
        (people[2], "do.menu", "100"),  # of somebody else's
        (people[2], "do.menu", ""),
    ]:
        await turn(store, at=at, cause=Cause(tapped=act, tapped_at=post))
    _, tally = await newest(store)
    assert (tally.clicks, tally.tappers) == ({"do.menu": 2, "do.news": 1}, 2)
    line = (await store.announcements.listing((await newest(store))[0]))[0]
    assert sorted(line.clicks) == ["do.menu", "do.news"]
    assert id == 1


async def test_who_taps_to_get_no_more_of_it_did_nothing_with_it(store: Store) -> None:
    await sent(store, 1)
    at = Address("telegram", "1000")
    await turn(store, at=at, cause=Cause(tapped="do.news", tapped_at="100"))
    assert (await newest(store))[1].tappers == 0
    await turn(store, at=at, cause=Cause(tapped="do.menu", tapped_at="100"))
    assert (await newest(store))[1].tappers == 1


async def test_registrations_count_from_the_moment_of_the_copy(store: Store) -> None:
    from bot.model.effects import News

    people = await acquainted(store, 3)
    await store.publish_event(replace(EVENT, revision=1), News(say("")), now=NOW - HOUR)
    await turn(store, Register(EVENT.id, Reply.GOING, 1, Place.SEATED, say("")), at=people[0], now=NOW - HOUR)
    await sent(store, 3, Plan(say("Venez"), event=EVENT.id))
    await turn(store, Register(EVENT.id, Reply.GOING, 1, Place.SEATED, say("")), at=people[1], now=NOW + HOUR)
    assert (await newest(store))[1].registered == 1


async def test_answers_of_a_poll_are_counted_and_a_changed_one_replaces(store: Store, path: Path) -> None:
    people = await acquainted(store, 3)
    id = await announced(store, Message(Markdown("Avis"), poll=Poll("Oui ?", ("a", "b", "c"), several=True)))
    await claimed(store, id)
    await answered(store, *[Delivered(str(number), f"poll-{number}") for number in range(3)])
    body = json.dumps({"update_id": 1})
    votes = [
        (0, "poll-0", people[0], (0, 2)),
        (1, "poll-1", people[1], (0,)),
        (2, "poll-1", people[1], (1,)),  # changed
        (3, "poll-2", people[2], (1,)),
        (4, "poll-2", people[2], ()),  # taken back
        (5, "poll-0", people[1], (1,)),  # somebody else's poll
        (6, "poll-9", Address("telegram", "9999"), (1,)),  # nobody's
    ]
    await store.accept("telegram", [(number, at.id, body) for number, _, at, _ in votes], now=NOW)
    waiting = await store.unfinished("telegram")
    for row, (_, poll, at, options) in zip(waiting, votes, strict=True):
        for _ in range(2):  # a repeat of the update changes nothing
            await store.announcements.vote(row.id, poll, at, options)
    _, tally = await newest(store)
    assert (tally.votes, tally.voters) == ({0: 1, 1: 1, 2: 1}, 2)
    lines = await store.announcements.listing((await newest(store))[0])
    assert [line.vote for line in lines] == [("a", "c"), ("b",), ()]
    assert rows(path, "SELECT count(*) FROM person") == [(3,)]
    assert await store.unfinished("telegram") == ()


# ---- who made it ----


async def staff(store: Store, at: Address = ALICE, *, standing: Standing = Standing.STAFF) -> PersonId:
    loaded = await store.load(at, now=NOW, profile={"standing": standing})
    return loaded.view.person.id


def announcing(text: str = "Avis", *, again: bool = False) -> Announce:
    return Announce(Plan(say(text), again=again))


async def test_staff_announce_in_a_turn_and_the_same_text_only_if_they_know_of_the_last(
    store: Store, path: Path
) -> None:
    """A turn that knew nothing of it, or of an earlier one, is decided again."""
    person = await staff(store)
    assert await turn(store, announcing())
    assert not await turn(store, announcing())
    assert await turn(store, replace(announcing(), knowing=AnnouncementId(1)))
    assert not await turn(store, replace(announcing(), knowing=AnnouncementId(1)))
    assert await turn(store, announcing(again=True))
    found = await store.announcements.all_seen()
    assert [one.announcement.made_by for one in found] == [person] * 3
    assert rows(path, "SELECT act, about FROM journal") == [
        ("announcement.planned", str(number)) for number in (1, 2, 3)
    ]


async def test_what_was_announced_last_of_the_same_text_is_known(store: Store) -> None:
    view = (await store.load(ALICE, now=NOW)).view
    twin, other = Twin(say("Avis")), Twin(say("Avis"), EVENT.id)
    for again in (False, True):
        await store.announcements.announce(Plan(say("Avis"), again=again), now=NOW)
    gone = await store.announcements.announce(Plan(say("Avis"), again=True, starts=NOW + HOUR), now=NOW)
    await store.announcements.order(gone, Order.CANCEL, now=NOW)  # it reached nobody
    found = (await store.announcements.seen_in(view, {twin, other})).twins
    assert found[other] is None
    last = found[twin]
    assert last is not None and last.announcement.id == 2


async def test_who_organises_writes_to_those_registered_and_to_nobody_else(store: Store, path: Path) -> None:
    person = await staff(store, standing=Standing.ORGANISER)
    await store.publish_event(EVENT, News(say("Promotion"), {}), now=NOW)
    people = await acquainted(store, 3)
    coming = Register(EVENT.id, Reply.GOING, 1, Place.SEATED, say("Promotion"))
    assert await turn(store, coming, at=people[1])
    plan = Plan(say("La salle change"), kind=NewsKind.EVENTS, event=EVENT.id)
    for wider in (
        Audience(),
        Audience("seen_within(9)"),
        Audience(f"{comes_to(EVENT.id)} or seen_within(9)"),
    ):
        assert not await turn(store, Announce(replace(plan, audience=wider)))
    assert await turn(store, Announce(replace(plan, audience=Audience(comes_to(EVENT.id)))))
    (id,) = await store.announcements.begin_due(now=NOW)
    assert await claimed(store, id) == 1
    assert [copy.address for copy in await due(store)] == [people[1]]
    assert await store.announcements.show(id, say("Carte", key="carte"), now=NOW)
    assert len(await store.history(ALICE)) == 1
    for effect in (
        Direct(id, Order.PAUSE),
        Amend(id, Markdown("Mieux")),
        ReportOn(id, HandOut(say("Bilan"), ())),
    ):
        assert await turn(store, effect)
    # Without the role none of it.
    assert await store.roles.remove(person, now=NOW)
    assert not await turn(store, Direct(id, Order.RESUME))
    assert not await turn(store, Announce(replace(plan, audience=Audience(comes_to(EVENT.id)))))
    await store.announcements.show(id, say("Carte, plus loin", key="carte"), now=NOW)
    assert "Carte, plus loin" not in [one.text for one in await store.history(ALICE)]


async def test_who_organises_may_not_touch_any_other(store: Store) -> None:
    await staff(store, standing=Standing.ORGANISER)
    id = await announced(store)
    for effect in (Direct(id, Order.PAUSE), Amend(id, None), ReportOn(id, HandOut(say("Bilan"), ()))):
        assert not await turn(store, effect)


@pytest.mark.parametrize(
    "effect",
    [
        announcing("Deux"),
        Direct(AnnouncementId(1), Order.PAUSE),
        Amend(AnnouncementId(1), Markdown("x")),
        Amend(AnnouncementId(1), None),
        ReportOn(AnnouncementId(1), HandOut(say("Bilan"), ())),
    ],
)
async def test_who_has_lost_the_right_changes_nothing(store: Store, path: Path, effect: Effect) -> None:
    """The turn was decided by staff, whose role was taken back meanwhile: it is decided again."""
    await announced(store)
    before = rows(path, "SELECT state, edition, plan FROM announcement")
    await store.load(ALICE, now=NOW)
    assert not await turn(store, effect)
    assert rows(path, "SELECT state, edition, plan FROM announcement") == before
    assert rows(path, "SELECT count(*) FROM outbox") == [(0,)]


async def test_orders_of_a_turn_are_written_into_the_journal_and_impossible_ones_do_nothing(
    store: Store, path: Path
) -> None:
    await staff(store)
    id = await announced(store)
    for effect in (
        Direct(id, Order.RESUME),
        Direct(id, Order.PAUSE),
        Direct(id, Order.PAUSE),
        Direct(AnnouncementId(99), Order.CANCEL),
        Amend(id, Markdown("Mieux")),
        Amend(id, None),
        Amend(id, None),
    ):
        assert await turn(store, effect)
    assert [act for (act,) in rows(path, "SELECT act FROM journal")] == [
        "announcement.planned",
        "announcement.pause",
        "announcement.correct",
        "announcement.recall",
    ]


async def test_the_list_holds_every_copy_with_its_reason_readable(store: Store, path: Path) -> None:
    await staff(store, Address("telegram", "1000"))
    await store.load(Address("telegram", "1001"), now=NOW, name="=1+1")
    id = await announced(store)
    await claimed(store, id)
    await answered(store, Delivered("1"), Unreachable("Forbidden: bot was blocked by the user"))
    here = Address("telegram", "1000")
    wanted: set[Wanted] = {Need.ANNOUNCEMENTS, CopiesOf(id)}
    view = (await store.load(here, now=NOW, needs=lambda session, standing: wanted)).view
    listing = listing_file("l.csv", view.copies, words_of(shelf().phrases), POLICY.timezone)
    lines = listing.content.decode("utf-8-sig").split("\r\n")
    assert lines[0] == "Prénom;État;Motif;Date et heure;Boutons touchés;Inscription;Réponse au sondage"
    assert lines[2].startswith("'=1+1;Injoignables;la personne a bloqué l'assistant;2027-01-14 19:30;0")
    assert await turn(store, ReportOn(id, HandOut(say("Bilan"), (listing,))), at=here)
    message = (await store.history(here))[-1].message
    assert message is not None
    assert [one.name for one in message.attachments] == ["l.csv"]
    # Who took the names of others stands in the journal.
    assert rows(path, "SELECT act, about FROM journal")[1:] == [("announcement.list", str(id))]


async def test_a_list_longer_than_one_look_is_whole(store: Store) -> None:
    await sent(store, 5)
    lines = await tallies.listing(store._database, (await newest(store))[0], part=2)
    assert [line.fate for line in lines] == [Fate.SENT] * 5


async def test_the_report_is_sent_once_for_each_edition(store: Store) -> None:
    by = await staff(store)
    id = await announced(store, by=by)
    assert list(await store.announcements.watched()) == [id]
    await claimed(store, id)
    await answered(store)
    assert await finished(store, id)
    assert await store.announcements.report(id, say("Bilan"), (), now=NOW)
    assert not await store.announcements.report(id, say("Bilan"), (), now=NOW)
    assert not await store.announcements.watched()
    await store.announcements.amend(id, Markdown("Mieux"), now=NOW)
    assert list(await store.announcements.watched()) == [id]
    assert await store.announcements.report(id, say("Bilan"), (), now=NOW)


async def test_who_may_not_announce_any_more_gets_neither_card_nor_list(store: Store) -> None:
    by = await staff(store)
    await acquainted(store, 1)
    id = await announced(store, Plan(say("Avis"), rhythm=Rhythm.MONTHLY), by=by)
    await store.roles.remove(by, now=NOW)
    assert await store.announcements.show(id, say("1 sur 2", key="announcement.1"), now=NOW)
    assert not await store.announcements.report(
        id, say("Bilan"), (NewFile("l.csv", "text/csv", b""),), now=NOW
    )
    assert await store.due_messages(CHANNELS, now=NOW) == ()


async def test_a_maker_who_blocked_us_is_not_called_for_every_step(store: Store) -> None:
    by = await staff(store)
    id = await announced(store, by=by)
    assert await store.announcements.show(id, say("1 sur 2", key="announcement.1"), now=NOW)
    for one in await store.due_messages(CHANNELS, now=NOW):
        await store.record(one, Unreachable("blocked"), now=NOW)
    assert await store.announcements.show(id, say("2 sur 2", key="announcement.1"), now=NOW)
    assert await store.due_messages(CHANNELS, now=NOW) == ()


async def test_a_card_is_queued_once_until_it_has_left(store: Store) -> None:
    by = await staff(store)
    id = await announced(store, by=by)
    card = say("1 sur 2", key="announcement.1")
    assert await store.announcements.show(id, card, now=NOW)
    assert not await store.announcements.show(id, card, now=NOW)
    for one in await store.due_messages(CHANNELS, now=NOW):
        await store.record(one, Delivered("77"), now=NOW)
    assert await store.announcements.show(id, card, now=NOW)
    (edit,) = await store.due_messages(CHANNELS, now=NOW)
    assert edit.replaces == "77"


async def test_who_made_it_may_be_erased_and_it_goes_on_without_a_card(store: Store, path: Path) -> None:
    by = await staff(store)
    await acquainted(store, 1)
    id = await announced(store, Plan(replace(say("Avis"), copied="4711/5")), by=by)
    await turn(store, Erase(say("Au revoir")))
    announcement, _ = await newest(store)
    assert (announcement.made_by, announcement.message.copied) == (None, "")
    assert not await store.announcements.watched()
    assert await claimed(store, id) == 1
    assert "4711" not in str(rows(path, "SELECT plan FROM announcement"))


async def test_a_test_goes_to_one_person_and_to_nobody_else(store: Store) -> None:
    people = await acquainted(store, 2)
    await store.announcements.test(Plan(say("Avis {name}")), people[0], writer())
    (one,) = await store.due_messages(CHANNELS, now=NOW)
    assert (one.address, one.message.text) == (people[0], "Avis")
    with pytest.raises(NotPossible, match="nobody at telegram:7"):
        await store.announcements.test(Plan(say("Avis")), Address("telegram", "7"), writer())


# ---- in the end ----


async def test_after_a_year_the_counts_stay_and_nobody_is_named(store: Store, path: Path) -> None:
    await sent(store, 2)
    await turn(store, at=Address("telegram", "1000"), cause=Cause(tapped="do.menu", tapped_at="100"))
    await store.purge(now=NOW + timedelta(days=364))
    assert rows(path, "SELECT count(*) FROM delivery") == [(2,)]
    for days in (366, 400):
        await store.purge(now=NOW + Retention().deliveries + timedelta(days=days - 365))
    assert rows(path, "SELECT (SELECT count(*) FROM delivery), (SELECT count(*) FROM click)") == [(0, 0)]
    assert await fates(store) == {Fate.SENT: 2}


async def test_a_pause_that_nobody_ends_does_not_keep_for_ever_who_got_it(store: Store, path: Path) -> None:
    await acquainted(store, 12)
    id = await announced(store)
    await claimed(store, id, size=3)
    await answered(store)
    await claimed(store, id, size=3)
    await store.announcements.order(id, Order.PAUSE, now=NOW)
    kept = Retention().deliveries
    await store.purge(now=NOW + kept - DAY)
    assert (await newest(store))[0].state is State.PAUSED
    await store.purge(now=NOW + kept)
    assert (await newest(store))[0].state is State.CANCELLED
    assert await fates(store) == {Fate.SENT: 3, Fate.DROPPED: 3}
    await store.purge(now=NOW + 2 * kept)
    assert rows(path, "SELECT (SELECT count(*) FROM delivery), (SELECT count(*) FROM outbox)") == [(0, 0)]


async def test_what_an_announcement_carries_is_kept_as_long_as_it_is(store: Store) -> None:
    sha256 = store.files.keep_now(b"%PDF")
    message = replace(say("Avis"), attachments=(AttachedFile("a.pdf", "application/pdf", sha256),))
    await announced(store, message)
    await store.purge(now=NOW + timedelta(days=30))
    assert await store.files.read(sha256) == b"%PDF"


async def test_on_the_page_a_file_opens_for_who_got_it_and_for_nobody_else(store: Store) -> None:
    sha256 = store.files.keep_now(b"%PDF")
    await store.load(PAGE, now=NOW)
    message = replace(say("Avis"), attachments=(AttachedFile("a.pdf", "application/pdf", sha256),))
    id = await announced(store, message)
    assert await store.file(PAGE, sha256) is None
    await claimed(store, id, served=("web",))
    kept = await store.file(PAGE, sha256)
    assert kept is not None and (kept.name, kept.media_type) == ("a.pdf", "application/pdf")
    await store.load(ALICE, now=NOW)
    assert await store.file(ALICE, sha256) is None


async def test_the_same_text_in_another_poll_or_for_another_event_is_another_announcement(
    store: Store,
) -> None:
    await announced(store)
    await announced(store, Message(Markdown("Avis"), poll=Poll("?", ("a", "b"))))
    await announced(store, Plan(say("Avis"), event=EVENT.id))
    with pytest.raises(AlreadyAnnounced, match="announcement 1 of 2027-01-14"):
        await announced(store, Plan(say("Avis"), audience=Audience(spare_days=3)))
    assert POLICY.timezone.key == "Europe/Paris"


async def test_the_page_keeps_a_copy_and_what_becomes_of_it(store: Store) -> None:
    await store.load(PAGE, now=NOW)
    id = await announced(store, "Avis")
    assert await claimed(store, id, served=("web",)) == 1
    assert [one.text for one in await store.history(PAGE)] == ["Avis"]
    (copy,) = await store.due_bulk(("web",), now=NOW)
    await store.record(copy, Delivered("copy.1"), now=NOW)
    assert await finished(store, id)
    await store.announcements.amend(id, None, now=NOW)
    await store.announcements.sweep(id, writer(), size=9)
    (kept,) = await store.history(PAGE)
    assert "retiré" in kept.text
