"""A person's keyboard at a terminal: arrow keys, earlier lines, and several pasted lines as one answer.

Only here is the line editor (readline) imported. What was typed stays in memory and ends with the program.
"""

import locale
import sys
from contextlib import suppress
from types import ModuleType
from typing import Any

PROMPT = "\n› "
UNWRAPPED = "\x1b[?2004l"
"""Ends "bracketed paste", which the editor asks of the terminal and an interruption leaves switched on."""


class Keyboard:
    """Asks for a line; `editing=False` where the terminal cannot move its cursor."""

    def __init__(self, *, editing: bool) -> None:
        self._mode = _mode()
        self._editor = _editor() if editing else None
        self._asking = False

    def ask(self) -> str:
        """The next line, without its end; several lines that were pasted at once come as one.

        EOFError when the person leaves.
        """
        self._asking = True
        try:
            return input(PROMPT)
        finally:
            self._asking = False

    def again(self) -> None:
        """Something was shown while the person may be typing: the prompt, and what they typed, below it."""
        if self._asking:
            typed = self._editor.get_line_buffer() if self._editor else ""
            print(f"{PROMPT}{typed}", end="", flush=True)

    def close(self) -> None:
        """Leave the terminal as it was, even where the editor was interrupted in the middle of a line."""
        if self._editor is None or self._mode is None:
            return
        import termios  # not on every system, but wherever `_mode` found something

        with suppress(termios.error):
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._mode)
        print(UNWRAPPED, end="", flush=True)


def _editor() -> ModuleType | None:
    """The line editor, where the system has one that knows our letters."""
    try:
        import readline

        if locale.nl_langinfo(locale.CODESET).startswith("ANSI_X3.4") and sys.stdin.encoding == "utf-8":
            # Under LC_ALL=C Python reads UTF-8 all the same, and the editor would take é for two keys.
            locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except (ImportError, AttributeError, locale.Error):
        return None
    # Python switches it off; without it each pasted line would answer another question.
    readline.parse_and_bind("set enable-bracketed-paste on")
    return readline


def _mode() -> list[Any] | None:
    """How the terminal treats keys now; None where that is not known."""
    try:
        import termios
    except ImportError:  # Windows
        return None
    try:
        return termios.tcgetattr(sys.stdin)
    except termios.error:
        return None
