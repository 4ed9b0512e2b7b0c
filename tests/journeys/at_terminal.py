"""A person in front of the terminal channel: `alliances chat --json` between two pipes."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.model.message import Option
from tests.journeys.drivers import Bubble, tidy
from tests.journeys.program import CONTACT, PATIENCE, environment


@dataclass
class TerminalSeat:
    """Reads JSON lines, types lines; presses a button by number, label and id in turn."""

    process: asyncio.subprocess.Process
    name: str = ""
    shows_links: bool = True
    shows_edits: bool = False
    turn: int = 0
    leftovers: list[Bubble] = field(default_factory=list)
    """What an earlier program had decided and perhaps not said."""
    _buttons: list[Mapping[str, str]] = field(default_factory=list)

    async def says(self, text: str) -> None:
        """See `Seat`."""
        assert self.process.stdin is not None
        self.turn += 1
        self.process.stdin.write(f"{text}\n".encode())
        await self.process.stdin.drain()

    async def taps(self, button: Option) -> None:
        """See `Seat`. An older button has neither number nor label any more: only what it sends."""
        place = next((n for n, one in enumerate(self._buttons) if one["label"] == button.label), None)
        spelt = button.act if place is None else (str(place + 1), button.label, button.id)[self.turn % 3]
        await self.says(f"> {spelt}")

    async def hears(self, count: int) -> list[Bubble]:
        """See `Seat`."""
        return [bubble for _ in range(count) if (bubble := await self._read(PATIENCE))]

    async def rest(self) -> list[Bubble]:
        """See `Seat`: ends the program."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        rest = []
        while bubble := await self._read(PATIENCE):
            rest.append(bubble)
        assert await self.process.wait() == 0
        return rest

    async def _read(self, patience: float) -> Bubble | None:
        assert self.process.stdout is not None
        try:
            line = await asyncio.wait_for(self.process.stdout.readline(), patience)
        except TimeoutError:
            return None
        if not line:
            return None
        written = json.loads(line)
        if written["turn"] == 0:
            self.leftovers.append(self._bubble(written))
            return await self._read(patience)
        assert written["turn"] == self.turn
        return self._bubble(written)

    def _bubble(self, written: Mapping[str, Any]) -> Bubble:
        assert list(written) == ["turn", "text", "options", "controls", "attachments"]
        buttons = [*written["options"], *written["controls"]]
        self._buttons = buttons or self._buttons
        return Bubble(tidy(written["text"]), tuple(one["label"] for one in buttons))


@asynccontextmanager
async def terminal_seat(folder: Path, name: str = "local") -> AsyncIterator[TerminalSeat]:
    """A conversation that goes on where the last one of this name ended, as all in this folder."""
    with (folder / "stderr").open("ab") as err:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "chat", "--json", "--as", name),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=err,
            cwd=folder,
            env=environment({"data": folder / "data", "contact": CONTACT}),
        )
    try:
        yield TerminalSeat(process, "" if name == "local" else name)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
