"""What a tapped button says: the grammar of `Option.act`, a closed set. Forged acts parse to None or ask no
more
than a person could type."""

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

from bot.model.event import EventId
from bot.model.values import ArticleId, FlowId, RunId


@dataclass(frozen=True, slots=True)
class AnswerTap:
    """An answer of prompt `serial`."""

    serial: int
    choice: str


@dataclass(frozen=True, slots=True)
class ControlTap:
    """A way out of prompt `serial`: back, skip, pause or done."""

    serial: int
    control: str


@dataclass(frozen=True, slots=True)
class FlowTap:
    """Start a flow; `restart` drops its open run first."""

    flow: FlowId
    restart: bool = False


@dataclass(frozen=True, slots=True)
class ResumeTap:
    """Go on with an open run."""

    run: RunId


@dataclass(frozen=True, slots=True)
class ArticleTap:
    """Show an entry's card, its longer text, its sources, or only its definition."""

    article: ArticleId
    part: Literal["art", "more", "src", "def"]


@dataclass(frozen=True, slots=True)
class OpinionTap:
    """An entry helped, or was not what the person meant."""

    article: ArticleId
    helpful: bool


@dataclass(frozen=True, slots=True)
class PlainTap:
    """A button without an object."""

    name: Literal[
        "menu",
        "journeys",
        "resume",
        "ask",
        "human",
        "export",
        "erase",
        "erase-yes",
        "erase-no",
        "data",
        "questions",
        "events",
        "none",
    ]


@dataclass(frozen=True, slots=True)
class LinkTap:
    """Staff: make a link to an entry."""

    article: ArticleId


@dataclass(frozen=True, slots=True)
class GroupTap:
    """Staff: look at a group of questions without an answer, or put it away."""

    group: int
    what: Literal["miss", "away"]


@dataclass(frozen=True, slots=True)
class ProposeTap:
    """Staff: propose that a group of questions belongs to an entry."""

    group: int
    tag: str
    """`article_tag` of the entry, whose id would be too long for a button."""


@dataclass(frozen=True, slots=True)
class EventTap:
    """Look at an event, answer it, or ask for its calendar file."""

    event: EventId
    what: Literal["event", "going", "maybe", "decline", "ics"]


@dataclass(frozen=True, slots=True)
class LanguageTap:
    """Choose a language."""

    tag: str


Act = (
    AnswerTap
    | ControlTap
    | FlowTap
    | ResumeTap
    | ArticleTap
    | OpinionTap
    | PlainTap
    | LinkTap
    | GroupTap
    | ProposeTap
    | EventTap
    | LanguageTap
)

_NUMBERED = re.compile(r"([pc])(\d{1,9})\.(\S{1,40})")
_NAMED = re.compile(r"(go|restart|resume|art|more|src|def|yes|no|link|do|lang)\.([A-Za-z0-9-]{1,50})")
_GROUP = re.compile(r"(miss|away)\.([0-9]{1,9})")
_PROPOSE = re.compile(r"add\.([0-9]{1,9})-([0-9a-f]{10})")
_EVENT = re.compile(r"(event|going|maybe|decline|ics)\.([a-z0-9-]{1,40})")
_PLAIN = frozenset(PlainTap.__annotations__["name"].__args__)


def parse_act(act: str) -> Act | None:
    """What a button says; None if no button of ours says so."""
    if found := _NUMBERED.fullmatch(act):
        serial, rest = int(found[2]), found[3]
        return AnswerTap(serial, rest) if found[1] == "p" else ControlTap(serial, rest)
    if found := _GROUP.fullmatch(act):
        return GroupTap(int(found[2]), "miss" if found[1] == "miss" else "away")
    if found := _PROPOSE.fullmatch(act):
        return ProposeTap(int(found[1]), found[2])
    if found := _EVENT.fullmatch(act):
        return EventTap(EventId(found[2]), found[1])  # type: ignore[arg-type]  # the pattern has no other
    found = _NAMED.fullmatch(act)
    if not found:
        return None
    name = found[2]
    match found[1]:
        case "go" | "restart":
            return FlowTap(FlowId(name), restart=found[1] == "restart")
        case "resume":
            return ResumeTap(RunId(name))
        case "art" | "more" | "src" | "def" as part:
            return ArticleTap(ArticleId(name), part)
        case "yes" | "no":
            return OpinionTap(ArticleId(name), found[1] == "yes")
        case "link":
            return LinkTap(ArticleId(name))
        case "lang":
            return LanguageTap(name)
    return PlainTap(name) if name in _PLAIN else None  # type: ignore[arg-type]  # checked against the literal


def plain_act(name: str) -> str:
    """The act of a button without an object."""
    return f"do.{name}"


def article_tag(article: str) -> str:
    """Ten hexadecimal signs that stand for an entry's id where a button has no room for it."""
    return hashlib.sha256(article.encode()).hexdigest()[:10]
