"""F4 to F7: what comes twice, out of order, all at once, or cannot be done has one effect, in order."""

import asyncio
import json
from datetime import datetime
from pathlib import Path
from random import Random
from threading import Event

import pytest

from bot.channels.telegram.signing import sign, webhook_secret
from bot.model.effects import Remember, Send
from bot.model.inputs import Input, Utterance
from bot.model.message import Markdown, Message, Option
from bot.model.session import Session
from bot.model.turn import Turn, View
from tests.faults.stage import SECRET, SORRY, TOO_FAST, Stage, at, echo, stage, texts
from tests.storage.samples import mine
from tests.telegram_api.updates import Pending

CAMILLE, DOMINIQUE = 1001, 1002
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret(SECRET), "Content-Type": "application/json"}


async def turns(here: Stage, person: int) -> int:
    """How often something was decided for a person."""
    return (await here.store.load(at(person), now=here.clock.now())).session.serial


async def deliver(here: Stage, *updates: Pending) -> list[int]:
    """Telegram posts these updates to the webhook, all at once; the statuses."""

    async def accept(rows: object) -> None:
        await here.inbox.accept(rows)  # type: ignore[arg-type]  # rows, as the channel hands them over

    door = here.channel.webhook(accept)
    return await asyncio.gather(*(door(HEADERS, json.dumps(one.body).encode()) for one in updates))


# --- F4: the same update again ------------------------------------------------------------------------------


async def test_f04_an_update_that_comes_again_has_one_effect(tmp_path: Path) -> None:
    """Twice in one batch, several times at once, by polling and webhook, and again for a whole day."""
    async with stage(tmp_path) as here:
        camille = here.api.person(CAMILLE)
        await camille.says("bonjour")
        (update,) = here.api.updates.pending
        row = here.row_of(update.update_id)
        new = await asyncio.gather(*(here.inbox.accept([row, row]) for _ in range(5)))
        assert sorted(new) == [0, 0, 0, 0, 1]
        async with here.running():
            assert (await camille.hears()).text == "bonjour!"
            for hours in (0, 1, 23):
                await here.advance(hours * 3600.0)
                await here.store.purge(now=here.clock.now())
                here.api.updates.repeat(update.update_id)
                assert await deliver(here, update, update) == [200, 200]
                assert await here.inbox.accept([row]) == 0
                await here.until(lambda: not here.api.updates.pending)
                await here.until(here.empty)
        assert texts(camille) == []
        assert await turns(here, CAMILLE) == 1
        assert here.query("SELECT count(*) FROM history WHERE direction = 'in'") == [(1,)]


async def test_f04_an_update_that_comes_again_while_it_is_being_answered_has_one_effect(
    tmp_path: Path,
) -> None:
    going, go = Event(), Event()

    def slowly(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        going.set()
        go.wait(5)
        return echo(session, input, view, now, rng)

    async with stage(tmp_path, decide=slowly) as here:
        camille = here.api.person(CAMILLE)
        async with here.running():
            await camille.says("bonjour")
            await here.until(going.is_set)
            (number,) = here.api.updates.history
            here.api.updates.repeat(number)
            assert await deliver(here, here.api.updates.history[number]) == [200]
            go.set()
            assert (await camille.hears()).text == "bonjour!"
            await here.until(here.empty)
        assert texts(camille) == []
        assert await turns(here, CAMILLE) == 1


# --- F5: update_id jumps down -------------------------------------------------------------------------------


async def test_f05_ids_that_jump_down_after_a_quiet_week_are_taken_in_the_order_they_came(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as here:
        camille = here.api.person(CAMILLE)
        async with here.running():
            for text, number in (("avant", 500_000_007), ("une semaine après", 400)):
                here.api.updates.jump(number)
                await camille.says(text)
                await here.until(lambda: not here.api.updates.pending)
                await here.until(here.empty)
        # The process is away meanwhile: what waits on disk is taken in the order of arrival, not of the ids.
        for text, number in (("juste avant", 500_000_009), ("après", 17)):
            here.api.updates.jump(number)
            await camille.says(text)
            (update,) = here.api.updates.pending
            await here.inbox.accept([here.row_of(update.update_id)])
            here.api.updates.clear()
        again = Stage(here.api, here.store, here.file, clock=here.clock)
        try:
            async with again.running():
                await camille.says("encore après")
                await again.until(lambda: not here.api.updates.pending)
                await again.until(again.empty)
        finally:
            await again.channel.close()
        said = ["avant!", "une semaine après!", "juste avant!", "après!", "encore après!"]
        assert texts(camille) == said
        assert [one for one in here.api.updates.history if one < 100] == [17, 18]


# --- F6: order of one person --------------------------------------------------------------------------------


async def test_f06_fifty_messages_and_taps_in_one_batch_are_all_answered_in_their_order(
    tmp_path: Path,
) -> None:
    """After an hour without us, by a person who wrote a line every two seconds."""
    async with stage(tmp_path, too_fast=Message(Markdown(TOO_FAST))) as here:
        camille = here.api.person(CAMILLE)
        board = Message(Markdown("Prêt ?"), (Option("yes", "Oui", "c:1:yes"),))
        await here.channel.send(at(CAMILLE), board)
        expected = ["Prêt ?"]
        for number in range(50):
            await camille.says(f"ligne {number}")
            expected.append(f"ligne {number}!")
            if number % 10 == 4:
                await camille.sends_tap(sign(SECRET, at(CAMILLE), "c:1:yes"), message=camille.chat.last)
                expected.append("c:1:yes")
            await here.advance(2.0)
        async with here.running():
            await here.until(lambda: len(here.api.calls("getUpdates")) > 1)
            batch = here.api.calls("getUpdates")[0].answer
            assert batch is not None
            assert len(batch.json["result"]) == 55
            await here.until(here.empty)
        assert texts(camille) == expected


async def test_f06_a_message_and_a_tap_at_once_are_two_turns_one_after_the_other(tmp_path: Path) -> None:
    """By webhook they come in parallel: Telegram keeps them in queues of their own."""
    async with stage(tmp_path) as here:
        camille = here.api.person(CAMILLE)
        board = Message(Markdown("Prêt ?"), (Option("yes", "Oui", "c:1:yes"),))
        await here.channel.send(at(CAMILLE), board)
        for number in range(10):
            await camille.says(f"ligne {number}")
            await camille.sends_tap(sign(SECRET, at(CAMILLE), "c:1:yes"), message=camille.chat.last)
        waiting = here.api.updates.pending
        here.api.updates.clear()
        async with here.running(polls=False):
            for pair in zip(waiting[::2], waiting[1::2], strict=True):
                assert await deliver(here, *pair) == [200, 200]
            await here.until(here.empty)
        assert await turns(here, CAMILLE) == 20
        heard = texts(camille)[1:]
        assert [text for text in heard if text != "c:1:yes"] == [f"ligne {number}!" for number in range(10)]
        assert heard.count("c:1:yes") == 10


# --- F7: what cannot be done --------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", ["raises", "hangs", "blows the stack", "cannot be kept"])
async def test_f07_who_cannot_be_answered_is_told_once_and_then_answered_like_the_others(
    trouble: str, tmp_path: Path
) -> None:
    end = Event()

    def troubled(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        if input != Utterance("aïe"):
            return echo(session, input, view, now, rng)
        match trouble:
            case "raises":
                raise ValueError("Coquelicot")
            case "hangs":
                end.wait(20)
                return echo(session, input, view, now, rng)
            case "blows the stack":
                return troubled(session, input, view, now, rng)
            case _:  # nothing that a database could hold
                return Turn(session, (Remember(mine("x"), object()), Send(Message(Markdown("jamais")))))  # type: ignore[arg-type]

    async with stage(tmp_path, decide=troubled) as here:
        here.runner.patience = 0.3
        camille, dominique = here.api.person(CAMILLE), here.api.person(DOMINIQUE)
        try:
            async with here.running():
                await camille.says("aïe")
                await camille.says("et maintenant")
                await dominique.says("bonjour")
                assert (await dominique.hears()).text == "bonjour!"
                await here.until(here.empty, step=1.0)
        finally:
            end.set()
        assert texts(camille) == [SORRY, "et maintenant!"]
        assert texts(dominique) == []
        poison = 1 if trouble == "cannot be kept" else 0
        assert (await here.store.backlog()).aside == poison
        assert len(await here.store.problems()) == 1 - poison


async def test_f07_an_update_that_cannot_be_read_is_set_aside_and_the_lane_goes_on(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        camille = here.api.person(CAMILLE)
        here.api.updates.put_raw({"message": {"chat": 5, "from": {"id": CAMILLE}, "text": "?"}})
        async with here.running():
            await camille.says("bonjour")
            assert (await camille.hears()).text == "bonjour!"
            await here.until(here.empty)
        assert texts(camille) == []
        assert (await here.store.backlog()).aside == 1
