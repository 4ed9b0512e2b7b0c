"""The figures as tables, one a subject, printed and kept in README.md."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.figures import Figure

README = Path(__file__).resolve().parent / "README.md"
BEGIN = "<!-- figures: written by `make bench` -->"
END = "<!-- figures: end -->"
HEAD = ("| what | figure | goal | how |", "|---|---:|---:|---|")
SUBJECT = re.compile(r"^### (\w+)$", re.MULTILINE)


def render(subject: str, figures: Sequence[Figure], *, day: str, machine: str) -> str:
    """Subject, date, machine and one row a figure, in Markdown."""
    rows = [f"| {one.what} | {one.value} | {one.goal} | {one.how} |" for one in figures]
    return "\n".join([f"### {subject}", "", f"Measured on {day}: {machine}.", "", *HEAD, *rows])


def keep(tables: Mapping[str, str], order: Sequence[str], readme: Path = README) -> None:
    """Put tables between the marks, in the place of older ones of their subjects; ValueError without marks.

    `order`: all subjects; a table of any other goes.
    """
    before, begin, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    kept, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{readme.name} has lost its marks {BEGIN} and {END}")
    _, *pieces = SUBJECT.split(kept)
    old = {
        name: f"### {name}\n\n{body.strip()}" for name, body in zip(pieces[::2], pieces[1::2], strict=True)
    }
    all_of_them = {**old, **tables}
    shown = "\n\n".join(all_of_them[name] for name in order if name in all_of_them)
    readme.write_text(f"{before}{BEGIN}\n\n{shown}\n\n{END}{after}", encoding="utf-8")
