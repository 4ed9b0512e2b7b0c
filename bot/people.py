"""`alliances people`: people as a file, a file taken in, and who is known, from the command line."""

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.content.library import ContentBroken, open_library
from bot.dialogue import roster as said
from bot.documents.sheet import NotASheet
from bot.events.audience import AudienceError
from bot.flows.roster import Column, Unreadable, columns_of, write_line
from bot.flows.shelf import Shelf
from bot.model.roster import Counts, Listed, Tally
from bot.model.turn import Policy
from bot.runtime.clock import Clock
from bot.runtime.rostering import MOST, Reading, Report, TooLong, about, apply, everybody, survey
from bot.settings import Settings
from bot.storage.store import Store


class CannotDo(Exception):
    """It cannot be done; the text is for the operator and says what to do."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Who is known, and how much of each column."""

    counts: Counts
    filled: Sequence[tuple[Column, int]]
    """Column -> people of whom it says something."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do."""

    report: Report
    unread: tuple[str, ...]
    """Columns that are shown only, never taken over."""
    encoding: str
    delimiter: str
    digest: str
    """Of the file's bytes: what is applied must be what was shown."""

    @property
    def tally(self) -> Tally:
        """How its lines come out."""
        return self.report.tally


async def export(
    settings: Settings, content: Path, file: Path, condition: str, *, clock: Clock
) -> Counter[str]:
    """Write people into a file, readable by its owner alone; how many, `people` and `expected`."""
    shelf, now = _shelf(settings, content), clock.now()
    async with _opened(settings) as store:
        try:
            where = about(condition, shelf, store.policy, now=now)
        except AudienceError as error:
            raise CannotDo(f"--to: {error}") from None
        written: Counter[str] = Counter()
        with _whole(file) as out:
            async for piece, page in everybody(store.rosters, shelf, now=now, where=where):
                out(piece)
                written.update("expected" if one.person is None else "people" for one in page)
            # Before the file is there: without its line nobody takes one away.
            await store.roles.note("people.exported", str(written.total()), now=now)
    return written


async def overview(settings: Settings, content: Path, *, clock: Clock) -> Overview:
    """Who is known, and how much of each column."""
    columns = columns_of(_shelf(settings, content))
    filled: Counter[str] = Counter()
    async with _opened(settings) as store:
        counts = await store.rosters.counts()
        async for _, page in everybody(store.rosters, _shelf(settings, content), now=clock.now()):
            filled.update(column.label for one in page for column in columns if _says(one, column))
    fields = [column for column in columns if column.field is not None]
    return Overview(counts, [(column, filled[column.label]) for column in fields])


async def listed(settings: Settings, content: Path, condition: str, *, clock: Clock) -> list[str]:
    """People, a line each: what is known of them, without empty cells."""
    shelf, now, lines = _shelf(settings, content), clock.now(), []
    columns = columns_of(shelf)
    async with _opened(settings) as store:
        try:
            where = about(condition, shelf, store.policy, now=now)
        except AudienceError as error:
            raise CannotDo(f"--to: {error}") from None
        async for _, page in everybody(store.rosters, shelf, now=now, where=where):
            for one in page:
                cells = zip(columns, write_line(one, columns, shelf.phrases), strict=True)
                lines.append("  ".join(f"{column.label}={cell}" for column, cell in cells if cell))
        await store.roles.note("people.exported", str(len(lines)), now=now)
    return lines


async def preview(settings: Settings, content: Path, file: Path, *, replaces: bool, clock: Clock) -> Preview:
    """What a file would do as things are; nothing is changed. CannotDo: why it cannot be read."""
    shelf = _shelf(settings, content)
    async with _opened(settings) as store:
        with _told(file, shelf):
            digest = _digest(file)
            reading = Reading.of(file, shelf, store.policy)
            report = await survey(store.rosters, reading, replaces=replaces, now=clock.now())
    unread = tuple(column.label for column in reading.columns if not column.read)
    return Preview(report, unread, reading.sheet.encoding, reading.sheet.delimiter, digest)


async def take_in(
    settings: Settings, content: Path, file: Path, shown: Preview, *, replaces: bool, clock: Clock
) -> Report:
    """Do what was shown. CannotDo if the file is another one meanwhile."""
    shelf = _shelf(settings, content)
    async with _opened(settings) as store:
        with _told(file, shelf):
            if _digest(file) != shown.digest:
                raise CannotDo(f"{file} has changed since it was shown; run the command again")
            reading = Reading.of(file, shelf, store.policy)
            report = await apply(store.rosters, reading, replaces=replaces, clock=clock)
        done = report.tally.changed + report.tally.expected
        await store.roles.note("people.imported", str(done), now=clock.now())
    return report


def refused(report: Report) -> list[str]:
    """The first refused lines as text, the reason in French as for those who keep the file."""
    phrases = report.phrases
    return [
        f"{one.line.number}: {flaw.column + ': ' if flaw.column else ''}{said.reason(flaw, phrases)}"
        for one in report.shown
        for flaw in one.flaws
    ]


def write_report(report: Report, file: Path) -> None:
    """The refused lines as a table, readable by its owner alone."""
    with _whole(file) as out:
        out(bytes(report.table))


def _says(one: Listed, column: Column) -> bool:
    return column.field is not None and column.field in one.answers


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Store]:
    policy = Policy(settings.timezone, settings.quiet_hours, contact=settings.contact)
    store = await Store.open(settings.database_file, policy=policy, files=settings.data / "files")
    try:
        yield store
    finally:
        await store.close()


@contextmanager
def _told(file: Path, shelf: Shelf) -> Iterator[None]:
    """What is wrong with a file, in words."""
    phrases = shelf.phrases
    try:
        yield
    except OSError as error:
        raise CannotDo(f"{file}: {error.strerror}") from None
    except Unreadable as error:
        told = "\n".join(f"  {said.reason(flaw, phrases)}" for flaw in error.flaws)
        raise CannotDo(f"{file}:\n{told}") from None
    except NotASheet as error:
        raise CannotDo(f"{file}: {phrases.label(f'people_file_{error.why}', line=error.line)}") from None
    except TooLong:
        raise CannotDo(f"{file}: {phrases.label('people_file_too_long', most=MOST)}") from None


@contextmanager
def _whole(file: Path) -> Iterator[Callable[[bytes], object]]:
    """Write a file that is there as a whole, or not at all; its owner alone can read it."""
    try:
        handle, beside = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
        try:
            with os.fdopen(handle, "wb") as out:
                yield out.write
            os.replace(beside, file)
        except BaseException:
            with suppress(OSError):
                os.unlink(beside)
            raise
    except OSError as error:
        raise CannotDo(f"cannot write {file} ({error.strerror})") from None


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _shelf(settings: Settings, content: Path) -> Shelf:
    try:
        return open_library(content, settings.data / "cache").shelf
    except ContentBroken as error:
        raise CannotDo(str(error)) from None
