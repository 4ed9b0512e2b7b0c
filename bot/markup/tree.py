"""What light Markdown means: a small tree of our own. The only place that knows markdown-it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.markup.escape import clean

SCHEMES = ("http://", "https://", "tg://", "mailto:")
"""What a link may start with; any other link stays as it was typed."""


@dataclass(frozen=True, slots=True)
class Words:
    """Text to be shown literally, without line ends."""

    text: str


@dataclass(frozen=True, slots=True)
class Break:
    """A line break within a paragraph."""


@dataclass(frozen=True, slots=True)
class Bold:
    """Strong emphasis."""

    inside: tuple["Inline", ...]


@dataclass(frozen=True, slots=True)
class Italic:
    """Light emphasis."""

    inside: tuple["Inline", ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A link; `target` starts with one of SCHEMES."""

    inside: tuple["Inline", ...]
    target: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together."""

    inside: tuple["Inline", ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation."""

    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list; `start` is the first number, None for bullets."""

    items: tuple[tuple["Block", ...], ...]
    start: int | None


Inline = Words | Break | Bold | Italic | Link
Block = Paragraph | Quote | Listing


def parse(markdown: str) -> tuple[Block, ...]:
    """The blocks of a text. Never fails: what is not Markdown of ours is words."""
    return tuple(_blocks(iter(_PARSER.parse(clean(markdown)))))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"html": False})
    parser.enable(["blockquote", "list", "newline", "escape", "emphasis", "link"])
    # markdown-it asks the instance whether a link may be one; its own answer allows any unknown scheme.
    parser.validateLink = lambda url: url.lower().startswith(SCHEMES)  # type: ignore[method-assign]
    return parser


_PARSER = _parser()


def _blocks(tokens: Iterator[Token]) -> Iterator[Block]:
    """The blocks up to the end of the one that is open."""
    for token in tokens:
        match token.type:
            case "paragraph_open":
                inline = next(tokens)
                next(tokens)  # paragraph_close
                yield Paragraph(tuple(_inlines(iter(inline.children or ()))))
            case "blockquote_open":
                yield Quote(tuple(_blocks(tokens)))
            case "bullet_list_open":
                yield Listing(tuple(_items(tokens)), None)
            case "ordered_list_open":
                yield Listing(tuple(_items(tokens)), int(token.attrs.get("start", 1)))
            case _:  # a closing token: the only ones left with these rules
                return


def _items(tokens: Iterator[Token]) -> Iterator[tuple[Block, ...]]:
    for token in tokens:
        if token.type != "list_item_open":
            return
        yield tuple(_blocks(tokens))


def _inlines(tokens: Iterator[Token]) -> Iterator[Inline]:
    """The inlines up to the end of the one that is open."""
    for token in tokens:
        match token.type:
            case "text" | "text_special":
                if token.content:
                    yield Words(token.content)
            case "softbreak" | "hardbreak":
                yield Break()
            case "strong_open":
                yield Bold(_inside(tokens))
            case "em_open":
                yield Italic(_inside(tokens))
            case "link_open":
                yield Link(_inside(tokens), str(token.attrs["href"]))
            case _:
                return


def _inside(tokens: Iterator[Token]) -> tuple[Inline, ...]:
    return tuple(_inlines(tokens))


def only_paragraph(blocks: Sequence[Block]) -> Paragraph | None:
    """The paragraph, if a list item holds nothing else."""
    match tuple(blocks):
        case (Paragraph() as paragraph,):
            return paragraph
        case _:
            return None
