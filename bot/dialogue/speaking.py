"""What a turn says, as people should receive it: few messages, and only the last one notifies."""

from collections.abc import Sequence
from dataclasses import replace

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
    joined = _joined(effects, GOOD_MESSAGE)
    if sum(isinstance(effect, Send) for effect in joined) > MOST:
        joined = _joined(joined, LONGEST)
    last = max((place for place, effect in enumerate(joined) if isinstance(effect, Send)), default=-1)
    return tuple(
        Send(replace(effect.message, silent=True)) if isinstance(effect, Send) and place < last else effect
        for place, effect in enumerate(joined)
    )


def _joined(effects: Sequence[Effect], most: int) -> list[Effect]:
    kept: list[Effect] = []
    before: Send | None = None
    for effect in effects:
        if isinstance(effect, Send):
            if before and _fit(before.message, effect.message, most):
                kept.remove(before)
                text = Markdown(f"{before.message.text}\n\n{effect.message.text}")
                effect = Send(replace(effect.message, text=text))  # noqa: PLW2901  # the joined one takes its place
            before = effect
        kept.append(effect)
    return kept


def _fit(first: Message, second: Message, most: int) -> bool:
    """Whether two messages read as one: a bare text before a text or a card, not before a prompt or a
    file.
    """
    bare = first == Message(first.text)
    return bare and not (second.key or second.attachments) and len(first.text) + len(second.text) <= most
