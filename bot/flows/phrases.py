"""The standing phrases: which exist, which holes each may have, and how they are filled.

French lives in YAML.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import Field as Constraint
from pydantic import model_validator

from bot.flows.authored import Authored, Slug
from bot.flows.phrase_names.conversation import CONVERSATION
from bot.flows.phrase_names.events import EVENTS
from bot.flows.phrase_names.news import NEWS
from bot.flows.phrase_names.page import PAGE
from bot.flows.phrase_names.staff import STAFF
from bot.flows.template import Rich, Template, fill_from, plain_from
from bot.model.message import Markdown

PHRASES: Mapping[str, tuple[str, ...]] = {**CONVERSATION, **EVENTS, **NEWS, **STAFF, **PAGE}
"""Every standing phrase and the holes it may have.

A phrase missing in YAML, or a hole not listed, is an error.
"""

ControlWord = Literal[
    "back",
    "skip",
    "pause",
    "cancel",
    "repeat",
    "help",
    "done",
    "yes",
    "no",
    "none",
    "restart",
    "resume",
    "more",
    "news",
    "events",
]
SmallTalk = Literal["greeting", "thanks", "insult", "abilities", "human"]
CommandName = Literal[
    "start",
    "aide",
    "menu",
    "parcours",
    "reprendre",
    "question",
    "evenements",
    "nouvelles",
    "langue",
    "mes_donnees",
    "effacer",
]
COMMANDS: tuple[str, ...] = get_args(CommandName)


StaffCommandName = Literal[
    "evenement",
    "annonce",
    "statistiques",
    "lien",
    "annonces",
    "questions",
    "equipe",
    "personnes",
    "journal",
    "demandes",
]


class Calendar(Authored):
    """How dates are written."""

    days: tuple[str, ...] = Constraint(min_length=7, max_length=7)
    """Monday first."""
    months: tuple[str, ...] = Constraint(min_length=12, max_length=12)
    short_months: tuple[str, ...] = Constraint(min_length=12, max_length=12)
    """As they stand below a column: `janv.`."""
    first: str
    """The first day of a month: `1er`."""
    relative: Mapping[str, int]
    """Words for days counted from today: `demain: 1`."""


class Canned(Authored):
    """An answer that staff wrote in advance."""

    title: str = Constraint(min_length=1, max_length=30)
    """What staff pick it by."""
    text: Template
    """What the person gets; its one hole is `{name}`, their first name."""

    @model_validator(mode="after")
    def _known_holes(self) -> "Canned":
        if unknown := [hole.name for hole in self.text.placeholders() if hole.name != "name"]:
            raise ValueError(f"a canned answer has no hole but {{name}}: {unknown[0]}")
        return self


class MenuEntry(Authored):
    """One line of the menu: it starts a flow, shows an article, or is one of the commands."""

    label: str = Constraint(min_length=1, max_length=30)
    flow: Slug | None = None
    article: Slug | None = None
    command: CommandName | None = None

    @model_validator(mode="after")
    def _one_target(self) -> "MenuEntry":
        if sum(target is not None for target in (self.flow, self.article, self.command)) != 1:
            raise ValueError("a menu entry names exactly one of flow, article, command")
        return self


class Phrases(Authored):
    """flows/phrases.yaml."""

    format: Literal[1]
    phrases: Mapping[str, Template]
    words: Mapping[ControlWord, tuple[str, ...]]
    """Typed words that act like a button."""
    small_talk: Mapping[SmallTalk, tuple[str, ...]]
    """Wordings that are no question; the phrase of the same name answers them."""
    commands: Mapping[CommandName, str]
    """What the command menu says behind each command."""
    staff_commands: Mapping[StaffCommandName, str] = {}
    """The same for commands that need a right; shown to those who have it."""
    canned: Mapping[Slug, Canned] = {}
    """Answers that staff wrote in advance, by their names."""
    chapters: Mapping[Slug, str] = {}
    """Chapter of the knowledge base -> its name in statistics."""
    zones: Mapping[str, str] = {}
    """IANA time zone -> what people call the place, where it is not just the city in its name."""
    menu: tuple[MenuEntry, ...] = Constraint(min_length=1)
    calendar: Calendar
    languages: Mapping[str, str]
    """IETF tag -> its own name."""

    @model_validator(mode="after")
    def _complete(self) -> "Phrases":
        missing = sorted(PHRASES.keys() - self.phrases.keys())
        unknown = sorted(self.phrases.keys() - PHRASES.keys())
        gaps = sorted(set(get_args(ControlWord)) - self.words.keys())
        if missing or unknown or gaps:
            told = [f"missing: {', '.join(missing)}"] if missing else []
            told += [f"unknown: {', '.join(unknown)}"] if unknown else []
            told += [f"missing in words: {', '.join(gaps)}"] if gaps else []
            raise ValueError("phrases " + "; ".join(told))
        return self

    def say(self, key: str, **values: str | int | float | Rich) -> Markdown:
        """A phrase as Markdown, its holes filled."""
        return fill_from(self.phrases[key], values)

    def label(self, key: str, **values: str | int | float) -> str:
        """A phrase as plain text for a button."""
        return plain_from(self.phrases[key], values)
