"""Load, decide, commit: once, in order, and never without a word to the person."""

import asyncio
import logging
from datetime import datetime
from random import Random

import pytest

from bot.model.effects import Reach, Send, SetTimer
from bot.model.inputs import (
    Attachment,
    Command,
    Contact,
    Input,
    Location,
    Membership,
    Opening,
    Tap,
    Timeout,
    Unusable,
    Utterance,
)
from bot.model.session import Session
from bot.model.turn import Turn, View
from bot.model.values import StoredFile
from bot.runtime.runner import Arrival, Contended, cause_of
from bot.storage.store import Store
from bot.storage.turns import Cause
from tests.runtime.conftest import World
from tests.runtime.fakes import answer, echo, eventually
from tests.storage.samples import ALICE, CHANNELS, NOW, say, turn

FILE = StoredFile("0" * 64, "a.pdf", "application/pdf", 3)


async def said(store: Store) -> list[tuple[str, str]]:
    return [(one.direction, one.text) for one in await store.history(ALICE)]


async def test_what_a_person_says_is_answered_and_kept(world: World) -> None:
    await world.runner.receive(ALICE, Utterance("bonjour"), name="Alice")
    assert await said(world.store) == [("in", "bonjour"), ("out", "bonjour!")]
    loaded = await world.store.load(ALICE, now=NOW)
    assert (loaded.session.serial, loaded.view.person.name) == (1, "Alice")


async def test_inputs_of_one_person_are_answered_in_order(world: World) -> None:
    await asyncio.gather(*(world.runner.receive(ALICE, Utterance(str(number))) for number in range(8)))
    texts = [text for direction, text in await said(world.store) if direction == "out"]
    assert texts == [f"{number}!" for number in range(8)]
    assert (await world.store.load(ALICE, now=NOW)).session.serial == 8


@pytest.mark.parametrize(("others", "passes"), [(2, True), (3, False)])
async def test_a_turn_is_decided_again_on_new_facts_three_times(
    store: Store, others: int, passes: bool
) -> None:
    """Another process commits a turn of the same person while this one is being decided."""
    versions: list[int] = []
    loop = asyncio.get_running_loop()

    def slow(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        versions.append(session.serial)
        if len(versions) <= others:
            faster = turn(store, session=Session(serial=session.serial + 10))
            asyncio.run_coroutine_threadsafe(faster, loop).result()
        return answer(session, Send(say("voilà")))

    world = World(store, decide=slow)
    if passes:
        await world.runner.turn(Arrival(ALICE, Utterance("x")))
        assert versions == [0, 10, 20]
        assert await said(store) == [("in", "x"), ("out", "voilà")]
    else:
        with pytest.raises(Contended):
            await world.runner.turn(Arrival(ALICE, Utterance("x")))
        assert await said(store) == []


async def test_a_decision_that_fails_is_told_once_recorded_and_frees_the_lane(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await asyncio.gather(*(world.runner.receive(ALICE, Utterance(text)) for text in ("fail", "bonjour")))
    assert await said(world.store) == [
        ("in", "fail"),
        ("out", "Pardon"),
        ("in", "bonjour"),
        ("out", "bonjour!"),
    ]
    (sorry,) = [one.message for one in await world.store.history(ALICE) if one.text == "Pardon"]
    assert sorry is not None
    assert sorry.key  # by which a page shows it once
    assert [one["code"] for one in await world.store.problems()] == ["decide.ValueError"]
    logged = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in logged] == ["decide_failed"]
    assert "Coquelicot" not in str([vars(record) for record in logged])


async def test_a_stack_blown_by_a_decision_is_a_failure_like_any_other(store: Store) -> None:
    def deep(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        return deep(session, input, view, now, rng)

    await World(store, decide=deep).runner.receive(ALICE, Tap("x"))
    assert await said(store) == [("out", "Pardon")]


async def test_a_timer_whose_decision_fails_is_taken_and_says_nothing(store: Store) -> None:
    def fail(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        raise LookupError

    await turn(store, SetTimer("remind", NOW))
    await World(store, decide=fail).runner.turn(Arrival(ALICE, Timeout("remind"), timer="remind"))
    assert await store.due_messages(CHANNELS, now=NOW) == ()
    assert await store.due_timers(now=NOW) == ()
    assert len(await store.problems()) == 1


@pytest.mark.parametrize(
    ("input", "reachable"), [(Utterance("me revoilà"), True), (Membership("blocked"), False)]
)
async def test_whoever_writes_can_be_reached_again(world: World, input: Input, reachable: bool) -> None:
    await turn(world.store, Reach(False))
    await world.runner.receive(ALICE, input)
    assert (await world.store.load(ALICE, now=NOW)).view.person.reachable is reachable


@pytest.mark.parametrize(("seconds", "typed"), [(0.2, []), (0.4, [ALICE])])
async def test_typing_is_shown_when_an_answer_takes_time(
    store: Store, seconds: float, typed: list[object]
) -> None:
    loop, gate = asyncio.get_running_loop(), asyncio.Event()

    def slow(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        asyncio.run_coroutine_threadsafe(gate_wait(), loop).result()
        return echo(session, input, view, now, rng)

    started = asyncio.Event()

    async def gate_wait() -> None:
        started.set()
        await gate.wait()

    world = World(store, decide=slow)
    turning = asyncio.create_task(world.runner.receive(ALICE, Utterance("x")))
    await started.wait()
    world.clock.advance(seconds)
    await eventually(lambda: world.channel.typed == typed)
    gate.set()
    await turning
    assert world.channel.typed == typed


@pytest.mark.parametrize(
    ("input", "cause"),
    [
        (Utterance("bonjour"), Cause(heard="bonjour")),
        (Command("aide"), Cause(heard="/aide")),
        (Command("question", "quoi ?"), Cause(heard="/question quoi ?")),
        (Opening("p1"), Cause(heard="/start")),
        (Tap("a.1.x"), Cause(tapped="a.1.x")),
        (Attachment(FILE), Cause(heard="a.pdf", file=FILE)),
        (Attachment(Contact("+33 1")), Cause(heard="+33 1")),
        (Attachment(Location(48.5, 2.25)), Cause(heard="48.5,2.25")),
        (Unusable("voice"), Cause()),
        (Timeout("k"), Cause()),
        (Membership("blocked"), Cause()),
    ],
)
def test_what_is_kept_of_each_input(input: Input, cause: Cause) -> None:
    assert cause_of(Arrival(ALICE, input)) == cause
    settled = cause_of(Arrival(ALICE, input, inbox=4, timer="k"))
    assert (settled.inbox, settled.timer) == (4, "k")
