"""What a turn says, as people should receive it: few messages, and only the last one notifies."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from bot.model.effects import Effect, Send
from bot.model.message import Markdown, Message

GOOD_MESSAGE = 700
"""Characters up to which texts in a row become one message."""
LONGEST = 3500
"""The same where there would be more than MOST messages; with markup, below Telegram's 4096."""
MOST = 2
"""Messages in a row that a person should get at most."""


def spoken(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """The effects with texts in a row joined, and every message but the last one silent."""
    joined = list(effects)
    while pair := _shortest_pair(joined):
        first, second = pair
        joined[second] = Send(_both(joined[first], joined[second]))
        del joined[first]
    last = max(_sends(joined), default=-1)
    return tuple(
        replace(effect, message=replace(effect.message, silent=True))
        if isinstance(effect, Send) and place < last
        else effect
        for place, effect in enumerate(joined)
    )


def _sends(effects: Sequence[Effect]) -> list[int]:
    return [place for place, effect in enumerate(effects) if isinstance(effect, Send)]


def _shortest_pair(effects: Sequence[Effect]) -> tuple[int, int] | None:
    """Places of the neighbours to be joined next; None when nothing is gained."""
    sends = _sends(effects)
    most = GOOD_MESSAGE if len(sends) <= MOST else LONGEST
    sizes = {
        pair: size for pair in pairwise(sends) if (size := _size(effects[pair[0]], effects[pair[1]])) <= most
    }
    return min(sizes, key=lambda pair: sizes[pair], default=None)


def _size(first: Effect, second: Effect) -> float:
    """Characters of two messages that read as one: a bare text before a text or a card; else infinite."""
    assert isinstance(first, Send) and isinstance(second, Send)
    bare = first.message == Message(first.message.text)
    if not bare or not (first.kept and second.kept) or second.message.key or second.message.attachments:
        return float("inf")
    return len(first.message.text) + len(second.message.text)


def _both(first: Effect, second: Effect) -> Message:
    assert isinstance(first, Send) and isinstance(second, Send)
    return replace(second.message, text=Markdown(f"{first.message.text}\n\n{second.message.text}"))
