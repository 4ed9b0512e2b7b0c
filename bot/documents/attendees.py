"""The list of an event on paper: names to tick at the door. Pure: words in, bytes out; no word of its own."""

from collections.abc import Sequence

from bot.documents.typesetting import typeset


def attendee_list(
    title: str,
    below: Sequence[str],
    groups: Sequence[tuple[str, Sequence[str]]],
    *,
    note: str = "",
    page: str = "page",
) -> bytes:
    """A PDF of A4 pages: what stands below the title, then names below the heading of their
    group, each with a box. 50 ms: not on a loop."""
    data = {
        "title": title,
        "below": list(below),
        "note": note,
        "page": page,
        "groups": [{"heading": heading, "names": list(names)} for heading, names in groups],
    }
    return typeset("attendees", data, format="pdf")[0]
