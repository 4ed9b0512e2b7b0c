"""The program from outside, as the machine sees it: start, memory, a short command.

Real processes, and the local stand-in of the Bot API instead of Telegram.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure, median, milliseconds, spread
from tests.telegram_api import BotApi

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = (sys.executable, "-m", "bot")
FOREIGN = ("ALLIANCES_", "PYTHONDONTWRITEBYTECODE")
"""What no measured process inherits: our settings, and what would compile the modules at every start."""
DEFAULT = {"ALLIANCES_SEMANTIC": "off"}
"""As installed without the extra `semantic`, which developers have."""
RUNS = 5
COMMANDS = 11
"""Runs of each short command."""
SETTLE = 5.0
"""Seconds between the first poll and the look at the memory."""
FIRST = 15.0
"""The same where the index is built meanwhile, by a process beside."""
PATIENCE = 30.0
"""Seconds after which a start is taken for a failure."""
JOURNEY = "flow: a\ntitle: Bonjour\nformat: 1\nsteps:\n  - say: Bonjour.\n"
QUESTION = "cest koi la diference entre alliance et partenaria"


class DidNotWork(Exception):
    """A process did not do what is measured; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Started:
    """A process that polls."""

    pid: int
    seconds: float
    """From its creation to the arrival of its first getUpdates."""


async def starts() -> tuple[Figure, ...]:
    """`alliances run` to the first poll: in an empty data folder, and where there is data already."""
    empty: list[float] = []
    again: list[float] = []
    await _warm_up()
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            for seconds in (empty, again):
                async with BotApi() as api, _polling(api, _run(), settings=_settings(api, folder)) as started:
                    seconds.append(started.seconds)
    return (
        _start("`alliances run` to the first poll, empty data folder", empty),
        _start("`alliances run` to the first poll, second start", again),
    )


async def _warm_up() -> None:
    """One start that is not counted: it compiles what changed since the last one."""
    with tempfile.TemporaryDirectory() as folder:
        async with BotApi() as api, _polling(api, _run(), settings=_settings(api, folder)):
            pass


def _start(what: str, seconds: Sequence[float]) -> Figure:
    how = f"median of {RUNS}, from the creation of the process; {spread(seconds)}"
    return Figure(what, milliseconds(median(seconds)), "≤ 1 s", how)


async def idle_memory() -> tuple[Figure, ...]:
    """Resident memory of all programs, one after the other in the same run."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as small:
        content = {"ALLIANCES_CONTENT": str(_without_entries(Path(small)))}
        bare = await _idle(lambda api: (_echo(api), {}))
        first = await _idle(lambda api: (_run(), _settings(api, f"{folder}/whole")), FIRST)
        again = await _idle(lambda api: (_run(), _settings(api, f"{folder}/whole")))
        for _ in range(2):  # the first one has put its content into the cache
            without = await _idle(lambda api: (_run(), {**_settings(api, f"{folder}/small"), **content}))
    how = f"resident set, {SETTLE:.0f} s after the first poll, nobody writing"
    return (
        Figure("Idle memory of a bare python-telegram-bot echo bot", _mebibytes(bare), how=how),
        Figure("Idle memory of `alliances run`, whole base", _mebibytes(again), how=how),
        Figure("Ratio to the echo bot", f"{again / bare:.2f}", "≤ 2.5"),
        Figure(
            "The same at its very first start",
            f"{first / bare:.2f}",
            "",
            f"{_mebibytes(first)}; no cache yet",
        ),
        Figure(
            "Idle memory of `alliances run`, without entries", _mebibytes(without), how="one short journey"
        ),
        Figure("Ratio to the echo bot", f"{without / bare:.2f}", "≤ 1.6"),
    )


async def _idle(
    program: Callable[[BotApi], tuple[Sequence[str], Mapping[str, str]]], settle: float = SETTLE
) -> int:
    async with BotApi() as api:
        command, settings = program(api)
        async with _polling(api, command, settings=settings) as started:
            await asyncio.sleep(settle)
            return await resident_memory(started.pid)


def _without_entries(folder: Path) -> Path:
    """A content folder with one journey and no entry."""
    for room in ("flows", "knowledge"):
        (folder / room).mkdir()
    (folder / "flows" / "a.yaml").write_text(JOURNEY, encoding="utf-8")
    return folder


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"


async def short_commands() -> tuple[Figure, ...]:
    """`alliances ask` and `alliances match` as somebody types them: start, load, answer, end."""
    line = json.dumps({"text": QUESTION}).encode()
    commands = {"ask": ([*PROGRAM, "ask", QUESTION], b""), "match": ([*PROGRAM, "match"], line)}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as folder:
        for count in range(COMMANDS + 1):
            for name, (command, given) in commands.items():
                spent = await _whole(command, given, folder)
                if count:  # the first one has filled the cache
                    seconds[name].append(spent)
    return tuple(
        Figure(
            f"`alliances {name}`, whole command",
            milliseconds(median(found)),
            "≤ 300 ms",
            f"median of {COMMANDS}; {spread(found)}; one question, the cache is warm",
        )
        for name, found in seconds.items()
    )


async def _whole(command: Sequence[str], given: bytes, folder: str) -> float:
    before = time.perf_counter()
    settings = {"ALLIANCES_DATA": folder, **DEFAULT}
    process = await spawn(command, settings=settings, folder=folder, given=True)
    _, said = await process.communicate(given)
    if process.returncode:
        raise DidNotWork(said.decode(errors="replace"))
    return time.perf_counter() - before


def _run() -> Sequence[str]:
    return [*PROGRAM, "run"]


def _echo(api: BotApi) -> Sequence[str]:
    return [sys.executable, "-m", "bench.echo", api.token, api.url]


def _settings(api: BotApi, folder: str) -> Mapping[str, str]:
    return {
        "ALLIANCES_TELEGRAM_TOKEN": api.token,
        "ALLIANCES_TELEGRAM_API": api.url,
        "ALLIANCES_DATA": folder,
        "ALLIANCES_PORT": "0",
        **DEFAULT,
        "ALLIANCES_LOG": "warning",
    }


async def spawn(
    command: Sequence[str],
    *,
    settings: Mapping[str, str],
    folder: str,
    given: bool = False,
    output: bool = False,
) -> asyncio.subprocess.Process:
    """Start in an empty folder, so that no `.env` of ours counts; none of our settings is inherited."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(ROOT), "ALLIANCES_SEMANTIC": "off", **settings},
        stdin=asyncio.subprocess.PIPE if given else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE if output else asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def _polling(
    api: BotApi, command: Sequence[str], *, settings: Mapping[str, str]
) -> AsyncIterator[Started]:
    """The process from its first poll on; ended and waited for at the end."""
    with tempfile.TemporaryDirectory() as folder:
        before = time.time()  # the clock of the stand-in, which notes the arrival
        process = await spawn(command, settings=settings, folder=folder)
        try:
            arrived = await _first_poll(api, process)
            yield Started(process.pid, arrived - before)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.communicate()


async def _first_poll(api: BotApi, process: asyncio.subprocess.Process) -> float:
    for _ in range(int(PATIENCE / 0.01)):
        if polls := api.calls("getUpdates"):
            return polls[0].at
        if process.returncode is not None:
            break
        await asyncio.sleep(0.01)
    if process.returncode is None:
        process.kill()
    _, said = await process.communicate()
    raise DidNotWork(f"no poll came: {said.decode(errors='replace')}")


async def resident_memory(pid: int) -> int:
    """Bytes of the process that are in memory."""
    process = await asyncio.create_subprocess_exec(
        "ps", "-o", "rss=", "-p", str(pid), stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    return int(told) * 1024
