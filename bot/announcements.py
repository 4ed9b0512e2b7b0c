"""`alliances announce`: one text to everyone, from the command line; the running assistant sends it."""

from datetime import datetime
from pathlib import Path

from bot.events.announcement import Announcement, AnnouncementId, Fate, OnUnknown, Order, Tally
from bot.markup import plain, utf16_length
from bot.model.message import Markdown, Message
from bot.model.turn import Policy
from bot.settings import Settings
from bot.storage.announcements import CHANNELS_IN_ORDER
from bot.storage.store import Store

LONGEST = 4096
"""Characters of one message (Bot API, sendMessage): longer, and a person would get several."""


class BadText(ValueError):
    """The file cannot be announced; the text says why."""


def read_text(path: Path) -> Message:
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
    return Message(Markdown(text))


async def audience(settings: Settings) -> int:
    """How many people would get it now."""
    store = await _store(settings)
    try:
        return await store.announcement_audience(CHANNELS_IN_ORDER)
    finally:
        await store.close()


async def begin(
    settings: Settings, message: Message, *, on_unknown: OnUnknown, again: bool, now: datetime
) -> AnnouncementId:
    """Make the announcement. AlreadyAnnounced unless `again`."""
    store = await _store(settings)
    try:
        return await store.announce(message, on_unknown=on_unknown, now=now, again=again)
    finally:
        await store.close()


async def give_order(settings: Settings, id: AnnouncementId, order: Order) -> str:
    """Pause, resume or cancel; the new state. NotPossible says why not."""
    store = await _store(settings)
    try:
        return await store.order_announcement(id, order)
    finally:
        await store.close()


async def overview(settings: Settings) -> str:
    """Every announcement and how far it is."""
    store = await _store(settings)
    try:
        found = await store.announcements()
    finally:
        await store.close()
    return "\n".join(_line(*one) for one in found) or "No announcement yet."


def _line(announcement: Announcement, tally: Tally) -> str:
    told = [f"{tally.people} people", *(_count(tally, fate) for fate in Fate if tally.fates.get(fate))]
    first = plain(announcement.message.text, links=False).split("\n", 1)[0][:50]
    state = announcement.state + (f" ({announcement.reason})" if announcement.reason else "")
    return (
        f"{announcement.id}  {announcement.created:%Y-%m-%d %H:%M}  {state}: {', '.join(told)}  « {first} »"
    )


def _count(tally: Tally, fate: Fate) -> str:
    return f"{tally.fates[fate]} {'on the way' if fate is Fate.CLAIMED else fate}"


async def _store(settings: Settings) -> Store:
    return await Store.open(settings.database_file, policy=Policy(settings.timezone))
