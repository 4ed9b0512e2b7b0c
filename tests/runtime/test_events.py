"""Events under the real runner, heartbeat and store: many at once, and reminders on a clock of ours."""

import asyncio
import re
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from random import Random

import pytest

from bot.dialogue.library import Library
from bot.dialogue.respond import respond
from bot.model.effects import News
from bot.model.event import Event, EventState, Place
from bot.model.inputs import Input, Opening, Tap
from bot.model.receipt import Delivered
from bot.model.session import Session
from bot.model.turn import Turn, View
from bot.model.who import Address
from bot.runtime.runner import Arrival
from bot.storage.store import Store
from tests.events.samples import EVENT, event
from tests.runtime.conftest import World
from tests.storage.samples import ALICE, BRUNO, CHANNELS, say


def deciding(
    library: Library, session: Session, input: Input, view: View, now: datetime, rng: Random
) -> Turn:
    return respond(session, input, library, view, now=now, rng=rng)


@pytest.fixture
def world(store: Store, library: Library) -> World:
    return World(store, decide=partial(deciding, library))


async def publish(world: World, what: Event) -> None:
    await world.store.publish_event(what, News(say("")), now=world.clock.now())


async def taps(world: World, at: Address, what: str) -> None:
    await world.runner.turn(Arrival(at, Tap(f"{what}.{EVENT.id}")))


async def letters(world: World) -> list[tuple[Address, str]]:
    """What is to be sent, all of it delivered."""
    found: list[tuple[Address, str]] = []
    while due := await world.store.due_messages(CHANNELS, now=world.clock.now()):
        for one in due:
            found.append((one.address, one.message.text))
            await world.store.record(one, Delivered("1"), now=world.clock.now())
    return found


async def test_forty_taps_at_once_are_all_answered_with_what_is_true(world: World) -> None:
    await publish(world, event(capacity=10))
    people = [Address("telegram", str(5000 + number)) for number in range(40)]
    await asyncio.gather(*(taps(world, at, "going") for at in people))
    assert world.runner.counts["contended"] == world.runner.counts["apologised"] == 0
    found = await world.store.attendees(EVENT.id)
    assert Counter(one.place for one in found) == {Place.SEATED: 10, Place.WAITING: 30}
    said = [text for _, text in await letters(world)]
    assert sum("Vous venez" in text for text in said) == 10
    told = [int(position) for text in said for position in re.findall(r"en position (\d+)", text)]
    assert len(told) == len(set(told))


async def nothing() -> None:
    pass


async def until(world: World, moment: datetime) -> list[tuple[Address, str]]:
    """Let the clock go to this moment and the timers ring; what is to be sent then."""
    world.clock.advance((moment - world.clock.now()).total_seconds())
    await world.heartbeat.beat()
    for at in (ALICE, BRUNO):
        await world.lanes.run(str(at), nothing)  # waits behind what rang
    return [(at, text) for at, text in await letters(world) if "bientôt" in text]


async def test_who_goes_is_reminded_at_the_hour_of_the_event_across_a_change_of_the_clocks(
    world: World,
) -> None:
    starts = datetime.fromisoformat("2027-03-30T18:30+02:00")
    await publish(world, event(starts=starts, ends=starts + timedelta(hours=2)))
    await taps(world, ALICE, "going")
    await taps(world, BRUNO, "maybe")
    for due in ("2027-03-23T18:30+01:00", "2027-03-29T18:30+02:00"):
        moment = datetime.fromisoformat(due)
        assert await until(world, moment - timedelta(minutes=1)) == []
        ((at, text),) = await until(world, moment)
        assert at == ALICE and "Rencontre des alliés" in text


async def test_after_a_long_absence_one_reminder_is_enough(world: World) -> None:
    await publish(world, EVENT)
    await taps(world, ALICE, "going")
    assert len(await until(world, EVENT.starts - timedelta(hours=3))) == 1


async def test_who_changed_their_mind_and_those_of_a_cancelled_event_hear_nothing(world: World) -> None:
    await publish(world, EVENT)
    await taps(world, ALICE, "going")
    await taps(world, BRUNO, "going")
    await taps(world, ALICE, "decline")
    await publish(world, event(state=EventState.CANCELLED, revision=2))
    assert await until(world, EVENT.starts - timedelta(hours=1)) == []


async def beats(world: World, moment: datetime) -> list[tuple[Address, str]]:
    """Let the clock go to this moment and the timers ring; all that is to be sent then."""
    world.clock.advance((moment - world.clock.now()).total_seconds())
    await world.heartbeat.beat()
    for at in (ALICE, BRUNO):
        await world.lanes.run(str(at), nothing)
    return await letters(world)


async def test_a_card_that_somebody_has_open_counts_down_once_a_minute(world: World) -> None:
    await publish(world, event(capacity=9))
    await world.runner.turn(Arrival(ALICE, Opening(f"e_{EVENT.id}")))
    await letters(world)
    for number in range(3):
        await taps(world, Address("telegram", str(5000 + number)), "going")
    await letters(world)
    start = world.clock.now()

    async def alice_sees(minutes: float) -> list[str]:
        told = await beats(world, start + timedelta(minutes=minutes))
        return [text for at, text in told if at == ALICE]

    assert await alice_sees(0.5) == []
    (card,) = await alice_sees(1.1)
    assert "Il reste 6\N{NO-BREAK SPACE}places sur 9" in card
    assert await alice_sees(5) == []
    await taps(world, BRUNO, "going")
    await letters(world)
    (card,) = await alice_sees(7)
    assert "Il reste 5\N{NO-BREAK SPACE}places" in card


async def test_a_card_looked_at_long_ago_is_left_alone(world: World) -> None:
    await publish(world, event(capacity=9))
    await world.runner.turn(Arrival(ALICE, Opening(f"e_{EVENT.id}")))
    await letters(world)
    start = world.clock.now()
    await beats(world, start + timedelta(minutes=70))
    await taps(world, BRUNO, "going")
    await letters(world)
    assert await beats(world, start + timedelta(minutes=75)) == []


async def test_the_morning_after_who_had_a_seat_is_asked_and_after_the_door_only_who_came(
    world: World,
) -> None:
    await publish(world, EVENT)
    await taps(world, ALICE, "going")
    await taps(world, BRUNO, "going")
    await letters(world)
    morning = datetime.fromisoformat("2027-02-19T10:00+01:00")
    assert "Venez-vous" not in str(await beats(world, EVENT.ends))
    alice = (await world.store.load(ALICE, now=EVENT.ends)).view.person.id
    await world.store.gatherings.check_in(EVENT, [alice], world.store.policy, now=EVENT.ends)
    assert await beats(world, morning - timedelta(minutes=1)) == []
    ((at, text),) = await beats(world, morning)
    assert at == ALICE and "Merci de votre présence" in text
