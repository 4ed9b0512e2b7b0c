"""The one HTTP application: what answers where, and how the server stops."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from bot.channels.web import page_routes
from bot.http import Accept, Health, Metrics, build, page_is_open, serve
from bot.metrics import Figure, exposition
from tests.channels.web.stage import Stage, healthy, served
from tests.channels.web.window import window


@asynccontextmanager
async def running(
    health: Health, accept: Accept | None, stage: Stage, host: str
) -> AsyncIterator[httpx.AsyncClient]:
    """The application as built for `host`, listening on loopback."""

    async def check() -> Health:
        return health

    app = build(host=host, health=check, page=page_routes(stage.page()), accept=accept)
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    server = asyncio.create_task(serve(app, "127.0.0.1", 0, started=port.set_result))
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{await port}") as client:
            yield client
    finally:
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)


@pytest.mark.parametrize(
    ("host", "webhook", "is_open"),
    [
        ("127.0.0.1", False, True),
        ("localhost", False, True),
        ("::1", False, True),
        ("127.0.0.1", True, False),
        ("0.0.0.0", False, False),
        ("192.168.1.4", False, False),
        ("", False, False),
    ],
)
def test_the_page_is_open_in_local_mode_only(host: str, webhook: bool, is_open: bool) -> None:
    assert page_is_open(host, webhook=webhook) is is_open


@pytest.mark.parametrize(
    ("health", "path", "status"),
    [
        (Health(live=True, ready=True), "/healthz", 200),
        (Health(live=True, ready=False, reason="database locked"), "/healthz", 503),
        (Health(live=True, ready=False, reason="database locked"), "/healthz?live", 200),
        (Health(live=False, ready=False, reason="lanes stand still"), "/healthz?live", 503),
    ],
)
async def test_health_says_why(tmp_path: Path, health: Health, path: str, status: int) -> None:
    async with running(health, None, Stage(tmp_path), "0.0.0.0") as client:
        answer = await client.get(path)
    assert answer.status_code == status
    assert answer.json() == {"live": health.live, "ready": health.ready, "reason": health.reason}


async def accept_secret(headers: Mapping[str, str], body: bytes) -> int:
    """Like Telegram's door: only with the secret, and only an update."""
    if headers.get("x-telegram-bot-api-secret-token") != "s":
        return 403
    return 200 if body == b"{}" else 400


@pytest.mark.parametrize(
    ("method", "headers", "content", "status"),
    [
        ("POST", {"X-Telegram-Bot-Api-Secret-Token": "s"}, b"{}", 200),
        ("POST", {}, b"{}", 403),
        ("POST", {"Content-Type": "text/plain"}, b"{}", 415),
        ("POST", {"X-Telegram-Bot-Api-Secret-Token": "s"}, b"", 400),
        ("POST", {"X-Telegram-Bot-Api-Secret-Token": "s"}, b" " * (1024 * 1024 + 1), 413),
        ("POST", {}, b" " * (1024 * 1024 + 1), 403),
        ("GET", {}, b"", 405),
    ],
)
async def test_the_webhook_is_handed_on(
    tmp_path: Path, method: str, headers: dict[str, str], content: bytes, status: int
) -> None:
    async with running(Health(live=True, ready=True), accept_secret, Stage(tmp_path), "0.0.0.0") as client:
        named = {"Content-Type": "application/json", **headers}
        assert (
            await client.request(method, "/telegram", headers=named, content=content)
        ).status_code == status


async def test_of_a_stranger_no_body_is_read(tmp_path: Path) -> None:
    """The answer comes although the body never does."""
    async with running(Health(live=True, ready=True), accept_secret, Stage(tmp_path), "0.0.0.0") as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        writer.write(
            b"POST /telegram HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 1000000\r\n\r\n"
        )
        async with asyncio.timeout(5):
            assert (await reader.readline()).split()[1] == b"403"
        writer.close()


@pytest.mark.parametrize(("host", "accept"), [("0.0.0.0", None), ("127.0.0.1", accept_secret)])
async def test_beyond_loopback_or_with_a_webhook_nothing_of_the_page_answers(
    tmp_path: Path, host: str, accept: Accept | None
) -> None:
    async with running(Health(live=True, ready=True), accept, Stage(tmp_path), host) as client:
        for path in ("/", "/static/page.js", "/api/conversation", "/api/panel", "/api/stream"):
            assert (await client.get(path)).status_code == 404


async def test_without_a_webhook_there_is_no_telegram_door(tmp_path: Path) -> None:
    async with served(Stage(tmp_path)) as url, window(url) as browser:
        assert (await browser.http.post("/telegram", json={})).status_code in (404, 405)


async def test_a_taken_port_is_an_error_and_not_the_end_of_the_process(tmp_path: Path) -> None:
    app = build(host="127.0.0.1", health=healthy)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError):
        await serve(app, "127.0.0.1", taken.getsockname()[1])


async def test_the_server_stops_although_a_window_listens(tmp_path: Path) -> None:
    async with asyncio.timeout(4):  # less than the grace that running answers would have
        async with served(Stage(tmp_path)) as url:
            browser = httpx.AsyncClient(base_url=url)
            await browser.get("/api/conversation")
            request = browser.build_request("GET", "/api/stream")
            stream = await browser.send(request, stream=True)
            lines = stream.aiter_lines()
            assert await anext(lines) == "event: beat"
        async for _ in lines:
            pass
        await browser.aclose()


@pytest.mark.parametrize(
    ("headers", "token", "status"),
    [
        ({}, None, 200),
        ({}, "t0ken", 200),
        ({"X-Forwarded-For": "198.51.100.7"}, None, 404),
        ({"Forwarded": "for=198.51.100.7"}, "t0ken", 404),
        ({"X-Forwarded-For": "198.51.100.7", "Authorization": "Bearer t0ken"}, "t0ken", 200),
        ({"X-Forwarded-For": "198.51.100.7", "Authorization": "Bearer guess"}, "t0ken", 404),
        ({"X-Forwarded-For": "198.51.100.7", "Authorization": "Bearer None"}, None, 404),
    ],
)
async def test_the_figures_are_for_this_machine_or_for_who_shows_the_token(
    headers: dict[str, str], token: str | None, status: int
) -> None:
    async def read() -> bytes:
        return exposition([Figure("lanes", "People being answered now", "gauge", {(): 3.0})])

    app = build(host="0.0.0.0", health=healthy, metrics=Metrics(read, token))
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    server = asyncio.create_task(serve(app, "127.0.0.1", 0, started=port.set_result))
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{await port}") as client:
            answer = await client.get("/metrics", headers=headers)
    finally:
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)
    assert answer.status_code == status
    assert ("alliances_lanes 3.0" in answer.text) is (status == 200)
