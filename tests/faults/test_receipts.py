"""F8 to F12: what Telegram refuses, and what becomes of the message, the person and the others."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from bot.channels.telegram.signing import sign
from bot.channels.telegram.sorting import Row
from bot.model.announcement import Fate
from bot.model.effects import Edit, Send
from bot.model.message import Markdown, Message, Option
from bot.model.receipt import Delivered
from bot.runtime.pacing import Pacer
from tests.faults.stage import SECRET, Stage, at, sent_to, stage, texts
from tests.storage.samples import say, turn
from tests.telegram_api import Group, faults
from tests.telegram_api.answers import Refusal
from tests.telegram_api.faults import Fault

CAMILLE, DOMINIQUE, CHARLIE = 1001, 1002, 1003
GROUP, SUPERGROUP = -1005, -1001005


def lines(caplog: pytest.LogCaptureFixture, level: int = logging.INFO) -> list[str]:
    """What our program logged at this level and above."""
    return [
        one.getMessage() for one in caplog.records if one.levelno >= level and one.name.startswith("bot.")
    ]


# --- F8: 429 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        pytest.param(faults.flood(3), 3, id="with parameters"),
        pytest.param(faults.flood_without_parameters(7), 7, id="in the text only"),
        pytest.param(faults.refused("bare", Refusal(429, "Too Many Requests")), 5, id="untold"),
        pytest.param(faults.flood(3600), 3600, id="an hour"),
    ],
)
async def test_f08_a_429_on_a_reply_delays_that_row_and_burns_no_attempt(
    fault: Fault, seconds: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage(tmp_path, pacer=Pacer()) as here:
        camille, dominique = here.api.person(CAMILLE), here.api.person(DOMINIQUE)
        here.api.fault(fault, method="sendMessage", chat=CAMILLE)
        await here.tells(CAMILLE, "a1", "a2")
        async with here.running(polls=False):
            await here.until(lambda: here.courier.counts["reply", "deferred"])
            ((row, attempts),) = here.query("SELECT id, attempts FROM outbox WHERE state = 'waiting' LIMIT 1")
            assert attempts == 0
            await here.tells(DOMINIQUE, "b1")
            for _ in range(min(seconds, 70) - 1):
                await here.advance(1.0)
            assert sent_to(here.api, CAMILLE) == ["a1"]
            # Beyond a minute only the chat that was refused waits on.
            assert texts(dominique) == (["b1"] if seconds > 60 else [])
            assert here.query(f"SELECT attempts FROM outbox WHERE id = {row}") == [(0,)]
            if seconds > 70:
                await here.advance(seconds - 70)
            await here.until(here.empty, step=0.5)
        assert texts(camille) == ["a1", "a2"]
        assert sent_to(here.api, CAMILLE) == ["a1", "a1", "a2"]
        assert here.courier.counts == {("reply", "deferred"): 1, ("reply", "delivered"): 3}
    assert lines(caplog, logging.ERROR) == (["deferred"] if seconds > 60 else [])


async def test_f08_a_429_in_an_announcement_holds_everybody_and_loses_nobody(tmp_path: Path) -> None:
    async with stage(tmp_path, pacer=Pacer()) as here:
        people = [here.api.person(2000 + number) for number in range(30)]
        for person in people:
            await here.store.load(at(person.id), now=here.clock.now())
        rule = here.api.fault(faults.flood(9), method="sendMessage", chat=people[10].id)
        await here.announces()
        async with here.running(polls=False):

            async def refused() -> bool:
                await here.announcer.step()
                return rule.left == 0

            await here.until(refused, step=0.02)
            await here.until(lambda: here.courier.counts["bulk", "deferred"])
            before = len(here.api.calls("sendMessage"))
            for _ in range(16):
                await here.announcer.step()
                await here.advance(0.5)
            assert len(here.api.calls("sendMessage")) == before
            assert await here.announced() == {Fate.SENT: 30}
        assert [texts(person) for person in people] == [["Avis"]] * 30
        assert here.courier.counts == {("bulk", "deferred"): 1, ("bulk", "delivered"): 30}


# --- F9: 403 ------------------------------------------------------------------------------------------------


async def blocks(here: Stage) -> None:
    here.api.person(CAMILLE).chat.state = "blocked"  # the update of it has not come yet


async def leaves(here: Stage) -> None:
    await here.api.person(CAMILLE).leaves_telegram()


@pytest.mark.parametrize(("gone", "returns"), [(blocks, True), (leaves, False)])
async def test_f09_who_is_gone_is_stopped_and_who_starts_again_is_revived(
    gone: Callable[[Stage], Awaitable[None]], returns: bool, tmp_path: Path
) -> None:
    async with stage(tmp_path) as here:
        camille, dominique = here.api.person(CAMILLE), here.api.person(DOMINIQUE)
        await here.tells(DOMINIQUE, "b1")
        await gone(here)
        await here.tells(CAMILLE, "a1", "a2")
        async with here.running():
            await here.until(here.empty)
            assert not await here.reachable(CAMILLE) and await here.reachable(DOMINIQUE)
            assert sent_to(here.api, CAMILLE) == ["a1"]
            await here.announces()
            assert await here.announced() == {Fate.SENT: 1}
            assert sent_to(here.api, CAMILLE) == ["a1"]
            if returns:
                camille.chat.state = "open"  # the update of the block comes after all, or never
                await camille.says("/start")
                assert (await camille.hears()).text == "/start!"
                assert await here.reachable(CAMILLE)
                await here.until(here.empty)
                await here.announces(text="Autre avis")
                assert await here.announced() == {Fate.SENT: 2}
                assert texts(camille) == ["Autre avis"]
        assert texts(dominique) == ["b1", "Avis", "Autre avis"][: 3 if returns else 2]


async def test_f09_a_copy_that_meets_a_block_stops_the_person_too(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        for person in (CAMILLE, DOMINIQUE):
            here.api.person(person)
            await here.store.load(at(person), now=here.clock.now())
        await blocks(here)
        await here.announces()
        async with here.running():
            assert await here.announced() == {Fate.SENT: 1, Fate.BLOCKED: 1}
            assert not await here.reachable(CAMILLE)
            await here.announces()
            assert await here.announced() == {Fate.SENT: 1}
        assert sent_to(here.api, CAMILLE) == ["Avis"]


async def test_f09_a_person_is_stopped_with_their_messages_or_not_at_all(tmp_path: Path) -> None:
    """One transaction: where the messages cannot be taken back, the mark is not kept either."""
    async with stage(tmp_path) as here:
        here.api.person(CAMILLE)
        await blocks(here)
        await here.tells(CAMILLE, "a1", "a2")
        here.change("CREATE TRIGGER held BEFORE DELETE ON outbox BEGIN SELECT RAISE(ABORT, 'held'); END")
        async with here.running(polls=False):
            await here.until(lambda: here.courier.counts["reply", "unreachable"] == 1)
            await here.settled()
            assert await here.reachable(CAMILLE)
            assert here.query("SELECT count(*) FROM outbox") == [(2,)]
            here.change("DROP TRIGGER held")
            await here.until(here.empty, step=1.0)
        assert not await here.reachable(CAMILLE)


async def test_f09_a_group_that_puts_us_out_is_stopped_and_revived_by_letting_us_in(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        camille, group = here.api.person(CAMILLE), here.api.group(GROUP)
        here.api.abilities["can_read_all_group_messages"] = True
        async with here.running():
            await camille.says("/question le bail", chat=group.chat)
            group.chat.state = "kicked"
            await here.until(lambda: here.courier.counts["reply", "unreachable"])
            await here.until(here.empty)
            assert not await here.reachable(GROUP)
            group.welcomes_bot(camille)
            await camille.says("/question le loyer", chat=group.chat)
            assert (await camille.hears(chat=group.chat)).text == "le loyer!"
            assert await here.reachable(GROUP)


# --- F10: 400 -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "stopped", "line"),
    [
        ("chat not found", True, "unreachable"),
        ("not enough rights to send text messages to the chat", True, "unreachable"),
        ("CHAT_WRITE_FORBIDDEN", True, "unreachable"),
        ("something that nobody has seen before", False, "refused"),
    ],
)
async def test_f10_a_400_stops_the_chat_or_sets_the_message_aside_with_one_line(
    said: str, stopped: bool, line: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with stage(tmp_path) as here:
        camille = here.api.person(CAMILLE)
        here.api.fault(faults.bad_request(said), method="sendMessage")
        await here.tells(CAMILLE, "a1", "a2")
        async with here.running(polls=False):
            await here.until(here.empty)
            for _ in range(20):
                await here.advance(60.0)
        assert await here.reachable(CAMILLE) is not stopped
        assert sent_to(here.api, CAMILLE) == (["a1"] if stopped else ["a1", "a2"])
        assert texts(camille) == ([] if stopped else ["a2"])
        assert here.query("SELECT state, attempts FROM outbox") == ([] if stopped else [("dead", 1)])
    assert lines(caplog) == [line]


# --- F11: a group becomes a supergroup ----------------------------------------------------------------------


class Moving:
    """A group that asked something before it became a supergroup, and the updates of the move."""

    new: Group
    known: int
    """The row of the group."""
    told: Sequence[Row]
    """The service messages, that of the old chat first."""

    def __init__(self, here: Stage) -> None:
        self.here = here
        here.api.abilities["can_read_all_group_messages"] = True
        self.camille = here.api.person(CAMILLE)
        self.old = here.api.group(GROUP, kind="group")

    async def asked_before(self) -> None:
        """Two questions and their answers: that is the progress."""
        for words in ("un", "deux"):
            await self.camille.says(f"/question {words}", chat=self.old.chat)
            assert (await self.camille.hears(chat=self.old.chat)).text == f"{words}!"
        await self.here.until(self.here.empty)
        ((self.known,),) = self.here.query("SELECT person FROM address")

    def migrates(self) -> None:
        """Telegram moves the group; both service messages wait, and are held back."""
        self.new = self.old.migrates(SUPERGROUP, by=self.camille)
        told = self.here.api.updates.pending[-2:]
        self.told = [self.here.row_of(one.update_id) for one in told]
        self.here.api.updates.rearrange(lambda waiting: [one for one in waiting if one not in told])

    async def step(self, name: str) -> None:
        """One of the things that happen, in the order of the case."""
        match name:
            case "to":
                await self.here.inbox.accept([self.told[0]])
            case "from":
                await self.here.inbox.accept([self.told[1]])
            case "400":  # what was still to be said in the old chat
                await self.here.tells(GROUP, "rappel")
            case "asked":
                await self.camille.says("/question trois", chat=self.new.chat)
            case _:  # asked before the move, fetched after it
                await self.camille.says("/question avant", chat=self.old.chat)
        await self.here.until(lambda: not self.here.api.updates.pending)
        await self.here.until(self.here.empty)


@pytest.mark.parametrize(
    "order",
    [
        "400",
        "to",
        "from",
        "to from",
        "from to",
        "400 to from",
        "to 400 from",
        "from to 400",
        "asked to",
        "asked from to",
        "asked 400",
        "to asked 400",
        "to late",
        "asked to late 400",
    ],
)
async def test_f11_a_group_that_moves_is_one_row_with_its_progress(order: str, tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        moving = Moving(here)
        async with here.running():
            await moving.asked_before()
            moving.migrates()
            for name in order.split():
                await moving.step(name)
        assert here.query("SELECT id, person FROM address") == [(str(SUPERGROUP), moving.known)]
        assert here.query("SELECT count(*) FROM person") == [(1,)]
        ((turns,),) = here.query("SELECT version FROM session")
        assert turns >= 2
        said = {"400": "rappel", "asked": "trois!", "late": "avant!"}
        expected = [said[name] for name in order.split() if name in said]
        assert [one.text for one in moving.new.chat.messages] == expected
        tried = sent_to(here.api, GROUP)[2:]
        assert len(set(tried)) == len(tried) == here.courier.counts["reply", "migrated"]
        assert (await here.store.backlog()).dead == 0


# --- F12: edits and taps that come too late -----------------------------------------------------------------


async def test_f12_an_edit_that_changes_nothing_is_a_success(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        camille = here.api.person(CAMILLE)
        await turn(here.store, Send(say("a", key="k")), Edit(say("a", key="k")), at=at(CAMILLE))
        async with here.running(polls=False):
            await here.until(here.empty)
        assert not here.api.calls("editMessageText")[0].ok
        assert [(one.text, one.edited) for one in camille.missed()] == [("a", False)]
        assert here.courier.counts == {("reply", "delivered"): 2}


async def test_f12_an_edit_of_a_missing_message_says_it_anew_and_the_next_edit_finds_that(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as here:
        camille = here.api.person(CAMILLE)
        async with here.running(polls=False):
            for effect in (Send(say("a", key="k")), Edit(say("b", key="k")), Edit(say("c", key="k"))):
                await turn(here.store, effect, at=at(CAMILLE))
                here.courier.wake()
                await here.until(here.empty)
                if isinstance(effect, Send):
                    camille.chat.last.deleted = True
        assert [(one.text, one.edited) for one in camille.missed()] == [
            ("a", False),
            ("b", False),
            ("c", True),
        ]


async def test_f12_a_message_that_cannot_be_deleted_stays_and_nothing_else_happens(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        camille = here.api.person(CAMILLE)
        options = (Option("yes", "Oui", "c:1:yes"),)
        await here.channel.send(at(CAMILLE), Message(Markdown("Où ?"), request="location"))
        here.api.fault(faults.bad_request("message can't be deleted"), method="deleteMessage")
        receipt = await here.channel.send(at(CAMILLE), Message(Markdown("Prêt ?"), options))
        assert isinstance(receipt, Delivered)
        assert (camille.chat.last.text, camille.chat.last.labels) == ("Prêt ?", ["Oui"])


async def test_f12_a_tap_too_old_to_be_answered_counts_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage(tmp_path) as here:
        camille = here.api.person(CAMILLE)
        options = (Option("yes", "Oui", "c:1:yes"),)
        await here.channel.send(at(CAMILLE), Message(Markdown("Prêt ?"), options))
        tap = await camille.sends_tap(sign(SECRET, at(CAMILLE), "c:1:yes"), message=camille.chat.last)
        row = here.row_of(here.api.updates.pending[0].update_id)
        await here.advance(200.0)
        async with here.running():
            await here.inbox.accept([row])
            await here.until(lambda: here.api.calls("answerCallbackQuery"))
            await here.until(here.empty)
        assert tap.answer is None and not here.api.calls("answerCallbackQuery")[0].ok
        assert texts(camille) == ["Prêt ?", "c:1:yes"]
    assert lines(caplog, logging.WARNING) == []
