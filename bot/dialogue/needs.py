"""What a turn must know beyond what every turn knows, said before it is decided. Pure, like deciding."""

from bot.dialogue.acts import (
    Act,
    AnnouncementTap,
    ArrangeTap,
    CannedTap,
    DoorTap,
    EventTap,
    GiveTap,
    GroupTap,
    PlainTap,
    ProposeTap,
    RequestTap,
    StatisticsTap,
    TeamTap,
    parse_act,
)
from bot.dialogue.announcing import CORRECTING
from bot.dialogue.door import DOOR, ENTRY
from bot.dialogue.passed import ANSWERED
from bot.dialogue.staff_desk import ANSWERING
from bot.events.card import PREFIX
from bot.events.reminders import REPORT, reason_of, refreshed_by, reminded_of
from bot.model.announcement import CopiesOf
from bot.model.inputs import Attachment, Command, Input, Opening, Rewritten, Tap, Timeout, Unusable, Utterance
from bot.model.rights import Right, may
from bot.model.session import Session
from bot.model.turn import GatheringOf, Need, Wanted
from bot.model.who import Standing

NOTHING: frozenset[Wanted] = frozenset()

COMMANDS = {
    "questions": Need.MISSES,
    "equipe": Need.TEAM,
    "journal": Need.TEAM,
    "evenements": Need.EVENTS,
    "événements": Need.EVENTS,
    "lien": Need.EVENTS,
    "annonces": Need.ANNOUNCEMENTS,
    "statistiques": Need.STATISTICS_MONTH,
    "demandes": Need.REQUESTS,
}
"""Command -> what it is decided on."""


STATISTICS = frozenset(need for need in Need if need is Need.STEPS or need.startswith("statistics-"))

RIGHTS = {
    Need.ANNOUNCEMENTS: Right.EVENTS,
    Need.MISSES: Right.ANSWER,
    Need.TEAM: Right.JOURNAL,
    Need.REQUESTS: Right.ANSWER,
    **dict.fromkeys(STATISTICS, Right.NEEDS),
}
"""What is loaded only for those with a right."""


def needs(input: Input, session: Session, standing: Standing) -> frozenset[Wanted]:
    """What to load for this input; members never need what is kept for staff."""
    wanted = _wanted(input, session)
    if not may(standing, Right.EVENTS):
        wanted = frozenset(need for need in wanted if not isinstance(need, GatheringOf | CopiesOf))
    return wanted - {need for need, right in RIGHTS.items() if not may(standing, right)}


def _wanted(input: Input, session: Session) -> frozenset[Wanted]:
    match input:
        case Command(name=name, argument=argument):
            return _by_command(name, argument)
        case Opening(payload=payload):
            return _by_command("start", payload)
        case Tap(act=act):
            return _by_act(parse_act(act))
        case Timeout(key=key) if event := reminded_of(key):
            staff = reason_of(key) == REPORT or refreshed_by(key) == "door"
            return frozenset({Need.EVENTS, GatheringOf(event)} if staff else {Need.EVENTS})
        case Utterance(text=text):
            return _by_words(text.strip().lower(), session)
        case Attachment() | Unusable() if _answers(session):
            return frozenset({Need.REQUESTS})
        case Rewritten() if ANSWERED in session.told:
            return frozenset({Need.REQUESTS})
    return NOTHING


def _answers(session: Session) -> bool:
    """Whether what staff write next is an answer to a request."""
    return bool(session.confirming) and str(session.confirming).startswith(ANSWERING)


def _by_words(text: str, session: Session) -> frozenset[Wanted]:
    """A command may be typed, and a button of the last message picked by its number or its words."""
    wanted = NOTHING.union(*(_by_act(parse_act(option.act)) for option in session.offers))
    if session.confirming and session.confirming.startswith(CORRECTING):
        wanted |= {Need.ANNOUNCEMENTS, Need.EVENTS}
    if session.confirming and session.confirming.startswith(DOOR):
        wanted |= {Need.EVENTS, GatheringOf(session.confirming.removeprefix(DOOR))}
    if session.confirming == "erase":
        wanted |= {Need.EVENTS}
    if _answers(session):
        wanted |= {Need.REQUESTS}
    if not text.startswith("/"):
        return wanted
    name, *rest = text[1:].split(maxsplit=1) or [""]
    return wanted | _by_command(name.split("@")[0], *rest)


def _by_command(name: str, argument: str = "") -> frozenset[Wanted]:
    if name == "start":
        return frozenset({Need.EVENTS}) if argument.startswith((PREFIX, ENTRY)) else NOTHING
    return frozenset({COMMANDS[name]}) if name in COMMANDS else NOTHING


def _statistics(what: str, days: int) -> frozenset[Wanted]:
    """The numbers of a period, and what only one of its screens shows."""
    if what in ("on", "off"):
        return NOTHING
    period = frozenset({Need(f"statistics-{days}")})
    more = {"asked": Need.MISSES, "runs": Need.STEPS, "csv": Need.STEPS}
    return period | {more[what]} if what in more else period


def _by_act(act: Act | None) -> frozenset[Wanted]:
    match act:
        case GroupTap() | ProposeTap() | PlainTap(name="questions"):
            return frozenset({Need.MISSES})
        case StatisticsTap(what=what, days=days):
            return _statistics(what, days)
        case AnnouncementTap(announcement=id, what="report"):
            return frozenset({Need.ANNOUNCEMENTS, CopiesOf(id)})
        case AnnouncementTap():
            return frozenset({Need.ANNOUNCEMENTS})
        case GiveTap() | RequestTap(what="give"):
            return frozenset({Need.REQUESTS, Need.TEAM})
        case RequestTap() | CannedTap() | PlainTap(name="requests"):
            return frozenset({Need.REQUESTS})
        case PlainTap(name="share" | "send-all"):
            return frozenset({Need.CONTEXT})
        case TeamTap() | PlainTap(name="team" | "team-take"):
            return frozenset({Need.TEAM})
        case EventTap() | PlainTap(name="events" | "erase-yes"):
            return frozenset({Need.EVENTS})
        case ArrangeTap(event=event, what="list" | "door" | "report"):
            return frozenset({Need.EVENTS, GatheringOf(event)})
        case ArrangeTap():
            return frozenset({Need.EVENTS})
        case DoorTap(tag=tag):
            return frozenset({Need.EVENTS, GatheringOf(tag)})
    return NOTHING
