"""`alliances event`: events from files, their changes and cancellations, and who comes; the running assistant
tells people.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from random import SystemRandom

from bot.content.event_file import Surroundings, read_event
from bot.content.library import ContentBroken, open_library
from bot.dialogue.door import CLOSES, CODE, OPENS, door_address
from bot.dialogue.draft import new_code
from bot.dialogue.links import NAME, Target, deep_link
from bot.events.feedback import FEEDBACK, FEWEST, average, shares, turnout
from bot.events.listing import ENGLISH, Marked, read_marked
from bot.events.publishing import Change, announced, called_off, news_of, preview
from bot.flows.phrases import Phrases
from bot.flows.reminders import out_of_quiet
from bot.flows.shelf import Shelf
from bot.flows.steps.ask import Ask
from bot.markup import plain
from bot.model.event import Event, EventId, EventSeen, EventState, Gathering
from bot.model.message import Message
from bot.model.turn import Policy
from bot.settings import Settings
from bot.storage.gatherings import Moved, why_no_reminder
from bot.storage.store import Store


class CannotPublish(Exception):
    """The event cannot be published or called off; the text is for the operator and says what to do."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of one event that waits for a yes."""

    change: Change
    problems: tuple[str, ...]
    """Warnings about the file."""
    preview: str
    """The card as people will see it."""
    media: Mapping[str, bytes] = field(default_factory=dict)
    """Hash -> bytes of its picture and its paper, kept once it is published."""


@dataclass(frozen=True, slots=True)
class Door:
    """What is shown at the door of an event."""

    address: str
    """Each person opens it themselves."""
    opens: datetime
    closes: datetime
    """Between these it is taken, by the clocks of the event."""


async def propose(settings: Settings, content: Path, file: Path, *, now: datetime) -> Proposal:
    """What a file would change. CannotPublish with every error of the file."""
    try:
        written = file.read_bytes()
    except OSError as error:
        raise CannotPublish(f"{file}: {error.strerror}") from None
    flows = tuple(_shelf(settings, content).flows)
    around = Surroundings(settings.timezone, now, file.parent, flows)
    found = read_event(str(file), written, around)
    told = tuple(map(str, found.problems))
    if found.event is None:
        raise CannotPublish("\n".join(told))
    before = await _seen(settings, found.event.id)
    proposal = await _proposed(settings, content, announced(found.event, before), told, now=now)
    return replace(proposal, media=found.media)


async def propose_end(settings: Settings, content: Path, id: EventId, *, now: datetime) -> Proposal:
    """What calling an event off would change. CannotPublish if there is none, or it is off already."""
    seen = await _seen(settings, id)
    if seen is None or seen.event.state is not EventState.ANNOUNCED:
        why = "there is no such event" if seen is None else f"it is {seen.event.state}"
        raise CannotPublish(f"{id}: {why}; see alliances event --list")
    return await _proposed(settings, content, called_off(seen), (), now=now)


async def publish(settings: Settings, content: Path, proposal: Proposal, *, now: datetime) -> int:
    """Make the change; how many people are told. EventMoved if somebody else was faster."""
    store = await _store(settings)
    try:
        for held in proposal.media.values():
            await asyncio.to_thread(store.files.keep_now, held)
        news = news_of(proposal.change, _phrases(settings, content), store.policy, now=now)
        return await store.publish_event(proposal.change.event, news, now=now)
    finally:
        await store.close()


async def link_to(settings: Settings, id: EventId) -> str:
    """The address that opens the bot at the event; empty without a public name."""
    store = await _store(settings)
    await store.close()
    return deep_link(store.policy.bot, Target(id, "event", "")) if store.policy.bot else ""


async def overview(settings: Settings) -> str:
    """Every event, a line each."""
    store = await _store(settings)
    try:
        found = await store.events()
    finally:
        await store.close()
    return "\n".join(map(_line, found)) or "No event yet."


async def gathered(
    settings: Settings, id: EventId, *, named_at: datetime | None = None
) -> tuple[Event, Gathering]:
    """An event and everybody who answered or was there; `named_at`: their names are handed out now, which
    the journal says. CannotPublish if there is no such event.
    """
    store = await _store(settings)
    try:
        found = await _gathered(store, id)
        if named_at is not None:
            await store.roles.note("event.list", id, now=named_at)
        return found
    finally:
        await store.close()


async def check_in(
    settings: Settings, content: Path, id: EventId, file: Path, *, now: datetime
) -> tuple[int, Marked]:
    """Check in who is marked in a list that came back; how many were not before, and what is wrong in it."""
    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise CannotPublish(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CannotPublish(f"{file}: not UTF-8; save it as « CSV UTF-8 »") from None
    store = await _store(settings)
    try:
        event, gathering = await _gathered(store, id)
        label = _phrases(settings, content).label
        here = (ENGLISH.columns[4], label("event_column_here"))
        refs = (ENGLISH.columns[5], label("event_column_ref"))
        marked = read_marked(text, gathering.guests, here, refs)
        return await store.gatherings.check_in(event, marked.people, store.policy, now=now), marked
    finally:
        await store.close()


async def remindable(settings: Settings, id: EventId, *, now: datetime) -> tuple[EventSeen, datetime]:
    """An event whose people can be reminded, and when it would leave. CannotPublish says why not."""
    seen = await _seen(settings, id)
    why = why_no_reminder(seen.event, seen.seated, now) if seen else "there is no such event"
    if seen is None or why:
        raise CannotPublish(f"{id}: {why}; see alliances event --list")
    return seen, out_of_quiet(now, Policy(settings.timezone, settings.quiet_hours))


async def remind(settings: Settings, id: EventId, *, now: datetime) -> int:
    """Remind those who have a seat; how many. CannotPublish says why not."""
    store = await _store(settings)
    try:
        return await store.gatherings.remind_now(id, store.policy, now=now)
    except Moved as error:
        raise CannotPublish(f"{error}; see alliances event --list") from None
    finally:
        await store.close()


async def door(settings: Settings, id: EventId, *, anew: bool, now: datetime) -> Door:
    """What each person opens at the door to check in; `anew`: the code before is not taken any more.
    CannotPublish says why there is none.
    """
    store = await _store(settings)
    try:
        bot = store.policy.bot
        if not NAME.fullmatch(bot):
            raise CannotPublish(
                "there is no public name on Telegram yet; start alliances run with a token once"
            )
        code = await store.gatherings.open_door(id, new_code(SystemRandom(), CODE), anew=anew, now=now)
        event, _ = await _gathered(store, id)
    except Moved as error:
        raise CannotPublish(f"{error}; see alliances event --list") from None
    finally:
        await store.close()
    address = door_address(bot, id, code)
    return Door(address, event.local(event.starts - OPENS), event.local(event.ends + CLOSES))


async def report(settings: Settings, content: Path, id: EventId) -> str:
    """Who came and what they think of it; nothing that few said."""
    event, gathering = await gathered(settings, id)
    return "\n".join((f"{event.title} ({event.id})", *_report(gathering, _shelf(settings, content))))


def _report(gathering: Gathering, shelf: Shelf) -> Iterator[str]:
    came, opinions = turnout(gathering), gathering.opinions
    yield f"registered: {came.seated}"
    if came.checked:
        yield f"attended: {came.here}, {came.unannounced} of them without a seat"
        yield f"no-show: {came.missing}"
    else:
        yield "attended: nobody was checked in"
    yield f"feedback: {opinions.people if opinions.people >= FEWEST else f'fewer than {FEWEST}, not shown'}"
    if opinions.people < FEWEST:
        return
    flow = shelf.flows.get(FEEDBACK)
    questions = {step.field.name: step for step in flow.steps if isinstance(step, Ask)} if flow else {}
    for name, values in opinions.answers.items():
        yield f"  {questions[name].ask.source.strip().splitlines()[0] if name in questions else name}"
        mean, taken = average(values), shares(values)
        if mean is not None:
            yield f"    average {mean:.1f} of {len(values)}"
        elif taken is None:
            yield f"    fewer than {FEWEST}, not shown"
        elif name in questions and questions[name].field.type == "text":
            yield from (f"    - {value}" for value in values)
        else:
            yield from (f"    {count} x {choice}" for choice, count in taken.items())


async def _gathered(store: Store, id: EventId) -> tuple[Event, Gathering]:
    event = await store.event(id)
    if event is None:
        raise CannotPublish(f"{id}: there is no such event; see alliances event --list")
    return event, await store.gatherings.of(id)


async def _proposed(
    settings: Settings, content: Path, change: Change, problems: tuple[str, ...], *, now: datetime
) -> Proposal:
    store = await _store(settings)
    await store.close()
    card = preview(change, _phrases(settings, content), store.policy, now=now)
    return Proposal(change, problems, _shown(card))


async def _seen(settings: Settings, id: EventId) -> EventSeen | None:
    """An event as it stands."""
    store = await _store(settings)
    try:
        return next((one for one in await store.events() if one.event.id == id), None)
    finally:
        await store.close()


def _shown(card: Message) -> str:
    buttons = " ".join(f"[{option.label}]" for option in card.options)
    return "\n\n".join(part for part in (plain(card.text, links=True), buttons) if part)


def _line(seen: EventSeen) -> str:
    event = seen.event
    seats = f"{seen.seated} of {event.capacity} seats" if event.capacity else f"{seen.seated} come"
    waiting = f", {seen.waiting} wait" if seen.waiting else ""
    return (
        f"{event.id}  {event.local(event.starts):%Y-%m-%d %H:%M} {event.zone.key}  {event.state} "
        f"(revision {event.revision}): {seats}{waiting}  « {event.title} »"
    )


def _phrases(settings: Settings, content: Path) -> Phrases:
    return _shelf(settings, content).phrases


def _shelf(settings: Settings, content: Path) -> Shelf:
    try:
        return open_library(content, settings.data / "cache").shelf
    except ContentBroken as error:
        raise CannotPublish(str(error)) from None


async def _store(settings: Settings) -> Store:
    policy = Policy(settings.timezone, settings.quiet_hours, contact=settings.contact)
    return await Store.open(settings.database_file, policy=policy, files=settings.data / "files")
