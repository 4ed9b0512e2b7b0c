"""The emphasis that a person gave their words, as light Markdown. Pure and total.

Offsets by the Bot API ("MessageEntity"): UTF-16 units of the text.
"""

from collections.abc import Iterator
from itertools import groupby

from bot.markup import escape, plain
from bot.model.message import Markdown

Style = tuple[bool, bool, str]
"""Bold, italic, and where it leads; empty when nowhere."""

BARE: Style = (False, False, "")
BEYOND_ONE_UNIT = 0xFFFF


def marked(text: str, entities: object) -> Markdown:
    """The text with its bold, italic and linked parts; empty if it has none, or if they cannot be written."""
    styles = [BARE] * len(text)
    places = _places(text)
    for entity in entities if isinstance(entities, list) else ():
        match entity:
            case {"type": str(kind), "offset": int(begin), "length": int(length), **rest}:
                url = rest.get("url")
                _lay(styles, places, kind, range(begin, begin + length), url if isinstance(url, str) else "")
    if all(style == BARE for style in styles):
        return Markdown("")
    written = Markdown("".join(_written(text, styles)))
    return written if plain(written).split() == text.split() else Markdown("")


def _places(text: str) -> list[int]:
    """The UTF-16 unit at which each character begins."""
    found, place = [], 0
    for sign in text:
        found.append(place)
        place += 2 if ord(sign) > BEYOND_ONE_UNIT else 1
    return found


def _lay(styles: list[Style], places: list[int], kind: str, units: range, url: str) -> None:
    for number, place in enumerate(places):
        if place not in units:
            continue
        bold, italic, link = styles[number]
        match kind:
            case "bold":
                styles[number] = (True, italic, link)
            case "italic":
                styles[number] = (bold, True, link)
            case "text_link" if url.startswith(("https://", "http://")) and not set(url) & set("<> \n"):
                styles[number] = (bold, italic, url)


def _written(text: str, styles: list[Style]) -> Iterator[str]:
    """Each run of one style within a line; spaces at its ends stay outside of the marks."""
    start = 0
    for (style, is_end), run in groupby(
        zip(styles, text, strict=True), key=lambda one: (one[0] if one[1] != "\n" else BARE, one[1] == "\n")
    ):
        length = len(list(run))
        piece = text[start : start + length]
        start += length
        core = piece.strip()
        if is_end or not core:
            yield piece
            continue
        before, after = piece[: piece.index(core)], piece[piece.index(core) + len(core) :]
        yield f"{before}{_styled(core, style)}{after}"


def _styled(core: str, style: Style) -> str:
    bold, italic, link = style
    shown: str = escape(core)
    if link:
        shown = f"[{shown}](<{link}>)"
    if italic:
        shown = f"*{shown}*"
    return f"**{shown}**" if bold else shown
