"""How many messages a second the Bot API client sends, by the HTTP library under it; nothing is paced here.

The stand-in runs in a process of its own. On two cores it takes about as long for an answer as the fastest
client for a question, so the ratios are lower bounds.
"""

import asyncio
import os
import re
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from telegram import Bot
from telegram.request import BaseRequest, HTTPXRequest

from bench.figures import Figure, median
from bench.processes import ROOT, RUNS, DidNotWork
from bot.channels.telegram.redaction import quiet_loggers
from bot.channels.telegram.request import AiohttpRequest
from tests.telegram_api import TOKEN

AT_ONCE = 64
MESSAGES = 1000
WARM = 128
"""Messages before the first that counts, so that all connections are made."""
TEXT = "Une association, c’est un contrat entre des personnes. " * 4

Send = Callable[[int], Awaitable[object]]
"""Sends one message to the person with this id."""


@dataclass(frozen=True, slots=True)
class Pace:
    """One run of one way to send."""

    rate: float
    """Messages a second."""
    work: float
    """Seconds of processor time of this process for 1,000 messages."""


async def sending() -> tuple[Figure, ...]:
    """All ways in turn, RUNS times, so that a slow moment of the machine hits each of them alike."""
    quiet_loggers()
    paces: dict[str, list[Pace]] = {}
    async with _stand_in() as (api, control):
        await _acquaint(control)
        for _ in range(RUNS):
            for name, way in WAYS.items():
                async with way(api) as send:
                    await _measured(send, WARM)
                    paces.setdefault(name, []).append(await _measured(send, MESSAGES))
    stock, ours, raw = (median([one.rate for one in runs]) for runs in paces.values())
    how = f"median of {RUNS} interleaved runs of {MESSAGES} messages, {AT_ONCE} at once"
    return (
        *(_figure(name, runs, how) for name, runs in paces.items()),
        Figure("Sending: the client on aiohttp to the same on httpx", f"{ours / stock:.1f} times"),
        Figure("Sending: share of what aiohttp alone does", f"{ours / raw:.2f}"),
    )


def _figure(name: str, runs: Sequence[Pace], how: str) -> Figure:
    rates = [one.rate for one in runs]
    work = median([one.work for one in runs])
    return Figure(
        f"Sending: {name}",
        f"{median(rates):.0f} messages/s",
        how=f"{how}; {min(rates):.0f} to {max(rates):.0f}; {work:.2f} s of processor for 1,000",
    )


@asynccontextmanager
async def _on_httpx(api: str) -> AsyncIterator[Send]:
    async with _client(api, HTTPXRequest(connection_pool_size=AT_ONCE, read_timeout=30)) as send:
        yield send


@asynccontextmanager
async def _on_aiohttp(api: str) -> AsyncIterator[Send]:
    async with _client(api, AiohttpRequest(connections=AT_ONCE)) as send:
        yield send


@asynccontextmanager
async def _client(api: str, request: BaseRequest) -> AsyncIterator[Send]:
    """python-telegram-bot's `send_message` on this request class."""
    bot = Bot(TOKEN, base_url=f"{api}/bot", request=request, get_updates_request=request)
    try:
        yield lambda person: bot.send_message(person, TEXT)
    finally:
        await request.shutdown()


@asynccontextmanager
async def _alone(api: str) -> AsyncIterator[Send]:
    """aiohttp and nothing else: the ceiling."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:

        async def send(person: int) -> object:
            form = {"chat_id": str(person), "text": TEXT}
            async with session.post(f"{api}/bot{TOKEN}/sendMessage", data=form) as answer:
                return (await answer.json())["result"]["message_id"]

        yield send


WAYS = {
    "python-telegram-bot on httpx, as it comes": _on_httpx,
    "python-telegram-bot on aiohttp, ours": _on_aiohttp,
    "aiohttp alone": _alone,
}


async def _measured(send: Send, count: int) -> Pace:
    """So many messages, AT_ONCE in flight all the time."""
    numbers = iter(range(count))

    async def line(person: int) -> None:
        for _ in numbers:
            await send(person)

    before, worked = time.perf_counter(), time.process_time()
    await asyncio.gather(*(line(person) for person in range(1, AT_ONCE + 1)))
    seconds = time.perf_counter() - before
    return Pace(count / seconds, (time.process_time() - worked) / count * 1000)


async def _acquaint(control: str) -> None:
    """People who may be written to."""
    async with aiohttp.ClientSession() as session:
        for person in range(1, AT_ONCE + 1):
            async with session.post(f"{control}/persons", json={"id": person}) as answer:
                answer.raise_for_status()


@asynccontextmanager
async def _stand_in() -> AsyncIterator[tuple[str, str]]:
    """Addresses of a stand-in in a process of its own: Bot API and control."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.telegram_api", "--port", "0", "--control-port", "0"),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        lines = [(await process.stdout.readline()).decode() for _ in range(2)]
        found = [re.search(r"http://\S+", line) for line in lines]
        if found[0] is None or found[1] is None:
            raise DidNotWork(f"the stand-in said {lines}")
        yield found[0][0], found[1][0]
    finally:
        process.terminate()
        await process.communicate()
