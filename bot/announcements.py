"""`alliances announce`: one text to many, from the command line; the running assistant sends it."""

import mimetypes
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.content.library import ContentBroken, read_content
from bot.events.audience import AudienceError, checked, vocabulary_of
from bot.events.copies import Writer, unknown_holes
from bot.events.event import Struck, moment, written_offset
from bot.events.report import listing_file, listing_name, report, words_of
from bot.flows.shelf import Shelf
from bot.markup import plain, utf16_length
from bot.model.announcement import (
    Announcement,
    AnnouncementId,
    Fate,
    Order,
    Plan,
    Rhythm,
    Tally,
    Translations,
)
from bot.model.event import EventId, EventState
from bot.model.message import AttachedFile, Markdown, Message, Poll
from bot.model.turn import Policy
from bot.model.who import Address
from bot.settings import Settings
from bot.storage.announcements import CHANNELS_IN_ORDER
from bot.storage.audience import Counted, LeftOut
from bot.storage.store import Store

LONGEST = 4096
"""Characters of one message (Bot API, sendMessage): longer, and a person would get several."""

LARGEST = 50_000_000
"""Bytes of a file that a bot may send (Bot API, sendDocument)."""

QUESTION = 250
"""Characters of a poll's question: Telegram takes 300, and ours says in the rest who sees the answers."""

ANSWER = 100
ANSWERS = range(2, 13)
"""Characters of an answer, and how many there may be (Bot API, sendPoll)."""

WHY_LEFT_OUT = {
    LeftOut.OPTED_OUT: "do not want this kind of news",
    LeftOut.PAUSED: "have paused all news",
    LeftOut.BUSY: "are in the middle of a journey",
    LeftOut.RECENT: "got an announcement lately",
}


DAY = len("2027-01-14")


class BadText(ValueError):
    """What was given cannot be announced; the text says why."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a command works."""

    settings: Settings
    content: Path
    now: datetime


@dataclass(frozen=True, slots=True)
class Reach:
    """To whom an announcement would go."""

    counted: Counted
    names: tuple[str, ...]
    """First names of some of them."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A new text in the place of the one announced."""

    text: Markdown
    translations: Translations = ()
    """Who chose another language reads `text`."""


def read_text(path: Path) -> Markdown:
    """The text to announce, light Markdown in UTF-8. BadText if there is none, or too much."""
    try:
        text = path.read_text("utf-8-sig").strip()
    except OSError as error:
        raise BadText(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadText(f"{path}: not UTF-8; save it as UTF-8 text") from None
    length = utf16_length(plain(Markdown(text), links=False))
    if not length:
        raise BadText(f"{path}: there is nothing in it")
    if length > LONGEST:
        raise BadText(f"{path}: {length} characters as people read it, at most {LONGEST}")
    return Markdown(text)


def read_start(written: str, zone: ZoneInfo, *, now: datetime) -> datetime:
    """`2027-01-14T18:30`, by the clocks of the settings' time zone. BadText if it is no time, one that those
    clocks do not show just once, or past.
    """
    try:
        start = datetime.fromisoformat(written)
    except ValueError:
        start = None
    # Of the first and the last year some moments have no name in UTC.
    if start is None or len(written) <= DAY or start.year in (MINYEAR, MAXYEAR):
        raise BadText(f"--at {written}: write it as 2027-01-14T18:30, a day and an hour that exist")
    if start.tzinfo is None:
        found = moment(start.isoformat(" ", "minutes"), zone)
        if isinstance(found, Struck):
            raise BadText(f"--at {written}: {_struck(found, start, zone)}")
        start = found
    if start <= now:
        raise BadText(f"--at {written}: that is past; leave --at out to send it now")
    return start


def _struck(struck: Struck, start: datetime, zone: ZoneInfo) -> str:
    """Why an hour is not to be had on that day, and what to write."""
    if struck.fault != "twice":
        return f"the clocks in {zone.key} are put forward then and skip that hour; choose another one"
    ways = " or ".join(f"{start:%Y-%m-%dT%H:%M}{written_offset(one)}" for one in struck.offsets)
    return f"the clocks in {zone.key} are put back then and show that hour twice; write {ways}"


def read_poll(question: str, answers: Sequence[str], *, several: bool) -> Poll:
    """A poll; BadText if Telegram would not take it."""
    if not question.strip() or utf16_length(question) > QUESTION:
        raise BadText(f"--poll: a question of 1 to {QUESTION} characters")
    if len(answers) not in ANSWERS or any(not 0 < utf16_length(one.strip()) <= ANSWER for one in answers):
        raise BadText(f"--answer: 2 to 12 times, each 1 to {ANSWER} characters")
    return Poll(question.strip(), tuple(one.strip() for one in answers), several)


async def attach(desk: Desk, files: Sequence[Path], alternative: str) -> tuple[AttachedFile, ...]:
    """Keep files that go with an announcement. BadText for what cannot be sent."""
    read = [(path, _bytes(path)) for path in files]
    async with _open(desk) as store:
        return tuple(
            AttachedFile(
                path.name,
                mimetypes.guess_type(path.name)[0] or "application/octet-stream",
                store.files.keep_now(data),
                alternative,
            )
            for path, data in read
        )


async def judge(desk: Desk, plan: Plan) -> Reach:
    """Who would get it now. BadText, with every mistake of its text, its event and its condition."""
    shelf = _shelf(desk)
    async with _open(desk, shelf) as store:
        await _check(store, shelf, plan)
        audience, kind = plan.audience, plan.kind
        counted = await store.audiences.count(audience, kind, CHANNELS_IN_ORDER, now=desk.now)
        names = await store.audiences.sample(audience, kind, CHANNELS_IN_ORDER, now=desk.now)
        return Reach(counted, names)


async def begin(desk: Desk, plan: Plan) -> AnnouncementId:
    """Plan the announcement. AlreadyAnnounced unless `plan.again`."""
    async with _open(desk) as store:
        return await store.announcements.announce(plan, now=desk.now)


async def test(desk: Desk, plan: Plan, to: str) -> None:
    """Send one person what they would get of it. BadText if nobody is there."""
    try:
        address = Address.parse(to)
    except ValueError:
        raise BadText(f"--test {to}: write it as telegram:4711") from None
    shelf = _shelf(desk)
    async with _open(desk, shelf) as store:
        await _check(store, shelf, plan)
        await store.announcements.test(plan, address, Writer(shelf, store.policy, desk.now))


async def give_order(desk: Desk, id: AnnouncementId, order: Order) -> str:
    """Pause, resume or cancel; the new state. NotPossible says why not."""
    async with _open(desk) as store:
        return await store.announcements.order(id, order, now=desk.now)


async def recall(desk: Desk, id: AnnouncementId) -> int:
    """Take it back; how many copies have arrived. NotPossible says why not."""
    async with _open(desk) as store:
        return await store.announcements.amend(id, None, now=desk.now)


async def lost_languages(desk: Desk, id: AnnouncementId, correction: Correction) -> tuple[str, ...]:
    """The languages with a text of their own now, and none in the correction. BadText for its mistakes."""
    plan = Plan(Message(correction.text), translations=correction.translations)
    if wrong := unknown_holes(plan, _shelf(desk)):
        raise BadText(_holes(wrong))
    async with _open(desk) as store:
        seen = await store.announcements.seen(id)
    before = dict(seen.announcement.plan.translations) if seen else {}
    return tuple(language for language in before if language not in dict(correction.translations))


async def correct(desk: Desk, id: AnnouncementId, correction: Correction) -> int:
    """Correct it; how many copies have arrived. NotPossible says why not."""
    async with _open(desk) as store:
        return await store.announcements.amend(id, correction.text, correction.translations, now=desk.now)


async def told(desk: Desk, id: AnnouncementId, *, listed: bool) -> tuple[str, bytes]:
    """The report of one and, if it is `listed`, the list of its copies. BadText if there is no such."""
    shelf = _shelf(desk)
    async with _open(desk, shelf) as store:
        seen = await store.announcements.seen(id)
        if seen is None:
            raise BadText(f"there is no announcement {id}; see alliances announce --list")
        text = plain(report(seen, shelf.phrases, store.policy).text, links=True)
        if not listed:
            return text, b""
        lines = await store.announcements.listing(seen.announcement)
        name = listing_name(seen.announcement, store.policy)
        file = listing_file(name, lines, words_of(shelf.phrases), store.policy.timezone)
        await store.roles.note("announcement.list", str(id), now=desk.now)
        return text, file.content


async def overview(desk: Desk) -> str:
    """Every announcement and how far it is."""
    async with _open(desk) as store:
        found = await store.announcements.all_seen()
    zone = desk.settings.timezone
    return "\n".join(_line(one.announcement, one.tally, zone) for one in found) or "No announcement yet."


async def _check(store: Store, shelf: Shelf, plan: Plan) -> None:
    if wrong := unknown_holes(plan, shelf):
        raise BadText(_holes(wrong))
    if plan.audience.condition:
        try:
            checked(plan.audience.condition, vocabulary_of(shelf))
        except AudienceError as error:
            raise BadText(f"--to: {error}") from None
    if plan.event is None:
        return
    event = await store.event(EventId(plan.event))
    if event is None or event.state is not EventState.ANNOUNCED:
        raise BadText(
            f"--event {plan.event}: there is no such event, or it is called off; see alliances event --list"
        )


def _holes(wrong: Sequence[str]) -> str:
    names = ", ".join(f"{{{name}}}" for name in wrong)
    return f"nobody can fill {names}; {{name}} and profile fields such as {{person.role}} are known"


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadText(f"{path}: {error.strerror}") from None
    if not data or len(data) > LARGEST:
        raise BadText(f"{path}: {len(data)} bytes; a file of 1 to {LARGEST} can be sent")
    return data


def _line(one: Announcement, tally: Tally, zone: ZoneInfo) -> str:
    told = [f"{tally.people} people", *(_count(tally, fate) for fate in Fate if tally.fates.get(fate))]
    first = plain(one.message.text, links=False).split("\n", 1)[0][:50]
    state = one.state + (f" ({one.reason})" if one.reason else "")
    rhythm = "" if one.plan.rhythm is Rhythm.ONCE else f", {one.plan.rhythm}"
    starts = f"{one.starts.astimezone(zone):%Y-%m-%d %H:%M}"
    return f"{one.id}  {starts}{rhythm}  {state}: {', '.join(told)}  « {first} »"


def _count(tally: Tally, fate: Fate) -> str:
    words = {Fate.CLAIMED: "on the way", Fate.LATER: "for later"}
    return f"{tally.fates[fate]} {words.get(fate, fate)}"


def _shelf(desk: Desk) -> Shelf:
    """The authored content, which takes a moment. BadText if it is broken."""
    try:
        return read_content(desk.content, desk.settings.data / "cache").shelf
    except ContentBroken as error:
        raise BadText(str(error)) from None


@asynccontextmanager
async def _open(desk: Desk, shelf: Shelf | None = None) -> AsyncIterator[Store]:
    settings = desk.settings
    policy = Policy(settings.timezone, settings.quiet_hours, contact=settings.contact)
    store = await Store.open(settings.database_file, policy=policy, files=settings.data / "files")
    if shelf is not None:
        vocabulary = vocabulary_of(shelf)
        store.audiences.vocabulary = lambda: vocabulary
    try:
        yield store
    finally:
        await store.close()
