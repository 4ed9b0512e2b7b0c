"""What the Bot API says when it says no: the refusal as a value, and the texts in one place.

Texts come from tdlib/telegram-bot-api at 01a3679 (``Client.cpp``: ``fail_query_with_error``,
``check_chat_access``, ``check_message``) and, where marked *reported*, from answers of Telegram's own
servers that people published. Telegram's servers raise those, so they cannot be read in that source.
"""

from collections.abc import Mapping
from typing import Any

JsonObject = dict[str, Any]

TEXT_EMPTY = "Bad Request: message text is empty"
TEXT_BLANK = "Bad Request: text must be non-empty"  # reported
TEXT_TOO_LONG = (
    "Bad Request: message is too long"  # reported; counted after the entities are parsed (tdlib#374)
)
CAPTION_TOO_LONG = "Bad Request: message caption is too long"  # reported
NOT_UTF8 = "Bad Request: strings must be encoded in UTF-8"
BUTTON_DATA_INVALID = "Bad Request: BUTTON_DATA_INVALID"  # reported: more than 64 bytes
MARKUP_NOT_JSON = "Bad Request: can't parse reply keyboard markup JSON object"
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup "
    "are exactly the same as a current content and reply markup of the message"
)
EDIT_NOT_FOUND = "Bad Request: message to edit not found"
EDIT_FORBIDDEN = "Bad Request: message can't be edited"
EDIT_NO_TEXT = "Bad Request: there is no text in the message to edit"
EDIT_NO_CAPTION = "Bad Request: there is no caption in the message to edit"
DELETE_NOT_FOUND = "Bad Request: message to delete not found"
DELETE_FORBIDDEN = "Bad Request: message can't be deleted"
REPLY_NOT_FOUND = "Bad Request: message to be replied not found"
STALE_TAP = "Bad Request: query is too old and response timeout expired or query ID is invalid"
WRONG_FILE = "Bad Request: wrong file identifier/HTTP URL specified"
WRONG_FILE_ID = "Bad Request: wrong file_id or the file is temporarily unavailable"
SECOND_POLLER = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
POLL_ENDED_BY_WEBHOOK = "Conflict: terminated by setWebhook request"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)

PLACES: Mapping[str, str] = {
    "group": "group chat",
    "supergroup": "supergroup chat",
    "channel": "channel chat",
}
"""How a refusal calls each kind of chat."""


class Refusal(Exception):
    """An answer with ``ok: false``.

    ``code`` is the HTTP status and ``error_code``; ``retry_after`` (seconds) also goes into the header;
    ``migrate_to`` is the id of the supergroup that a group became; ``bare`` leaves ``parameters`` out
    although there would be some.
    """

    def __init__(
        self,
        code: int,
        description: str,
        *,
        retry_after: int | None = None,
        migrate_to: int | None = None,
        bare: bool = False,
    ) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.migrate_to = migrate_to
        self.bare = bare

    def body(self) -> JsonObject:
        """The JSON body of the answer."""
        parameters: JsonObject = {}
        if self.retry_after is not None:
            parameters["retry_after"] = self.retry_after
        if self.migrate_to is not None:
            parameters["migrate_to_chat_id"] = self.migrate_to
        body: JsonObject = {"ok": False, "error_code": self.code, "description": self.description}
        if parameters and not self.bare:
            body["parameters"] = parameters
        return body

    def headers(self) -> dict[str, str]:
        """``Retry-After`` for a flood refusal, otherwise nothing."""
        return {} if self.retry_after is None or self.bare else {"Retry-After": str(self.retry_after)}


def bad_request(text: str) -> Refusal:
    """400 with ``Bad Request: `` before a text that does not have it."""
    return Refusal(400, text if text.startswith("Bad Request") else f"Bad Request: {text}")


def too_many(seconds: int, *, bare: bool = False) -> Refusal:
    """429, "call again in so many seconds"."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds, bare=bare)


def upgraded(new_id: int) -> Refusal:
    """400 of a group that is a supergroup now."""
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    return Refusal(400, text, migrate_to=new_id)


def unreachable(state: str, kind: str) -> Refusal | None:
    """Why the bot cannot write to a chat in this state (``world.State``); None for an open chat.

    Source: ``Client::check_chat_access`` and the error table of ``fail_query_with_error``.
    """
    place = PLACES.get(kind, "chat")
    table = {
        "blocked": (403, "Forbidden: bot was blocked by the user"),
        "deactivated": (403, "Forbidden: user is deactivated"),
        "kicked": (403, f"Forbidden: bot was kicked from the {place}"),
        "left": (403, f"Forbidden: bot is not a member of the {place}"),
        "deleted": (403, "Forbidden: the group chat was deleted"),
        "unmet": (400, "Bad Request: private chat not found"),
    }
    return Refusal(*table[state]) if state in table else None
