"""The step kinds: one file per kind, and the explicit table of all of them."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Tag

from bot.flows.step import Step
from bot.flows.steps.action import Action
from bot.flows.steps.announce import Announce
from bot.flows.steps.answer import Answer
from bot.flows.steps.ask import Ask
from bot.flows.steps.branch import Branch
from bot.flows.steps.call import Call
from bot.flows.steps.end import End
from bot.flows.steps.goto import Goto
from bot.flows.steps.handoff import Handoff
from bot.flows.steps.publish import Publish
from bot.flows.steps.review import Review
from bot.flows.steps.say import Say
from bot.flows.steps.set import Set

KINDS: Mapping[str, type[Step]] = {
    "say": Say,
    "ask": Ask,
    "branch": Branch,
    "set": Set,
    "call": Call,
    "goto": Goto,
    "end": End,
    "answer": Answer,
    "review": Review,
    "handoff": Handoff,
    "action": Action,
    "publish": Publish,
    "announce": Announce,
}
"""The verb in YAML -> its model."""


def verb_of(step: Any) -> str | None:
    """The verb under which a step is authored; None if there is none or more than one."""
    if isinstance(step, Step):
        return next(verb for verb, kind in KINDS.items() if type(step) is kind)
    verbs = [verb for verb in KINDS if isinstance(step, Mapping) and verb in step]
    # The verb of one kind may be an option of another: a `review` may `say`.
    verbs = [verb for verb in verbs if all(other in KINDS[verb].model_fields for other in verbs)]
    return verbs[0] if len(verbs) == 1 else None


AnyStep = Annotated[
    Annotated[Say, Tag("say")]
    | Annotated[Ask, Tag("ask")]
    | Annotated[Branch, Tag("branch")]
    | Annotated[Set, Tag("set")]
    | Annotated[Call, Tag("call")]
    | Annotated[Goto, Tag("goto")]
    | Annotated[End, Tag("end")]
    | Annotated[Answer, Tag("answer")]
    | Annotated[Review, Tag("review")]
    | Annotated[Handoff, Tag("handoff")]
    | Annotated[Action, Tag("action")]
    | Annotated[Publish, Tag("publish")]
    | Annotated[Announce, Tag("announce")],
    Discriminator(verb_of),
]
