"""Charts as pictures, to be read on a phone. Pure: numbers and words in, bytes out; no word of its own.

A value that is None is not told (too few people): its bar is hatched, and its length says nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.documents.typesetting import Format, typeset

NARROW = "\u202f"
"""What stands between thousands and before the per cent sign."""

Rows = Sequence[tuple[str, int | None]]
"""What is counted, and how often."""


def bar_chart(title: str, rows: Rows, *, note: str = "", hidden: str = "", format: Format = "png") -> bytes:
    """Horizontal bars, the values at their ends. `hidden` stands where a value is not told."""
    most = max((value for _, value in rows if value is not None), default=0)
    drawn = [_row(label, value, whole=most, hidden=hidden) for label, value in rows]
    return _chart("bars", title, drawn, note=note, format=format)


def column_chart(
    title: str, rows: Rows, *, note: str = "", hidden: str = "", format: Format = "png"
) -> bytes:
    """One column for each week or month, the oldest first; up to 13 are readable."""
    most = max((value for _, value in rows if value is not None), default=0)
    drawn = [_row(label, value, whole=most, hidden=hidden) for label, value in rows]
    return _chart("columns", title, drawn, note=note, format=format)


def funnel(title: str, rows: Rows, *, note: str = "", hidden: str = "", format: Format = "png") -> bytes:
    """How many come how far: each row as a share of the first."""
    whole = rows[0][1] if rows and rows[0][1] else 0
    drawn = []
    for label, value in rows:
        row = _row(label, value, whole=whole, hidden=hidden)
        if value is not None and whole:
            row["value"] = f"{number(value)}  ({percent(value, whole)})"
        drawn.append(row)
    return _chart("funnel", title, drawn, note=note, format=format)


def stacked_bars(
    title: str,
    parts: Sequence[str],
    rows: Sequence[tuple[str, Sequence[int] | None]],
    *,
    note: str = "",
    hidden: str = "",
    format: Format = "png",
) -> bytes:
    """What each row is made of, as shares of itself: at most five `parts`, named in a legend."""
    drawn = []
    for label, values in rows:
        whole = sum(values) if values is not None else 0
        shares = [(value / whole if whole else 0.0, value) for value in values or ()]
        drawn.append(
            {
                "label": label,
                "value": hidden if values is None else number(whole),
                "hidden": values is None,
                "parts": [{"share": share, "value": percent(value, whole)} for share, value in shares],
            }
        )
    return _chart("stacked", title, drawn, note=note, format=format, legend=parts)


def number(value: int) -> str:
    """`1 250`, as French writes it."""
    return f"{value:,}".replace(",", NARROW)


def percent(value: int, whole: int) -> str:
    """`12 %`; of nothing, nothing."""
    return f"{round(100 * value / whole)}{NARROW}%" if whole else ""


def _row(label: str, value: int | None, *, whole: int, hidden: str) -> dict[str, Any]:
    return {
        "label": label,
        "value": hidden if value is None else number(value),
        "share": 0.0 if value is None or not whole else min(value / whole, 1.0),
        "hidden": value is None,
    }


def _chart(
    kind: str,
    title: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    note: str,
    format: Format,
    legend: Sequence[str] = (),
) -> bytes:
    data = {"kind": kind, "title": title, "note": note, "legend": list(legend), "rows": list(rows)}
    return typeset("charts", data, format=format)[0]
