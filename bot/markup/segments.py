"""The layout that Telegram, the terminal and plain text share: a run of styled pieces, line ends included."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from bot.markup.tree import Block, Bold, Break, Inline, Italic, Link, Listing, Paragraph, Quote, Words, parse

BULLET = "• "


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text in one style; free of control signs other than line ends and tabs."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str = ""
    """Where it leads; empty when nowhere."""
    quoted: bool = False


def terminal(markdown: str, folded: str = "") -> tuple[Segment, ...]:
    """What a terminal shows: the text, then the folded text as a quotation."""
    text = tuple(layout(parse(markdown)))
    more = tuple(quoted(layout(parse(folded))))
    return (*text, Segment("\n\n"), *more) if text and more else text + more


def quoted(segments: Iterable[Segment]) -> Iterator[Segment]:
    """The same pieces inside one quotation."""
    return (replace(segment, quoted=True) for segment in segments)


def layout(blocks: Iterable[Block], indent: str = "") -> Iterator[Segment]:
    """The pieces of some blocks, an empty line between two of them; a list follows its paragraph closely."""
    before: Block | None = None
    for block in blocks:
        if before is not None:
            close = isinstance(block, Listing) and isinstance(before, Paragraph)
            yield Segment("\n" if close else "\n\n")
            yield from _indented(indent)
        yield from _block(block, indent)
        before = block


def _block(block: Block, indent: str) -> Iterator[Segment]:
    match block:
        case Paragraph(inside):
            yield from _inlines(inside, Segment(""), indent)
        case Quote(blocks):
            yield from quoted(layout(blocks, indent))
        case Listing(items, start):
            for place, item in enumerate(items):
                if place:
                    yield Segment("\n")
                    yield from _indented(indent)
                yield Segment(BULLET if start is None else f"{start + place}. ")
                yield from layout(item, indent + "   ")
        case _:
            assert_never(block)


def _inlines(inside: Iterable[Inline], style: Segment, indent: str) -> Iterator[Segment]:
    for inline in inside:
        match inline:
            case Words(text):
                yield replace(style, text=text)
            case Break():
                yield replace(style, text="\n" + indent)
            case Bold(within):
                yield from _inlines(within, replace(style, bold=True), indent)
            case Italic(within):
                yield from _inlines(within, replace(style, italic=True), indent)
            case Link(within, target):
                yield from _inlines(within, replace(style, link=target), indent)
            case _:
                assert_never(inline)


def _indented(indent: str) -> Iterator[Segment]:
    if indent:
        yield Segment(indent)
