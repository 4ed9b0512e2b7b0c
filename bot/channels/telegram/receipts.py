"""What became of a call: the one table from the vendor's errors to our Receipts."""

import re
from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.redaction import redacted
from bot.channels.telegram.request import NeverSent, OutcomeUnknown
from bot.model.receipt import Deferred, Failed, Migrated, Receipt, Refused, Unknown, Unreachable

DEFAULT_WAIT = 5.0
"""Seconds to wait when a 429 does not say how long."""

_RETRY_AFTER = re.compile(r"retry after ([1-9][0-9]{0,5})\b", re.IGNORECASE)

GONE = ("chat not found", "peer_id_invalid", "user_id_invalid", "user not found", "input_user_deactivated")
"""400s that mean: nobody is there (tdlib/telegram-bot-api: 400 `chat not found`)."""

CLOSED = (
    "not enough rights to send text messages",
    "have no rights to send a message",
    "chat_write_forbidden",
    "chat_restricted",
)
"""400s that mean: we may not write there (reported: Telegram's servers say so). Rights for one kind of file
are not among them."""

UNMODIFIED = "message is not modified"

NO_TEXT = "there is no text in the message to edit"
NO_CAPTION = "there is no caption in the message to edit"

UNEDITABLE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    NO_TEXT,
    NO_CAPTION,
    "message not found",
)
"""400s that mean: this message cannot be edited any more, so say it anew."""


QUESTION_GONE = ("message to be replied not found", "reply message not found", "reply_message_id_invalid")
"""400s that mean: the message that this one answers was deleted."""

TOPIC_GONE = ("message thread not found", "topic_deleted", "topic_id_invalid")
"""400s that mean: the topic of a forum was deleted, with all that was in it."""


def receipt_of(error: Exception) -> Receipt:
    """The receipt of a call that raised."""
    said = describe(error)
    match error:
        case RetryAfter():
            wait = error.retry_after
            return Deferred(wait.total_seconds() if isinstance(wait, timedelta) else float(wait))
        case ChatMigrated():
            return Migrated(str(error.new_chat_id))
        case Forbidden():
            return Unreachable(said)
        case BadRequest():
            return Unreachable(said) if mentions(error, *GONE, *CLOSED) else Refused(said)
        case NetworkError() if mentions(error, "too many requests"):  # a 429 without `parameters`
            told = _RETRY_AFTER.search(str(error))
            return Deferred(float(told[1]) if told else DEFAULT_WAIT)
        case NetworkError() if mentions(error, "request entity too large"):
            return Refused(said)
        case NetworkError() if isinstance(error.__cause__, NeverSent):
            return Failed(said)
        case TimedOut():
            return Unknown(said)
        case NetworkError() if isinstance(error.__cause__, OutcomeUnknown) or mentions(
            error, "http implementation"
        ):
            return Unknown(said)  # the connection broke after the request had begun to leave
        case NetworkError() | InvalidToken() | Conflict():
            return Failed(said)  # the server answered, and it was not yes
        case _:
            return Unknown(said)  # it answered 200, but with something that nobody understands


def mentions(error: Exception, *phrases: str) -> bool:
    """Whether the Bot API's description contains one of the phrases (written in lower case)."""
    description = str(error).lower()
    return any(phrase in description for phrase in phrases)


def describe(error: Exception) -> str:
    """Kind and description of an error on one line, without token and without the server's raw answer."""
    said = str(error) if isinstance(error, TelegramError) else ""
    said = said.partition(". Parsing the server response")[0].partition("\n")[0]
    return redacted(f"{type(error).__name__}: {said}" if said else type(error).__name__)[:200]
