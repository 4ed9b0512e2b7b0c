"""No token in any line of the log."""

import io
import logging
import sys

import pytest

from bot.channels.telegram.redaction import quiet_loggers, redact, redacted

TOKEN = "700000001:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture
def written() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def log(written: io.StringIO) -> logging.Logger:
    handler = logging.StreamHandler(written)
    handler.addFilter(redact)
    logger = logging.Logger("test")
    logger.addHandler(handler)
    return logger


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"https://api.telegram.org/bot{TOKEN}/getMe", "https://api.telegram.org/bot<token>/getMe"),
        (f"http://localhost/file/bot{TOKEN}/a.pdf", "http://localhost/file/bot<token>/a.pdf"),
        ("http://localhost:81/bot42:short/getMe", "http://localhost:81/bot<token>/getMe"),
        ("à 12:30, 3 personnes", "à 12:30, 3 personnes"),
        ("sha256:abcdef", "sha256:abcdef"),
    ],
)
def test_only_tokens_are_taken_out(text: str, expected: str) -> None:
    assert redacted(text) == expected


def test_message_arguments_and_traceback_are_clean(log: logging.Logger, written: io.StringIO) -> None:
    log.error("at %s", f"/bot{TOKEN}/")
    log.error(f"at {TOKEN}")
    log.error("%(place)s", {"place": TOKEN})
    try:
        raise ValueError(TOKEN)
    except ValueError:
        log.error("broken", exc_info=sys.exc_info(), stack_info=True)
    assert "AAAA" not in written.getvalue()
    assert "ValueError: <token>" in written.getvalue()


def test_fields_are_clean(log: logging.Logger, written: io.StringIO) -> None:
    log.handlers[0].setFormatter(logging.Formatter("%(message)s %(reason)s %(count)d"))
    log.error("refused", extra={"reason": f"at /bot{TOKEN}/", "count": 3})
    assert written.getvalue() == "refused at /bot<token>/ 3\n"


@pytest.mark.parametrize("name", ["aiosqlite", "httpx", "markdown_it.rules_block.list", "telegram.Bot"])
def test_a_vendor_is_quiet_at_any_level(name: str) -> None:
    quiet_loggers()
    assert not logging.getLogger(name).isEnabledFor(logging.INFO)


def test_other_lines_keep_their_arguments(log: logging.Logger, written: io.StringIO) -> None:
    log.error("%d updates", 3)
    assert written.getvalue() == "3 updates\n"
