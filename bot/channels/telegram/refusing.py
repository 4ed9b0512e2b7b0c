"""Commands of staff where they count for nothing: in groups, in the name of a chat, edited. Pure and total.

Such an update is dropped; that it came is counted for staff (fault F27), without who sent it.
"""

from collections.abc import Callable, Collection, Coroutine, Mapping
from typing import Any

from bot.channels.telegram.grouped import SERVICE_ACCOUNTS
from bot.model.inputs import COMMAND

Report = Callable[[str, str], Coroutine[Any, Any, None]]
"""Count a command (`/annonce`) and how it came (`group`, `anonymous`, `forward`, `edited`, `channel`)."""

PLACES = {
    "message": "",
    "edited_message": "edited",
    "channel_post": "channel",
    "edited_channel_post": "channel",
}
"""Kind of update -> how it came; empty: its message says so."""

FORWARDED = ("forward_origin", "forward_date", "forward_from", "forward_sender_name", "is_automatic_forward")


def tried(update: object, commands: Collection[str]) -> tuple[str, str] | None:
    """The command of staff that an update without effect held, and how it came; None for any other."""
    if not isinstance(update, Mapping):
        return None
    for kind, place in PLACES.items():
        message = update.get(kind)
        if isinstance(message, Mapping):
            name = _command(message)
            return (f"/{name}", place or _how(message)) if name in commands else None
    return None


def _command(message: Mapping[str, object]) -> str:
    text = message.get("text") or message.get("caption")
    found = COMMAND.match(text.strip()) if isinstance(text, str) else None
    return found[1].lower() if found else ""


def _how(message: Mapping[str, object]) -> str:
    if any(name in message for name in FORWARDED):
        return "forward"
    if "via_bot" in message:
        return "via_bot"
    match message.get("from"):
        case {"id": int(number)} if number not in SERVICE_ACCOUNTS and "sender_chat" not in message:
            return "group"
    return "anonymous"
