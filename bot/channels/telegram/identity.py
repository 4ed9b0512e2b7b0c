"""Who we are on Telegram: what a message must name, or answer, to be meant for us in a group."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Me:
    """Our own account (Bot API, getMe)."""

    id: int
    name: str = ""
    """Public name without `@`; empty until Telegram has told it."""
    joins_groups: bool = True
    reads_groups: bool = False
    """Privacy mode is off: every message of a group reaches us, and most are dropped unread."""
    answers_inline: bool = False

    def is_called(self, name: str) -> bool:
        """Whether this is our public name, with or without `@`, in any case."""
        return bool(self.name) and name.removeprefix("@").lower() == self.name.lower()


def owner_of(token: str) -> Me:
    """What a token tells about its account: the number before the colon is its id."""
    number = token.partition(":")[0]
    return Me(int(number) if number.isdigit() else 0)
