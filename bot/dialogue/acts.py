"""What a tapped button says: the grammar of `Option.act`, a closed set. Forged acts parse to None or ask no
more
than a person could type."""

import hashlib
import re
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from bot.model.announcement import AnnouncementId
from bot.model.event import EventId
from bot.model.request import RequestId
from bot.model.roster import RosterId, RosterOrder
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
        "news",
        "none",
        "team",
        "team-take",
        "invite-staff",
        "invite-organiser",
        "preview",
        "assistant",
        "share",
        "keep",
        "ask-team",
        "send-all",
        "send-only",
        "requests",
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


EventWish = Literal[
    "event", "going", "maybe", "decline", "n-going", "n-maybe", "n-no", "ics", "paper", "feel"
]
"""Look at an event, answer it (`n-`: below an announcement, whose text stays as it is), ask for its calendar
file or its programme, say afterwards what one thinks."""

ArrangeWish = Literal[
    "manage",
    "list",
    "door",
    "code",
    "recode",
    "edit",
    "tell",
    "word",
    "remind",
    "now",
    "cancel",
    "off",
    "qr",
    "report",
]
"""What staff do around an event; `now` and `off` are the yes to `remind` and `cancel`."""


@dataclass(frozen=True, slots=True)
class EventTap:
    """Something that anybody may want of an event."""

    event: EventId
    what: EventWish


@dataclass(frozen=True, slots=True)
class ArrangeTap:
    """Staff: something to do around an event."""

    event: EventId
    what: ArrangeWish


@dataclass(frozen=True, slots=True)
class DoorTap:
    """Staff at the door of an event: a person, a page of the list, or somebody without an answer."""

    tag: str
    """`event_tag` of the event, whose id would be too long for a button."""
    what: Literal["in", "out", "drop", "page", "walk"]
    """Check in, take that back, take a walk-in back, turn the page, add who was searched for."""
    number: int
    """Of the person, of the check-in with `drop`, of the page."""


AnnouncementWish = Literal[
    "show",
    "pause",
    "resume",
    "cancel",
    "cancel-yes",
    "report",
    "correct",
    "correct-yes",
    "recall",
    "recall-yes",
]


@dataclass(frozen=True, slots=True)
class AnnouncementTap:
    """Staff: look at an announcement, or give an order about it."""

    announcement: AnnouncementId
    what: AnnouncementWish


@dataclass(frozen=True, slots=True)
class StatisticsTap:
    """Staff: what people need, in numbers, of the last so many days; or the weekly digest off and on."""

    LONGEST: ClassVar[int] = 33
    """Signs of a flow's id for which a button has room."""

    what: Literal["all", "asked", "runs", "people", "csv", "off", "on"]
    days: int
    flow: FlowId = FlowId("")
    """With `runs`: how far people come in this one."""


Wish = Literal[
    "card",
    "hours",
    "pause",
    "events-on",
    "events-off",
    "life-on",
    "life-off",
    "resources-on",
    "resources-off",
    "weekly",
    "at-once",
    "hours-usual",
    "hours-early",
    "hours-evening",
    "hours-always",
    "pause-2-weeks",
    "pause-2-months",
    "pause-open",
    "resume",
]


@dataclass(frozen=True, slots=True)
class WishTap:
    """What the person wants to hear besides what they ask for, or a screen of that card."""

    wish: Wish


@dataclass(frozen=True, slots=True)
class RequestTap:
    """Staff: see to a request; or, once it is closed, its person says how that was."""

    request: RequestId
    what: Literal[
        "open", "answer", "take", "give", "release", "close", "reopen", "models", "propose", "entry",
        "good", "half", "bad",
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class GiveTap:
    """Staff: a page of the colleagues to whom a request can be given, or to whom it is."""

    request: RequestId
    what: Literal["give", "hand"]
    number: int
    """Of the page; of the person."""


@dataclass(frozen=True, slots=True)
class CannedTap:
    """Staff: look at an answer written in advance, or send it."""

    request: RequestId
    name: str
    send: bool


@dataclass(frozen=True, slots=True)
class LanguageTap:
    """Choose a language."""

    tag: str


@dataclass(frozen=True, slots=True)
class TeamTap:
    """Take a role back, asked first; or another page of whose it could be."""

    what: Literal["unrole", "unrole-yes", "unrole-page"]
    number: int
    """Of the person, of the page."""


@dataclass(frozen=True, slots=True)
class PeopleTap:
    """Staff: what becomes of a file about people whose preview was shown."""

    roster: RosterId
    order: RosterOrder


Act = (
    AnnouncementTap
    | AnswerTap
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
    | ArrangeTap
    | DoorTap
    | StatisticsTap
    | LanguageTap
    | WishTap
    | TeamTap
    | PeopleTap
    | RequestTap
    | CannedTap
    | GiveTap
)

_NUMBERED = re.compile(r"([pc])(\d{1,9})\.(\S{1,40})")
_NAMED = re.compile(r"(go|restart|resume|art|more|src|def|yes|no|link|do|lang)\.([A-Za-z0-9-]{1,50})")
_GROUP = re.compile(r"(miss|away)\.([0-9]{1,9})")
_PROPOSE = re.compile(r"add\.([0-9]{1,9})-([0-9a-f]{10})")
_EVENT = re.compile(rf"({'|'.join(get_args(EventWish))})\.([a-z0-9-]{{1,40}})")
_ARRANGE = re.compile(rf"({'|'.join(get_args(ArrangeWish))})\.([a-z0-9-]{{1,40}})")
_DOOR = re.compile(r"(in|out|drop|page|walk)\.([0-9a-f]{10})-([0-9]{1,12})")
_TEAM = re.compile(r"(unrole|unrole-yes|unrole-page)\.([0-9]{1,15})")
_ANNOUNCEMENT = re.compile(rf"news-({'|'.join(get_args(AnnouncementWish))})\.([0-9]{{1,9}})")
_PEOPLE = re.compile(r"people\.(apply|replace|keep|drop)-([0-9]{1,15})")
_STATISTICS = re.compile(r"stats\.(all|asked|runs|people|csv|off|on)\.(7|28|91|364)(?:\.([a-z0-9-]{1,33}))?")
_WISH = re.compile(rf"wish\.({'|'.join(get_args(Wish))})")
_REQUEST = re.compile(
    r"req\.([0-9]{1,9})\.(open|answer|take|give|release|close|reopen|models|propose|entry|good|half|bad)"
)
_GIVE = re.compile(r"(give|hand)\.([0-9]{1,9})\.([0-9]{1,15})")
_CANNED = re.compile(r"(model|use)\.([0-9]{1,9})\.([a-z0-9-]{1,30})")
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
    if found := _ANNOUNCEMENT.fullmatch(act):
        wish: AnnouncementWish = found[1]  # type: ignore[assignment]  # the pattern has no other
        return AnnouncementTap(AnnouncementId(int(found[2])), wish)
    if found := _REQUEST.fullmatch(act):
        return RequestTap(RequestId(int(found[1])), found[2])  # type: ignore[arg-type]  # the pattern has no other
    if found := _GIVE.fullmatch(act):
        what: Literal["give", "hand"] = "give" if found[1] == "give" else "hand"
        return GiveTap(RequestId(int(found[2])), what, int(found[3]))
    if found := _CANNED.fullmatch(act):
        return CannedTap(RequestId(int(found[2])), found[3], send=found[1] == "use")
    if found := _EVENT.fullmatch(act):
        return EventTap(EventId(found[2]), found[1])  # type: ignore[arg-type]  # the pattern has no other
    if found := _ARRANGE.fullmatch(act):
        return ArrangeTap(EventId(found[2]), found[1])  # type: ignore[arg-type]  # nor has this one
    if found := _DOOR.fullmatch(act):
        return DoorTap(found[2], found[1], int(found[3]))  # type: ignore[arg-type]  # nor this one
    if found := _TEAM.fullmatch(act):
        return TeamTap(found[1], int(found[2]))  # type: ignore[arg-type]  # the pattern has no other
    if found := _PEOPLE.fullmatch(act):
        return PeopleTap(RosterId(int(found[2])), RosterOrder(found[1]))
    if found := _STATISTICS.fullmatch(act):
        return StatisticsTap(found[1], int(found[2]), FlowId(found[3] or ""))  # type: ignore[arg-type]
    if found := _WISH.fullmatch(act):
        return WishTap(found[1])  # type: ignore[arg-type]  # the pattern has no other
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
