"""What became of a call."""

import pytest
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

from bot.channels.telegram.receipts import describe, receipt_of
from bot.channels.telegram.request import NeverSent, OutcomeUnknown
from bot.model.receipt import Deferred, Failed, Migrated, Receipt, Refused, Unknown, Unreachable

# PTB's own constructor warns about the coming type of `retry_after`.
pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after")

TOKEN = "700000001:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), Unreachable),
        (Forbidden("Forbidden: user is deactivated"), Unreachable),
        (Forbidden("Forbidden: bot was kicked from the supergroup chat"), Unreachable),
        (BadRequest("Bad Request: chat not found"), Unreachable),
        (BadRequest("Bad Request: PEER_ID_INVALID"), Unreachable),
        (BadRequest("Bad Request: not enough rights to send text messages to the chat"), Unreachable),
        (BadRequest("Bad Request: CHAT_WRITE_FORBIDDEN"), Unreachable),
        (BadRequest("Bad Request: not enough rights to send photos to the chat"), Refused),
        (BadRequest("Bad Request: can't parse entities: unsupported start tag"), Refused),
        (BadRequest("Bad Request: message is too long"), Refused),
        (BadRequest("Bad Request: BUTTON_DATA_INVALID"), Refused),
        (NetworkError("Request Entity Too Large (413)"), Refused),
        (caused(TimedOut(), OutcomeUnknown()), Unknown),
        (caused(TimedOut("Timed out connecting"), NeverSent()), Failed),
        (caused(NetworkError("aiohttp.ClientConnectorError"), NeverSent()), Failed),
        (caused(NetworkError("aiohttp.ServerDisconnectedError"), OutcomeUnknown()), Unknown),
        (TimedOut(), Unknown),
        (NetworkError("Unknown error in HTTP implementation: EndOfStream()"), Unknown),
        (NetworkError("Bad Gateway (502). Parsing the server response b'<html>' failed"), Failed),
        (NetworkError("Internal Server Error (500)"), Failed),
        (InvalidToken("Unauthorized"), Failed),
        (Conflict("Conflict: terminated"), Failed),
        (TelegramError("Invalid server response"), Unknown),
        (KeyError("result"), Unknown),
    ],
    ids=str,
)
def test_each_error_has_its_receipt(error: Exception, kind: type[Receipt]) -> None:
    assert isinstance(receipt_of(error), kind)


def test_a_flood_says_how_long_to_wait() -> None:
    assert receipt_of(RetryAfter(17)) == Deferred(17.0)
    assert receipt_of(NetworkError("Too Many Requests: retry after 0")) == Deferred(5.0)


def test_an_upgraded_group_says_where_it_went() -> None:
    assert receipt_of(ChatMigrated(-1005)) == Migrated("-1005")


def test_a_description_shows_neither_token_nor_the_servers_page() -> None:
    said = describe(NetworkError(f"at /bot{TOKEN}/sendMessage. Parsing the server response b'secret' failed"))
    assert "AAAA" not in said and "secret" not in said
    assert describe(KeyError("a text of a person")) == "KeyError"
