"""The terminal as a channel: rich for a person, plain lines or JSON for a pipe. Nothing else on standard output."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol, TextIO

from bot.markup import plain, terminal
from bot.model.inputs import Input, Tap, Utterance
from bot.model.message import Markdown, Message, Option
from bot.model.receipt import Delivered, Receipt
from bot.model.who import Address

CHANNEL = "terminal"


class Screen(Protocol):
    """How messages are shown."""

    def show(self, turn: int, message: Message, numbers: Mapping[str, int]) -> None:
        """Show one message; `numbers` gives each button's number by its act."""
        ...


class TerminalChannel:
    """One conversation on standard input and output. A `Channel`."""

    name = CHANNEL

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._buttons: tuple[Option, ...] = ()
        self._sent = 0
        self.turn = 0
        """Number of the input that is being answered."""

    async def send(self, address: Address, message: Message, *, replaces: str | None = None) -> Receipt:
        """Print it. An edit that only records an answer is not printed again: the terminal keeps what it showed."""
        buttons = (*message.options, *message.controls)
        if replaces is not None and not buttons:
            return Delivered(replaces)
        if buttons:
            self._buttons = buttons
        self._screen.show(self.turn, message, {option.act: place for place, option in enumerate(buttons, 1)})
        self._sent += 1
        return Delivered(str(self._sent))

    async def typing(self, address: Address) -> None:
        """A terminal shows no typing."""

    def read(self, line: str) -> Input:
        """What a typed line means: `> 2`, `> Label` and `> id` tap a button of the last message; else words."""
        if not line.startswith(">"):
            return Utterance(line)
        wanted = line[1:].strip()
        for place, option in enumerate(self._buttons, 1):
            if (
                wanted in (str(place), option.id, option.label)
                or wanted.casefold() == option.label.casefold()
            ):
                return Tap(option.act)
        return Tap(wanted)


class JsonScreen:
    """One JSON object per message and line."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def show(self, turn: int, message: Message, numbers: Mapping[str, int]) -> None:
        """Write one message."""
        written: dict[str, Any] = {
            "turn": turn,
            "text": _text(message),
            "options": [{"id": option.id, "label": option.label} for option in message.options],
            "controls": [{"id": option.id, "label": option.label} for option in message.controls],
            "attachments": [
                {"name": file.name, "media_type": file.media_type} for file in message.attachments
            ],
        }
        self._out.write(json.dumps(written, ensure_ascii=False) + "\n")
        self._out.flush()


class PlainScreen:
    """Plain lines for a pipe."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def show(self, turn: int, message: Message, numbers: Mapping[str, int]) -> None:
        """Write one message and its buttons."""
        lines = [_text(message)]
        lines += [f"[{file.name}]" for file in message.attachments]
        lines += [f"  {numbers[option.act]}. {option.label}" for option in message.options]
        if message.controls:
            lines.append(
                "  " + " · ".join(f"{numbers[option.act]}. {option.label}" for option in message.controls)
            )
        self._out.write("\n".join(lines) + "\n\n")
        self._out.flush()


class RichScreen:
    """Colours and wrapped lines for a person; readable on a light and a dark background."""

    def __init__(self, out: TextIO) -> None:
        from rich.console import Console  # noqa: PLC0415  # only an interactive start pays for it

        self._console = Console(file=out, highlight=False)

    def show(self, turn: int, message: Message, numbers: Mapping[str, int]) -> None:
        """Print one message and its buttons."""
        from rich.padding import Padding  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        text = Text()
        for segment in terminal(message.text, message.folded):
            style = " ".join(
                name
                for name, on in (("bold", segment.bold), ("italic", segment.italic), ("dim", segment.quoted))
                if on
            )
            text.append(segment.text, style=f"{style} link {segment.link}" if segment.link else style)
        self._console.print()
        self._console.print(Padding(text, (0, 0, 0, 2)))
        for file in message.attachments:
            self._console.print(Padding(Text(f"▤ {file.name}"), (0, 0, 0, 2)))
        for option in message.options:
            self._console.print(
                Padding(
                    Text.assemble((f"{numbers[option.act]:>2}. ", "bold cyan"), option.label), (0, 0, 0, 2)
                )
            )
        if message.controls:
            ways = Text("   ")
            for option in message.controls:
                ways.append(f"{numbers[option.act]}. ", style="cyan").append(
                    f"{option.label}   ", style="dim"
                )
            self._console.print(Padding(ways, (0, 0, 0, 2)))


def _text(message: Message) -> str:
    text = plain(message.text, links=True)
    return f"{text}\n\n{plain(Markdown(message.folded))}" if message.folded else text


async def lines_of(source: TextIO, *, ask: Callable[[], str] | None = None) -> AsyncIterator[str]:
    """The lines that a person types, without their ends, until the end of input."""
    while True:
        try:
            line = await asyncio.to_thread(ask) if ask else await asyncio.to_thread(source.readline)
        except EOFError:
            return
        if not ask and not line:
            return
        if text := line.rstrip("\r\n"):
            yield text


def screen_for(out: TextIO, *, as_json: bool, interactive: bool) -> Screen:
    """The screen that fits where the output goes."""
    if as_json:
        return JsonScreen(out)
    return RichScreen(out) if interactive else PlainScreen(out)


def is_interactive() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty()
