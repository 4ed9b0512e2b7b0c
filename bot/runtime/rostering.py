"""People in bulk, beside the turns: everybody written into a file, and files read, shown and applied, a few
lines at a time, so that nobody waits for it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path

from bot.dialogue import roster as said
from bot.documents.sheet import MEDIA_TYPE, NotASheet, Sheet, open_sheet, write_rows
from bot.events.audience import AudienceError, vocabulary_of
from bot.flows.phrases import Phrases
from bot.flows.roster import Column, Unreadable, columns_of, header_of, known_name, names_of, write_line
from bot.flows.roster_line import read_line
from bot.flows.shelf import Shelf
from bot.flows.weighing import Scale, Weigher, counted
from bot.model.effects import Audit
from bot.model.message import Message
from bot.model.roster import Change, Line, Listed, Roster, RosterKind, RosterState, Tally, Weighed
from bot.model.turn import Policy
from bot.model.values import StoredFile
from bot.runtime.clock import Clock
from bot.storage.audience_sql import compiled
from bot.storage.database import Where
from bot.storage.roster import Rosters
from bot.storage.store import Store

log = logging.getLogger(__name__)

CHUNK = 100
"""Lines in one transaction."""
PAGE = 500
"""People read at once."""
MOST = 100_000
"""Lines of one file."""
IDLE = 1.0
"""Seconds between looks for something to do."""
TOLD_EVERY = 10.0
"""Seconds between two words about how far a long file is."""


class TooLong(ValueError):
    """The file has more lines than can be read at once."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file about people, as far as its header is understood."""

    sheet: Sheet
    columns: tuple[Column, ...]
    phrases: Phrases
    policy: Policy

    @classmethod
    def of(cls, path: Path, shelf: Shelf, policy: Policy) -> "Reading":
        """Open it. NotASheet and Unreadable say what is wrong."""
        columns = columns_of(shelf)
        sheet = open_sheet(path, partial(known_name, names=names_of(columns)))
        return cls(sheet, header_of(sheet.header, columns), shelf.phrases, policy)

    def weigher(self, *, replaces: bool) -> Weigher:
        """What its lines are weighed with."""
        return Weigher(Scale.of(self.columns, self.phrases, replaces=replaces))

    def chunks(self, *, now: datetime) -> Iterator[list[Line]]:
        """Its lines, some at a time. NotASheet, TooLong in the middle."""
        today = now.astimezone(self.policy.timezone).date()
        rows, count = self.sheet.rows(), 0
        while chunk := list(islice(rows, CHUNK)):
            count += len(chunk)
            if count > MOST:
                raise TooLong
            yield [
                read_line(number, cells, self.columns, self.phrases, now=now, today=today)
                for number, cells in chunk
            ]


@dataclass(slots=True)
class Report:
    """How a file came out: counts, and why lines were refused."""

    phrases: Phrases
    tally: Tally = field(default_factory=Tally)
    table: bytearray = field(default_factory=bytearray)
    """Every refused cell as a table: line, who, column, reason. 20 MB if all of `MOST` lines are."""
    shown: list[Weighed] = field(default_factory=list)
    """The first refused lines."""

    def add(self, weighed: Weighed) -> None:
        """Take a line in."""
        self.tally = counted(self.tally, weighed)
        if weighed.change is not Change.REFUSED:
            return
        if len(self.shown) < said.SHOWN:
            self.shown.append(weighed)
        rows = [
            (str(weighed.line.number), weighed.line.who, flaw.column, said.reason(flaw, self.phrases))
            for flaw in weighed.flaws
        ]
        if not self.table:
            rows.insert(0, said.report_header(self.phrases))
        self.table += write_rows(rows, first=not self.table)


async def survey(rosters: Rosters, reading: Reading, *, replaces: bool, now: datetime) -> Report:
    """What a file would do as things are; nothing is written. NotASheet, TooLong."""
    report, weigher = Report(reading.phrases), reading.weigher(replaces=replaces)
    async for lines in off_the_loop(reading.chunks(now=now)):
        for weighed in await rosters.weigh(lines, weigher.begin, now=now):
            report.add(weighed)
        weigher.end()
    return report


async def apply(rosters: Rosters, reading: Reading, *, replaces: bool, clock: Clock) -> Report:
    """Do what a file says. NotASheet, TooLong before anything is done wrong: a second run goes on."""
    report, weigher = Report(reading.phrases), reading.weigher(replaces=replaces)
    async for lines in off_the_loop(reading.chunks(now=clock.now())):
        for weighed in await rosters.apply(lines, weigher.begin, now=clock.now()):
            report.add(weighed)
        weigher.end()
    return report


async def off_the_loop(chunks: Iterator[list[Line]]) -> AsyncIterator[list[Line]]:
    """Chunks, each read in a thread."""
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        yield chunk


def about(condition: str, shelf: Shelf, policy: Policy, *, now: datetime) -> Where | None:
    """Whom a condition fits, None for everybody. AudienceError says in French what is wrong with it."""
    if not condition.strip():
        return None
    return compiled(condition, vocabulary_of(shelf), policy, now)


async def everybody(
    rosters: Rosters, shelf: Shelf, *, now: datetime, where: Where | None = None
) -> AsyncIterator[tuple[bytes, Sequence[Listed]]]:
    """The table of people, piece by piece, with whom each piece is about; with a condition without those who
    are expected, for it knows nothing of them.
    """
    columns = columns_of(shelf)
    yield write_rows([[column.label for column in columns]], first=True), ()
    after = 0
    while page := await rosters.page(after=after, limit=PAGE, now=now, where=where):
        yield await asyncio.to_thread(_table, page, columns, shelf.phrases), page
        last = page[-1].person
        assert last is not None
        after = last
    id = ""
    while where is None and (page := await rosters.expected(after=id, limit=PAGE, now=now)):
        yield _table(page, columns, shelf.phrases), page
        assert page[-1].address is not None
        id = page[-1].address.id


def _table(page: Sequence[Listed], columns: Sequence[Column], phrases: Phrases) -> bytes:
    return write_rows([write_line(one, columns, phrases) for one in page])


@dataclass(slots=True, kw_only=True)
class Rostering:
    """Does what staff asked for in the chat, one after the other."""

    store: Store
    shelf: Callable[[], Shelf]
    clock: Clock
    committed: Callable[[], None]
    """Called when there is something to send."""

    async def run(self) -> None:
        """Look for work for ever."""
        while True:
            if not await self.step():
                await self.clock.sleep(IDLE)

    async def step(self) -> bool:
        """Do the oldest thing that waits; whether there was one."""
        roster = await self.store.roster_jobs.next()
        if roster is None:
            return False
        if roster.kind is RosterKind.EXPORT:
            await self._export(roster)
        else:
            await self._import(roster)
        self.committed()
        return True

    async def _export(self, roster: Roster) -> None:
        shelf, now, people, expected = self.shelf(), self.clock.now(), 0, 0
        pieces: list[bytes] = []
        try:
            where = about(roster.condition, shelf, self.store.policy, now=now)
        except AudienceError as error:
            await self._finish(roster, said.bad_condition(roster, str(error), shelf.phrases))
            return
        async for piece, page in everybody(self.store.rosters, shelf, now=now, where=where):
            pieces.append(piece)
            here = sum(1 for one in page if one.person is None)
            people, expected = people + len(page) - here, expected + here
        name = said.export_name(shelf.phrases, now.astimezone(self.store.policy.timezone).date())
        file = await self.store.files.keep(b"".join(pieces), name=name, media_type=MEDIA_TYPE)
        message = said.exported(people, expected, shelf.phrases)
        await self._finish(roster, message, file, Audit("people.exported", str(people + expected)))

    async def _import(self, roster: Roster) -> None:
        phrases = self.shelf().phrases
        path = self.store.files.path(roster.file)
        if not path.is_file():
            await self._finish(roster, said.file_gone(phrases))
            return
        try:
            reading = await asyncio.to_thread(Reading.of, path, self.shelf(), self.store.policy)
            if roster.state is RosterState.ASKED:
                await self._preview(roster, reading)
            else:
                await self._apply(roster, reading)
        except Unreadable as error:
            await self._finish(roster, said.unreadable(roster, error.flaws, phrases))
        except NotASheet as error:
            await self._finish(roster, said.no_sheet(roster, error.why, error.line, phrases))
        except TooLong:
            await self._finish(roster, said.too_long(roster, MOST, phrases))

    async def _preview(self, roster: Roster, reading: Reading) -> None:
        now = self.clock.now()
        report = await survey(self.store.rosters, reading, replaces=roster.replaces, now=now)
        message = said.preview(roster, report.tally, report.shown, reading.columns, reading.phrases)
        file = await self._refused(report)
        if message.options:
            await self.store.roster_jobs.show(roster, message, now=self.clock.now(), file=file)
        else:
            await self._finish(roster, message, file)

    async def _apply(self, roster: Roster, reading: Reading) -> None:
        """From where it was when the process before died: what is applied already is only read again, for
        what the lines below must know of it.
        """
        report, weigher = Report(reading.phrases), reading.weigher(replaces=roster.replaces)
        told, begun = self.clock.monotonic(), roster.tally.upto
        async for lines in off_the_loop(reading.chunks(now=self.clock.now())):
            now = self.clock.now()
            if lines[0].number <= begun:  # a chunk is applied as a whole
                weighed = await self.store.rosters.weigh(lines, weigher.begin, now=now)
            else:
                done = await self.store.roster_jobs.apply(roster, lines, weigher.begin, now=now)
                if done is None:
                    return
                roster, weighed = done
            weigher.end()
            for one in weighed:
                report.add(one)
            if self.clock.monotonic() - told > TOLD_EVERY:
                told = self.clock.monotonic()
                await self.store.roster_jobs.tell(roster, said.applying(roster, reading.phrases), now=now)
                self.committed()
        message = said.applied(roster, report.shown, reading.phrases)
        audit = Audit("people.imported", str(roster.tally.changed + roster.tally.expected))
        await self._finish(roster, message, await self._refused(report), audit)

    async def _refused(self, report: Report) -> StoredFile | None:
        """The refused lines as a file; None without any."""
        if not report.tally.refused:
            return None
        name = report.phrases.label("people_refused_file")
        return await self.store.files.keep(bytes(report.table), name=f"{name}.csv", media_type=MEDIA_TYPE)

    async def _finish(
        self, roster: Roster, message: Message, file: StoredFile | None = None, done: Audit | None = None
    ) -> None:
        now = self.clock.now()
        message = replace(message, key=message.key or f"people-end-{roster.id}")
        await self.store.roster_jobs.finish(roster, message, now=now, file=file, done=done)
        log.info("roster_done", extra={"kind": str(roster.kind), "lines": roster.tally.lines})
