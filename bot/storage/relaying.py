"""Messages about requests on their way: into the outbox, and what is told once they arrived or cannot.

Below the outbox, which calls it; what a request is and who may change it stands in `requests`.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from bot.markup.escape import escape
from bot.model.message import Markdown, Message, Option, Topic
from bot.model.receipt import Delivered
from bot.model.request import ICONS, NUMBER, RequestId, RequestState
from bot.model.who import Address, PersonId
from bot.storage.codec import decode, dump_message, encode, load_message, to_text
from bot.storage.database import Row, Transaction

GROUP = "staff_group"
"""Setting: the address of the group where staff see to requests, as it is by now; absent: they have none."""

SERVICE = 1
"""`Priority.SERVICE`: nobody waits in front of the screen."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told to whom about one message."""

    to: Address
    mark: Message | None
    """Once it arrived."""
    failed: Message | None
    """If it cannot arrive."""


@dataclass(frozen=True, slots=True)
class About:
    """One message about a request."""

    request: RequestId | None
    """None: of somebody who is being erased."""
    person: PersonId | None
    """Whose request it is: what waits goes with them when they are erased."""
    address: Address
    message: Message
    priority: int = 0
    edits: bool = False
    notice: Notice | None = None


async def post(tx: Transaction, about: About, *, now: datetime) -> None:
    """Queue it."""
    await tx.run(
        "request_post",
        person=about.person,
        channel=about.address.channel,
        address=about.address.id,
        priority=about.priority,
        edits=about.edits,
        key=about.message.key,
        body=dump_message(about.message),
        request=about.request,
        notice=None if about.notice is None else json.dumps(encode(about.notice)),
        now=to_text(now),
    )


@dataclass(frozen=True, slots=True)
class How:
    """In which way staff are told something; see `TellTeam`."""

    alone: tuple[Option, ...] = ()
    besides: tuple[PersonId, ...] = ()
    edits: bool = False
    answers: str = ""


PLAINLY = How()


async def tell(tx: Transaction, row: Row, message: Message, how: How = PLAINLY, *, now: datetime) -> None:
    """Say something about the request in this row where staff see to it: in their group, or to each."""
    request, person = RequestId(row["id"]), PersonId(row["person"])
    topic = topic_of(row)
    for address, in_group in await places(tx, person, how.besides):
        shown = replace(message, topic=topic) if in_group else _apart(message, row["title"], how.alone)
        if how.answers:
            shown = replace(shown, reply_to=await _said_at(tx, address, how.answers))
        if in_group or shown.text:
            await post(tx, About(request, person, address, shown, edits=how.edits), now=now)


async def tell_one(
    tx: Transaction, row: Row, member: PersonId, message: Message, notice: Notice, *, now: datetime
) -> None:
    """Say something about the request in this row to one of staff, in their own chat, once; `notice` tells of
    it if they are not reached."""
    found = await tx.one("request_chat_of", person=member)
    if found is None:
        await _say_back(tx, row, notice.to, notice.failed, now=now)
        return
    to = Address(found["channel"], found["address"])
    about = About(RequestId(row["id"]), PersonId(row["person"]), to, message, notice=notice)
    await post(tx, about, now=now)


async def _said_at(tx: Transaction, address: Address, key: str) -> str:
    """The message that carries a key at an address; empty if none does (any more, or yet)."""
    found = await tx.one("sent_get", channel=address.channel, address=address.id, key=key)
    return str(found["reference"]) if found else ""


def topic_of(row: Row) -> Topic:
    """How the topic of a request looks, by its row."""
    state = RequestState(row["state"])
    return Topic(row["title"] or str(row["id"]), ICONS[state], closed=state is RequestState.CLOSED)


def numbered(message: Message, id: RequestId) -> Message:
    """A message written before its request had a number."""

    def named(option: Option) -> Option:
        return replace(option, act=option.act.replace(NUMBER, str(id)), id=option.id.replace(NUMBER, str(id)))

    return replace(
        message,
        text=Markdown(message.text.replace(NUMBER, str(id))),
        options=tuple(map(named, message.options)),
        controls=tuple(map(named, message.controls)),
        key=None if message.key is None else message.key.replace(NUMBER, str(id)),
    )


async def group_of(tx: Transaction) -> Address | None:
    """The group where staff see to requests; None without one, or while we are not let in."""
    found = await tx.one("setting_get", name=GROUP)
    if found is None or not found["value"]:
        return None
    group = Address.parse(found["value"])
    gone = await tx.one("request_group_gone", channel=group.channel, address=group.id)
    return None if gone else group


async def arrived(tx: Transaction, row: Row, message: Message, receipt: Delivered, *, now: datetime) -> None:
    """A message about a request was delivered: keep its topic, and tell who waits to hear of it."""
    if message.topic is not None and receipt.topic:
        await tx.run(
            "request_topic_put",
            request=row["request"],
            channel=row["channel"],
            address=row["address"],
            reference=receipt.topic,
            shown=message.topic.looks,
        )
    await _notify(tx, row, "mark", now=now)


async def failed(tx: Transaction, row: Row, message: Message | None, *, now: datetime) -> None:
    """A message about a request cannot be delivered: tell who waits to hear of it, and find another way to
    who was to read it. `message`: what it was; None: nothing reaches that address any more.
    """
    if message is not None and message.copied:
        instead = replace(message, copied="", key=None)
        place = Address(row["channel"], row["address"])
        about = About(row["request"], row["person"], place, instead, row["priority"])
        await post(tx, about, now=now)
    elif message is not None and row["notice"] is None and await _in_group(tx, row):
        await _readdress(tx, row, message, now=now)
    await _notify(tx, row, "failed", now=now)


async def drop_address(tx: Transaction, address: Address, *, now: datetime) -> None:
    """What waits for this address about requests will not arrive: say so; what staff were to read in a group
    they are told each in their own chat."""
    for row in await tx.all("request_waiting", channel=address.channel, address=address.id):
        if await _in_group(tx, row):
            await _readdress(tx, row, load_message(row["body"]), now=now)
        else:
            await failed(tx, row, None, now=now)


async def _in_group(tx: Transaction, row: Row) -> bool:
    here = await tx.one("setting_get", name=GROUP)
    return here is not None and here["value"] == f"{row['channel']}:{row['address']}"


async def _readdress(tx: Transaction, row: Row, message: Message, *, now: datetime) -> None:
    """What was for the group, to each of the team; behind it what is told them later."""
    found = await tx.one("request_row", id=row["request"])
    message = replace(message, mark="", reply_to="")
    if found is not None and message.text:
        apart = _apart(message, found["title"], ())
        for address in await own_chats(tx, found["person"]):
            about = About(found["id"], found["person"], address, apart, row["priority"])
            await post(tx, about, now=now)


async def _notify(tx: Transaction, row: Row, which: str, *, now: datetime) -> None:
    if row["notice"] is None or row["request"] is None:
        return
    notice = decode(Notice, json.loads(row["notice"]))
    message = notice.mark if which == "mark" else notice.failed
    found = await tx.one("request_row", id=row["request"])
    if found is not None:
        await _say_back(tx, found, notice.to, message, now=now)


async def _say_back(
    tx: Transaction, row: Row, to: Address, message: Message | None, *, now: datetime
) -> None:
    """Say it where staff did something about the request in this row."""
    if message is None:
        return
    in_group = str(to) == ((await tx.one("setting_get", name=GROUP)) or {}).get("value")
    if in_group:
        # The sign stands on a message; only words need the topic.
        message = message if message.mark else replace(message, topic=topic_of(row))
    about = About(RequestId(row["id"]), PersonId(row["person"]), to, message, SERVICE)
    await post(tx, about, now=now)


async def places(
    tx: Transaction, person: PersonId, besides: tuple[PersonId, ...] = ()
) -> list[tuple[Address, bool]]:
    """Where staff are told, and whether that is their group. Nobody sees to a request of their own alone."""
    group = await group_of(tx)
    if group is not None:
        return [(group, True)]
    return [(address, False) for address in await own_chats(tx, person, besides)]


async def own_chats(tx: Transaction, person: PersonId, besides: tuple[PersonId, ...] = ()) -> list[Address]:
    """The chats of all of staff but these and the person whose request it is."""
    rows = await tx.all("request_team", person=person, besides=json.dumps(besides))
    return [Address(row["channel"], row["address"]) for row in rows]


def _apart(message: Message, title: str, alone: tuple[Option, ...]) -> Message:
    """How a message reads outside of the topic: under the title of what it is about."""
    if not message.text:
        return message
    heading = f"**{escape(title)}**\n\n" if title else ""
    return replace(
        message,
        text=Markdown(f"{heading}{message.text}"),
        options=alone or message.options,
        topic=None,
        reply_to="",
    )
