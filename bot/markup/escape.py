"""People's words inside authored text: made harmless, shown literally. Nobody else escapes Markdown."""

import re

from bot.model.message import Markdown

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Controls (a terminal obeys them), lone surrogates (no encoding takes them): none of them is text.
_UNTEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Every sign that opens or closes something in light Markdown, at the start of a line or inside it.
_SIGNS = re.compile(r"[\\`*_\[\](){}<>&#+\-.!|~]")


def clean(value: str) -> str:
    """The text with one kind of line end, U+FFFD for what is not text (NUL, ESC, half a surrogate pair)."""
    return _UNTEXT.sub("\ufffd", _LINE_ENDS.sub("\n", value))


def escape(value: str) -> Markdown:
    """Markdown that shows `value` literally, whatever a person typed.

    Outer spaces and empty lines are dropped, so that it can stand inside bold text, a list or a quotation.
    """
    lines = (line.strip() for line in clean(value).split("\n"))
    return Markdown("\n".join(_SIGNS.sub(r"\\\g<0>", line) for line in lines if line))
