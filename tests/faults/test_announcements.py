"""F32: an announcement is killed at each step, paused, cancelled, begun twice, corrected, taken back; people
come and go meanwhile; its text is refused from the start.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.model.announcement import Fate, NewsKind, OnUnknown, Order, Plan, State
from bot.model.effects import Erase, SetPreferences
from bot.model.message import Markdown
from bot.model.preferences import Preferences
from bot.runtime.pacing import Pacer
from bot.storage.announcements import AlreadyAnnounced
from tests.faults.stage import Stage, at, stage, texts
from tests.storage.announcing import announced, fates, newest
from tests.storage.samples import say, turn
from tests.telegram_api import Person, faults

PEOPLE = 60
TEXT = "Avis à toutes et tous"
BETTER = "Avis corrigé"
NOTICE = "Ce message a été retiré."


@dataclass
class Lives:
    """A process that is killed and started again, on one database."""

    here: Stage
    in_flight: int = 0
    """Calls that were on their way at the kills."""
    count: int = 0
    orders: dict[int, object] = field(default_factory=dict)

    async def live(self, looks: int) -> bool:
        """One life of so many looks; whether everything is done."""
        one = Stage(self.here.api, self.here.store, self.here.file, clock=self.here.clock, pacer=Pacer())
        self.count += 1
        done = False
        try:
            async with one.running(polls=False):
                for _ in range(looks):
                    busy = await one.announcer.step()
                    await one.advance(0.1)
                    if not busy and await one.empty():
                        done = True
                        break
                self.in_flight += len(one.courier._sending)
        finally:
            await one.channel.close()
        return done

    async def until_done(self, looks: int) -> None:
        """Live and die until there is nothing left to do."""
        for _ in range(400):
            if await self.live(looks):
                return
        raise AssertionError("it never came to its end")


async def crowd(here: Stage, count: int = PEOPLE) -> list[Person]:
    people = [here.api.person(2000 + number) for number in range(count)]
    for person in people:
        await here.store.load(at(person.id), now=here.clock.now())
    return people


def copies(here: Stage, people: list[Person]) -> Counter[int]:
    """How many messages of the announcement stand in each chat."""
    return Counter(
        {person.id: sum(one.text.startswith("Avis") for one in person.chat.messages) for person in people}
    )


# ---- killed ----


@pytest.mark.parametrize("looks", [1, 2, 3, 5, 8, 13])
async def test_f32_killed_at_any_look_nobody_is_left_out_and_only_what_was_on_its_way_comes_twice(
    tmp_path: Path, looks: int
) -> None:
    async with stage(tmp_path) as here:
        people = await crowd(here)
        for person in people[::20]:
            await person.blocks_bot()
        await announced(here.store, TEXT, now=here.clock.now())
        lives = Lives(here)
        await lives.until_done(looks)
        found = copies(here, people)
        assert all(found[person.id] >= 1 for person in people if person not in people[::20])
        assert sum(found.values()) <= PEOPLE - 3 + lives.in_flight
        assert max(found.values()) <= 2
        announcement, tally = await newest(here.store)
        assert announcement.state is State.DONE
        assert tally.fates == {Fate.SENT: PEOPLE - 3, Fate.BLOCKED: 3}
        assert lives.count > 1


@pytest.mark.parametrize("looks", [1, 2, 3, 5])
@pytest.mark.parametrize("after", [0, 4, 12])
async def test_f32_a_correction_reaches_every_copy_however_often_it_is_killed(
    tmp_path: Path, looks: int, after: int
) -> None:
    """`after`: looks until the correction is ordered, while copies are still being made."""
    async with stage(tmp_path) as here:
        people = await crowd(here, 40)
        id = await announced(here.store, TEXT, now=here.clock.now())
        lives = Lives(here)
        await lives.live(after)
        await here.store.announcements.amend(id, Markdown(BETTER), now=here.clock.now())
        await lives.until_done(looks)
        # What came twice was told once that it arrived: of the other nobody knows where it stands.
        shown = [[one.text for one in person.chat.messages] for person in people]
        assert all(BETTER in one for one in shown)
        old = sum(one.count(TEXT) for one in shown)
        assert old <= lives.in_flight
        announcement, tally = await newest(here.store)
        assert (announcement.state, tally.stale, tally.unswept) == (State.DONE, 0, 0)
        assert tally.fates == {Fate.SENT: 40}


@pytest.mark.parametrize("looks", [1, 2, 5])
async def test_f32_a_recall_takes_every_copy_back_however_often_it_is_killed(
    tmp_path: Path, looks: int
) -> None:
    async with stage(tmp_path) as here:
        people = await crowd(here, 40)
        id = await announced(here.store, TEXT, now=here.clock.now())
        lives = Lives(here)
        await lives.live(6)
        arrived = sum(copies(here, people).values())
        assert 0 < arrived < 40
        await here.store.announcements.amend(id, None, now=here.clock.now())
        await lives.until_done(looks)
        assert sum(copies(here, people).values()) <= lives.in_flight
        _, tally = await newest(here.store)
        assert set(tally.fates) == {Fate.RECALLED, Fate.DROPPED}
        assert tally.fates[Fate.RECALLED] >= arrived - lives.in_flight


async def test_f32_a_recall_after_48_hours_leaves_a_notice(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        people = await crowd(here, 3)
        id = await announced(here.store, TEXT, now=here.clock.now())
        lives = Lives(here)
        await lives.until_done(50)
        await here.advance(49 * 3600.0)
        await here.store.announcements.amend(id, None, now=here.clock.now())
        await lives.until_done(50)
        assert [[one.text for one in person.chat.messages] for person in people] == [[NOTICE]] * 3
        assert await fates(here.store) == {Fate.RECALLED: 3}


# ---- orders ----


async def test_f32_a_pause_holds_a_resume_goes_on_and_a_cancel_ends(tmp_path: Path) -> None:
    async with stage(tmp_path, pacer=Pacer()) as here:
        people = await crowd(here)
        id = await announced(here.store, TEXT, now=here.clock.now())
        orders = here.store.announcements

        def arrived() -> int:
            return sum(copies(here, people).values())

        async def play(looks: int) -> int:
            for _ in range(looks):
                await here.announcer.step()
                await here.advance(0.1)
            return arrived()

        async def more_than(count: int) -> bool:
            return await play(1) > count

        async with here.running(polls=False):
            await here.until(lambda: more_than(4))
            await orders.order(id, Order.PAUSE, now=here.clock.now())
            held = await play(5)
            assert await play(20) == held < PEOPLE
            await orders.order(id, Order.RESUME, now=here.clock.now())
            await here.until(lambda: more_than(held + 4))
            await orders.order(id, Order.CANCEL, now=here.clock.now())
            ended = await play(5)
            assert await play(20) == ended < PEOPLE
        _, tally = await newest(here.store)
        assert tally.fates[Fate.SENT] == ended
        assert copies(here, people).most_common(1)[0][1] == 1


async def test_f32_a_second_start_of_the_same_is_refused_also_after_a_kill(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        people = await crowd(here, 5)
        await announced(here.store, TEXT, now=here.clock.now())
        lives = Lives(here)
        await lives.live(1)
        with pytest.raises(AlreadyAnnounced):
            await announced(here.store, TEXT, now=here.clock.now())
        await lives.until_done(20)
        assert set(copies(here, people).values()) == {1}


# ---- people come and go ----


async def test_f32_who_joins_leaves_moves_is_erased_or_wants_no_more_meanwhile(tmp_path: Path) -> None:
    async with stage(tmp_path, pacer=Pacer()) as here:
        people = await crowd(here)
        leaver, mover, erased, silent = people[30], people[40], people[50], people[55]
        moved = here.api.person(9000)
        await announced(here.store, TEXT, now=here.clock.now())
        async with here.running(polls=False):
            for _ in range(3):
                await here.announcer.step()
                await here.advance(0.1)
            joiner = here.api.person(9001)
            await here.store.load(at(joiner.id), now=here.clock.now())
            await leaver.blocks_bot()
            here.api.fault(faults.migrated(moved.id), method="sendMessage", chat=mover.id, times=None)
            await turn(here.store, Erase(say("Au revoir")), at=at(erased.id), now=here.clock.now())
            here.courier.recall(at(erased.id))
            none = Preferences(off=frozenset(NewsKind))
            await turn(here.store, SetPreferences(none), at=at(silent.id), now=here.clock.now())
            result = await here.announced()
        assert joiner.chat.messages == leaver.chat.messages == silent.chat.messages == []
        assert texts(moved) == [TEXT]
        assert [one.text for one in erased.chat.messages] == ["Au revoir"]
        gone = {leaver, mover, erased, silent}
        assert all(copies(here, people)[person.id] == 1 for person in people if person not in gone)
        assert result == {Fate.SENT: PEOPLE - 3, Fate.BLOCKED: 1}
        assert not await here.reachable(leaver.id)


async def test_f32_who_opted_out_or_blocked_us_before_is_never_called(tmp_path: Path) -> None:
    async with stage(tmp_path, pacer=Pacer()) as here:
        people = await crowd(here, 10)
        none = Preferences(off=frozenset({NewsKind.LIFE}))
        await turn(here.store, SetPreferences(none), at=at(people[0].id), now=here.clock.now())
        await people[1].blocks_bot()
        async with here.running():
            await here.until(lambda: not here.api.updates.pending)
            await here.until(here.empty)
            await here.announces()
            before = len(here.api.journal)
            await here.announced()
        called = {call.chat_id for call in here.api.journal[before:] if call.method == "sendMessage"}
        assert called == {person.id for person in people[2:]}


# ---- its text is refused ----


async def test_f32_a_text_that_telegram_refuses_stops_after_a_few_and_says_why(tmp_path: Path) -> None:
    async with stage(tmp_path, pacer=Pacer()) as here:
        await crowd(here)
        rule = here.api.fault(faults.bad_request("can't parse entities"), method="sendMessage", times=None)
        id = await announced(here.store, TEXT, now=here.clock.now())
        async with here.running(polls=False):
            for _ in range(40):
                await here.announcer.step()
                await here.advance(0.1)
        announcement, tally = await newest(here.store)
        assert announcement.state is State.PAUSED and "can't parse" in announcement.reason.lower()
        assert len(rule.hits) == tally.fates[Fate.REFUSED] <= 10
        rule.end()
        await here.store.announcements.order(id, Order.RESUME, now=here.clock.now())
        lives = Lives(here)
        await lives.until_done(100)
        assert await fates(here.store) == {
            Fate.REFUSED: tally.fates[Fate.REFUSED],
            Fate.SENT: PEOPLE - tally.fates[Fate.REFUSED],
        }


async def test_f32_a_post_that_is_deleted_midway_stops_it(tmp_path: Path) -> None:
    async with stage(tmp_path, pacer=Pacer()) as here:
        await crowd(here)
        claire = here.api.person(1002)
        posted = await claire.says(TEXT)
        plan = Plan(replace(say(TEXT), copied=f"1002/{posted.message_id}"), on_unknown=OnUnknown.SKIP)
        await announced(here.store, plan, now=here.clock.now())
        async with here.running(polls=False):
            for _ in range(8):
                await here.announcer.step()
                await here.advance(0.1)
            await claire.deletes(posted)
            for _ in range(40):
                await here.announcer.step()
                await here.advance(0.1)
        announcement, tally = await newest(here.store)
        assert (announcement.state, "copy not found" in announcement.reason) == (State.PAUSED, True)
        assert 0 < tally.fates[Fate.SENT] < PEOPLE
