"""`alliances stats` and `alliances graph`."""

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.operator import OperatorError, awaited, content, policy
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.cli.operator import Commands
    from bot.statistics import GraphFormat, Place

LONGEST = 1100
"""Days: numbers are kept for three years."""


def add(commands: "Commands") -> None:
    """Their place on the command line."""
    stats = commands.add_parser("stats", help="what people need, in numbers; none about fewer than 5 people")
    span = stats.add_mutually_exclusive_group()
    span.add_argument("--since", type=_day, metavar="YYYY-MM-DD", help="from this day to today")
    span.add_argument("--days", type=int, default=28, metavar="N", help="the last N days (default: 28)")
    stats.add_argument("--json", action="store_true")
    stats.add_argument("--csv", type=Path, metavar="FILE", help="write a table for spreadsheets")
    stats.add_argument("--charts", type=Path, metavar="FOLDER", help="write the charts as PNG pictures")
    stats.set_defaults(command=_stats)
    graph = commands.add_parser("graph", help="the picture of a flow: its steps and ways")
    graph.add_argument("flow", metavar="FLOW", help="id of a flow")
    graph.add_argument("--usage", action="store_true", help="with the share of people who came to each step")
    graph.add_argument("--format", choices=("svg", "png", "mermaid"), help="(default: by the file's name)")
    graph.add_argument(
        "--output", type=Path, metavar="FILE", help="(default: FLOW.svg, or Mermaid to the terminal)"
    )
    graph.set_defaults(command=_graph)


def _stats(parsed: argparse.Namespace) -> int:
    import json

    from bot.runtime.clock import SystemClock
    from bot.statistics import CannotCount, as_json, as_lines, keep_charts, keep_csv, numbers

    now = SystemClock().now()
    today = now.astimezone(policy(read_settings()).timezone).date()
    days = (today - parsed.since).days + 1 if parsed.since else parsed.days
    if not 1 <= days <= LONGEST:
        raise OperatorError(f"a period has 1 to {LONGEST} days that are over or today, not {days}")
    try:
        files = bool(parsed.csv or parsed.charts)
        found = awaited(numbers(_place(read_settings()), days=days, now=now, handed_out=files))
        print(json.dumps(as_json(found)) if parsed.json else "\n".join(as_lines(found)))
        if parsed.csv:
            keep_csv(found, parsed.csv)
            print(parsed.csv, file=sys.stderr)
        if parsed.charts:
            for path in keep_charts(found, parsed.charts):
                print(path, file=sys.stderr)
    except CannotCount as error:
        raise OperatorError(str(error)) from None
    return 0


def _graph(parsed: argparse.Namespace) -> int:
    from bot.runtime.clock import SystemClock
    from bot.statistics import CannotCount, graph

    file: Path | None = parsed.output
    by_name: dict[str, GraphFormat] = {".svg": "svg", ".png": "png", ".mmd": "mermaid", ".md": "mermaid"}
    suffix = file.suffix.lower() if file else ".svg"
    if parsed.format is None and suffix not in by_name:
        raise OperatorError(f"{file}: end the name in {', '.join(by_name)}, or choose with --format")
    format: GraphFormat = parsed.format or by_name[suffix]
    try:
        made = graph(
            _place(read_settings()), parsed.flow, usage=parsed.usage, format=format, now=SystemClock().now()
        )
    except CannotCount as error:
        raise OperatorError(str(error)) from None
    if file is None and format == "mermaid":
        print(made.decode(), end="")
        return 0
    file = file or Path(f"{parsed.flow}.{format}")
    try:
        file.write_bytes(made)
    except OSError as error:
        raise OperatorError(f"cannot write {file} ({error.strerror})") from None
    print(file)
    return 0


def _place(settings: Settings) -> "Place":
    from bot.statistics import Place

    return Place(content(settings), settings.database_file, policy(settings))


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written!r} is no day; write for example 2027-01-04") from None
