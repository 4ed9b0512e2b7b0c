"""The terminal as a channel: rich for a person, plain lines or JSON for a pipe.

Nothing else on standard output.
"""

import asyncio
import json
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, TextIO

from bot.markup import plain, terminal
from bot.markup.polls import with_poll
from bot.model.inputs import Input, Tap, Utterance
from bot.model.message import Markdown, Message, Option
from bot.model.receipt import Delivered, Receipt
from bot.model.who import Address

CHANNEL = "terminal"

PathOf = Callable[[str], Path]
"""From the sha256 of a stored file to where it lies."""


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
        self._named: dict[str, Option] = {}
        """Every button so far by id and label, the newest of each."""
        self._sent = 0
        self.turn = 0
        """Number of the input that is being answered."""

    async def send(
        self, address: Address, message: Message, *, replaces: str | None = None, bulk: bool = False
    ) -> Receipt:
        """Print it.

        An edit that only records an answer is not printed again: the terminal keeps what it showed.
        """
        # A link is no button here: its address is shown, and nothing of it comes back.
        buttons = tuple(option for option in (*message.options, *message.controls) if option.act)
        if replaces is not None and not buttons:
            return Delivered(replaces)
        if buttons:
            self._buttons = buttons
            self._named |= {name.casefold(): one for one in buttons for name in (one.id, one.label)}
        self._screen.show(self.turn, message, {option.act: place for place, option in enumerate(buttons, 1)})
        self._sent += 1
        return Delivered(str(self._sent))

    async def typing(self, address: Address) -> None:
        """A terminal shows no typing."""

    def read(self, line: str) -> Input:
        """What a typed line means: `> 2` taps a button of the last message that had any, `> Label` and `> id`
        the newest of that name; anything else is words."""
        if not line.startswith(">"):
            return Utterance(line)
        wanted = line[1:].strip()
        for place, option in enumerate(self._buttons, 1):
            if wanted == str(place):
                return Tap(option.act)
        named = self._named.get(wanted.casefold())
        return Tap(named.act if named else wanted)


class JsonScreen:
    """One JSON object per message and line."""

    def __init__(self, out: TextIO, path_of: PathOf) -> None:
        self._out = out
        self._path_of = path_of

    def show(self, turn: int, message: Message, numbers: Mapping[str, int]) -> None:
        """Write one message."""
        written: dict[str, Any] = {
            "turn": turn,
            "text": _text(message),
            "options": [_option(option) for option in message.options],
            "controls": [_option(option) for option in message.controls],
            "attachments": [
                {
                    "name": file.name,
                    "media_type": file.media_type,
                    "path": str(self._path_of(file.sha256)),
                }
                for file in message.attachments
            ],
        }
        self._out.write(json.dumps(written, ensure_ascii=False) + "\n")
        self._out.flush()


class PlainScreen:
    """Plain lines for a pipe."""

    def __init__(self, out: TextIO, path_of: PathOf) -> None:
        self._out = out
        self._path_of = path_of

    def show(self, turn: int, message: Message, numbers: Mapping[str, int]) -> None:
        """Write one message and its buttons."""
        lines = [_text(message)]
        lines += [f"[{file.name}: {self._path_of(file.sha256)}]" for file in message.attachments]
        for option in message.options:
            lines.append(f"  {_mark(option, message, numbers)} {_label(option)}")
        if message.controls:
            lines.append("  " + " · ".join(_label(option) for option in message.controls))
        self._out.write("\n".join(lines) + "\n\n")
        self._out.flush()


class RichScreen:
    """Colours and wrapped lines for a person; readable on a light and a dark background."""

    def __init__(self, out: TextIO, path_of: PathOf) -> None:
        from rich.console import Console  # only an interactive start pays for it

        self._console = Console(file=out, highlight=False)
        self._path_of = path_of

    def show(self, turn: int, message: Message, numbers: Mapping[str, int]) -> None:
        """Print one message and its buttons."""
        from rich.padding import Padding
        from rich.text import Text

        text = Text()
        for segment in terminal(with_poll(message), message.folded):
            style = " ".join(
                name
                for name, on in (("bold", segment.bold), ("italic", segment.italic), ("dim", segment.quoted))
                if on
            )
            text.append(segment.text, style=f"{style} link {segment.link}" if segment.link else style)
        self._console.print()
        self._console.print(Padding(text, (0, 0, 0, 2)))
        for file in message.attachments:
            place = Text.assemble(f"▤ {file.name}  ", (str(self._path_of(file.sha256)), "dim"))
            self._console.print(Padding(place, (0, 0, 0, 2)))
        for option in message.options:
            mark = f"{_mark(option, message, numbers):>3} "
            self._console.print(Padding(Text.assemble((mark, "bold cyan"), _label(option)), (0, 0, 0, 2)))
        if message.controls:
            # Without numbers: a person types the word, and "2" may be the answer to the question.
            ways = Text(" · ".join(_label(option) for option in message.controls), style="dim")
            self._console.print(Padding(ways, (0, 0, 0, 6)))


def _option(option: Option) -> dict[str, str]:
    written = {"id": option.id, "label": option.label}
    return {**written, "link": option.link} if option.link else written


def _label(option: Option) -> str:
    """What stands beside its number: a link with its address, which a person can copy."""
    return f"{option.label} : {option.link}" if option.link else option.label


def _mark(option: Option, message: Message, numbers: Mapping[str, int]) -> str:
    """The number that picks a button; a dot for a link, and where another message of this turn follows: a
    number would be that of a button further down."""
    return "·" if option.link or message.silent else f"{numbers[option.act]}."


def _text(message: Message) -> str:
    text = plain(with_poll(message), links=True)
    return f"{text}\n\n{plain(Markdown(message.folded))}" if message.folded else text


async def lines_of(ask: Callable[[], str]) -> AsyncIterator[str]:
    """The lines that `ask` brings, without their ends and without empty ones, until it raises EOFError."""
    while True:
        try:
            line = await _aside(ask)
        except EOFError:
            return
        if text := line.rstrip("\r\n"):
            yield text


def pipe_of(descriptor: int) -> Callable[[], str]:
    """Asks a pipe or a file for its next line; bytes that are not UTF-8 are shown as such and end nothing."""
    # A file object of its own: at the end of the program the interpreter waits for the lock of `sys.stdin`.
    source = open(descriptor, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115  # closed by nobody: see above

    def ask() -> str:
        if line := source.readline():
            return line
        raise EOFError

    return ask


async def _aside(ask: Callable[[], str]) -> str:
    """What `ask` returns or raises. Unlike `asyncio.to_thread`, a wait that never ends does not keep
    the program
    from ending: Ctrl-C must not ask for one more Enter."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str] = loop.create_future()

    def settle(line: str | None, error: Exception | None) -> None:
        if answer.cancelled():
            return
        if error is None:
            answer.set_result(line or "")
        else:
            answer.set_exception(error)

    def work() -> None:
        line, failure = None, None
        try:
            line = ask()
        except Exception as error:
            failure = error
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, line, failure)

    threading.Thread(target=work, name="terminal", daemon=True).start()
    return await answer


def screen_for(out: TextIO, path_of: PathOf, *, as_json: bool, interactive: bool) -> Screen:
    """The screen that fits where the output goes."""
    if as_json:
        return JsonScreen(out, path_of)
    return RichScreen(out, path_of) if interactive else PlainScreen(out, path_of)


def is_interactive() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty()
