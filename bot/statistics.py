"""`alliances stats` and `alliances graph`: what people need in numbers, and the picture of a flow.

Short commands that open the database beside a serving process. What they print is English; files and pictures
are in the language of the phrases.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from bot.content.load import load_library
from bot.dialogue.discretion import Total, rounded
from bot.dialogue.presenting import (
    chapter_picture,
    fate_picture,
    funnel_picture,
    journey_picture,
    people_picture,
    sheet,
    time_picture,
)
from bot.dialogue.report import UNKNOWN, Report, Value, report
from bot.documents.charts import percent
from bot.documents.diagram import Node, diagram, mermaid
from bot.documents.sheet import write_rows
from bot.flows.flow import Flow
from bot.flows.outline import outline
from bot.flows.shelf import Shelf
from bot.model.effects import NewFile
from bot.model.statistics import Statistics, StepCount
from bot.model.turn import Policy
from bot.model.values import FlowId
from bot.storage.errors import StorageError
from bot.storage.store import Store

GraphFormat = Literal["svg", "png", "mermaid"]
FEWEST = "fewer than 5"


class CannotCount(Exception):
    """The command cannot be done; the text is for the operator and says what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the commands work."""

    content: Path
    database: Path
    policy: Policy

    def shelf(self) -> Shelf:
        """The authored content. CannotCount if it has errors."""
        loaded = load_library(self.content)
        if loaded.shelf is None:
            errors = "\n".join(map(str, loaded.problems))
            raise CannotCount(f"the content in {self.content} has errors:\n{errors}")
        return loaded.shelf

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """The database, which is not made for a look at it."""
        if not self.database.exists():
            raise CannotCount("nothing was counted yet: the assistant has not run with this database")
        try:
            store = await Store.open(self.database, policy=self.policy)
        except StorageError as error:
            raise CannotCount(str(error)) from None
        try:
            yield store
        finally:
            await store.close()


@dataclass(frozen=True, slots=True)
class Numbers:
    """What may be told of a period, with the names it is told by."""

    report: Report
    shelf: Shelf
    steps: Sequence[StepCount]

    def pictures(self) -> Iterator[NewFile]:
        """Every chart, each journey's that enough people went through included."""
        phrases = self.shelf.phrases
        yield from chapter_picture(self.report, self.shelf)
        yield from time_picture(self.report, phrases)
        yield from fate_picture(self.report, phrases)
        yield from journey_picture(self.report, self.shelf)
        yield from people_picture(self.report, phrases)
        for flow in self.shelf.flows:
            for picture in funnel_picture(self.report, self.shelf, self.steps, flow):
                yield replace(picture, name=picture.name.replace(".png", f"_{flow}.png"))


async def numbers(place: Place, *, days: int, now: datetime, handed_out: bool = False) -> Numbers:
    """What people need. `handed_out`: as files, which the journal says. CannotCount."""
    shelf = place.shelf()
    async with place.store() as store:
        counted: Statistics = await store.statistics.load(days, now=now)
        steps = await store.statistics.steps(now=now)
        if handed_out:
            await store.roles.note("statistics.exported", "", now=now)
    return Numbers(report(replace(counted, steps=steps), shelf), shelf, steps)


def as_lines(found: Numbers) -> Iterator[str]:
    """For the terminal: a measure a line, then the journeys and the chapters."""
    told_of = found.report
    yield f"{told_of.first} to {told_of.last} ({told_of.period} days); in brackets: as many days before"
    for what, line in told_of.lines.items():
        if line.now != UNKNOWN:
            before = "" if line.before == UNKNOWN else f"  ({_written(line.before)})"
            yield f"{what:14} {_written(line.now):>14}{before}"
    tables = (
        (told_of.journeys, "journeys (done, stopped, open)"),
        (told_of.chapters, "questions by chapter"),
    )
    for table, title in tables:
        rows = [*table.rows, *([("others", table.others)] if table.others else [])]
        if rows:
            yield ""
            yield title
            yield from (f"  {name:32} {'  '.join(f'{one:>6}' for one in parts)}" for name, parts in rows)
    if told_of.stops:
        yield ""
        yield "where people stop most, of a year"
        yield from (f"  {stop.people:6}  {stop.flow}/{stop.step}" for stop in told_of.stops)


def as_json(found: Numbers) -> dict[str, Any]:
    """The same for programs: null for what is too small, `at_least` where a sum has a part that is."""
    told_of = found.report
    return {
        "first": told_of.first.isoformat(),
        "last": told_of.last.isoformat(),
        "measures": {
            what: {"now": _plain(line.now), "before": _plain(line.before)}
            for what, line in told_of.lines.items()
            if line.now != UNKNOWN
        },
        "journeys": {
            name: dict(zip(("done", "stopped", "open"), parts, strict=True))
            for name, parts in told_of.journeys.rows
        },
        "chapters": {name: parts[0] for name, parts in told_of.chapters.rows},
    }


def keep_csv(found: Numbers, file: Path) -> None:
    """Write the table for a spreadsheet. CannotCount."""
    try:
        file.write_bytes(write_rows(list(sheet(found.report, found.shelf)), first=True))
    except OSError as error:
        raise CannotCount(f"cannot write {file} ({error.strerror})") from None


def keep_charts(found: Numbers, folder: Path) -> Iterator[Path]:
    """Write the pictures; gives the files. CannotCount."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for picture in found.pictures():
            path = folder / picture.name
            path.write_bytes(picture.content)
            yield path
    except OSError as error:
        raise CannotCount(f"cannot write into {folder} ({error.strerror})") from None


def graph(place: Place, name: str, *, usage: bool, format: GraphFormat, now: datetime) -> bytes:
    """The picture of a flow, with `usage` the share of people who came to each step. CannotCount."""
    shelf = place.shelf()
    flow = shelf.flows.get(FlowId(name))
    if flow is None:
        near = get_close_matches(name, list(shelf.flows), n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else f"; there are {', '.join(shelf.flows)}"
        raise CannotCount(f"{name}: there is no such flow{hint}")
    nodes, edges = outline(flow, shelf)
    note = ""
    if usage:
        steps = asyncio.run(_steps(place, now=now))
        nodes, note = used(flow, nodes, steps, shelf)
    if format == "mermaid":
        return mermaid(nodes, edges).encode()
    return diagram(nodes, edges, title=flow.title, note=note, format=format)


def used(
    flow: Flow, nodes: Sequence[Node], steps: Sequence[StepCount], shelf: Shelf
) -> tuple[tuple[Node, ...], str]:
    """The nodes with the share of people who came to them, and the line that says what it is a share of.

    Both are rounded: the difference between two steps that follow each other is a number too.
    """
    phrases, known = shelf.phrases, {one.step: one for one in steps if one.flow == flow.id}
    whole = rounded(known[""].passed) if "" in known else 0
    if not whole:
        return tuple(nodes), phrases.label("stat_funnel_few", title=flow.title)
    marked = [_marked(node, known, whole, shelf) for node in nodes]
    return tuple(marked), phrases.label("graph_usage", whole=whole)


def _marked(node: Node, known: Mapping[str, StepCount], whole: int, shelf: Shelf) -> Node:
    phrases, count = shelf.phrases, known.get(node.key)
    if node.kind in ("start", "branch", "set") or count is None:  # what is silent leaves no trace
        return node
    passed = rounded(count.passed)
    if passed is None:
        return replace(node, note=phrases.label("stat_few"))
    share = min(passed / whole, 1.0)
    parts = [f"≈ {percent(round(share * 100), 100)}"]
    if standing := rounded(count.standing):
        parts.append(phrases.label("graph_standing", count=standing))
    return replace(node, note=" · ".join(parts), share=share)


async def _steps(place: Place, *, now: datetime) -> tuple[StepCount, ...]:
    async with place.store() as store:
        return await store.statistics.steps(now=now)


def _written(value: Value) -> str:
    match value:
        case Total(value=count, exact=exact):
            return str(count) if exact else f"at least {count}"
        case None:
            return FEWEST
    return "unknown"


def _plain(value: Value) -> int | dict[str, int] | None:
    if isinstance(value, Total):
        return value.value if value.exact else {"at_least": value.value}
    return None
