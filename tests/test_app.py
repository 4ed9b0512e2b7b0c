"""Putting the program together, and what stops it: each reason in a clear line, status 2, no traceback."""

import asyncio
import json
import os
import socket
import stat
from io import StringIO
from pathlib import Path

import httpx
import pytest

from bot.app import CannotStart, assemble, read_secret
from bot.channels.terminal import PlainScreen, TerminalChannel
from bot.model.effects import Send
from bot.model.inputs import Utterance
from bot.model.message import Markdown, Message
from bot.model.session import Session
from bot.model.turn import Turn
from bot.model.who import Address
from bot.settings import Settings
from tests.journeys.program import Program, alliances, page_of
from tests.journeys.program import Settings as Texts
from tests.telegram_api import TOKEN, BotApi

NOWHERE = "http://127.0.0.1:9"
"""Nobody listens on the discard port."""


def test_a_signal_ends_it_well(tmp_path: Path) -> None:
    with Program("run", folder=tmp_path, settings={"port": 0}) as program:
        page_of(program)
        assert program.stop() == 0
        assert "Traceback" not in program.err


def test_without_a_token_it_says_how_to_connect_telegram(tmp_path: Path) -> None:
    with Program("run", folder=tmp_path, settings={"port": 0}) as program:
        program.prints("To connect Telegram: .*@BotFather.*ALLIANCES_TELEGRAM_TOKEN")


async def test_it_says_when_it_feels_well(tmp_path: Path) -> None:
    with Program("run", folder=tmp_path, settings={"port": 0}) as program:
        async with httpx.AsyncClient(base_url=page_of(program)) as client:
            answer = await client.get("/healthz")
            assert (answer.status_code, answer.json()["ready"]) == (200, True)
            assert "Faire alliance" in (await client.get("/")).text


def test_a_second_serving_process_is_refused(tmp_path: Path) -> None:
    with Program("run", folder=tmp_path, settings={"port": 0}) as program:
        page_of(program)
        second = alliances("run", folder=tmp_path, settings={"port": 0})
        assert second.returncode == 2
        assert second.stderr.startswith("alliances: another process already serves from ")
        assert "Traceback" not in second.stderr
        beside = alliances("chat", "--json", folder=tmp_path, typed="/menu\n")
        assert (beside.returncode, beside.stderr) == (0, "")
        assert json.loads(beside.stdout)["turn"] == 1
        assert program.running


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = alliances("run", folder=tmp_path, settings={"port": port})
    assert done.returncode == 2
    assert f"ALLIANCES_PORT: cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({"telegram_token": "my-secret"}, "ALLIANCES_TELEGRAM_TOKEN: this does not look like a token"),
        ({"host": "0.0.0.0"}, "nobody could reach the assistant"),
        ({"webhook_url": "https://bot.example.org/telegram"}, "there is no ALLIANCES_TELEGRAM_TOKEN"),
        ({"content": "."}, "ALLIANCES_CONTENT: '.' does not hold the folders"),
        ({"database": "/proc/nowhere/a.sqlite3"}, "/proc/nowhere"),
        ({"data": "/proc/nowhere"}, "/proc/nowhere"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_in_the_way_is_told(settings: dict[str, str], hint: str, tmp_path: Path) -> None:
    done = alliances("run", folder=tmp_path, settings={"port": "0", **settings})
    assert done.returncode == 2
    assert done.stderr.startswith("alliances: ") and hint in done.stderr
    assert "Traceback" not in done.stderr and "my-secret" not in done.stderr


async def test_a_token_that_telegram_refuses_ends_it(tmp_path: Path) -> None:
    async with BotApi() as api:
        api.revoked = True
        settings: Texts = {"telegram_token": TOKEN, "telegram_api": api.url, "port": 0}
        done = await asyncio.to_thread(alliances, "run", folder=tmp_path, settings=settings)
    assert done.returncode == 2
    assert "alliances: ALLIANCES_TELEGRAM_TOKEN: Telegram refuses this token" in done.stderr
    assert TOKEN not in done.stderr + done.stdout and "Traceback" not in done.stderr


async def test_it_waits_for_a_telegram_that_is_away(tmp_path: Path) -> None:
    with Program(
        "run", folder=tmp_path, settings={"telegram_token": TOKEN, "telegram_api": NOWHERE, "port": 0}
    ) as program:
        page_of(program)
        await asyncio.to_thread(program.logs, r"telegram getMe failed \(1 in a row\)")
        assert program.running
        assert program.stop() == 0
        assert TOKEN not in program.err


async def test_with_a_webhook_the_page_is_off_and_telegram_is_told(tmp_path: Path) -> None:
    url = "https://bot.example.org/telegram"
    async with BotApi() as api:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        settings: Texts = {"telegram_token": TOKEN, "telegram_api": api.url, "port": port, "webhook_url": url}
        with Program("run", folder=tmp_path, settings=settings) as program:
            await asyncio.to_thread(program.prints, "Telegram: connected")
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
                assert (await client.get("/healthz")).status_code == httpx.codes.OK
                assert (await client.get("/")).status_code == httpx.codes.NOT_FOUND
                forged = await client.post("/telegram", json={"update_id": 1})
                assert forged.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
            (told,) = api.calls("setWebhook")
            assert told.params["url"] == url
            assert told.params["secret_token"]
            assert api.calls("getUpdates") == []


# --- the data folder ----------------------------------------------------------------------------------------


def test_what_is_kept_is_for_its_owner_only(tmp_path: Path) -> None:
    alliances("chat", "--json", folder=tmp_path, typed="/start\n/mes_donnees\n> export\n")
    kept = [tmp_path / "data", *(tmp_path / "data").rglob("*")]
    assert {path.name for path in kept} >= {"data", "alliances.sqlite3", "secret", "files"}
    assert [path for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_the_secret_is_made_once(tmp_path: Path) -> None:
    first = read_secret(tmp_path / "secret")
    assert len(first) == 32
    assert read_secret(tmp_path / "secret") == first
    assert read_secret(tmp_path / "other") != first


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    read_secret(tmp_path / "secret")
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(OSError, match="chmod 600"):
        read_secret(tmp_path / "secret")


def test_half_a_secret_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret").write_bytes(b"half")
    (tmp_path / "data" / "secret").chmod(0o600)
    done = alliances("chat", folder=tmp_path, typed="/start\n")
    assert done.returncode == 2
    assert "secret is damaged" in done.stderr


async def test_a_database_that_others_can_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "alliances.sqlite3").touch(mode=0o644)
    os.chmod(tmp_path / "alliances.sqlite3", 0o644)
    with pytest.raises(CannotStart, match="chmod 600"):
        async with assemble(Settings(data=tmp_path), lambda ground: {}, serving=True):
            pass


# --- who reads what -----------------------------------------------------------------------------------------


async def test_a_message_that_could_not_be_said_waits_for_its_reader(tmp_path: Path) -> None:
    paul = Address("terminal", "paul")
    async with assemble(Settings(data=tmp_path / "data"), lambda ground: {}, serving=True) as assistant:
        loaded = await assistant.store.load(paul, now=assistant.clock.now())
        told = Turn(Session(), (Send(Message(Markdown("Pour Paul"), key="m1")),))
        assert await assistant.store.commit_turn(loaded, told, now=assistant.clock.now())
    run = ("chat", "--json")
    stranger = await asyncio.to_thread(alliances, *run, "--as", "anne", folder=tmp_path, typed="/menu\n")
    assert "Pour Paul" not in stranger.stdout
    reader = await asyncio.to_thread(alliances, *run, "--as", "paul", folder=tmp_path)
    assert [(one["turn"], one["text"]) for one in map(json.loads, reader.stdout.splitlines())] == [
        (0, "Pour Paul")
    ]
    again = await asyncio.to_thread(alliances, *run, "--as", "paul", folder=tmp_path)
    assert again.stdout == ""


async def test_the_end_of_the_program_says_what_was_begun(tmp_path: Path) -> None:
    out = StringIO()
    channel = TerminalChannel(PlainScreen(out, Path))
    async with assemble(
        Settings(data=tmp_path / "data"), lambda ground: {"terminal": channel}, serving=True
    ) as assistant:
        await assistant.runner.receive(Address("terminal", "anne"), Utterance("/menu"))
    assert "1. " in out.getvalue()
