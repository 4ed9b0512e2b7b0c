"""Signatures of button data and of the webhook. A client sends what it likes: unsigned data is forged data.

`callback_data` is `act|signature`: the act (≤ 48 bytes, `Option.act`) and 8 characters of base64url of
HMAC-SHA256 over address and act: at most 57 of the 64 bytes that the Bot API allows (InlineKeyboardButton).
"""

import base64
import hashlib
import hmac

from bot.model.who import Address

SIGNATURE_LENGTH = 8
"""Characters, 48 bits: a guess is right once in 2^48 and every guess is a request to Telegram."""


def sign(secret: bytes, address: Address, act: str) -> str:
    """The `callback_data` of a button that does `act` for this address and nobody else."""
    return f"{act}|{_signature(secret, address, act)}"


def verify(secret: bytes, address: Address, data: str) -> str | None:
    """The act in a button's data; None if it was not signed by us for this address."""
    act, separator, signature = data.rpartition("|")
    if not separator:
        return None
    expected = _signature(secret, address, act).encode()
    return act if hmac.compare_digest(expected, signature.encode("utf-8", "replace")) else None


def webhook_secret(secret: bytes) -> str:
    """The secret in every webhook request: 64 of `0-9a-f` (Bot API, setWebhook: `A-Za-z0-9_-`)."""
    return hmac.new(secret, b"telegram webhook", hashlib.sha256).hexdigest()


def _signature(secret: bytes, address: Address, act: str) -> str:
    signed = f"telegram button\n{address}\n{act}".encode("utf-8", "replace")
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()[:SIGNATURE_LENGTH]
