"""Updates come in by polling: safe on disk before Telegram hears of it."""

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.client import Account, TokenRefused
from bot.channels.telegram.identity import Me
from bot.channels.telegram.insisting import Patience, wait_before_retry
from bot.channels.telegram.reading import Skipped
from bot.channels.telegram.redaction import redact
from bot.channels.telegram.sorting import Row, sort_update
from bot.model.inputs import Attachment, Membership, Opening, Tap, Utterance
from bot.model.message import Markdown, Message, Option
from bot.model.values import StoredFile
from bot.model.who import Address
from bot.runtime.channel import Reading
from tests.channels.telegram.conftest import REQUESTS, SECRET, Shelf
from tests.telegram_api import BotApi, faults
from tests.telegram_api.call import Answer
from tests.telegram_api.faults import Fault

CAMILLE = Address("telegram", "1001")
HASTY = Patience(poll=1, first=0.01, longest=0.05)
HELLO = Message(Markdown("Prêt ?"), (Option("yes", "Oui", "c:1:yes"),))


class Inbox:
    """What reached the disk: rows by update_id, the batches in which they came, and faults on the way."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.batches: list[list[int]] = []
        self.crashes = 0
        """How often the write is done but the caller never learns of it."""
        self.refusals = 0
        """How often nothing is written."""
        self._arrived = asyncio.Event()

    async def accept(self, updates: Sequence[Row]) -> None:
        self.batches.append([row[0] for row in updates])
        if self.refusals:
            self.refusals -= 1
            raise OSError("disk full")
        self.rows |= {row[0]: row for row in updates}
        self._arrived.set()
        if self.crashes:
            self.crashes -= 1
            raise OSError("killed between the commit and the offset")

    async def holds(self, count: int) -> list[str]:
        """The bodies, once so many updates are there."""
        async with asyncio.timeout(5):
            while len(self.rows) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return [row[2] for row in self.rows.values()]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@asynccontextmanager
async def polling(channel: TelegramChannel, inbox: Inbox) -> AsyncIterator["asyncio.Task[None]"]:
    task: asyncio.Task[None] = asyncio.create_task(
        channel.poll(inbox.accept, rng=random.Random(1), patience=HASTY)
    )
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, TokenRefused):
            await task


async def test_a_whole_batch_is_handed_over_at_once_and_confirmed(
    api: BotApi, channel: TelegramChannel, inbox: Inbox
) -> None:
    camille = api.person(1001)
    for number in range(5):
        await camille.says(f"message {number}")
    async with polling(channel, inbox):
        bodies = await inbox.holds(5)
        await api.quiet()
    assert len(inbox.batches) == 1 and len(inbox.batches[0]) == 5
    assert api.updates.pending == []
    readings = [channel.read(body) for body in bodies]
    assert [isinstance(reading, Reading) and reading.input for reading in readings] == [
        Utterance(f"message {n}") for n in range(5)
    ]
    assert {row[1] for row in inbox.rows.values()} == {"1001"}


async def test_a_crash_between_commit_and_offset_brings_the_batch_again(
    api: BotApi, channel: TelegramChannel, inbox: Inbox
) -> None:
    inbox.crashes = 1
    await api.person(1001).says("Bonjour")
    async with polling(channel, inbox):
        await inbox.holds(1)
        await api.quiet()
    assert len(inbox.batches) == 2 and inbox.batches[0] == inbox.batches[1]
    assert len(inbox.rows) == 1
    assert api.updates.pending == []


async def test_nothing_is_confirmed_while_the_disk_refuses(
    api: BotApi, channel: TelegramChannel, inbox: Inbox
) -> None:
    inbox.refusals = 10**9
    await api.person(1001).says("Bonjour")
    async with polling(channel, inbox):
        async with asyncio.timeout(5):
            while len(inbox.batches) < 3:
                await asyncio.sleep(0.01)
        assert len(api.updates.pending) == 1
        inbox.refusals = 0
        await inbox.holds(1)


async def test_a_killed_poller_loses_nothing(api: BotApi, channel: TelegramChannel, inbox: Inbox) -> None:
    await api.person(1001).says("Bonjour")
    inbox.refusals = 10**9
    async with polling(channel, inbox):
        async with asyncio.timeout(5):
            while not inbox.batches:
                await asyncio.sleep(0.01)
    reborn = Inbox()
    async with polling(channel, reborn):
        await reborn.holds(1)


async def test_a_tap_comes_back_as_the_act_of_its_button(
    api: BotApi, channel: TelegramChannel, inbox: Inbox
) -> None:
    camille = api.person(1001)
    await channel.send(CAMILLE, HELLO)
    tap = await camille.taps("Oui")
    async with polling(channel, inbox):
        (body,) = await inbox.holds(1)
    reading = channel.read(body)
    assert isinstance(reading, Reading)
    assert (reading.address, reading.input, reading.name) == (CAMILLE, Tap("c:1:yes"), "Camille")
    await channel.settle(body)
    assert tap.answer is not None


async def test_a_forged_tap_does_nothing_but_stop_its_clock(
    api: BotApi, channel: TelegramChannel, inbox: Inbox
) -> None:
    camille, dominique = api.person(1001), api.person(1002)
    await channel.send(CAMILLE, HELLO)
    button = camille.chat.last.keyboard
    assert button is not None
    data = button.buttons[0].data or ""
    await channel.send(Address("telegram", "1002"), HELLO)
    tap = await dominique.sends_tap(data, message=dominique.chat.last)
    async with polling(channel, inbox):
        (body,) = await inbox.holds(1)
    assert channel.read(body) is None
    assert dict(channel.skipped) == {"forged": 1}
    await channel.settle(body)
    assert tap.answer is not None


async def test_a_tap_too_old_to_be_answered_is_no_error(api: BotApi, channel: TelegramChannel) -> None:
    await channel.settle(json.dumps({"update_id": 1, "callback_query": {"id": "12"}}))
    assert not api.calls("answerCallbackQuery")[0].ok
    await channel.settle("not JSON")
    await channel.settle(json.dumps({"update_id": 1, "message": {}}))
    assert len(api.journal) == 1


async def test_a_deep_link_a_block_and_a_return(api: BotApi, channel: TelegramChannel, inbox: Inbox) -> None:
    camille = api.person(1001)
    await camille.starts("faire-connaissance")
    await camille.blocks_bot()
    await camille.unblocks_bot()
    async with polling(channel, inbox):
        readings = [channel.read(body) for body in await inbox.holds(3)]
    assert [isinstance(reading, Reading) and reading.input for reading in readings] == [
        Opening("faire-connaissance"),
        Membership("blocked"),
        Membership("unblocked"),
    ]


async def test_a_file_is_fetched_into_the_data_folder(
    api: BotApi, channel: TelegramChannel, inbox: Inbox, shelf: Shelf
) -> None:
    await api.person(1001).shares_document("statuts.pdf", b"%PDF-1.7", mime="application/pdf")
    async with polling(channel, inbox):
        (body,) = await inbox.holds(1)
    reading = channel.read(body)
    assert isinstance(reading, Reading) and isinstance(reading.input, Attachment)
    assert isinstance(reading.input.content, StoredFile) and reading.input.content.sha256 == ""
    api.fault(faults.server_error(), method="getFile")
    stored = await channel.fetch(body)
    assert stored is not None
    assert (stored.name, stored.media_type, stored.size) == ("statuts.pdf", "application/pdf", 8)
    assert shelf.load(stored.sha256) == b"%PDF-1.7"


async def test_a_file_that_is_gone_is_none(api: BotApi, channel: TelegramChannel, inbox: Inbox) -> None:
    await api.person(1001).shares_document("statuts.pdf", b"%PDF-1.7")
    async with polling(channel, inbox):
        (body,) = await inbox.holds(1)
    api.fault(faults.bad_request("wrong file_id or the file is temporarily unavailable"), method="getFile")
    assert await channel.fetch(body) is None
    assert await channel.fetch(json.dumps({"update_id": 1, "message": {"text": "a"}})) is None


@pytest.mark.parametrize(
    "fault",
    [
        faults.server_error(),
        faults.malformed(),
        faults.reset(),
        faults.conflict(),
        faults.flood_without_parameters(1),
        faults.bare_refusal(500),
        Fault("not a list", Answer(200, b'{"ok":true,"result":{}}')),
        Fault("not ok", Answer(200, b'{"ok":false}')),
        Fault("deep", Answer(200, b"[" * 100_000)),
    ],
    ids=lambda fault: fault.name,
)
async def test_polling_survives(api: BotApi, channel: TelegramChannel, inbox: Inbox, fault: Fault) -> None:
    api.fault(fault, method="getUpdates", times=2)
    await api.person(1001).says("Bonjour")
    async with polling(channel, inbox) as task:
        await inbox.holds(1)
        assert not task.done()


async def test_polling_survives_a_server_that_is_away(
    api: BotApi, channel: TelegramChannel, inbox: Inbox
) -> None:
    await api.goes_down()
    async with polling(channel, inbox):
        await asyncio.sleep(0.05)
        await api.comes_back()
        await api.person(1001).says("Bonjour")
        await inbox.holds(1)


async def test_updates_of_unknown_kind_are_dropped_and_of_unknown_shape_kept(
    api: BotApi, channel: TelegramChannel, inbox: Inbox
) -> None:
    api.updates.put_raw({"kind_of_2030": {"text": "?"}})
    api.updates.put_raw({"message": 5})
    await api.person(1001).says("Bonjour")
    async with polling(channel, inbox):
        malformed, said = await inbox.holds(2)
        await api.quiet()
    assert dict(channel.skipped) == {"kind": 1}
    with pytest.raises(ValueError, match="not an update"):
        channel.read(malformed)
    assert channel.read(said) is not None
    assert api.updates.pending == []


@pytest.mark.parametrize("number", [1 << 63, -(1 << 80), 1.5, "7", None])
def test_an_update_whose_id_no_database_can_keep_is_no_row(number: object) -> None:
    found = sort_update({"update_id": number, "message": {}}, secret=SECRET, me=Me(1))
    assert found is Skipped.MALFORMED


async def test_pending_updates_are_never_dropped(api: BotApi, channel: TelegramChannel, inbox: Inbox) -> None:
    await api.person(1001).says("Bonjour")
    async with polling(channel, inbox):
        await inbox.holds(1)
    (call,) = api.calls("deleteWebhook")
    assert not call.boolean("drop_pending_updates")
    assert api.calls("getUpdates")[0].params["allowed_updates"] == [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
        "inline_query",
        "poll_answer",
    ]


async def test_a_revoked_token_ends_the_program_without_showing_it(
    api: BotApi, channel: TelegramChannel, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.handler.addFilter(redact)
    api.revoked = True
    with pytest.raises(TokenRefused, match="ALLIANCES_TELEGRAM_TOKEN") as caught:
        async with asyncio.timeout(5):
            await channel.poll(inbox.accept, rng=random.Random(1), patience=HASTY)
    assert len(api.journal) == 1
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    assert api.token not in str(caught.value) + caplog.text


@pytest.mark.parametrize("token", ["", "nonsense", "123456:ABC\n", "bot123456:ABC", "123456:a b"])
def test_what_cannot_be_a_token_is_refused_at_once(token: str, shelf: Shelf) -> None:
    with pytest.raises(TokenRefused) as caught:
        TelegramChannel(
            Account(token),
            secret=SECRET,
            keep=shelf.keep,
            load=shelf.load,
            requests=REQUESTS,  # type: ignore[arg-type]
        )
    assert not token or token not in str(caught.value) + repr(Account(token))


async def test_a_second_poller_is_one_clear_line(
    api: BotApi, channel: TelegramChannel, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    rule = api.fault(faults.conflict(), method="getUpdates", times=5)
    await api.person(1001).says("Bonjour")
    async with polling(channel, inbox):
        await inbox.holds(1)
    assert rule.left == 0
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(lines) == 1 and "another program uses this token" in lines[0]


async def test_a_day_of_work_at_debug_shows_neither_token_nor_words(
    api: BotApi, channel: TelegramChannel, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.handler.addFilter(redact)
    camille = api.person(1001)
    for fault in (faults.malformed(), faults.server_error(), faults.reset(), faults.slow(1.0)):
        api.fault(fault, method="sendMessage")
        await channel.send(CAMILLE, Message(Markdown("un mot secret")))
    await camille.says("un mot secret")
    api.fault(faults.malformed(), method="getUpdates")
    async with polling(channel, inbox):
        await inbox.holds(1)
    assert api.token not in caplog.text
    assert "secret" not in caplog.text


def test_the_wait_doubles_up_to_a_cap_with_half_of_it_at_random() -> None:
    patience = Patience(first=1.0, longest=8.0)
    rng = random.Random(1)
    for failures, longest in [(1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (5, 8.0), (5000, 8.0)]:
        waits = {wait_before_retry(failures, patience, rng) for _ in range(50)}
        assert longest / 2 <= min(waits) and max(waits) <= longest and len(waits) > 1
