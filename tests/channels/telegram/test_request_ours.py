"""Our way to Telegram, where it differs from the client's own and means to, and what it never shows."""

import asyncio
import gzip
import logging
import traceback
from collections.abc import Iterator

import pytest
from telegram.error import BadRequest, NetworkError, TelegramError

from bot.channels.telegram.receipts import receipt_of
from bot.channels.telegram.redaction import quiet_loggers
from bot.channels.telegram.request import AiohttpRequest
from bot.model.receipt import Unknown
from tests.channels.telegram.ways import bot_at, by_ourselves, ours
from tests.channels.telegram.wires import Server, answer
from tests.telegram_api import TOKEN, BotApi, faults


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    by_ourselves(monkeypatch)


async def test_a_text_that_is_no_unicode_is_refused_not_tried_again(api: BotApi) -> None:
    """HTTPXRequest: "Unknown error in HTTP implementation", which is tried again for ever."""
    api.person(1)
    async with bot_at(api.url, ours()) as bot:
        with pytest.raises(BadRequest, match=r"(?i)UTF-8"):
            await bot.send_message(1, "\ud800")
        with pytest.raises(BadRequest, match=r"(?i)UTF-8"):
            await bot.send_document(1, b"a", caption="\ud800")
    assert api.journal == []


@pytest.mark.parametrize(
    "said",
    [
        answer(b"x" * 2001),
        answer(b"", length=1 << 40),
        answer(gzip.compress(b"x" * 1_000_000), headers="Content-Encoding: gzip\r\n"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d1\r\n" + b"x" * 2001 + b"\r\n",
    ],
    ids=["large", "said to be large", "large when unpacked", "without end"],
)
async def test_an_answer_beyond_the_limit_is_not_read(said: bytes) -> None:
    """HTTPXRequest holds whatever comes."""
    async with Server(said) as server, bot_at(server.url, AiohttpRequest(connections=1, largest=2000)) as bot:
        with pytest.raises(NetworkError, match="larger than 2000 bytes") as raised:
            await bot.send_message(1, "x")
    assert isinstance(receipt_of(raised.value), Unknown)


async def test_cookies_are_not_kept() -> None:
    """HTTPXRequest sends them back."""
    said = answer(b'{"ok":true,"result":true}', headers="Set-Cookie: a=b; Path=/\r\n")
    async with Server(said) as server, bot_at(server.url, ours()) as bot:
        for _ in range(2):
            await bot.delete_message(1, 1)
    assert [request.header("cookie") for request in server.requests] == [None, None]


async def test_a_proxy_of_another_kind_is_told_when_it_is_needed(
    api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTPXRequest raises RuntimeError when it is made."""
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    async with bot_at(api.url, ours()) as bot:
        with pytest.raises(NetworkError, match="socks5"):
            await bot.get_me()


async def test_what_is_under_way_when_we_close_ends_with_an_error(api: BotApi) -> None:
    """HTTPXRequest leaves it waiting until its read timeout."""
    api.person(1)
    api.fault(faults.slow(30), chat=1, times=None)
    async with bot_at(api.url, ours(connections=2, pool=30, read=30)) as bot:
        calls = [asyncio.create_task(bot.send_message(1, "x")) for _ in range(4)]
        while len(api.calls("sendMessage")) < 2:
            await asyncio.sleep(0.01)
        await bot.request.shutdown()
        async with asyncio.timeout(5):
            ended = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(one) for one in ended] == [NetworkError] * 4
        with pytest.raises(NetworkError):
            await bot.send_message(1, "closed")
        assert len(api.calls("sendMessage")) == 2
        api.faults.clear()
        await bot.request.initialize()
        await bot.send_message(1, "open again")


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error with all that it was caused by or met on the way."""
    if error is not None:
        yield error
        yield from chain(error.__cause__)
        yield from chain(error.__context__)


@pytest.mark.parametrize(
    "url",
    ["", "https", "http://127.0.0.1:1", "http://[broken", "ftp://127.0.0.1", "http://"],
    ids=["answers", "no TLS", "refused", "no address", "no HTTP", "no host"],
)
@pytest.mark.parametrize("said", [b"", None, b"?\r\n\r\n", answer(b"", length=5)], ids=repr)
async def test_no_error_and_no_line_of_the_log_shows_the_token(
    caplog: pytest.LogCaptureFixture, url: str, said: bytes | None
) -> None:
    quiet_loggers()
    caplog.set_level(logging.DEBUG)
    async with Server(said, hangs_up=True) as server:
        place = {"": server.url, "https": server.url.replace("http:", "https:")}.get(url, url)
        async with bot_at(place, ours(read=0.1, connect=0.3)) as bot:
            for call in (bot.send_message(1, "x"), bot.send_document(1, b"a")):
                with pytest.raises(NetworkError) as raised:
                    await call
                secret = TOKEN.partition(":")[2]
                for error in chain(raised.value):
                    assert secret not in f"{error} {error!r} {vars(error)}"
                assert secret not in "".join(traceback.format_exception(raised.value))
    assert secret not in caplog.text


@pytest.mark.parametrize(
    "fault",
    [faults.flood(7), faults.blocked(), faults.migrated(-1005), faults.server_error(), faults.malformed()],
    ids=lambda fault: str(fault.name),
)
async def test_a_call_below_the_client_fails_as_the_client_does(api: BotApi, fault: faults.Fault) -> None:
    api.person(1)
    api.fault(fault, times=2)
    request = AiohttpRequest(connections=1)
    async with bot_at(api.url, request) as bot:
        with pytest.raises(TelegramError) as theirs:
            await bot.send_message(1, "x")
        with pytest.raises(TelegramError) as mine:
            await request.call(f"{bot.base_url}/sendMessage", {"chat_id": "1", "text": "x"})
    assert type(mine.value) is type(theirs.value)
    assert receipt_of(mine.value) == receipt_of(theirs.value)


async def test_a_call_below_the_client_says_what_was_meant(api: BotApi) -> None:
    camille = api.person(1)
    text = "é & % + = \U0001f600 " * 20
    request = AiohttpRequest(connections=1)
    async with bot_at(api.url, request) as bot:
        sent = await request.call(f"{bot.base_url}/sendMessage", {"chat_id": "1", "text": text})
        with pytest.raises(BadRequest, match=r"(?i)UTF-8"):
            await request.call(f"{bot.base_url}/sendMessage", {"chat_id": "1", "text": "\ud800"})
    assert isinstance(sent, dict)
    assert camille.chat.last.content.text == text.strip()
