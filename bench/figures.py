"""What a measurement yields, and the few statistics that the table needs."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    what: str
    """What was measured, in plain words."""
    value: str
    """The figure with its unit."""
    goal: str = ""
    """What it should be; empty: nobody has said."""
    how: str = ""
    """How it was measured: counts, what is included."""


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share (0 to 1) of `values` lies, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    """The middle one; of an even count the upper of the two."""
    return percentile(values, 0.5)


def milliseconds(seconds: float) -> str:
    """A duration as people compare it."""
    return f"{seconds * 1000:.2f} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"


def spread(seconds: Sequence[float]) -> str:
    """Least and most of several runs."""
    return f"{milliseconds(min(seconds))} to {milliseconds(max(seconds))}"
