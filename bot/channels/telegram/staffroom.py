"""What staff do where they see to requests: in the topic of one, or in answer to a message about one.

Pure and total. Everything else that is said in that group is read as in any other.
By the Bot API ("Message": `is_topic_message`, `sender_chat`, `forum_topic_closed`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.channels.telegram.grouped import (
    KEPT,
    SERVICE_ACCOUNTS,
    Shape,
    answers_us,
    bare,
    topic_of,
    words_for_us,
)
from bot.channels.telegram.identity import Me
from bot.markup import clean
from bot.model.inputs import StaffReply, Tap, Unusable, Utterance

ACTS = ("req.", "give.", "hand.", "model.", "use.")
"""How the acts of buttons below messages about requests begin."""

NOTES = ("//", "/note")
"""How words begin that staff write for each other: never written down."""

TOPIC_CHANGED = {"forum_topic_closed": "/fermer", "forum_topic_reopened": "/rouvrir"}
"""What somebody does to a topic by hand -> the command that means the same."""

CONTENT = frozenset(
    {
        "animation", "audio", "contact", "document", "location", "photo", "sticker", "venue", "video",
        "video_note", "voice",
    }
)  # fmt: skip
"""Fields of a message with something that can be copied to a person (Bot API, copyMessage)."""

FORWARDED = frozenset(
    {"forward_origin", "forward_date", "forward_from", "forward_sender_name", "is_automatic_forward"}
)

Disguise = Literal["", "anonymous", "forward", "via_bot", "channel"]

_PRESENT: Shape = {"-": {}}
"""Only that the field is there."""

_MESSAGE: Shape = {
    **KEPT["message"],
    "edit_date": {},
    "sender_chat": {"type": {}},
    "via_bot": _PRESENT,
    **dict.fromkeys(sorted(FORWARDED), _PRESENT),
    **dict.fromkeys(sorted(CONTENT), _PRESENT),
    **dict.fromkeys(sorted(TOPIC_CHANGED), _PRESENT),
    "reply_to_message": {"message_id": {}, "from": {"id": {}, "is_bot": {}}, "forum_topic_created": _PRESENT},
}
KEPT_OF_STAFF: Shape = {**KEPT, "message": _MESSAGE, "edited_message": _MESSAGE}
"""What is written down of what staff do: their words for the person, no names, nothing of a file."""


@dataclass(slots=True)
class StaffRoom:
    """The group where staff see to requests, as the channel knows it."""

    group: str = ""
    """Its id; empty: there is none."""
    topics: set[str] = field(default_factory=set)
    """Topics in it that are about requests."""

    def is_here(self, chat: str) -> bool:
        """Whether a chat is that group."""
        return bool(self.group) and chat == self.group


NOWHERE = StaffRoom()


def read_staff(
    message: Mapping[str, object], room: StaffRoom, me: Me, *, edited: bool = False
) -> StaffReply | None:
    """What a message in the group means for a request; None if it is about none, or only for each other."""
    thread, answered = topic_of(message), message.get("reply_to_message")
    if thread not in room.topics and not answers_us(answered, me):
        return None
    alone = {name: value for name, value in message.items() if name != "reply_to_message"}
    if not edited and words_for_us(alone, me):  # our name, or /question: a question, not an answer
        return None
    sender = message.get("from")
    if (
        isinstance(sender, Mapping)
        and sender.get("is_bot") is True
        and sender.get("id") not in SERVICE_ACCOUNTS
    ):
        return None
    hidden, content = _disguise(message), _content(message)
    if content is None:
        return None
    return StaffReply(
        Unusable("other") if hidden else content,
        by="" if hidden else _id(sender, "id"),
        disguise=hidden,
        message=_id(message, "message_id"),
        reply_to="" if hidden else _id(answered, "message_id"),
        thread=thread,
        edited=edited,
    )


def staff_tap(act: str, by: int, message: Mapping[str, object]) -> StaffReply | None:
    """A button below a message about a request; None for any other."""
    if not act.startswith(ACTS):
        return None
    return StaffReply(Tap(act), by=str(by), message=_id(message, "message_id"), thread=topic_of(message))


def kept_of_staff(update: Any, reply: StaffReply) -> Any:
    """The update without all that we need not know; of who hides themselves not even the words."""
    kept = bare(update, KEPT_OF_STAFF)
    message = kept.get("edited_message" if reply.edited else "message")
    if reply.disguise and isinstance(message, dict):
        for name in ("entities", "caption", "caption_entities"):
            message.pop(name, None)
        message["text"] = "-"
    return kept


def _content(message: Mapping[str, object]) -> Utterance | Unusable | None:
    for name, command in TOPIC_CHANGED.items():
        if name in message:
            return Utterance(command)
    text = message.get("text")
    if isinstance(text, str):
        words = clean(text).strip()
        return Utterance(words) if words and not words.lower().startswith(NOTES) else None
    if not CONTENT & message.keys():
        return None
    caption = message.get("caption")
    if isinstance(caption, str) and caption.lstrip().lower().startswith(NOTES):
        return None
    chat = message.get("chat")
    return Unusable("other", post=f"{_id(chat, 'id')}/{_id(message, 'message_id')}")


def _disguise(message: Mapping[str, object]) -> Disguise:
    match message:
        case {"sender_chat": {"type": "channel"}}:
            return "channel"
        case {"sender_chat": _}:
            return "anonymous"
        case {"from": {"id": int(number)}} if number in SERVICE_ACCOUNTS:
            return "anonymous"
    if FORWARDED & message.keys():
        return "forward"
    return "via_bot" if "via_bot" in message else ""


def _id(holder: object, name: str) -> str:
    number = holder.get(name) if isinstance(holder, Mapping) else None
    return str(number) if isinstance(number, int) else ""
