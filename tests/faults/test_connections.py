"""F13 to F17: another poller, a revoked token, a network that breaks, silence after the effect, slowness."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import aiohttp
import pytest

from bot.model.announcement import Fate, OnUnknown
from bot.model.receipt import Failed
from bot.runtime.announcing import WINDOW
from bot.runtime.breadth import LEAST, MOST
from bot.runtime.courier import BULK_WINDOW
from bot.runtime.next_attempt import CAP, FIRST, next_attempt
from bot.runtime.pacing import Pace, Pacer
from tests.faults.conftest import running
from tests.faults.stage import Stage, at, stage, texts
from tests.journeys.program import Program, Settings
from tests.storage.announcing import fates as counted
from tests.storage.samples import say
from tests.telegram_api import TOKEN, BotApi, faults
from tests.telegram_api.faults import Fault

CAMILLE, DOMINIQUE = 1001, 1002
CLEAR = "another program uses this token"


# --- F13: somebody else polls -------------------------------------------------------------------------------


async def second_poller(api: BotApi, http: aiohttp.ClientSession) -> None:
    """Another program with our token polls until we take over."""
    polled = http.get(f"{api.url}/bot{TOKEN}/getUpdates", params={"timeout": 50})
    async with asyncio.timeout(20), polled as ended:
        assert ended.status == 409


async def webhook_of_another(api: BotApi, http: aiohttp.ClientSession) -> None:
    """Another program sets a webhook, and takes it away after a while."""
    data = {"url": "https://autre.exemple.fr/", "secret_token": "x"}
    async with http.post(f"{api.url}/bot{TOKEN}/setWebhook", data=data) as told:
        assert told.status == 200
    await conflicts(api, 2)
    async with http.post(f"{api.url}/bot{TOKEN}/deleteWebhook") as told:
        assert told.status == 200


async def conflicts(api: BotApi, count: int) -> None:
    """Wait until we were told so often that somebody else gets the updates."""
    async with asyncio.timeout(20):
        while sum(b"Conflict" in one.answer.body for one in api.calls("getUpdates") if one.answer) < count:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("other", [second_poller, webhook_of_another])
async def test_f13_a_second_poller_is_one_clear_error_and_no_end(other: object, tmp_path: Path) -> None:
    assert callable(other)
    async with BotApi() as api, running(api, tmp_path) as run, aiohttp.ClientSession() as http:
        camille = api.person(CAMILLE)
        async with asyncio.timeout(20):
            while not api.updates.polled:
                await asyncio.sleep(0.02)
        await other(api, http)
        await camille.starts()
        assert (await camille.hears(20)).text
        assert run.program.running
        assert run.program.stop() == 0
        assert run.program.err.count(CLEAR) == 1
        assert len(api.calls("getUpdates")) < 12
        assert "Traceback" not in run.program.err


async def test_f13_a_second_poller_that_stays_is_no_crash_loop_and_it_ends_when_told_so(
    tmp_path: Path,
) -> None:
    async with BotApi() as api, running(api, tmp_path) as run:
        api.fault(faults.conflict(), method="getUpdates", times=None)
        await api.person(CAMILLE).says("Bonjour")  # ends the poll that is under way
        await conflicts(api, 3)
        assert run.program.running
        assert run.program.stop() == 0
        assert run.program.err.count(CLEAR) == 1
        assert "Traceback" not in run.program.err


# --- F14: the token was revoked -----------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["info", "debug"])
async def test_f14_a_token_revoked_while_serving_ends_the_program_at_once(level: str, tmp_path: Path) -> None:
    async with BotApi() as api:
        settings: Settings = {"telegram_token": TOKEN, "telegram_api": api.url, "port": 0, "log": level}
        with Program("run", folder=tmp_path, settings=settings) as program:
            await asyncio.to_thread(program.prints, "Telegram: connected")
            await api.person(CAMILLE).starts()
            assert (await api.person(CAMILLE).hears(20)).text
            api.revoked = True
            before = len(api.journal)
            await api.person(CAMILLE).says(
                "/menu"
            )  # ends the poll that is under way; its answer cannot leave
            assert await asyncio.to_thread(program.ends) == 2
        said = [line for line in program.err.splitlines() if "ALLIANCES_TELEGRAM_TOKEN" in line]
        assert len(said) == 1
        assert said[0].startswith("alliances: ALLIANCES_TELEGRAM_TOKEN: Telegram refuses this token")
        assert "Traceback" not in program.err
        assert TOKEN not in program.err + program.out and TOKEN.partition(":")[2] not in program.err
        refused = [call for call in api.journal[before:] if call.answer and call.answer.status == 401]
        assert 0 < len(refused) < 8


# --- F15: a network that breaks -----------------------------------------------------------------------------


@dataclass
class Wire:
    """A way to the stand-in that can fall silent without closing: whatever is written arrives nowhere."""

    goal: int
    silent: bool = False
    port: int = 0
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """The address of this end."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{self.port}"
        finally:
            server.close()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._carry(reader, writer))
        self._tasks.add(task)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, here = await asyncio.open_connection("127.0.0.1", self.goal)
        try:
            with suppress(ConnectionError):
                await asyncio.gather(self._pour(reader, here), self._pour(there, writer))
        finally:
            here.close()
            writer.close()

    async def _pour(self, source: asyncio.StreamReader, goal: asyncio.StreamWriter) -> None:
        while data := await source.read(1 << 16):
            if not self.silent:
                goal.write(data)
                await goal.drain()
        goal.close()


@pytest.mark.parametrize(
    ("fault", "receipt", "copies"),
    [
        pytest.param(faults.server_error(500), "failed", 1, id="500"),
        pytest.param(faults.server_error(502), "failed", 1, id="502"),
        pytest.param(faults.malformed(), "unknown", 1, id="half a JSON"),
        pytest.param(faults.reset(), "unknown", 1, id="reset before the effect"),
        pytest.param(faults.reset_after_effect(), "unknown", 3, id="reset after the effect"),
        pytest.param(faults.bare_refusal(500), "failed", 1, id="not ok, without more"),
    ],
)
async def test_f15_what_breaks_is_tried_again_and_counted(
    fault: Fault, receipt: str, copies: int, tmp_path: Path
) -> None:
    """Both ways: updates come in and replies leave as soon as it works again."""
    async with stage(tmp_path) as here:
        camille, dominique = here.api.person(CAMILLE), here.api.person(DOMINIQUE)
        rules = [
            here.api.fault(fault, method="sendMessage", chat=CAMILLE, times=2),
            here.api.fault(fault, method="getUpdates", times=2),
        ]
        await here.tells(CAMILLE, "a1")
        async with here.running():
            await dominique.says("bonjour")
            assert (await dominique.hears()).text == "bonjour!"
            await here.until(here.empty, step=0.5)
        assert [rule.left for rule in rules] == [0, 0]
        assert texts(camille) == ["a1"] * copies
        assert texts(dominique) == []
        assert here.courier.counts == {("reply", receipt): 2, ("reply", "delivered"): 2}


async def test_f15_a_server_that_is_away_is_waited_for(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        camille = here.api.person(CAMILLE)
        await here.api.goes_down()
        await here.tells(CAMILLE, "a1")
        async with here.running():
            await here.until(lambda: here.courier.counts["reply", "failed"] == 4, step=0.5)
            await here.api.comes_back()
            await camille.says("bonjour")
            await here.until(lambda: len(camille.chat.messages) == 2, step=0.5)
            await here.until(here.empty, step=0.5)
        assert sorted(texts(camille)) == ["a1", "bonjour!"]
        assert here.courier.counts["reply", "delivered"] == 2


@pytest.mark.parametrize(
    "address", ["http://no-such-host.invalid", "https://127.0.0.1:{port}"], ids=["name", "TLS"]
)
async def test_f15_a_name_or_a_certificate_that_fails_is_before_sending(address: str, tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        way = address.format(port=here.api.url.rpartition(":")[2])
        there = Stage(here.api, here.store, here.file, way=way, clock=here.clock)
        try:
            assert isinstance(await there.channel.send(at(CAMILLE), say("a1")), Failed)
        finally:
            await there.channel.close()
        assert here.api.journal == []


async def test_f15_a_connection_that_died_without_a_word_is_replaced(tmp_path: Path) -> None:
    """Half-open: a router forgot us. Nothing says so but the silence."""
    async with stage(tmp_path) as here:
        wire = Wire(int(here.api.url.rpartition(":")[2]))
        camille = here.api.person(CAMILLE)
        async with wire.open() as way:
            there = Stage(here.api, here.store, here.file, way=way, clock=here.clock)
            try:
                async with there.running(polls=False):
                    await there.tells(CAMILLE, "a1")
                    await there.until(there.empty)
                    wire.silent = True
                    await there.tells(CAMILLE, "a2")
                    await there.until(lambda: there.courier.counts["reply", "unknown"])
                    wire.silent = False
                    await there.until(there.empty, step=0.5)
            finally:
                await there.channel.close()
        assert texts(camille) == ["a1", "a2"]
        assert there.courier.counts == {("reply", "delivered"): 2, ("reply", "unknown"): 1}


def test_f15_pauses_double_up_to_a_cap_with_half_of_them_at_random() -> None:
    rng, seen = Random(3), dict[int, set[float]]()
    for attempts in range(30):
        longest = min(CAP, FIRST * 2**attempts)
        for _ in range(20):
            pause = next_attempt(Failed("502"), attempts=attempts, age=timedelta(0), rng=rng)
            assert pause is not None
            assert longest / 2 <= pause.total_seconds() <= longest
            seen.setdefault(attempts, set()).add(pause.total_seconds())
    assert all(len(pauses) > 10 for pauses in seen.values())
    assert next_attempt(Failed("502"), attempts=1, age=timedelta(days=1), rng=rng) is None


# --- F16: silence after the effect --------------------------------------------------------------------------

SILENCES = [faults.slow(3600.0), faults.slow_body(3600.0), faults.reset_after_effect()]


@pytest.mark.parametrize("silence", SILENCES, ids=lambda fault: fault.name)
async def test_f16_a_reply_that_may_have_arrived_is_sent_again_and_counted(
    silence: Fault, tmp_path: Path
) -> None:
    async with stage(tmp_path) as here:
        camille = here.api.person(CAMILLE)
        here.api.fault(silence, method="sendMessage")
        await here.tells(CAMILLE, "a1", "a2")
        async with here.running(polls=False):
            await here.until(lambda: here.courier.counts["reply", "unknown"])
            await here.until(here.empty, step=0.5)
        assert texts(camille) == ["a1", "a1", "a2"]
        assert here.courier.counts == {("reply", "unknown"): 1, ("reply", "delivered"): 2}


@pytest.mark.parametrize("silence", SILENCES, ids=lambda fault: fault.name)
@pytest.mark.parametrize(
    ("policy", "heard", "fates"),
    [
        (OnUnknown.SKIP, ["Avis"], {Fate.SENT: 2, Fate.UNKNOWN: 1}),
        (OnUnknown.RESEND, ["Avis", "Avis"], {Fate.SENT: 3}),
    ],
)
async def test_f16_a_copy_that_may_have_arrived_follows_the_policy_of_its_announcement(
    silence: Fault, policy: OnUnknown, heard: list[str], fates: dict[Fate, int], tmp_path: Path
) -> None:
    async with stage(tmp_path) as here:
        people = [here.api.person(2000 + number) for number in range(3)]
        for person in people:
            await here.store.load(at(person.id), now=here.clock.now())
        here.api.fault(silence, method="sendMessage", chat=people[1].id)
        await here.announces(policy)
        async with here.running(polls=False):
            await here.announcer.step()
            await here.until(lambda: here.courier.counts["bulk", "unknown"])
            assert await here.announced(step=0.5) == fates
            await here.until(here.empty)
            for _ in range(10):  # what is settled stays so
                await here.advance(60.0)
        assert [texts(person) for person in people] == [["Avis"], heard, ["Avis"]]
        delivered = fates[Fate.SENT]
        assert here.courier.counts == {("bulk", "unknown"): 1, ("bulk", "delivered"): delivered}


# --- F17: slow Telegram -------------------------------------------------------------------------------------


async def test_f17_slow_answers_bound_what_is_under_way_and_replies_go_first(tmp_path: Path) -> None:
    """Each answer takes 5 s of the stand-in's time: the announcement slows down, and nothing piles up."""
    async with stage(tmp_path, patience=60.0) as here:
        here.announcer.rate = 1000.0
        people = [here.api.person(2000 + number) for number in range(700)]
        for person in people:
            await here.store.load(at(person.id), now=here.clock.now())
            here.api.fault(faults.slow(5.0), method="sendMessage", chat=person.id)
        camille = here.api.person(CAMILLE)
        await here.announces()
        held, sending, waiting, between = [0], [0], [0], list[int]()
        async with here.running(polls=False):
            while await here.announcer.step():
                held.append(len(here.courier._bulk))
                sending.append(here.api.world.running)
                waiting += await here.store.announcements.waiting(("telegram",), now=here.clock.now())
                if here.api.world.running == LEAST and len(between) < 3:
                    # Every place of the announcement is taken; the reply does not wait for one.
                    before = len(here.api.journal)
                    await here.tells(CAMILLE, "réponse")
                    assert (await camille.hears()).text == "réponse"
                    between.append(len(here.api.journal) - before)
                await here.advance(2.5)
        assert dict(await counted(here.store)) == {Fate.SENT: 700}
        assert [texts(person) for person in people] == [["Avis"]] * 700
        assert between == [1, 1, 1]
        assert 100 < max(held) <= BULK_WINDOW
        assert max(sending) == LEAST
        assert max(waiting) <= WINDOW * here.announcer.rate * 1.5 + LEAST


@pytest.mark.parametrize(("delay", "least", "most"), [(0.1, 60, 160), (0.25, 150, MOST)])
async def test_f17_the_more_copies_are_under_way_the_slower_the_answers_so_that_the_pace_is_kept(
    tmp_path: Path, delay: float, least: int, most: int
) -> None:
    async with stage(tmp_path, patience=60.0, pacer=Pacer(Pace(overall=1000.0))) as here:
        here.announcer.rate = 1000.0
        people = [here.api.person(2000 + number) for number in range(700)]
        for person in people:
            await here.store.load(at(person.id), now=here.clock.now())
            here.api.fault(faults.slow(delay), method="sendMessage", chat=person.id)
        camille = here.api.person(CAMILLE)
        await here.announces()
        sending, replied = [0], False
        async with here.running(polls=False):
            while await here.announcer.step():
                sending.append(here.api.world.running)
                if sending[-1] >= least and not replied:
                    await here.tells(CAMILLE, "réponse")
                    await here.until(lambda: texts(camille) == ["réponse"], step=0.01)
                    replied = True
                await here.advance(0.01)
        assert replied
        assert least <= max(sending) <= most
        assert dict(await counted(here.store)) == {Fate.SENT: 700}
        assert [texts(person) for person in people] == [["Avis"]] * 700
