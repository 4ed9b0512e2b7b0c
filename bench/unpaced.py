"""How many messages a second leave when no pace is kept: the channel as the courier uses it, beside aiogram.

Each in a process of its own, in turn, to what takes everything (`bench/arbiter.py`).
python -m bench.unpaced API: ours alone, as JSON.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence

from bench import foreign
from bench.figures import Figure, median
from bench.judging import telegram
from bench.processes import ROOT, RUNS, DidNotWork, spawn
from bench.sending import AT_ONCE, TEXT, WARM, Pace
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.client import Account
from bot.model.message import Markdown, Message
from bot.model.receipt import Delivered
from bot.model.values import StoredFile
from bot.model.who import Address
from tests.telegram_api import TOKEN

MESSAGES = 3000


async def unpaced() -> tuple[Figure, ...]:
    """Both in turn, RUNS times."""
    ours = [sys.executable, "-m", "bench.unpaced"]
    try:
        theirs = [await foreign.python(), str(ROOT / "bench" / "send_aiogram.py"), TOKEN]
    except (DidNotWork, OSError) as error:
        return (Figure("Sending unpaced: aiogram", "not measured", how=f"cannot be installed: {error}"),)
    mine: list[Pace] = []
    other: list[Pace] = []
    async with telegram("bench.arbiter") as arbiter:
        for _ in range(RUNS):
            other.append(await _child([*theirs, arbiter.api, str(MESSAGES), str(AT_ONCE), TEXT]))
            mine.append(await _child([*ours, arbiter.api]))
    ratio = median([one.rate for one in mine]) / median([one.rate for one in other])
    return (
        _figure("our channel, to an announcement's copy delivered", mine),
        _figure("aiogram's send_message", other),
        Figure("Sending unpaced: ratio of the two", f"{ratio:.2f}", "≥ 1.5"),
    )


def _figure(name: str, paces: Sequence[Pace]) -> Figure:
    rates = [one.rate for one in paces]
    work = median([one.work for one in paces])
    return Figure(
        f"Sending unpaced: {name}",
        f"{median(rates):.0f} messages/s",
        how=f"median of {RUNS} interleaved runs of {MESSAGES} messages, {AT_ONCE} at once; "
        f"{min(rates):.0f} to {max(rates):.0f}; {work:.2f} s of processor for 1,000",
    )


async def _child(command: Sequence[str]) -> Pace:
    process = await spawn(command, settings={}, folder=str(ROOT), output=True)
    said, errors = await process.communicate()
    if process.returncode:
        raise DidNotWork(errors.decode(errors="replace")[-2000:])
    return Pace(**json.loads(said))


async def _send_all(api: str) -> None:
    """The child: copies of an announcement, each rendered, sent and answered."""
    channel = TelegramChannel(
        Account(TOKEN, api), secret=b"x" * 32, keep=_keep, load=_load, requests={"phone": "", "location": ""}
    )
    message = Message(Markdown(TEXT))

    async def send(messages: int) -> None:
        numbers = iter(range(messages))

        async def line(person: int) -> None:
            for _ in numbers:
                receipt = await channel.send(Address("telegram", str(person)), message, bulk=True)
                if not isinstance(receipt, Delivered):
                    raise DidNotWork(f"not delivered: {receipt}")

        await asyncio.gather(*(line(person) for person in range(1, AT_ONCE + 1)))

    await send(WARM)
    before, worked = time.perf_counter(), time.process_time()
    await send(MESSAGES)
    seconds, work = time.perf_counter() - before, time.process_time() - worked
    print(json.dumps({"rate": MESSAGES / seconds, "work": work / MESSAGES * 1000}))
    await channel.close()


def _keep(content: bytes, name: str, media_type: str) -> StoredFile:
    raise AssertionError("no file is received here")


def _load(sha256: str) -> bytes:
    raise AssertionError("no file is sent here")


if __name__ == "__main__":
    asyncio.run(_send_all(sys.argv[1]))
