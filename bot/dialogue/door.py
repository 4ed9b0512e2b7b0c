"""At the door of an event: the list with a button a name, and the code that people open themselves."""

import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.dialogue.acts import DoorTap
from bot.dialogue.draft import Draft
from bot.dialogue.links import NAME, link_text
from bot.dialogue.questions import say_and_come_back
from bot.documents.qr import MEDIA_TYPES, qr_picture
from bot.events.card import write_hour
from bot.events.feedback import turnout
from bot.events.listing import named
from bot.knowledge.text import fold
from bot.model.effects import CheckIn, CheckOut, Edit, HandOut, NewFile, OpenDoor, Send
from bot.model.event import EventId, EventSeen, EventState, Gathering, Guest, Place, event_tag
from bot.model.message import Markdown, Message, Option
from bot.model.rights import Right

ENTRY = "c_"
"""In front of an event's id and the code of its door in the payload of a link."""

DOOR = "door."
"""How `Session.confirming` begins while typed words search the list."""

PAGE = 8
"""Names at once."""
FOUND = 8
LABEL = 30
"""Signs of a name on its button."""

OPENS = timedelta(hours=3)
CLOSES = timedelta(hours=2)
"""Before the beginning and after the end, the code of the door is taken."""

CODE = 12
"""Signs of a code: 59 bits."""

RANK = {Place.SEATED: 0, Place.NONE: 0, Place.WAITING: 1, Place.MAYBE: 2, Place.DECLINED: 3}
"""Who stands first on the list; who declined is found by search alone."""


def open_door(draft: Draft, seen: EventSeen) -> None:
    """Show the list, from its first page."""
    _remember(draft, page=0, search="")
    _listen(draft, seen.event.id)
    draft.add(Send(door_card(draft, seen)))


def door_tapped(draft: Draft, seen: EventSeen | None, tap: DoorTap) -> None:
    """A name, or a page."""
    gathering = draft.view.gathering
    if seen is None or gathering is None:
        say_and_come_back(draft, draft.phrases.say("event_gone"))
        return
    _listen(draft, seen.event.id)
    match tap.what:
        case "page":
            _remember(draft, page=tap.number, search="")
        case "walk":
            gathering = _walked_in(draft, seen, gathering)
        case _:
            gathering = _noted(draft, seen, gathering, tap)
    draft.view = replace(draft.view, gathering=gathering)
    draft.add(Edit(door_card(draft, seen)))


def searched(draft: Draft, words: str) -> bool:
    """Words typed while the list of a door is open search it; False if none is."""
    pending = draft.pending or ""
    gathering = draft.view.gathering
    if not pending.startswith(DOOR) or not draft.may(Right.EVENTS) or gathering is None:
        return False
    seen = _seen(draft, EventId(pending.removeprefix(DOOR)))
    if seen is None or not words.strip():
        return False
    _remember(draft, page=0, search=words.strip()[:60])
    _listen(draft, seen.event.id)
    draft.add(Send(door_card(draft, seen)))
    return True


def door_card(draft: Draft, seen: EventSeen) -> Message:
    """How many are there, and names to tap; edited in place."""
    gathering = named(draft.view.gathering or Gathering(seen.event.id), draft.phrases)
    phrases, search = draft.phrases, draft.session.told.get("door_search", "")
    came = turnout(gathering)
    listed = [one for one in _ordered(gathering) if one.place is not Place.DECLINED]
    first = min(_page_number(draft), max(0, (len(listed) - 1) // PAGE)) * PAGE
    parts = [
        phrases.say("event_door", title=seen.event.title),
        phrases.say("event_door_counts", here=came.here, seated=came.seated),
    ]
    if came.unannounced:
        parts.append(phrases.say("event_door_unannounced", count=came.unannounced))
    shown = _found(gathering, search) if search else listed[first : first + PAGE]
    if search and shown:
        parts.append(phrases.say("event_door_found", words=search))
    elif search:
        parts.append(phrases.say("event_door_none", words=search))
    else:
        parts.append(phrases.say("event_door_hint" if shown else "event_door_empty"))
        if len(listed) > PAGE:
            last, total = first + len(shown), len(listed)
            parts.append(phrases.say("event_door_page", first=first + 1, last=last, total=total))
    names = [_name_button(draft, seen.event.id, guest) for guest in shown]
    options = (*names, *_ways(draft, seen, len(listed), search))
    return Message(Markdown("\n\n".join(parts)), options, key=f"door.{seen.event.id}")


# ---- the list ----


def _noted(draft: Draft, seen: EventSeen, gathering: Gathering, tap: DoorTap) -> Gathering:
    """Check somebody in or out; the list as it is then."""
    event, guests = seen.event.id, list(gathering.guests)
    by_person = tap.what != "drop"
    place = next(
        (
            place
            for place, one in enumerate(guests)
            if (one.person if by_person else one.attendance) == tap.number
        ),
        None,
    )
    if place is None:
        return gathering
    guest = guests[place]
    if tap.what == "in":
        if guest.here is None:
            draft.add(CheckIn(event, guest.person))
            guests[place] = replace(guest, here=draft.now)
    elif guest.here is not None:
        draft.add(CheckOut(event, guest.person, guest.attendance))
        guests[place] = replace(guest, here=None)
        if guest.place is Place.NONE:
            del guests[place]
    return replace(gathering, guests=tuple(guests))


def _walked_in(draft: Draft, seen: EventSeen, gathering: Gathering) -> Gathering:
    """Add who was searched for and is not on the list."""
    name = draft.session.told.get("door_search", "")
    if not name:
        return gathering
    draft.add(CheckIn(seen.event.id, None, name))
    _remember(draft, page=0, search="")
    guest = Guest(name, Place.NONE, draft.now, here=draft.now)
    return replace(gathering, guests=(*gathering.guests, guest))


def _ordered(gathering: Gathering) -> list[Guest]:
    """Everybody by place and name."""
    return sorted(gathering.guests, key=lambda one: (RANK[one.place], fold(one.name)))


def _found(gathering: Gathering, search: str) -> Sequence[Guest]:
    """Names in which a word begins so, then those that hold it."""
    wanted = fold(search)
    begins = [
        one
        for one in _ordered(gathering)
        if any(word.startswith(wanted) for word in (fold(one.name), *fold(one.name).split()))
    ]
    if len(wanted) < 2:
        return begins[:FOUND]
    holds = [one for one in _ordered(gathering) if one not in begins and wanted in fold(one.name)]
    return (*begins, *holds)[:FOUND]


def _name_button(draft: Draft, event: EventId, guest: Guest) -> Option:
    phrases, place = draft.phrases, ""
    if guest.place not in (Place.SEATED, Place.NONE):
        place = f" ({phrases.label(f'event_place_{guest.place.value}').lower()})"
    label = f"{_cut(guest.name, LABEL - len(place))}{place}"
    if guest.person is None:
        what, target = "drop", guest.attendance
    else:
        what, target = "out" if guest.here is not None else "in", int(guest.person)
    shown = phrases.label("ticked", label=label) if guest.here is not None else label
    act = f"{what}.{event_tag(event)}-{target}"
    return Option(act, shown, act)


def _cut(name: str, most: int) -> str:
    """A name cut within a word rather than before it: the more of it shows, the fewer look alike."""
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _ways(draft: Draft, seen: EventSeen, listed: int, search: str) -> Sequence[Option]:
    """Around `listed` names: other pages, who was searched for in vain, the code, and the way out."""
    phrases, event = draft.phrases, seen.event.id
    page, options = _page_number(draft), list[Option]()
    if search:
        name = _cut(search, LABEL - 12)
        options.append(_way(event, "walk", 0, phrases.label("button_door_walk_in", name=name)))
        options.append(_way(event, "page", 0, phrases.label("button_door_all")))
    else:
        if page > 0:
            options.append(_way(event, "page", page - 1, phrases.label("button_door_back")))
        if (page + 1) * PAGE < listed:
            options.append(_way(event, "page", page + 1, phrases.label("button_door_next")))
    code = Option(f"code.{event}", phrases.label("button_door_code"), f"code.{event}")
    close = Option(f"manage.{event}", phrases.label("button_door_close"), f"manage.{event}")
    return (*options, code, close)


def _way(event: EventId, what: str, number: int, label: str) -> Option:
    act = f"{what}.{event_tag(event)}-{number}"
    return Option(act, label, act)


def _page_number(draft: Draft) -> int:
    written = draft.session.told.get("door_page", "0")
    return int(written) if written.isdecimal() else 0


def _remember(draft: Draft, *, page: int, search: str) -> None:
    """Where in the list we are."""
    told = {name: said for name, said in draft.session.told.items() if not name.startswith("door_")}
    if page:
        told["door_page"] = str(page)
    if search:
        told["door_search"] = search
    draft.change(told=told)


def _listen(draft: Draft, event: EventId) -> None:
    """The next typed words search the list."""
    draft.change(active=None, confirming=f"{DOOR}{event}")


def _seen(draft: Draft, event: EventId) -> EventSeen | None:
    known = (*draft.view.events, *draft.view.past)
    return next((one for one in known if one.event.id == event), None)


# ---- the code ----


def show_code(draft: Draft, seen: EventSeen, *, anew: bool) -> None:
    """The picture to show at the door."""
    phrases, event, bot = draft.phrases, seen.event, draft.view.policy.bot
    _listen(draft, event.id)
    if not NAME.fullmatch(bot):
        say_and_come_back(draft, phrases.say("link_needs_telegram"))
        return
    code = seen.code
    if anew or not code:
        code = draft.new_code(CODE)
        draft.add(OpenDoor(event.id, code))
    address = door_address(bot, event.id, code)
    begin, end = event.local(event.starts - OPENS), event.local(event.ends + CLOSES)
    text = phrases.say(
        "event_code",
        title=event.title,
        begin=write_hour(begin),
        end=write_hour(end),
        link=link_text(address),
    )
    picture = NewFile(
        f"entree_{event.id}.png",
        MEDIA_TYPES["png"],
        qr_picture(address),
        phrases.label("event_code_picture", title=event.title),
    )
    options = tuple(
        Option(f"{what}.{event.id}", phrases.label(label), f"{what}.{event.id}")
        for what, label in (("recode", "button_door_recode"), ("door", "button_event_door"))
    )
    draft.add(HandOut(Message(text, options), (picture,)))


def door_address(bot: str, event: EventId, code: str) -> str:
    """What the picture at the door opens."""
    return f"https://t.me/{bot}?start={ENTRY}{event}_{code}"


def arrive(draft: Draft, payload: str) -> None:
    """Somebody opened the code at the door: they are checked in, whether they had answered or not."""
    id, _, code = payload.rpartition("_")
    seen, phrases = _seen(draft, EventId(id)), draft.phrases
    if seen is None or seen.event.state is not EventState.ANNOUNCED:
        say_and_come_back(draft, phrases.say("event_gone"))
        return
    event = seen.event
    if not seen.code or not hmac.compare_digest(seen.code.encode(), code.encode()):
        say_and_come_back(draft, phrases.say("event_code_wrong"))
    elif seen.attended:
        say_and_come_back(draft, phrases.say("event_here_already", title=event.title))
    elif draft.now < event.starts - OPENS:
        hour = write_hour(event.local(event.starts - OPENS))
        say_and_come_back(draft, phrases.say("event_door_early", title=event.title, hour=hour))
    elif draft.now > event.ends + CLOSES:
        say_and_come_back(draft, phrases.say("event_door_late", title=event.title))
    else:
        draft.add(CheckIn(event.id, draft.view.person.id, code=code))
        known = seen.mine is not Place.NONE
        say_and_come_back(draft, phrases.say("event_here" if known else "event_here_new", title=event.title))
