"""What a raw update means: JSON in, Reading or the reason to skip it out. Pure and total: it never raises.

Shapes by the Bot API ("Update", "Message", "CallbackQuery", "ChatMemberUpdated"). A private chat is read as a
whole, a group only where `grouped` says that something is meant for us.
"""

from dataclasses import replace
from enum import StrEnum

from bot.channels.telegram.grouped import GROUPS, NOT_THEIR_OWN, let_in_or_out, topic_of, words_for_us
from bot.channels.telegram.identity import Me
from bot.channels.telegram.marking import marked
from bot.channels.telegram.signing import verify
from bot.channels.telegram.staffroom import NOWHERE, StaffRoom, read_staff, staff_tap
from bot.markup import clean
from bot.model.inputs import (
    COMMAND,
    PAYLOAD,
    Attachment,
    Command,
    Contact,
    InGroup,
    Input,
    Location,
    Membership,
    Opening,
    Rewritten,
    Tap,
    Unusable,
    Utterance,
)
from bot.model.message import Markdown, Poll
from bot.model.values import StoredFile
from bot.model.who import Address
from bot.runtime.channel import Moved, Reading, Voted

CHANNEL = "telegram"

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "inline_query",
    "poll_answer",
)
"""The kinds of update that we ask for. Inline queries are no Input: `sorting` and `inline` see to them."""

MAX_FILE = 20_000_000
"""Bytes that a bot may download (Bot API, getFile: 20 MB)."""

MOST_ANSWERS = 12
"""Answers that a poll may have (Bot API, sendPoll)."""
LATEST = 1 << 40
"""Unix seconds far beyond any date of a message."""

OTHER_CONTENT = frozenset(
    {"animation", "audio", "checklist", "dice", "game", "paid_media", "poll", "story", "video"}
)
"""Fields of a message with what we cannot take from a person. What is named nowhere is a service message."""

REWRITABLE = frozenset({"animation", "audio", "document", "photo", "video", "voice"})
"""Fields of a message that a person can change after sending it, or what is written below them."""


class Skipped(StrEnum):
    """Why an update is not for us."""

    BOT = "bot"
    FORGED = "forged"
    GROUP = "group"
    KIND = "kind"
    MALFORMED = "malformed"
    SERVICE = "service"


def read_update(
    update: object, *, secret: bytes, me: Me, room: StaffRoom = NOWHERE
) -> Reading | Moved | Voted | Skipped:
    """What this update means; `secret` is the one that signs buttons, `me` who is asked in a group, `room`
    where staff see to requests."""
    match update:
        case {"update_id": int(), "message": message}:
            return _read_message(message, me, room)
        case {"update_id": int(), "edited_message": message}:
            return _read_for_staff(message, me, room, edited=True) or _read_rewritten(message)
        case {"update_id": int(), "callback_query": query}:
            return _read_tap(query, secret, room)
        case {"update_id": int(), "my_chat_member": change}:
            return _read_membership(change)
        case {"update_id": int(), "poll_answer": vote}:
            return _read_vote(vote)
        case {"update_id": int()}:
            return Skipped.KIND
        case _:
            return Skipped.MALFORMED


def chat_of(update: object) -> dict[str, object] | None:
    """The chat in which something happened; None where there is none, or nothing that looks like one."""
    match update:
        case (
            {"message": {"chat": dict() as chat}}
            | {"edited_message": {"chat": dict() as chat}}
            | {"callback_query": {"message": {"chat": dict() as chat}}}
            | {"my_chat_member": {"chat": dict() as chat}}
        ):
            return chat
        case _:
            return None


def lane_of(update: object) -> str:
    """The ordered line in which an update waits: the id of the group it comes from, else of the user; `0` if
    there is none."""
    match chat_of(update):
        case {"type": str(kind), "id": int(group)} if kind in GROUPS:
            return str(group)
    match update:
        case (
            {"message": {"from": {"id": int(user)}}}
            | {"edited_message": {"from": {"id": int(user)}}}
            | {"callback_query": {"from": {"id": int(user)}}}
            | {"my_chat_member": {"from": {"id": int(user)}}}
            | {"poll_answer": {"user": {"id": int(user)}}}
        ):
            return str(user)
        case _:
            return "0"


def file_of(update: object) -> tuple[str, StoredFile] | None:
    """The `file_id` of the document or photo in an update, and what is known of it; None if there is none."""
    match update:
        case {"message": {"document": {"file_id": str(file_id)} as document}}:
            name = document.get("file_name")
            kind = document.get("mime_type")
            return file_id, StoredFile(
                sha256="",
                name=clean(name).replace("/", "_")[-120:] if isinstance(name, str) and name else "document",
                media_type=clean(kind)[:120] if isinstance(kind, str) else "application/octet-stream",
                size=_number(document.get("file_size")),
            )
        case {"message": {"photo": [*sizes]}}:
            usable = [
                size for size in sizes if isinstance(size, dict) and isinstance(size.get("file_id"), str)
            ]
            if not usable:
                return None
            largest = max(usable, key=lambda size: _number(size.get("width")) * _number(size.get("height")))
            size = _number(largest.get("file_size"))
            return largest["file_id"], StoredFile(
                sha256="", name="photo.jpg", media_type="image/jpeg", size=size
            )
        case _:
            return None


def query_of(update: object) -> str | None:
    """The id of the button press that waits for an answerCallbackQuery; None if there is none."""
    match update:
        case {"callback_query": {"id": str(query)}}:
            return query
        case _:
            return None


def _read_message(message: object, me: Me, room: StaffRoom) -> Reading | Moved | Skipped:
    if group := _group_of(message):
        if moved := _new_address(message, group):
            return moved
        if staff := _read_for_staff(message, me, room):
            return staff
        heard = words_for_us(message, me) if isinstance(message, dict) else None
        return Reading(group, heard, sent=_sent_at(message)) if heard else Skipped.GROUP
    who = _sender(message)
    if isinstance(who, Skipped):
        return who
    content = _read_content(message)
    if content is None:
        return Skipped.SERVICE
    return Reading(who[0], _with_post(content, message), who[1], sent=_sent_at(message))


def _read_rewritten(message: object) -> Reading | Skipped:
    """What a person changed of what they had sent; a command is none any more, a place that moves no word."""
    who = _sender(message)
    if isinstance(who, Skipped):
        return who if who is Skipped.MALFORMED else Skipped.KIND
    content: Input
    match message:
        case {"text": str(text)} if text.strip() and not text.lstrip().startswith("/"):
            content = Utterance(clean(text))
        case dict() if REWRITABLE & message.keys():
            content = Unusable("other")
        case _:
            return Skipped.KIND
    content = _with_post(content, message)
    assert isinstance(content, Utterance | Unusable)
    return Reading(who[0], Rewritten(content), sent=_sent_at(message))


def _read_content(message: object) -> Input | None:
    """What a person put into a message; None for a service message."""
    match message:
        case {"text": str(text), **rest}:
            own = not NOT_THEIR_OWN & rest.keys()
            return _read_text(clean(text)) if own else _read_forwarded(clean(text))
        case {"contact": {"phone_number": str(phone)}}:
            return Attachment(Contact(_international(clean(phone))))
        case {"location": {"latitude": int() | float() as north, "longitude": int() | float() as east}}:
            return Attachment(Location(float(north), float(east)))
        case {"voice": _} | {"video_note": _}:
            return Unusable("voice")
        case {"sticker": _}:
            return Unusable("sticker")
        case {"poll": poll}:
            return _read_poll(poll)
        case dict() if OTHER_CONTENT & message.keys():  # an animation comes with a `document` too
            return Unusable("other")
        case {"document": _} | {"photo": _}:
            return _read_file(message)
        case _:
            return None


def _with_post(content: Input, message: object) -> Input:
    """What a person sent, with what is needed to copy it as it is."""
    match message:
        case {"chat": {"id": int(chat)}, "message_id": int(number), **rest}:
            post = f"{chat}/{number}"
        case _:
            return content
    match content:
        case Utterance(text=text):
            entities = rest.get("entities") if rest.get("text") == text else None
            return replace(content, post=post, marked=marked(text, entities) if entities else Markdown(""))
        case Unusable():
            return replace(content, post=post)
        case Attachment():
            caption = rest.get("caption")
            return replace(content, post=post, text=clean(caption) if isinstance(caption, str) else "")
        case _:
            return content


def _read_poll(poll: object) -> Input:
    """A poll that can be asked again: a quiz has one right answer, and is none."""
    match poll:
        case {"question": str(question), "options": [*options], **rest} if (
            rest.get("type", "regular") == "regular"
        ):
            answers = tuple(
                clean(one["text"])[:100]
                for one in options
                if isinstance(one, dict) and isinstance(one.get("text"), str)
            )
            if 2 <= len(answers) <= MOST_ANSWERS and clean(question).strip():
                return Attachment(
                    Poll(clean(question)[:300], answers, rest.get("allows_multiple_answers") is True)
                )
    return Unusable("other")


def _read_file(message: object) -> Input:
    found = file_of({"message": message})
    if found is None:
        return Unusable("other")
    return Unusable("too_large") if found[1].size > MAX_FILE else Attachment(found[1])


def _read_forwarded(text: str) -> Input:
    return Utterance(text, forwarded=True) if text.strip() else Unusable("other")


def _read_text(text: str) -> Input:
    if not text.strip():
        return Unusable("other")
    if not (command := COMMAND.fullmatch(text.strip())):
        return Utterance(text)
    name, argument = command[1].lower(), (command[3] or "").strip()
    if name == "start":
        # What is not a payload is no deep link: a plain start, and nothing of it goes further.
        return Opening(argument) if PAYLOAD.fullmatch(argument) else Command("start")
    return Command(name, argument)


def _read_tap(query: object, secret: bytes, room: StaffRoom) -> Reading | Skipped:
    match query:
        case {"from": {"id": int(user)} as sender, "data": str(data), **rest}:
            # Without its message (too old, or inline) a tap still says who; the signature says the rest.
            message = rest.get("message")
            message = message if isinstance(message, dict) else {"chat": {"type": "private", "id": user}}
            group = _group_of(message)
            who = (group, "") if group else _sender({"chat": message.get("chat"), "from": sender})
            if isinstance(who, Skipped):
                return who
            act = verify(secret, who[0], data)
            if act is None:
                return Skipped.FORGED
            if group and room.is_here(group.id) and (reply := staff_tap(act, user, message)):
                return Reading(group, reply)
            number = message.get("message_id")
            tapped_at = str(number) if isinstance(number, int) else ""
            heard = InGroup(Tap(act), tapped_at, topic_of(message)) if group else Tap(act, tapped_at)
            return Reading(who[0], heard, who[1])
        case {"from": _, "game_short_name": _}:
            return Skipped.KIND
        case _:
            return Skipped.MALFORMED


def _read_vote(vote: object) -> Voted | Skipped:
    match vote:
        case {"poll_id": str(poll), "user": {"id": int(user)}, "option_ids": [*options]}:
            numbers = tuple(one for one in options if isinstance(one, int) and 0 <= one < MOST_ANSWERS)
            return Voted(Address(CHANNEL, str(user)), poll, numbers)
        case {"voter_chat": _}:  # in the name of a channel: nobody that we know
            return Skipped.KIND
        case _:
            return Skipped.MALFORMED


def _read_for_staff(message: object, me: Me, room: StaffRoom, *, edited: bool = False) -> Reading | None:
    """What staff do where they see to requests; None for everything else."""
    group = _group_of(message)
    if group is None or not room.is_here(group.id) or not isinstance(message, dict):
        return None
    reply = read_staff(message, room, me, edited=edited)
    return Reading(group, reply, sent=_sent_at(message)) if reply else None


def _new_address(message: object, group: Address) -> Moved | None:
    """The move of a group that became a supergroup: told in the old chat and in the new one, in any order."""
    match message:
        case {"migrate_to_chat_id": int(to)}:
            return Moved(group, Address(CHANNEL, str(to)))
        case {"migrate_from_chat_id": int(before)}:
            return Moved(Address(CHANNEL, str(before)), group)
        case _:
            return None


def _read_membership(change: object) -> Reading | Skipped:
    if group := _group_of(change):
        moved = let_in_or_out(change) if isinstance(change, dict) else None
        return Reading(group, moved) if moved else Skipped.GROUP
    who = _sender(change)
    if isinstance(who, Skipped):
        return who
    match change:
        case {"new_chat_member": {"status": "kicked" | "left"}}:
            return Reading(who[0], Membership("blocked"), who[1])
        case {"new_chat_member": {"status": "member"}}:
            return Reading(who[0], Membership("unblocked"), who[1])
        case _:
            return Skipped.MALFORMED


def _group_of(body: object) -> Address | None:
    """The address of the group in which something happened; None for a private chat or a channel."""
    match body:
        case {"chat": {"type": str(kind), "id": int(group)}} if kind in GROUPS:
            return Address(CHANNEL, str(group))
        case _:
            return None


def _sender(body: object) -> tuple[Address, str] | Skipped:
    """Address and first name of the person in a private chat."""
    match body:
        case {"from": {"is_bot": True}}:
            return Skipped.BOT
        case {"chat": {"type": "private", "id": int(chat)}, "from": {"id": int(by)} as sender} if chat == by:
            name = sender.get("first_name")
            return Address(CHANNEL, str(chat)), " ".join(clean(name).split())[:64] if isinstance(
                name, str
            ) else ""
        case {"chat": {"type": str(kind)}} if kind == "channel" or kind in GROUPS:
            return Skipped.GROUP
        case _:
            return Skipped.MALFORMED


def _international(phone: str) -> str:
    """Telegram leaves out the `+` of the number in a person's own account."""
    return f"+{phone}" if phone.isdigit() and not phone.startswith("0") else phone


def _sent_at(message: object) -> float | None:
    """When a message was sent, or changed, Unix seconds (Bot API, Message); a tap does not tell."""
    match message:
        case {"edit_date": int(moment)} | {"date": int(moment)} if 0 < moment < LATEST:
            return float(moment)
        case _:
            return None


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
