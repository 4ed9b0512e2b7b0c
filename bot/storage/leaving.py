"""What staff hold of a request that is erased: its topic is deleted, its messages are taken back, as far as
the channel lets us. A topic is asked for again every day until it is gone: a right may be missing, and come.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.model.message import Markdown, Message, Topic
from bot.model.receipt import Delivered
from bot.model.request import RequestId
from bot.model.who import Address, PersonId
from bot.storage import relaying
from bot.storage.codec import to_text
from bot.storage.database import Row, Transaction
from bot.storage.relaying import About

KEPT = "topics_kept"
"""Setting: staff were told that we may not delete topics, and we have not deleted any since."""

TOPIC = "topic-"
"""In front of a topic's own id: the key of the message that takes it away."""

NOTHING = Message(Markdown(""))


async def farewell(
    tx: Transaction, words: Message, instead: Message | None, person: PersonId, *, now: datetime
) -> None:
    """Before a person is erased: their topics go, or end with these words; without topics, the messages about
    them go, or read `instead` where they are too old. These rows are nobody's, so that they stay."""
    own_chats = await relaying.own_chats(tx, person)
    topics = {row["request"]: row for row in await tx.all("request_topics_of", person=person)}
    for row in await tx.all("requests_of", person=person):
        said = replace(relaying.numbered(words, RequestId(row["id"])), key=None)
        found = topics.get(row["id"])
        if instead is not None and row["title"]:  # who was given it was told there, beside the group
            for address in own_chats:
                await _take_back(tx, address, row["id"], instead, now=now)
        if found is not None:
            await _take_away(tx, found, said, now=now)
        elif row["title"]:  # else its words went long ago
            for address, in_group in await relaying.places(tx, person):
                if instead is not None and in_group:
                    await _take_back(tx, address, row["id"], instead, now=now)
                await relaying.post(tx, About(None, None, address, said, relaying.SERVICE), now=now)


async def take_topics_away(
    tx: Transaction, words: Message, *, closed: datetime, since: datetime, now: datetime
) -> int:
    """Ask for all topics whose request is erased, or closed for so long; how many. Not for those that were
    asked for since before `since`. `words` are said in the first if we may not: once until we may."""
    await tx.run("leaving_add_closed", before=to_text(closed), now=to_text(now))
    await tx.run("leaving_give_up", before=to_text(since))
    told = await tx.one("setting_get", name=KEPT)
    silent = told is not None and bool(told["value"])
    waiting = await tx.all("leaving")
    for row in waiting:
        await _take_away(tx, row, NOTHING if silent else words, now=now)
        silent = True
    return len(waiting)


async def arrived(tx: Transaction, row: Row, message: Message, receipt: Delivered) -> None:
    """A message that takes a topic away got its answer: gone, or it is still there and we may not."""
    if message.topic is None or not message.topic.gone:
        return
    if not receipt.topic and not receipt.reference:
        place = {"channel": row["channel"], "address": row["address"], "reference": message.topic.at}
        await tx.run("leaving_drop", **place)
        await tx.run("setting_put", name=KEPT, value="")
    elif message.text:
        await tx.run("setting_put", name=KEPT, value="1")


async def _take_away(tx: Transaction, row: Row, words: Message, *, now: datetime) -> None:
    at = row["reference"]
    topic = Topic(at, closed=True, gone=True, at=at)
    message = replace(words, topic=topic, key=f"{TOPIC}{at}")
    to = Address(row["channel"], row["address"])
    await relaying.post(tx, About(None, None, to, message, relaying.SERVICE), now=now)


async def _take_back(
    tx: Transaction, address: Address, request: int, instead: Message, *, now: datetime
) -> None:
    place: dict[str, Any] = {"channel": address.channel, "address": address.id}
    for told in await tx.all("request_told_at", **place, request=request):
        message = replace(instead, key=told["key"], recalls=True)
        about = About(None, None, address, message, relaying.SERVICE, edits=True)
        await relaying.post(tx, about, now=now)


def words_of(told: Sequence[Message]) -> tuple[Message, Message | None] | None:
    """Of what an erasure tells staff: the words, and what stands in the place of messages taken back."""
    words = [one for one in told if not one.recalls]
    instead = [one for one in told if one.recalls]
    return (words[0], instead[0] if instead else None) if words else None
