"""What is meant for us where several people talk. Pure and total; everything else is never written down.

By the Bot API ("Message", "MessageEntity", "ChatMemberUpdated"): a mention of our name, a reply to one of our
messages, `/question`, and that we were let in or put out.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.channels.telegram.identity import Me
from bot.markup import clean
from bot.model.inputs import COMMAND, InGroup, Membership, Utterance

GROUPS = frozenset({"group", "supergroup"})
"""Kinds of chat in which we may be asked; a channel has readers, nobody to answer."""

QUESTION = "question"
"""The only command that we hear in a group."""

NOT_THEIR_OWN = frozenset(
    {
        "edit_date",
        "forward_date",
        "forward_from",
        "forward_from_chat",
        "forward_origin",
        "forward_sender_name",
        "is_automatic_forward",
        "sender_chat",
        "via_bot",
    }
)
"""Fields of a message that no person wrote just now and in their own name: forwarded, edited, sent by another
bot's result, by an anonymous administrator, or in the name of a channel."""

SERVICE_ACCOUNTS = frozenset({777000, 136817688, 1087968824})
"""Telegram itself, Channel Bot and GroupAnonymousBot: they speak for a chat, not for a person."""

INSIDE = frozenset({"administrator", "creator", "member"})

Shape = Mapping[str, Any]
"""Field -> shape of what is kept of it; an empty one keeps it whole."""

_PERSON: Shape = {"id": {}, "is_bot": {}}
_CHAT: Shape = {"id": {}, "type": {}}
_STANDING: Shape = {"status": {}, "is_member": {}}
_ENTITY: Shape = {"type": {}, "offset": {}, "length": {}, "user": _PERSON}
KEPT: Shape = {
    "update_id": {},
    "message": {
        "message_id": {},
        "message_thread_id": {},
        "is_topic_message": {},
        "date": {},
        "chat": _CHAT,
        "from": _PERSON,
        "text": {},
        "entities": _ENTITY,
        "caption": {},
        "caption_entities": _ENTITY,
        "reply_to_message": {"from": _PERSON},
        "migrate_to_chat_id": {},
        "migrate_from_chat_id": {},
    },
    "callback_query": {
        "id": {},
        "from": _PERSON,
        "data": {},
        "message": {"message_id": {}, "message_thread_id": {}, "is_topic_message": {}, "chat": _CHAT},
    },
    "my_chat_member": {
        "chat": _CHAT,
        "from": _PERSON,
        "old_chat_member": _STANDING,
        "new_chat_member": _STANDING,
    },
}
"""What is written down of an update from a group: no name, and no word of whom somebody answers."""


def bare(value: Any, shape: Shape = KEPT) -> Any:
    """An update from a group without all that we need not know; it means the same to `read_update`."""
    match value:
        case dict() if shape:
            return {name: bare(value[name], inner) for name, inner in shape.items() if name in value}
        case list():
            return [bare(item, shape) for item in value]
        case _:
            return value


def words_for_us(message: Mapping[str, object], me: Me) -> InGroup | None:
    """What somebody says to us in a group; None for everything that they say to each other."""
    if NOT_THEIR_OWN & message.keys() or not _is_person(message.get("from")):
        return None
    place = "" if isinstance(message.get("text"), str) else "caption"
    text = message.get(place or "text")
    if not isinstance(text, str):
        return None
    if command := COMMAND.fullmatch(text.strip()):
        name, whose, argument = command.groups()
        ours = name.lower() == QUESTION and (whose is None or me.is_called(whose))
        return _heard(message, argument or "") if ours else None
    spans = sorted(_mentions(text, message.get(f"{place}_entities" if place else "entities"), me))
    if not spans and not answers_us(message.get("reply_to_message"), me):
        return None
    return _heard(message, _without(text, spans))


def let_in_or_out(change: Mapping[str, object]) -> InGroup | None:
    """Whether we came into a group or left it; None where only our rights changed."""
    was, now = _is_inside(change.get("old_chat_member")), _is_inside(change.get("new_chat_member"))
    if now is None or was == now:
        return None
    return InGroup(Membership("unblocked" if now else "blocked"))


def _is_person(sender: object) -> bool:
    match sender:
        case {"is_bot": True}:
            return False
        case {"id": int(number)}:
            return number not in SERVICE_ACCOUNTS
        case _:
            return False


def _heard(message: Mapping[str, object], words: str) -> InGroup:
    number = message.get("message_id")
    said = " ".join(clean(words).split()).lstrip(",;:.-–— ")
    return InGroup(Utterance(said), str(number) if isinstance(number, int) else "", topic_of(message))


def topic_of(message: Mapping[str, object]) -> str:
    """The topic of a forum in which a message is; a thread made of answers is no place of its own."""
    match message:
        case {"is_topic_message": True, "message_thread_id": int(number)}:
            return str(number)
        case _:
            return ""


def answers_us(answered: object, me: Me) -> bool:
    """Whether this is a message of ours. The first message of a forum topic is "answered" by all in it."""
    match answered:
        case {"forum_topic_created": _}:
            return False
        case {"from": {"id": int(number)}}:
            return number == me.id
        case _:
            return False


def _mentions(text: str, entities: object, me: Me) -> Iterator[tuple[int, int]]:
    """Where we are named: offset and end in UTF-16 units (Bot API, MessageEntity)."""
    for entity in entities if isinstance(entities, list) else ():
        match entity:
            case {"type": "mention", "offset": int(start), "length": int(length)}:
                if me.is_called(_units(text)[2 * max(start, 0) : 2 * (start + length)].decode(*_UTF16)):
                    yield start, start + length
            case {
                "type": "text_mention",
                "offset": int(start),
                "length": int(length),
                "user": {"id": int(number)},
            } if number == me.id:
                yield start, start + length


_UTF16 = ("utf-16-le", "replace")


def _units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text without these places, which hold our name."""
    units, kept, at = _units(text), [], 0
    for start, end in spans:
        kept.append(units[2 * at : 2 * max(start, at)].decode(*_UTF16))
        at = max(end, at)
    kept.append(units[2 * at :].decode(*_UTF16))
    return " ".join(kept)


def _is_inside(member: object) -> bool | None:
    """Whether somebody of this standing is in the group; None if it cannot be told."""
    match member:
        case {"status": "restricted", "is_member": bool(inside)}:
            return inside
        case {"status": str(status)}:
            return status in INSIDE
        case _:
            return None
