"""What becomes of a raw update before anything of it is written down: to disk, answered at once, or dropped.

Of a group only what is meant for us is kept, and of that only what `grouped.KEPT` names. Pure and total.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.channels.telegram.grouped import bare
from bot.channels.telegram.identity import Me
from bot.channels.telegram.reading import Skipped, chat_of, lane_of, read_update
from bot.channels.telegram.staffroom import KEPT_OF_STAFF, NOWHERE, StaffRoom, kept_of_staff
from bot.markup import clean
from bot.model.inputs import Rewritten, StaffReply
from bot.runtime.channel import Moved, Reading, Voted

LARGEST_ID = 1 << 63
"""No database keeps a number beyond it: one such update would be polled again for ever."""

LONGEST_QUERY = 256
"""Characters of an inline query (Bot API, InlineQuery)."""

Row = tuple[int, str, str]
"""update_id, lane, raw JSON (ASCII)."""
Accept = Callable[[Sequence[Row]], Awaitable[None]]
"""Write updates to the inbox in one commit; once it returns they are safe. A row twice is no error."""


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody types behind our name in any chat (Bot API, InlineQuery). Never kept."""

    id: str
    person: int
    text: str


def number_of(update: object) -> int | None:
    """The id of an update; None without one, of which nothing can be kept apart."""
    match update:
        case {"update_id": int(number)} if abs(number) < LARGEST_ID:
            return number
        case _:
            return None


def sort_update(update: object, *, secret: bytes, me: Me, room: StaffRoom = NOWHERE) -> Row | Query | Skipped:
    """An update as a row of the inbox, as an inline query, or the reason to forget it at once."""
    number = number_of(update)
    match update:
        case _ if number is None:
            return Skipped.MALFORMED
        case {"inline_query": {"id": str(id), "from": {"id": int(person)}, "query": str(text)}}:
            return Query(id, person, clean(text)[:LONGEST_QUERY])
        case {"inline_query": _}:
            return Skipped.MALFORMED
        case {"message": _} | {"callback_query": _} | {"my_chat_member": _}:
            chat = chat_of(update)
            if chat is None or chat.get("type") == "private":
                return number, lane_of(update), _written(update)
            found = read_update(update, secret=secret, me=me, room=room)
            return (
                found
                if isinstance(found, Skipped)
                else (number, lane_of(update), _written(_kept(update, found)))
            )
        case {"edited_message": _}:
            found = read_update(update, secret=secret, me=me, room=room)
            return (
                found
                if isinstance(found, Skipped)
                else (number, lane_of(update), _written(_kept(update, found)))
            )
        case {"poll_answer": _}:
            found = read_update(update, secret=secret, me=me)
            return found if isinstance(found, Skipped) else (number, lane_of(update), _written(update))
        case _:
            return Skipped.KIND


def _kept(update: object, found: Reading | Moved | Voted) -> object:
    """What of an update from a group, or of one that was changed, is written down."""
    if isinstance(found, Reading) and isinstance(found.input, StaffReply):
        return kept_of_staff(update, found.input)
    if isinstance(found, Reading) and isinstance(found.input, Rewritten):
        return bare(update, KEPT_OF_STAFF)  # of a file nothing is needed, nor of what it answered
    return bare(update)


def _written(update: object) -> str:
    return json.dumps(update, separators=(",", ":"))
