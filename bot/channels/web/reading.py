"""What a window hands in, as an Input. Nothing of it is trusted."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from bot.markup import clean, utf16_length
from bot.model.inputs import COMMAND, PAYLOAD, Command, Input, Opening, Tap, Utterance

LONGEST = 4096
"""UTF-16 units of one message, as on Telegram: the same text can be said everywhere."""
NAMED = 120
"""Signs of a file's name that are kept."""

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*")


def read_say(body: Mapping[str, Any]) -> Input | None:
    """The input in the body of `/api/say`: `{"text"}`, `{"tap"}` or `{"command"}`; None if there is none."""
    match body:
        case {"text": str(text)}:
            return typed(clean(text).strip())
        case {"tap": str(act)}:
            act = clean(act)
            return Tap(act) if 0 < len(act.encode()) <= 64 else None
        case {"command": str(name)}:
            return typed("/" + clean(name).strip())
        case _:
            return None


def typed(text: str) -> Input | None:
    """What typed words mean: a command, a deep link pasted as `/start payload`, or an utterance."""
    if not text or utf16_length(text) > LONGEST:
        return None
    command = COMMAND.fullmatch(text)
    if command is None:
        return Utterance(text)
    name, argument = command[1].lower(), (command[3] or "").strip()
    if name == "start" and PAYLOAD.fullmatch(argument):
        return Opening(argument)
    return Command(name, argument)


def file_name(header: str) -> str:
    """The last part of a percent-encoded file name, one line, never empty."""
    name = re.split(r"[/\\]", " ".join(clean(unquote(header)).split()))[-1].strip(". ")
    if len(name) > NAMED:
        name = name[: NAMED - 10] + name[-10:]  # the ending says what kind of file it is
    return name or "document"


def media_type(header: str) -> str:
    """The media type without its parameters; bytes of no known kind if it is not one."""
    essence = header.partition(";")[0].strip().lower()
    return essence if _MEDIA_TYPE.fullmatch(essence) else "application/octet-stream"
