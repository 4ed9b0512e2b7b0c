"""What a person reads, without any markup: for transcripts, a piped terminal, and checks of length."""

from bot.markup.segments import layout
from bot.markup.tree import parse


def plain(markdown: str, *, links: bool = False) -> str:
    """The text as Telegram counts it; with `links`, a target that is not shown follows in parentheses."""
    written: list[str] = []
    target, label = "", ""
    for segment in layout(parse(markdown)):
        if links and target and segment.link != target:
            written.append(_aside(target, label))
        if segment.link != target:
            target, label = segment.link, ""
        label += segment.text
        written.append(segment.text)
    if links and target:
        written.append(_aside(target, label))
    return "".join(written)


def _aside(target: str, label: str) -> str:
    shown = target.removeprefix("mailto:")
    return "" if shown == label else f" ({shown})"
