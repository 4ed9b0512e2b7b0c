"""Keeps the token and people's texts out of the log. Imports no vendor: the log is set up first."""

import logging
import re

TOKEN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{30,}|(?<=/bot)\d+:[A-Za-z0-9_-]+")
"""A bot token, wherever it stands; or whatever stands for one in a Bot API address."""

HIDDEN = "<token>"

LEVELS = {
    # httpx writes every address, hence the token, at INFO; telegram.Bot writes every argument at DEBUG.
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "aiohttp": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    # At DEBUG: every statement with its values, who is addressed among them; every line of every text.
    "aiosqlite": logging.WARNING,
    "markdown_it": logging.WARNING,
    "telegram": logging.WARNING,
    "telegram.Bot": logging.WARNING,
    "telegram.ext": logging.WARNING,
    # It writes an answer that is not JSON in full, at ERROR; the error itself reaches us as an exception.
    "telegram.request.BaseRequest": logging.CRITICAL + 1,
}
"""The lowest level at which a vendor's logger may speak, whatever level the operator chose."""

_FORMATTER = logging.Formatter()


def redacted(text: str) -> str:
    """The text without any token."""
    return TOKEN.sub(HIDDEN, text)


def redact(record: logging.LogRecord) -> bool:
    """A filter for log handlers: takes tokens out of message, fields and traceback; every record passes."""
    for name, value in vars(record).items():
        if isinstance(value, str):  # `msg` and what came by `extra`
            setattr(record, name, redacted(value))
    message = record.getMessage()
    clean = redacted(message)
    if clean != message:
        record.msg, record.args = clean, None
    if record.exc_info and not record.exc_text:
        # A formatter uses a traceback that was already written out, so this is the place to clean it.
        record.exc_text = _FORMATTER.formatException(record.exc_info)
    if record.exc_text:
        record.exc_text = redacted(record.exc_text)
    if record.stack_info:
        record.stack_info = redacted(record.stack_info)
    return True


def quiet_loggers() -> None:
    """Silence the vendors' loggers that would write addresses, arguments and answers."""
    for name, level in LEVELS.items():
        logging.getLogger(name).setLevel(level)
