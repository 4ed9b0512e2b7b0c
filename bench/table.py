"""The figures as a table, printed and kept in README.md."""

from collections.abc import Sequence
from pathlib import Path

from bench.figures import Figure

README = Path(__file__).resolve().parent / "README.md"
BEGIN = "<!-- figures: written by `make bench` -->"
END = "<!-- figures: end -->"


def render(figures: Sequence[Figure], *, day: str, machine: str) -> str:
    """Date, machine and one row a figure, in Markdown."""
    rows = [f"| {one.what} | {one.value} | {one.goal} | {one.how} |" for one in figures]
    head = ["| what | figure | goal | how |", "|---|---:|---:|---|"]
    return "\n".join([f"Measured on {day}: {machine}.", "", *head, *rows])


def keep(table: str, readme: Path = README) -> None:
    """Put the table between its marks; ValueError if they are gone."""
    before, begin, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{readme.name} has lost its marks {BEGIN} and {END}")
    readme.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")
