"""One person's copy of an announcement: holes filled, in their language, the event's card below. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.events.card import event_card
from bot.flows.names import BUILT_IN, Names
from bot.flows.shelf import Shelf
from bot.knowledge.text import fold
from bot.markup.escape import escape
from bot.model.announcement import Plan
from bot.model.event import EventSeen, EventState
from bot.model.message import Markdown, Message, Option, Poll
from bot.model.turn import Policy, View
from bot.model.values import FieldRef, FlowId, RunId, Value
from bot.model.who import Person

HOLE = re.compile(r"( ?)\{ *([^\W\d][\w-]*(?:\.[^\W\d]\w*)?) *(?:\|([^{}|\n]{0,80}))?\}")
"""`{name}`, or `{name|words for those of whom it is not known}`; other braces are text."""

ALIASES = {"name": "person.name", "prenom": "person.name"}
"""Short names of holes, as `fold` writes them: `{Prénom}` is one too."""

STOP_NEWS = "news"
"""Control under each copy: which news the person wants to get."""

BELOW = {"going": "n-going", "maybe": "n-maybe", "decline": "n-no"}
"""Button of a card -> the same where the card comes as a message of its own (`acts.EventWish`)."""

QUESTION_LIMIT = 300
"""Characters of a poll's question (Bot API, sendPoll)."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a copy is for."""

    person: Person
    answers: Mapping[FieldRef, Value] = field(default_factory=dict)
    seen: EventSeen | None = None
    """The announced event as it stands for them."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes copies at one moment."""

    shelf: Shelf
    policy: Policy
    now: datetime

    def copy(self, plan: Plan, reader: Reader) -> Message:
        """What this person gets."""
        text = self._filled(text_for(plan, reader.person.language), reader)
        message = replace(plan.message, text=text, poll=self._poll(plan.message.poll))
        if reader.seen is not None and reader.seen.event.state is not EventState.DRAFT:
            card = event_card(reader.seen, self.shelf.phrases, self.policy, now=self.now)
            parts = [part for part in (text, card.text) if part]
            message = replace(
                message,
                # What is copied as it is cannot hold the card: its words and its file go out anew where we
                # have them.
                copied="" if text or message.attachments else message.copied,
                text=Markdown("\n\n".join(parts)),
                options=(*message.options, *(map(_below, card.options) if text else card.options)),
                attachments=message.attachments or card.attachments,
                key=None if text else card.key,
                steady=card.steady,
            )
        label = self.shelf.phrases.label("button_news_stop")
        return replace(message, controls=(*message.controls, Option(STOP_NEWS, label, f"do.{STOP_NEWS}")))

    def notice(self) -> Message:
        """What stands in the place of a copy that was taken back too late to be deleted."""
        return Message(self.shelf.phrases.say("announcement_recalled"), recalls=True)

    def _poll(self, poll: Poll | None) -> Poll | None:
        """The poll, saying that staff sees who answered what: Telegram tells us only then."""
        if poll is None:
            return None
        notice = f"\n\n{self.shelf.phrases.label('poll_notice')}"
        return replace(poll, question=poll.question[: QUESTION_LIMIT - len(notice)] + notice)

    def _filled(self, text: Markdown, reader: Reader) -> Markdown:
        if "{" not in text:
            return text
        names = self._names(reader)

        def filled(hole: re.Match[str]) -> str:
            space, name, instead = hole[1], meant(hole[2]), hole[3]
            if not is_known(name, self.shelf):
                return hole[0]
            value = names.stored(name)
            if value is not None and value not in ("", ()):
                return f"{space}{escape(names.text(name))}"
            # Nothing is known of them: "Bonjour {name}," becomes "Bonjour,".
            return f"{space}{escape(instead.strip())}" if instead and instead.strip() else ""

        return Markdown(HOLE.sub(filled, text))

    def _names(self, reader: Reader) -> Names:
        view = View(reader.person, self.policy)
        return Names(self.shelf, FlowId(""), RunId(""), reader.answers, view, self.now, {})


def _below(option: Option) -> Option:
    """A button of the card under a text of staff: what it brings must not take the place of that text."""
    what, _, event = option.act.partition(".")
    return replace(option, act=f"{BELOW[what]}.{event}") if what in BELOW else option


def text_for(plan: Plan, language: str) -> Markdown:
    """The text in this language, or the one for everybody."""
    return dict(plan.translations).get(language, plan.message.text)


def is_personal(plan: Plan) -> bool:
    """Whether two people may get two different texts."""
    texts = [plan.message.text, *(text for _, text in plan.translations)]
    return plan.event is not None or bool(plan.translations) or any(map(HOLE.search, texts))


def unknown_holes(plan: Plan, shelf: Shelf) -> tuple[str, ...]:
    """Names in braces that nobody can fill, as written: a typing mistake to tell before anything leaves."""
    texts = [plan.message.text, *(text for _, text in plan.translations)]
    found = (hole for text in texts for hole in HOLE.finditer(text))
    return tuple(dict.fromkeys(hole[2] for hole in found if not is_known(meant(hole[2]), shelf)))


def meant(written: str) -> str:
    """The name behind what somebody wrote in braces."""
    name = fold(written)
    return ALIASES.get(name, name)


def is_known(name: str, shelf: Shelf) -> bool:
    """Whether a hole has a meaning: what is known of every person, and profile fields."""
    return name in BUILT_IN or name in shelf.profile
