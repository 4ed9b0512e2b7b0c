"""F22: what is no update of Telegram's is refused at the door. F23: 200 means on the disk, and no more."""

import asyncio
import contextlib
import json
import resource
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import datetime
from pathlib import Path
from random import Random

import httpx
import pytest
import pytest_asyncio

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.client import Account
from bot.channels.telegram.signing import webhook_secret
from bot.http import AT_ONCE, Accept, Health, build, serve
from bot.model.inputs import Input
from bot.model.session import Session
from bot.model.turn import Turn, View
from bot.storage.store import Store
from tests.journeys.program import PATIENCE
from tests.journeys.test_group import Room, room
from tests.runtime.conftest import World
from tests.runtime.fakes import echo, eventually, settled
from tests.runtime.test_courier import sending
from tests.runtime.test_inbox import feeding
from tests.storage.samples import rows
from tests.telegram_api import TOKEN, BotApi

SECRET = "what-telegram-shows-0123456789"
UPDATE = {
    "update_id": 700_000_001,
    "message": {
        "message_id": 1,
        "date": 1,
        "chat": {"id": 1001, "type": "private"},
        "from": {"id": 1001, "is_bot": False, "first_name": "Camille"},
        "text": "Bonjour",
    },
}
BODY = json.dumps(UPDATE).encode()
HUGE = b" " * (10 << 20)
DERIVED = webhook_secret(b"any other secret")


def shown(secret: str, media_type: str = "application/json") -> Mapping[str, str]:
    """The headers of a call."""
    return {"X-Telegram-Bot-Api-Secret-Token": secret, "Content-Type": media_type}


OURS = shown(SECRET)


def kind(**content: object) -> bytes:
    """An update of another kind."""
    return json.dumps({"update_id": 700_000_002, **content}).encode()


REFUSED = [
    pytest.param("POST", {"Content-Type": "application/json"}, BODY, 403, id="no secret"),
    pytest.param("POST", shown("guess"), BODY, 403, id="wrong secret"),
    pytest.param("POST", shown(SECRET[:-1]), BODY, 403, id="cut secret"),
    pytest.param("POST", shown(""), BODY, 403, id="empty secret"),
    pytest.param("POST", shown(DERIVED), BODY, 403, id="another secret"),
    pytest.param("POST", {"Content-Type": "application/json"}, HUGE, 403, id="10 MiB without secret"),
    pytest.param("GET", OURS, b"", 405, id="GET"),
    pytest.param("PUT", OURS, BODY, 405, id="PUT"),
    pytest.param("POST", OURS, HUGE, 413, id="10 MiB"),
    pytest.param("POST", shown(SECRET, "text/html"), BODY, 415, id="not JSON by its type"),
    pytest.param("POST", OURS, b"", 400, id="nothing"),
    pytest.param("POST", OURS, BODY[:-1], 400, id="half a JSON"),
    pytest.param("POST", OURS, b"\xff\xfe", 400, id="not UTF-8"),
    pytest.param("POST", OURS, b"[" * 1_000_000, 400, id="deep JSON"),
    pytest.param("POST", OURS, b'{"update_id":' * 70_000 + b"1" + b"}" * 70_000, 400, id="deep objects"),
    pytest.param("POST", OURS, b'{"update_id": %s}' % (b"9" * 5000), 400, id="a number of 5,000 digits"),
    pytest.param("POST", OURS, b"[]", 400, id="not an object"),
    pytest.param("POST", OURS, b'{"message": {}}', 400, id="no id"),
    pytest.param("POST", OURS, b'{"update_id": "5"}', 400, id="an id that is no number"),
    pytest.param("POST", OURS, kind(kind_of_2030={"text": "?"}), 200, id="unknown kind"),
    pytest.param("POST", OURS, kind(channel_post=UPDATE["message"]), 200, id="a kind not asked for"),
    pytest.param("POST", OURS, kind(), 200, id="no kind"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    """The program behind its webhook, with a secret that the operator chose."""
    more = {"webhook_secret": SECRET}
    async with room(tmp_path_factory.mktemp("webhook"), webhook=True, more=more) as here:
        yield here


@asynccontextmanager
async def alive(url: str) -> AsyncIterator[None]:
    """Whoever asks meanwhile, each time on a connection of their own, hears that the program is well."""
    # Without `verify` no certificates are loaded each time.
    heard: list[int] = []

    async def ask() -> None:
        while True:
            async with httpx.AsyncClient(base_url=url, timeout=PATIENCE, verify=False) as client:
                heard.append((await client.get("/healthz")).status_code)
            await asyncio.sleep(0.01)

    asking = asyncio.create_task(ask())
    try:
        yield
        before = len(heard)
        await eventually(lambda: len(heard) > before or asking.done())
    finally:
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
    assert set(heard) == {200}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("method", "headers", "content", "status"), REFUSED)
async def test_f22_what_telegram_does_not_send_reaches_no_inbox(
    served: Room, method: str, headers: Mapping[str, str], content: bytes, status: int
) -> None:
    kept = served.query("SELECT * FROM inbox")
    async with alive(served.url), httpx.AsyncClient(base_url=served.url, timeout=PATIENCE) as client:
        answer = await client.request(method, "/telegram", headers=headers, content=content)
    assert answer.status_code == status
    assert served.query("SELECT * FROM inbox") == kept
    assert served.program.running


@pytest.mark.asyncio(loop_scope="module")
async def test_f22_a_body_that_does_not_say_its_length_is_cut_off_too(served: Room) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(160):
            yield b" " * 65536

    async with httpx.AsyncClient(base_url=served.url, timeout=PATIENCE) as client:
        answer = await client.post("/telegram", headers=OURS, content=endless())
    assert answer.status_code == 413
    assert served.query("SELECT * FROM inbox") == []


@pytest.mark.asyncio(loop_scope="module")
async def test_f22_a_thousand_connections_that_say_nothing_keep_nobody_out(served: Room) -> None:
    with many_files():
        held = [await asyncio.open_connection("127.0.0.1", httpx.URL(served.url).port) for _ in range(1000)]
        try:
            async with alive(served.url):
                await served.camille.starts()
                assert (await served.camille.hears(PATIENCE)).text.startswith("Bonjour")
        finally:
            for _, writer in held:
                writer.close()
    assert {status for _, status in served.api.webhook.attempts} == {200}


@contextmanager
def many_files() -> Iterator[None]:
    """More open files than a process commonly may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = hard if hard != resource.RLIM_INFINITY else 8192
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(most, 8192)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@asynccontextmanager
async def listening(accept: Accept, *, haste: float = 10.0) -> AsyncIterator[str]:
    """The HTTP server in front of this door; gives its address."""

    async def healthy() -> Health:
        return Health(live=True, ready=True)

    app = build(host="0.0.0.0", health=healthy, accept=accept, haste=haste)
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    server = asyncio.create_task(serve(app, "127.0.0.1", 0, started=port.set_result))
    try:
        yield f"http://127.0.0.1:{await port}"
    finally:
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)


HEAD = b"POST /telegram HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
BEGUN = {
    "nothing": b"",
    "half a line": b"POST /tele",
    "headers without end": HEAD,
    "a stranger's body": HEAD + b"Content-Length: 1000000\r\n\r\n",
    "a second request": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hea",
}


@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN)
async def test_f22_who_only_trickles_is_cut_off(begun: bytes) -> None:
    async with listening(_refuse, haste=0.3) as url, alive(url):
        reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(url).port)
        writer.write(begun)
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(ConnectionError):
                while not reader.at_eof():
                    writer.write(b"x")
                    await writer.drain()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(reader.read(4096), 0.05)
        writer.close()


async def test_f22_who_waits_for_an_answer_is_not_cut_off() -> None:
    async def slow(headers: Mapping[str, str], body: bytes) -> int:
        await asyncio.sleep(0.5 if body else 0)
        return 200

    async with listening(slow, haste=0.1) as url, httpx.AsyncClient(base_url=url) as client:
        for _ in range(2):
            assert (await client.post("/telegram", headers=OURS, content=BODY)).status_code == 200


async def test_f22_when_all_places_are_taken_the_idlest_gives_way() -> None:
    with many_files():
        async with listening(_refuse) as url:
            port = httpx.URL(url).port
            held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(AT_ONCE + 10)]
            async with alive(url):
                pass
            async with asyncio.timeout(PATIENCE):
                assert await held[0][0].read() == b""
            for _, writer in held:
                writer.close()


async def _refuse(headers: Mapping[str, str], body: bytes) -> int:
    return 403


class Held:
    """A decision that takes as long as the test wants."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        self.begun.set()
        assert self.go_on.wait(PATIENCE)
        return echo(session, input, view, now, rng)


@asynccontextmanager
async def behind_webhook(api: BotApi, store: Store, decide: Held) -> AsyncIterator[tuple[World, str]]:
    """The runtime with Telegram's door in front; gives the address of the server, too."""
    channel = TelegramChannel(
        Account(TOKEN, api=api.url),
        secret=b"a secret of the house",
        webhook=SECRET,
        keep=lambda content, name, media_type: pytest.fail("nobody sends a file"),
        load=lambda sha256: pytest.fail("nobody is sent a file"),
        requests={"phone": "Numéro", "location": "Lieu"},
    )
    world = World(store, channel=channel, decide=decide)  # type: ignore[arg-type]  # the real one for the fake

    async def accept(updates: object) -> None:
        await world.inbox.accept(updates)  # type: ignore[arg-type]  # rows, as the channel writes them

    try:
        async with feeding(world), sending(world), listening(channel.webhook(accept)) as url:
            yield world, url
    finally:
        decide.go_on.set()
        await channel.close()


async def test_f23_telegram_hears_200_before_the_work_begins_to_end(store: Store, path: Path) -> None:
    slow = Held()
    async with BotApi() as api, behind_webhook(api, store, slow) as (_, url):
        camille = api.person(1001)
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client:
            assert (await client.post("/telegram", headers=OURS, content=BODY)).status_code == 200
            await eventually(slow.begun.is_set)
            assert rows(path, "SELECT update_id, state FROM inbox") == [(UPDATE["update_id"], "waiting")]
            # Telegram lost patience all the same, and sends it again: it is known.
            assert (await client.post("/telegram", headers=OURS, content=BODY)).status_code == 200
        assert camille.missed() == []
        slow.go_on.set()
        assert (await camille.hears(PATIENCE)).text == "Bonjour!"
        await api.quiet()
        assert camille.missed() == []
        assert rows(path, "SELECT state FROM inbox") == [("done",)]


async def test_f23_what_is_not_on_the_disk_is_not_acknowledged(store: Store, path: Path) -> None:
    quick = Held()
    quick.go_on.set()
    async with BotApi() as api, behind_webhook(api, store, quick) as (_, url):
        camille = api.person(1001)
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client:
            with closing(sqlite3.connect(path, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                telling = asyncio.create_task(client.post("/telegram", headers=OURS, content=BODY))
                await settled(100)
                assert not telling.done() and not quick.begun.is_set()
                other.execute("ROLLBACK")
            assert (await telling).status_code == 200
        assert (await camille.hears(PATIENCE)).text == "Bonjour!"
