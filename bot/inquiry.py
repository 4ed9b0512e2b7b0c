"""One question from the command line: the decision of a chat, without a person and without a store."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from bot.content.library import open_library
from bot.dialogue.library import Library
from bot.dialogue.respond import respond
from bot.knowledge.ask import Explanation, explain
from bot.knowledge.evaluate import as_json as finding_as_json
from bot.markup import plain
from bot.model.effects import Send
from bot.model.inputs import Command
from bot.model.message import Message
from bot.model.session import Session
from bot.model.turn import Policy, View
from bot.model.who import Person, PersonId

if TYPE_CHECKING:
    from bot.knowledge.semantic import Depth


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question, what was found, and what a person would read."""

    library: Library
    explanation: Explanation
    messages: tuple[Message, ...]


def inquire(
    folder: Path,
    text: str,
    *,
    policy: Policy,
    now: datetime,
    cache: Path | None = None,
    depth: "Depth" = "words",
) -> Inquiry:
    """Ask the content in `folder`; ContentBroken if it has errors. `cache`, `depth`: see `open_library`."""
    library = open_library(folder, cache, depth)
    view = View(Person(PersonId(0)), policy)
    turn = respond(Session(), Command("question", text), library, view, now=now, rng=Random(0))
    messages = tuple(effect.message for effect in turn.effects if isinstance(effect, Send))
    return Inquiry(library, explain(library.index, text), messages)


def read_aloud(inquiry: Inquiry) -> str:
    """What a person would read, with the titles of the buttons."""
    parts = []
    for message in inquiry.messages:
        buttons = [f"  · {option.label}" for option in message.options]
        parts.append("\n".join([plain(message.text, links=True), *buttons]))
    return "\n\n".join(parts)


def as_json(inquiry: Inquiry) -> dict[str, Any]:
    """The object of `alliances match`, with the text that a person would read."""
    return {**finding_as_json(inquiry.explanation.finding), "text": read_aloud(inquiry)}


def explained(inquiry: Inquiry) -> str:
    """Why the verdict is what it is: for authors."""
    why, finding = inquiry.explanation, inquiry.explanation.finding
    lines = [
        f"verdict     {finding.verdict.value} ({finding.reason.value})",
        f"confidence  {finding.confidence:.2f}"
        f" (answer from {why.answer_from:.2f}, suggest from {why.suggest_from:.2f})",
        f"known words {why.known_share:.0%} of the weight of the message",
    ]
    lines += [f"match       {match.score:.3f} {match.id}: {match.phrasing}" for match in finding.matches[:3]]
    lines += [f"word        {word.weight:.2f} {word.typed} -> {word.known}" for word in why.evidence[:8]]
    return "\n".join(lines)
