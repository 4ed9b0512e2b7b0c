"""Long messages in parts: cuts Telegram HTML where a reader would pause, and never inside a tag or an entity.

The Bot API counts UTF-16 units without the tags ("sendMessage": 1-4096 characters after entities parsing).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import takewhile

from bot.markup import utf16_length

_TOKEN = re.compile(r"</[^>]+>|<[^>]+>|&[#\w]+;|.", re.DOTALL)
_TAG_NAME = re.compile(r"<([a-z-]+)")

_PAUSES = tuple(
    re.compile(pattern)
    for pattern in (
        r"\n{2,}",  # between paragraphs
        r"\n",
        r"(?<=[.!?…»])\s",  # between sentences
        r"\s",
    )
)
"""Where to cut, the best first; the white space of the cut is dropped."""

_AT_LEAST = 0.4
"""A pause before this share of the limit would waste a message: look for a lesser pause further on."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """One visible character."""

    html: str
    text: str
    tags: tuple[str, ...]
    """The opening tags around it, outermost first."""


def visible_length(html: str) -> int:
    """UTF-16 units of the text without its tags."""
    return sum(utf16_length(sign.text) for sign in _signs(html))


def split_html(html: str, limit: int) -> list[str]:
    """Parts of at most `limit` visible UTF-16 units; tags open at a cut are closed and opened again."""
    if utf16_length(html) <= limit:
        return [html] if html.strip() else []
    signs = list(_signs(html))
    parts = (signs[start:end] for start, end in _cuts(signs, limit))
    return [_written(part) for part in parts if any(not sign.text.isspace() for sign in part)]


def _signs(html: str) -> Iterator[_Sign]:
    stack: tuple[str, ...] = ()
    for token in _TOKEN.findall(html):
        if token.startswith("</"):
            stack = stack[:-1]
        elif token.startswith("<") and len(token) > 1:
            stack = (*stack, token)
        else:
            yield _Sign(token, unescape(token), stack)


def _cuts(signs: Sequence[_Sign], limit: int) -> Iterator[tuple[int, int]]:
    """Ranges of signs, each at most `limit` long."""
    start = 0
    while (end := _reach(signs, start, limit)) < len(signs):
        end, following = _pause(signs, start, end)
        yield start, end
        start = following
    yield start, end


def _reach(signs: Sequence[_Sign], start: int, limit: int) -> int:
    """The furthest end of a part that starts here; at least one sign further if there is one."""
    total, end = 0, start
    while end < len(signs) and (total := total + utf16_length(signs[end].text)) <= limit:
        end += 1
    return max(end, min(start + 1, len(signs)))


def _pause(signs: Sequence[_Sign], start: int, end: int) -> tuple[int, int]:
    """Where the part really ends, and where the next one starts."""
    # One character a sign keeps the positions; the sign after the end may be the white space of the cut.
    text = "".join(sign.text[:1] for sign in signs[start : end + 1])
    least = int((end - start) * _AT_LEAST)
    for pause in _PAUSES:
        found = [cut for cut in pause.finditer(text) if cut.start() >= max(least, 1)]
        if found:
            return start + found[-1].start(), start + found[-1].end()
    return end, end


def _written(signs: Sequence[_Sign]) -> str:
    """The HTML of some signs, well-formed by itself."""
    written: list[str] = []
    tags: tuple[str, ...] = ()
    for sign in signs:
        if sign.tags != tags:
            shared = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(tags, sign.tags, strict=False))))
            written += map(_closing, reversed(tags[shared:]))
            written += sign.tags[shared:]
            tags = sign.tags
        written.append(sign.html)
    return "".join([*written, *map(_closing, reversed(tags))])


def _closing(tag: str) -> str:
    name = _TAG_NAME.match(tag)
    return f"</{name[1]}>" if name else ""
