"""The terminal as a channel: rich for a person, plain lines or JSON for a pipe.

Nothing else on standard output.
"""

import asyncio
import json
import re
import sys
import threading
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from bot.markup import Segment, plain, terminal
from bot.markup.polls import with_poll
from bot.model.inputs import Input, Tap, Utterance
from bot.model.message import Markdown, Message, Option
from bot.model.receipt import Delivered, Receipt
from bot.model.who import Address

if TYPE_CHECKING:
    from rich.text import Text

CHANNEL = "terminal"

PathOf = Callable[[str], Path]
"""From the sha256 of a stored file to where it lies."""

MARGIN = "  "
LEAST_WIDTH = 16
"""Columns of words, however narrow the window: what is longer the terminal itself breaks."""

_HANGING = re.compile(r" *(?:• |· |\d+\. )?")
"""What a line begins with, and the lines after it stand below."""
_STAND_INS = str.maketrans("›•·▤«»“”‘’–—", '>*-#""""\'\'--')
"""Signs that a terminal of few letters may lack -> what stands for them."""
_WORD = re.compile(r"[^ ]+ *")


class Screen(Protocol):
    """How messages are shown."""

    def show(self, turn: int, message: Message, numbers: Mapping[str, int]) -> None:
        """Show one message; `numbers` gives each button's number by its act."""
        ...


class TerminalChannel:
    """One conversation on standard input and output. A `Channel`."""

    name = CHANNEL

    def __init__(self, screen: Screen, *, shown: Callable[[], None] = lambda: None) -> None:
        """`shown` is called after each message: the person may be typing meanwhile."""
        self._screen = screen
        self._shown = shown
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
        self._shown()
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

        self._console = Console(file=out, highlight=False, soft_wrap=True)
        self._path_of = path_of

    @property
    def moves(self) -> bool:
        """Whether the terminal can move its cursor."""
        return self._console.is_terminal and not self._console.is_dumb_terminal

    def show(self, turn: int, message: Message, numbers: Mapping[str, int]) -> None:
        """Print one message and its buttons."""
        from rich.text import Text

        lines: list[Text] = [Text(), *self._text(message)]
        for file in message.attachments:
            # A line of its own: whoever copies the path must not get a line end within it.
            lines += [Text(f"▤ {file.name}"), Text(f"  {self._path_of(file.sha256)}", "dim")]
        for option in message.options:
            mark = f"{_mark(option, message, numbers):>3} "
            lines.append(Text.assemble((mark, "bold cyan"), _label(option)))
        if message.controls:
            # Without numbers: a person types the word, and "2" may be the answer to the question.
            ways = " · ".join(_label(option) for option in message.controls)
            lines.append(Text.assemble("    ", (ways, "dim")))
        for line in lines:
            for piece in self._wrapped(line):
                self._console.print(piece)

    def _text(self, message: Message) -> list["Text"]:
        from rich.text import Text

        text, target, label = Text(), "", ""
        for segment in (*terminal(with_poll(message), message.folded), Segment("")):
            if segment.link != target:
                # Few terminals open the target of a word: it is shown too, as everywhere.
                text.append(f" ({target})" if target not in ("", label, f"mailto:{label}") else "")
                target, label = segment.link, ""
            label += segment.text
            style = " ".join(
                name
                for name, on in (("bold", segment.bold), ("italic", segment.italic), ("dim", segment.quoted))
                if on
            )
            text.append(segment.text, style=f"{style} link {segment.link}" if segment.link else style)
        return list(text.split("\n", allow_blank=True))

    def _wrapped(self, line: "Text") -> Iterator["Text"]:
        """The lines that a logical one takes up; those that follow stand below its words, not its bullet."""
        from rich.text import Text

        found = _HANGING.match(line.plain)
        hang = found.end() if found else 0
        width = max(LEAST_WIDTH, self._console.width - len(MARGIN) - hang)
        for place, piece in enumerate(line[hang:].divide(_breaks(line.plain[hang:], width))):
            start = line[:hang] if place == 0 else Text(" " * hang)
            whole = Text.assemble(MARGIN, start, piece)
            whole.rstrip()
            yield whole


def _breaks(text: str, width: int) -> Iterator[int]:
    """Where lines of that width begin, the first aside. Not at the spaces that hold a sign to its word, where
    rich would break; a word that is too long stays whole, so that an address can be copied.
    """
    from rich.cells import cell_len

    column = 0
    for word in _WORD.finditer(text):
        if column and column + cell_len(word[0].rstrip()) > width:
            yield word.start()
            column = 0
        column += cell_len(word[0])


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
    the program from ending: Ctrl-C must not ask for one more Enter."""
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


def nearest(error: UnicodeError) -> tuple[str, int]:
    """An error handler for a terminal that lacks some letters: é becomes e, not a question mark."""
    assert isinstance(error, UnicodeEncodeError)
    lacking = error.object[error.start : error.end].translate(_STAND_INS)
    near = unicodedata.normalize("NFKD", lacking).encode("ascii", "ignore").decode()
    return near or "?", error.end


def is_interactive() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty()
