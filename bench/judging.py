"""Telegram in a process of its own, and orders to it: JSON lines in, one JSON line back for each."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bench.processes import ROOT, DidNotWork

LONGEST = 256 << 20
"""Bytes of one answer: a journal of tens of thousands of calls."""


class Telegram:
    """What stands in for Telegram. Made by `telegram`."""

    def __init__(self, process: asyncio.subprocess.Process, api: str) -> None:
        self._process = process
        self._lock = asyncio.Lock()
        self.api = api
        """Address of the Bot API."""

    async def do(self, order: str, **values: object) -> dict[str, Any]:
        """Give an order, and wait for what it says. DidNotWork if it ended."""
        async with self._lock:
            assert self._process.stdin is not None and self._process.stdout is not None
            self._process.stdin.write(json.dumps({"do": order, **values}).encode() + b"\n")
            await self._process.stdin.drain()
            line = await self._process.stdout.readline()
        if not line:
            raise DidNotWork(f"what stands in for Telegram ended at {order!r}")
        told: dict[str, Any] = json.loads(line)
        return told


@asynccontextmanager
async def telegram(module: str, *arguments: str) -> AsyncIterator[Telegram]:
    """`bench.arbiter` (fast, takes everything) or `bench.judge` (the tests' stand-in, with its rules)."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST,
    )
    try:
        assert process.stdout is not None
        yield Telegram(process, json.loads(await process.stdout.readline())["api"])
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
