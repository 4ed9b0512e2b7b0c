"""What became of one outgoing message: the closed set into which every channel translates its vendor's
results.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivered:
    """It arrived; `reference` finds it again for an edit (Telegram: message id)."""

    reference: str = ""
    poll: str = ""
    """The channel's own id of the poll in it, by which its answers come back."""
    topic: str = ""
    """The channel's own id of the topic in which it stands; empty: in none."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now: try the same row again after `seconds`, no attempt counted."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """The channel or the network failed before anything happened: retry with backoff."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The person blocked us or is gone: stop writing to them."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """This message will never be accepted: set it aside, record it, go on."""

    reason: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """The conversation has a new address: rewrite it and send once more."""

    to: str
    """The new id on the same channel."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer came after the message had left: it may or may not have arrived. Replies are sent again."""

    reason: str


Receipt = Delivered | Deferred | Failed | Unreachable | Refused | Migrated | Unknown
