"""The web page's HTML: tags made here only, every piece of text escaped."""

from collections.abc import Iterable
from html import escape as html_escape
from typing import assert_never

from bot.markup.tree import (
    Block,
    Bold,
    Break,
    Inline,
    Italic,
    Link,
    Listing,
    Paragraph,
    Quote,
    Words,
    only_paragraph,
    parse,
)

_BESIDE = ' target="_blank" rel="noopener noreferrer"'


def page_html(markdown: str) -> str:
    """HTML of a text: p, br, strong, em, a, ul, ol, li, blockquote; links open beside the conversation."""
    return _blocks(parse(markdown))


def _blocks(blocks: Iterable[Block]) -> str:
    return "".join(map(_block, blocks))


def _block(block: Block) -> str:
    match block:
        case Paragraph(inside):
            return f"<p>{_inlines(inside)}</p>"
        case Quote(blocks):
            return f"<blockquote>{_blocks(blocks)}</blockquote>"
        case Listing(items, None):
            return f"<ul>{''.join(map(_item, items))}</ul>"
        case Listing(items, start):
            return f'<ol start="{start}">{"".join(map(_item, items))}</ol>'
        case _:
            assert_never(block)


def _item(blocks: tuple[Block, ...]) -> str:
    paragraph = only_paragraph(blocks)
    return f"<li>{_blocks(blocks) if paragraph is None else _inlines(paragraph.inside)}</li>"


def _inlines(inside: Iterable[Inline]) -> str:
    return "".join(map(_inline, inside))


def _inline(inline: Inline) -> str:
    match inline:
        case Words(text):
            return html_escape(text)
        case Break():
            return "<br>"
        case Bold(inside):
            return f"<strong>{_inlines(inside)}</strong>"
        case Italic(inside):
            return f"<em>{_inlines(inside)}</em>"
        case Link(inside, target):
            return f'<a href="{html_escape(target)}"{_BESIDE}>{_inlines(inside)}</a>'
        case _:
            assert_never(inline)
