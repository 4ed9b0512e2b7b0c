"""How a prompt looks: as it is asked, and as the record of question and answer that it becomes."""

from dataclasses import replace

from bot.flows.progress import Progress
from bot.flows.step import Prompt, Scope, control_act
from bot.flows.steps.ask import Ask
from bot.flows.steps.review import Review
from bot.flows.steps.submitting import Submitting
from bot.flows.template import Rich
from bot.model.message import Markdown, Message, Option
from bot.model.session import Run

LAST_SERIAL = 999_999
"""Prompts are numbered up to it, then from 1 again: the act of a button has 48 bytes, a choice's id up to
40.
"""


def next_serial(serial: int) -> int:
    """The number of the prompt after this one."""
    return serial % LAST_SERIAL + 1


def prompt_key(run: Run, serial: int) -> str:
    """Under which name a prompt's message is found again."""
    return f"{run.id}.{serial}"


def ask_message(step: Prompt, scope: Scope, progress: Progress) -> Message:
    """A prompt: progress, question, answers, ways out."""
    bare = step.prompt(scope)
    may_skip = isinstance(step, Ask) and step.skip is not None
    ways = ("back", "skip", "pause") if may_skip else ("back", "pause")
    label = scope.shelf.phrases.label
    controls = tuple(Option(way, label(f"button_{way}"), control_act(scope.serial, way)) for way in ways)
    return replace(
        bare,
        text=_framed(step, bare.text, scope, progress),
        controls=(*bare.controls, *controls),
        key=prompt_key(scope.run, scope.serial),
    )


def answered_message(step: Prompt, scope: Scope, shown: Markdown) -> Message:
    """What an answered prompt's message becomes."""
    text = scope.shelf.phrases.say("answered", question=Rich(_title(step, scope)), answer=Rich(shown))
    return Message(text, key=prompt_key(scope.run, scope.serial))


def left_message(step: Prompt, scope: Scope) -> Message:
    """What a prompt's message becomes that was left without an answer: the question without its buttons."""
    return Message(_title(step, scope), key=prompt_key(scope.run, scope.serial))


def _framed(step: Prompt, question: Markdown, scope: Scope, progress: Progress) -> Markdown:
    if isinstance(step, Review | Submitting):
        return question
    say, shown = scope.shelf.phrases.say, Rich(question)
    number, total = progress.number, progress.total
    if progress.section:
        return say("prompt", section=progress.section, question=shown, done=number, total=total)
    return say("prompt_without_section", question=shown, done=number, total=total)


def _title(step: Prompt, scope: Scope) -> Markdown:
    if isinstance(step, Submitting):
        return step.title(scope)
    asked = step.ask if isinstance(step, Ask) else step.say if isinstance(step, Review) else None
    return scope.text(asked) if asked else scope.shelf.phrases.say("review")
