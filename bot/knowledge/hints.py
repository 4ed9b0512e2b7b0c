"""What an author may have meant by a name that does not exist, and how such a name is quoted."""

from collections.abc import Iterable
from difflib import get_close_matches

NBSP = "\N{NO-BREAK SPACE}"


def nearest(written: str, known: Iterable[str]) -> str:
    """The known name that looks most like what was written; empty if none does."""
    names = {name.lower(): name for name in known}
    close = get_close_matches(written.lower(), names, n=1, cutoff=0.6)
    return names[close[0]] if close else ""


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """` ; vouliez-vous dire « x » ?`, or nothing."""
    near = nearest(written, known)
    return f"{NBSP}; vouliez-vous dire {quote(near)}{NBSP}?" if near else ""


def quote(written: object) -> str:
    """`« x »`, cut when long."""
    text = str(written)
    shown = text if len(text) <= 60 else text[:59] + "…"
    return f"«{NBSP}{shown}{NBSP}»"
