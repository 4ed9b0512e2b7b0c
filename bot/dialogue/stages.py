"""How far we are with a question that was not answered well: the stages, and what each step leads to.

A stage counts while the conversation is fresh, and ends where something else begins.
"""

from collections.abc import Mapping
from enum import IntEnum

from bot.dialogue.draft import FRESH, Draft


class Stage(IntEnum):
    """`Session.unhappy`."""

    CONTENT = 0
    """No complaint."""
    GUESSED = 1
    """Other guesses were shown."""
    REPHRASING = 2
    """Other words were asked for."""
    REPHRASED = 3
    """A question in other words was heard."""
    HUMAN = 4
    """A human was offered."""


AFTER_A_DISLIKE: Mapping[Stage, tuple[Stage, ...]] = {
    Stage.CONTENT: (Stage.GUESSED, Stage.REPHRASING),
    Stage.GUESSED: (Stage.REPHRASING,),
    Stage.REPHRASING: (Stage.HUMAN,),
    Stage.REPHRASED: (Stage.HUMAN,),
    Stage.HUMAN: (Stage.HUMAN,),
}
"""What is tried after "👎" or "none of these": the first that is possible. Guesses need some left."""

AFTER_A_QUESTION: Mapping[Stage, Stage] = {
    Stage.CONTENT: Stage.CONTENT,
    Stage.GUESSED: Stage.REPHRASED,
    Stage.REPHRASING: Stage.REPHRASED,
    Stage.REPHRASED: Stage.CONTENT,
    Stage.HUMAN: Stage.CONTENT,
}
"""What the next question means: it puts the same one in other words, or the one before was answered well."""


def stage_of(draft: Draft) -> Stage:
    """Where we are now."""
    since = draft.session.unhappy_at
    if since is None or draft.now - since > FRESH:
        return Stage.CONTENT
    return Stage(max(Stage.CONTENT, min(draft.session.unhappy, Stage.HUMAN)))


def reach(draft: Draft, stage: Stage) -> None:
    """A stage begins."""
    draft.change(unhappy=int(stage), unhappy_at=draft.now if stage else None)


def begin_anew(draft: Draft) -> None:
    """Something else begins: what went badly before is over."""
    reach(draft, Stage.CONTENT)
