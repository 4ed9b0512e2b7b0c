"""F21: the wall clock jumps, or summer time begins and ends.

Pace is monotonic; reminders ring once, by the clock on the wall, and never in quiet hours.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.dialogue.respond import respond
from bot.flows.reminders import out_of_quiet
from bot.model.effects import SetTimer
from bot.model.inputs import Input
from bot.model.receipt import Deferred, Failed
from bot.model.session import Session
from bot.model.turn import Turn, View
from bot.runtime.pacing import Pace, Pacer
from bot.storage.store import Store
from tests.flows.library import library_of
from tests.runtime.conftest import World
from tests.runtime.fakes import SteppedClock, eventually, settled, update
from tests.storage.samples import HOUR, NOW, POLICY, rows, tell, turn

PARIS = ZoneInfo("Europe/Paris")
JUMPS = [HOUR, -HOUR, timedelta(seconds=-7)]


class WallClock(SteppedClock):
    """Its time of day can be set anew; monotonic time goes on as if nothing was."""

    def __init__(self, begin: datetime = NOW) -> None:
        super().__init__()
        self._offset = begin - NOW

    def now(self) -> datetime:
        return super().now() + self._offset

    def jump(self, by: timedelta) -> None:
        """Set the time of day."""
        self._offset += by

    def set(self, moment: datetime) -> None:
        """Let time pass until the clock shows this moment."""
        self.advance((moment - self.now()).total_seconds())


@dataclass
class Town(World):
    """A serving process whose wall clock the test sets."""

    clock: WallClock = field(default_factory=WallClock)

    @property
    def path(self) -> Path:
        return self.store.files.path("0" * 64).parents[2] / "alliances.sqlite3"


@asynccontextmanager
async def awake(town: Town) -> AsyncIterator[None]:
    """With its loops running."""
    loops = [town.courier.run(), town.inbox.run(), town.heartbeat.run()]
    tasks = [asyncio.create_task(loop) for loop in loops]
    await settled()
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def passes(town: Town, seconds: float, *, step: float = 1.0) -> None:
    for _ in range(round(seconds / step)):
        town.clock.advance(step)
        await settled(3)


@pytest.mark.parametrize("jump", JUMPS)
async def test_f21_what_was_said_before_the_clock_jumped_is_sent_all_the_same(
    store: Store, jump: timedelta
) -> None:
    town = Town(store, clock=WallClock())
    await tell(store, "avant")
    town.clock.jump(jump)
    async with awake(town):
        await town.inbox.accept([update(1, "après")])
        await eventually(lambda: town.channel.texts == ["avant", "après!"])


@pytest.mark.parametrize("jump", JUMPS)
async def test_f21_a_message_that_failed_is_tried_again_soon_and_not_without_end(
    store: Store, jump: timedelta
) -> None:
    town = Town(store, clock=WallClock())
    town.channel.receipts = [Failed("x")] * 4
    async with awake(town):
        await town.inbox.accept([update(1, "un")])
        await eventually(lambda: len(town.channel.sent) == 1)
        town.clock.jump(jump)
        await passes(town, 8)
        tried = len(town.channel.sent)
        assert 2 <= tried <= 5, "once more because of the jump, then with growing pauses"
        await passes(town, 60)
        assert town.channel.texts == ["un!"] * 5


@pytest.mark.parametrize("jump", JUMPS)
async def test_f21_the_pace_is_kept_while_the_clock_jumps(store: Store, jump: timedelta) -> None:
    town = Town(store, clock=WallClock(), pacer=Pacer(Pace(overall=10, share=1.0)))
    for number in range(30):
        await town.inbox.accept([update(number, "bonjour", sender=str(5000 + number))])
    async with awake(town):
        sent = []
        for second in range(4):
            await passes(town, 1, step=0.05)
            sent.append(len(town.channel.sent))
            if second == 1:
                town.clock.jump(jump)
    steps = [after - before for before, after in zip([0, *sent], sent, strict=False)]
    assert max(steps) <= 11 and sent[-1] == 30


@pytest.mark.parametrize("jump", JUMPS)
async def test_f21_a_refusal_to_go_so_fast_is_obeyed_while_the_clock_jumps(
    store: Store, jump: timedelta
) -> None:
    town = Town(store, clock=WallClock(), pacer=Pacer())
    town.channel.receipts = [Deferred(20)]
    async with awake(town):
        await town.inbox.accept([update(1, "un")])
        await eventually(lambda: len(town.channel.sent) == 1)
        town.clock.jump(jump)
        await passes(town, 15)
        assert len(town.channel.sent) == 1
        await passes(town, 15)
        assert town.channel.texts == ["un!"] * 2


def real(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
    return respond(session, input, library_of(), view, now=now, rng=rng)


def reminders(town: Town) -> list[str]:
    return [text for text in town.channel.texts if text.startswith("Encore")]


def due_of(town: Town) -> list[datetime]:
    return [
        datetime.fromisoformat(due).astimezone(PARIS) for (due,) in rows(town.path, "SELECT due FROM timer")
    ]


@asynccontextmanager
async def asked(store: Store, begin: datetime) -> AsyncIterator[Town]:
    """Somebody was asked something at this moment; two reminders come, each two days later at six."""
    town = Town(store, clock=WallClock(begin), decide=real)
    async with awake(town):
        await town.inbox.accept([update(1, "prendre le chemin")])
        await eventually(lambda: bool(due_of(town)))
        yield town


@pytest.mark.parametrize(
    "saturday", [datetime(2027, 3, 27, 10, tzinfo=PARIS), datetime(2027, 10, 30, 10, tzinfo=PARIS)]
)
async def test_f21_a_reminder_keeps_its_hour_over_the_change_of_time(
    store: Store, saturday: datetime
) -> None:
    async with asked(store, saturday) as town:
        at_six = saturday.replace(hour=18) + timedelta(days=2)
        assert at_six.utcoffset() != saturday.utcoffset()
        assert due_of(town) == [at_six]
        town.clock.set(at_six - timedelta(seconds=30))
        await settled()
        assert reminders(town) == []
        town.clock.set(at_six + timedelta(seconds=30))
        await eventually(lambda: len(reminders(town)) == 1)


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
async def test_f21_a_reminder_rings_once_however_the_clock_jumps_around_it(
    store: Store, jump: timedelta
) -> None:
    async with asked(store, datetime(2027, 1, 11, 10, tzinfo=PARIS)) as town:
        (due,) = due_of(town)
        town.clock.set(due + timedelta(seconds=10))
        await eventually(lambda: len(reminders(town)) == 1)
        for by in (jump, -jump, -jump, jump):
            town.clock.jump(by)
            await passes(town, 20, step=5)
        assert len(reminders(town)) == 1
        (second,) = due_of(town)
        assert second.date() == due.date() + timedelta(days=2)


@pytest.mark.parametrize("night", [(21, 5), (23, 0), (2, 30), (7, 59)])
async def test_f21_a_reminder_that_comes_due_in_quiet_hours_waits_for_their_end(
    store: Store, night: tuple[int, int]
) -> None:
    """The process was down at six; or the clock was set forward by hours, over a change of time at that."""
    async with asked(store, datetime(2027, 3, 26, 10, tzinfo=PARIS)) as town:
        (due,) = due_of(town)
        assert due == datetime(2027, 3, 28, 18, tzinfo=PARIS), "the day on which summer time begins"
        hour, minute = night
        woken = due.replace(day=28 if hour > 12 else 29, hour=hour, minute=minute)
        town.clock.jump(woken - town.clock.now())
        await passes(town, 30, step=5)
        assert reminders(town) == []
        assert due_of(town) == [datetime(2027, 3, 29, 8, tzinfo=PARIS)]
        town.clock.set(datetime(2027, 3, 29, 8, 0, 10, tzinfo=PARIS))
        await eventually(lambda: len(reminders(town)) == 1)


async def test_f21_what_was_due_long_ago_rings_once_and_no_more(store: Store) -> None:
    town = Town(store, clock=WallClock(), decide=real)
    await turn(store, SetTimer("event.of.the.past", NOW - 400 * 24 * HOUR), now=NOW)
    async with awake(town):
        await eventually(lambda: due_of(town) == [])
        await passes(town, 60, step=5)
    assert town.channel.sent == []
    assert rows(town.path, "SELECT count(*) FROM problem") == [(0,)]


async def test_f21_a_timer_taken_back_by_a_jump_rings_when_the_clock_shows_it_again(store: Store) -> None:
    """Found due, then the clock went back before its turn was committed: it is left, not lost."""
    town = Town(store, clock=WallClock(), decide=real)
    await turn(store, SetTimer("x", NOW), now=NOW)
    (found,) = await store.due_timers(now=NOW)
    town.clock.jump(-HOUR)
    await town.heartbeat._ring(found)
    assert len(due_of(town)) == 1
    town.clock.jump(HOUR)
    await town.heartbeat.beat()
    await eventually(lambda: due_of(town) == [])


def test_f21_quiet_hours_are_those_of_the_place_in_summer_and_winter() -> None:
    for day in (datetime(2027, 3, 27, tzinfo=UTC), datetime(2027, 10, 30, tzinfo=UTC)):
        for minutes in range(0, 3 * 24 * 60, 10):
            calm = out_of_quiet(day + timedelta(minutes=minutes), POLICY).astimezone(PARIS)
            assert 8 <= calm.hour < 21
            assert calm - (day + timedelta(minutes=minutes)) <= timedelta(hours=12)
            assert calm >= day + timedelta(minutes=minutes)
