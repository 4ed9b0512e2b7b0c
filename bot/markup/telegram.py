"""Telegram's HTML: the subset of tags that the Bot API accepts ("HTML style"), nothing else."""

from collections.abc import Iterable
from html import escape as html_escape
from itertools import groupby

from bot.markup.segments import Segment, layout
from bot.markup.tree import parse


def telegram_html(markdown: str, folded: str = "") -> str:
    """Text for `parse_mode=HTML`; the folded text becomes an expandable quotation at the end.

    Without its tags it is exactly `plain(markdown)`: lists are lines that start with `• ` or a number.
    """
    text = "".join(
        f"<blockquote>{_runs(run)}</blockquote>" if is_quoted else _runs(run)
        for is_quoted, run in groupby(layout(parse(markdown)), key=lambda segment: segment.quoted)
    )
    more = _runs(layout(parse(folded)))
    if more:
        more = f"<blockquote expandable>{more}</blockquote>"
    return "\n".join(part for part in (text, more) if part)


def _runs(segments: Iterable[Segment]) -> str:
    return "".join(map(_run, segments))


def _run(segment: Segment) -> str:
    html = html_escape(segment.text, quote=False)
    if segment.italic:
        html = f"<i>{html}</i>"
    if segment.bold:
        html = f"<b>{html}</b>"
    if segment.link:
        html = f'<a href="{html_escape(segment.link)}">{html}</a>'
    return html
