"""One suite for both ways to Telegram: the client's own `HTTPXRequest` and ours on aiohttp."""

import asyncio
import io
import re
import socket
from collections.abc import AsyncIterator, Callable

import pytest
from telegram import Bot, InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.receipts import receipt_of
from bot.model.receipt import Deferred, Failed, Migrated, Receipt, Refused, Unknown, Unreachable
from tests.channels.telegram.test_sending import PIXEL
from tests.channels.telegram.ways import Make, bot_at, by_ourselves, ours, stock
from tests.channels.telegram.wires import Proxy, Server, answer
from tests.telegram_api import TOKEN, BotApi, faults
from tests.telegram_api.faults import Fault

UNICODE = "Reçu « l’été » 🎉 a&b=c+d%20\n\tمرحبا e\u0301"
LARGE = bytes(range(256)) * (1 << 14)
"""4 MiB: more than any buffer on the way."""


@pytest.fixture(params=[stock, ours])
def make(request: pytest.FixtureRequest) -> Make:
    chosen: Make = request.param
    return chosen


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    by_ourselves(monkeypatch)


def judged(make: Make, error: Exception, receipt: type[Receipt]) -> bool:
    """Whether our receipt is right; we judge our own way only."""
    return make is not ours or isinstance(receipt_of(error), receipt)


# --- What Telegram and the network do ---


@pytest.mark.parametrize(
    ("fault", "kind", "words", "sent", "receipt"),
    [
        (faults.flood(3), RetryAfter, "0:00:03", 0, Deferred),
        (faults.flood_without_parameters(3), NetworkError, "retry after 3", 0, Deferred),
        (faults.blocked(), Forbidden, "blocked by the user", 0, Unreachable),
        (faults.deactivated(), Forbidden, "user is deactivated", 0, Unreachable),
        (faults.kicked("channel"), Forbidden, "kicked from the channel chat", 0, Unreachable),
        (faults.not_a_member(), Forbidden, "not a member", 0, Unreachable),
        (faults.group_deleted(), Forbidden, "group chat was deleted", 0, Unreachable),
        (faults.migrated(-1001), ChatMigrated, "-1001", 0, Migrated),
        (faults.chat_not_found(), BadRequest, "(?i)chat not found", 0, Unreachable),
        (faults.bad_request(), BadRequest, "(?i)nobody has seen", 0, Refused),
        (faults.bare_refusal(400), BadRequest, "Refused", 0, Refused),
        (faults.bare_refusal(418), NetworkError, "Refused", 0, Failed),
        (faults.unauthorized(), InvalidToken, "Unauthorized", 0, Failed),
        (faults.conflict(), Conflict, "only one bot instance", 0, Failed),
        (faults.server_error(500), NetworkError, "Internal Server Error", 0, Failed),
        (faults.server_error(502), NetworkError, "Bad Gateway", 0, Failed),
        (faults.server_error(502, effect=True), NetworkError, "Bad Gateway", 1, Failed),
        (faults.malformed(), TelegramError, "Invalid server response", 0, Unknown),
        (faults.malformed(effect=True), TelegramError, "Invalid server response", 1, Unknown),
        (faults.reset(), NetworkError, "Error", 0, Unknown),
        (faults.reset_after_effect(), NetworkError, "Error", 1, Unknown),
        (faults.slow(30), TimedOut, "Timed out", 1, Unknown),
        (faults.slow_body(30), TimedOut, "Timed out", 1, Unknown),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
@pytest.mark.parametrize("kept", [False, True], ids=["new connection", "kept connection"])
async def test_a_fault_of_telegram_raises_the_same_error_and_happens_once(
    api: BotApi,
    make: Make,
    *,
    fault: Fault,
    kind: type[TelegramError],
    words: str,
    sent: int,
    receipt: type[Receipt],
    kept: bool,
) -> None:
    api.person(1)
    async with bot_at(api.url, make(read=0.3)) as bot:
        if kept:
            await bot.send_message(1, "avant")
        rule = api.fault(fault, method="sendMessage")
        with pytest.raises(kind, match=words) as raised:
            await bot.send_message(1, "x")
        assert type(raised.value) is kind
        assert judged(make, raised.value, receipt)
        assert [call.fault for call in rule.hits] == [fault.name]  # no silent second attempt
        await bot.send_message(1, "après")
    assert [message.text for message in api.chats[1].messages] == ["avant"] * kept + ["x"] * sent + ["après"]


@pytest.mark.parametrize(
    ("said", "kind", "receipt"),
    [
        pytest.param(b"", NetworkError, Unknown, id="no answer"),
        pytest.param(None, TimedOut, Unknown, id="silence"),
        pytest.param(b"SSH-2.0-OpenSSH_9.7\r\n\r\n", NetworkError, Unknown, id="another protocol"),
        pytest.param(answer(b'{"ok"', length=50), NetworkError, Unknown, id="half a body"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
            NetworkError,
            Unknown,
            id="no chunk",
        ),
        pytest.param(
            answer(b"no gzip", headers="Content-Encoding: gzip\r\n"), NetworkError, Unknown, id="no gzip"
        ),
        pytest.param(
            answer(b"", headers=f"X: {'x' * 200_000}\r\n"), NetworkError, Unknown, id="an endless header"
        ),
        pytest.param(answer(b"", status="204 No Content"), TelegramError, Unknown, id="nothing"),
        pytest.param(answer(b"\xff\xfe\x00"), TelegramError, Unknown, id="no JSON"),
        pytest.param(answer(b"[]"), TypeError, Unknown, id="another JSON"),
        pytest.param(answer(b"{}"), KeyError, Unknown, id="no result"),
        pytest.param(answer(b"", status="413 Too Large"), NetworkError, Refused, id="too large"),
        pytest.param(answer(b"", status="599 What"), NetworkError, Failed, id="unknown status"),
    ],
)
async def test_a_strange_answer_raises_the_same_error(
    make: Make, said: bytes | None, kind: type[Exception], receipt: type[Receipt]
) -> None:
    async with Server(said, hangs_up=True) as server, bot_at(server.url, make(read=0.3)) as bot:
        with pytest.raises(kind) as raised:
            await bot.send_message(1, "x")
        assert type(raised.value) is kind
        assert judged(make, raised.value, receipt)
    assert len(server.requests) == 1


async def test_a_redirection_is_not_followed(make: Make) -> None:
    async with Server(answer(b"{}")) as elsewhere:
        moved = answer(b"", status="307 Temporary Redirect", headers=f"Location: {elsewhere.url}/\r\n")
        async with Server(moved) as server, bot_at(server.url, make()) as bot:
            with pytest.raises(NetworkError, match="307"):
                await bot.send_message(1, "x")
    assert elsewhere.requests == []


async def test_a_refused_connection_is_tried_again_freely(api: BotApi, make: Make) -> None:
    api.person(1)
    async with bot_at(api.url, make()) as bot:
        await bot.send_message(1, "x")
        await api.goes_down()
        await asyncio.sleep(0.05)  # until our end of the kept connection has heard of it
        with pytest.raises(NetworkError) as raised:
            await bot.send_message(1, "y")
        assert judged(make, raised.value, Failed) and not isinstance(raised.value, TimedOut)
        await api.comes_back()
        await bot.send_message(1, "z")
    assert [message.text for message in api.chats[1].messages] == ["x", "z"]


async def test_a_server_without_tls_never_gets_the_request(api: BotApi, make: Make) -> None:
    async with bot_at(api.url.replace("http:", "https:"), make()) as bot:
        with pytest.raises(NetworkError) as raised:
            await bot.send_message(1, "x")
    assert judged(make, raised.value, Failed)
    assert api.journal == []


async def test_a_connection_that_is_never_made_times_out_before_sending(make: Make) -> None:
    async with Server(None) as server:
        async with bot_at(server.url.replace("http:", "https:"), make(connect=0.2)) as bot:
            with pytest.raises(TimedOut) as raised:
                await bot.send_message(1, "x")
        assert judged(make, raised.value, Failed)
    assert server.requests == []


async def test_a_call_that_finds_no_free_connection_is_never_sent(api: BotApi, make: Make) -> None:
    api.person(1)
    async with bot_at(api.url, make(connections=1, pool=0.1)) as bot:
        api.fault(faults.slow(0.6), chat=1)
        first = asyncio.create_task(bot.send_message(1, "x"))
        while not api.calls("sendMessage"):
            await asyncio.sleep(0.01)
        with pytest.raises(TimedOut, match="not") as raised:
            await bot.send_message(1, "y")
        assert judged(make, raised.value, Failed)
        await first
        await bot.send_message(1, "z")
    assert [message.text for message in api.chats[1].messages] == ["x", "z"]


async def test_an_upload_that_nobody_reads_times_out(make: Make) -> None:
    async with Server(deaf=True) as server, bot_at(server.url, make(write=0.3, read=30)) as bot:
        with pytest.raises(TimedOut) as raised:
            await bot.send_document(1, LARGE)
    assert judged(make, raised.value, Unknown)


async def test_a_connection_closed_while_idle_is_replaced(make: Make) -> None:
    yes = answer(b'{"ok":true,"result":true}')
    async with Server(yes, hangs_up=True) as server, bot_at(server.url, make()) as bot:
        for _ in range(3):
            assert await bot.delete_message(1, 1)
            await asyncio.sleep(0.05)
    assert (len(server.requests), server.connections) == (3, 3)


# --- The same bytes ---


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda bot: bot.get_me(), id="no arguments"),
        pytest.param(lambda bot: bot.send_message(1, UNICODE), id="text"),
        pytest.param(lambda bot: bot.send_message(1, "a" * 60_000), id="long text"),
        pytest.param(lambda bot: bot.set_my_commands([("aide", "Où j’en suis")]), id="structure"),
        pytest.param(lambda bot: bot.send_document(1, LARGE, filename="a.pdf", caption=UNICODE), id="file"),
        pytest.param(lambda bot: bot.send_document(1, b"", filename="leer.txt"), id="empty file"),
        pytest.param(lambda bot: bot.send_document(1, b"a", filename="été 🎉.tar.gz"), id="unicode name"),
        pytest.param(lambda bot: bot.send_document(1, b"a", filename='"a\r\nb"\\c.pdf'), id="hostile name"),
        pytest.param(lambda bot: bot.send_photo(1, PIXEL), id="photo"),
        pytest.param(
            lambda bot: bot.send_document(
                1, InputFile(io.BytesIO(b"handle"), filename="b.txt", read_file_handle=False), thumbnail=PIXEL
            ),
            id="handle and second file",
        ),
    ],
)
async def test_a_call_is_the_same_on_the_wire(call: Callable[[Bot], AsyncIterator[object]]) -> None:
    seen = []
    async with Server(answer(b'{"ok":false}', status="400 Bad Request")) as server:
        for make in (stock, ours):
            async with bot_at(server.url, make()) as bot:
                with pytest.raises(BadRequest):
                    await call(bot)  # type: ignore[misc]  # mypy takes the lambdas for generators
            request = server.requests[-1]
            media_type, _, boundary = (request.header("content-type") or "").partition("boundary=")
            body = request.body.replace(boundary.encode(), b"boundary") if boundary else request.body
            body = re.sub(rb"attached\w{32}", b"attached", body)
            told = [request.header(name) for name in ("host", "user-agent", "transfer-encoding")]
            seen.append((request.line, media_type, told, body))
    assert seen[0] == seen[1]


async def test_files_arrive_and_come_back(api: BotApi, make: Make) -> None:
    camille = api.person(1)
    async with bot_at(api.url, make()) as bot:
        sent = await bot.send_document(1, LARGE, filename="carte d’été.pdf", caption=UNICODE)
        await bot.send_photo(1, PIXEL, caption="photo")
        first, second = camille.missed()
        assert first.file is not None and second.file is not None
        assert (first.file.upload.data, first.file.upload.name) == (LARGE, "carte d’été.pdf")
        assert (second.file.kind, second.file.upload.data, second.text) == ("photo", PIXEL, "photo")
        assert sent.document is not None
        file = await sent.document.get_file()
        assert bytes(await file.download_as_bytearray()) == LARGE


async def test_a_file_that_is_gone_is_told_the_same(api: BotApi, make: Make) -> None:
    async with bot_at(api.url, make()) as bot:
        with pytest.raises(InvalidToken, match="Not Found"):
            await bot.request.retrieve(f"{api.url}/file/bot{TOKEN}/documents/gone.pdf")


async def test_a_long_poll_waits_for_the_first_update(api: BotApi, make: Make) -> None:
    async with bot_at(api.url, make(read=0.2)) as bot:
        waiting = asyncio.create_task(bot.get_updates(timeout=5))
        await asyncio.sleep(0.5)  # longer than the patience for other calls
        await api.person(1).says(UNICODE)
        (update,) = await waiting
    assert update.message is not None and update.message.text == UNICODE


async def test_sixty_four_at_once_share_the_connections(make: Make) -> None:
    async with BotApi() as api, bot_at(api.url, make(connections=8)) as bot:
        for number in range(1, 65):
            api.person(number)
        await asyncio.gather(*(bot.send_message(number, f"à {number}") for number in range(1, 65)))
    assert [[one.text for one in api.chats[n].messages] for n in range(1, 65)] == [
        [f"à {n}"] for n in range(1, 65)
    ]


async def test_connections_are_kept_and_never_more_than_allowed(make: Make) -> None:
    yes = answer(b'{"ok":true,"result":true}')
    async with Server(yes) as server, bot_at(server.url, make(connections=4)) as bot:
        for _ in range(3):
            await asyncio.gather(*(bot.delete_message(1, n) for n in range(16)))
    assert len(server.requests) == 48
    assert server.connections <= 4


async def test_a_cancelled_call_leaves_no_place_taken(api: BotApi, make: Make) -> None:
    api.person(1)
    async with bot_at(api.url, make(connections=1)) as bot:
        api.fault(faults.slow(30), chat=1)
        call = asyncio.create_task(bot.send_message(1, "x"))
        while not api.calls("sendMessage"):
            await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await bot.send_message(1, "y")


@pytest.mark.parametrize("url", ["http://[broken", "ftp://127.0.0.1", "http://", "127.0.0.1"])
async def test_what_is_no_address_of_a_server_is_told_before_sending(make: Make, url: str) -> None:
    async with bot_at(url, make()) as bot:
        with pytest.raises(NetworkError) as raised:
            await bot.get_me()
    assert judged(make, raised.value, Failed)


# --- Through a proxy ---


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("login", ["", "camille:a%40b@"])
async def test_a_proxy_of_the_system_is_used(
    api: BotApi, make: Make, monkeypatch: pytest.MonkeyPatch, name: str, login: str
) -> None:
    api.person(1)
    async with Proxy() as proxy:
        monkeypatch.setenv(name, proxy.url.replace("//", f"//{login}"))
        async with bot_at(api.url, make()) as bot:
            await bot.send_message(1, "x")
            await bot.send_document(1, LARGE, filename="a.pdf")
    assert proxy.requests[0].line == f"POST {api.url}/bot{TOKEN}/sendMessage HTTP/1.1"
    # camille:a@b
    assert proxy.requests[0].header("proxy-authorization") == ("Basic Y2FtaWxsZTphQGI=" if login else None)
    assert len(api.chats[1].messages) == 2


async def test_a_server_named_as_exception_is_reached_directly(
    api: BotApi, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.person(1)
    async with Proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "example.org,127.0.0.1")
        async with bot_at(api.url, make()) as bot:
            await bot.send_message(1, "x")
    assert proxy.requests == []


@pytest.mark.parametrize("up", [True, False], ids=["refuses", "is down"])
async def test_a_proxy_that_does_not_connect_us_never_lets_the_request_out(
    api: BotApi, make: Make, monkeypatch: pytest.MonkeyPatch, up: bool
) -> None:
    async with Proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url if up else f"http://127.0.0.1:{unused_port()}")
        async with bot_at(api.url.replace("http:", "https:"), make()) as bot:
            with pytest.raises(NetworkError) as raised:
                await bot.send_message(1, "x")
    assert judged(make, raised.value, Failed)
    address = api.url.removeprefix("http://")
    assert [request.line for request in proxy.requests] == [f"CONNECT {address} HTTP/1.1"] * up


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
