"""What a turn must know beyond what every turn knows, said before it is decided. Pure, like deciding."""

from bot.dialogue.acts import Act, EventTap, GroupTap, PlainTap, ProposeTap, parse_act
from bot.dialogue.events import PREFIX
from bot.events.reminders import reminded_of
from bot.model.inputs import Command, Input, Opening, Tap, Timeout, Utterance
from bot.model.session import Session
from bot.model.turn import Need
from bot.model.who import Standing

NOTHING: frozenset[Need] = frozenset()

COMMANDS = {
    "questions": Need.MISSES,
    "evenements": Need.EVENTS,
    "événements": Need.EVENTS,
    "lien": Need.EVENTS,
}
"""Command -> what it is decided on."""


def needs(input: Input, session: Session, standing: Standing) -> frozenset[Need]:
    """What to load for this input; members never need what is kept for staff."""
    wanted = _wanted(input, session)
    return wanted if standing is Standing.STAFF else wanted - {Need.MISSES}


def _wanted(input: Input, session: Session) -> frozenset[Need]:
    match input:
        case Command(name=name, argument=argument):
            return _by_command(name, argument)
        case Opening(payload=payload):
            return _by_command("start", payload)
        case Tap(act=act):
            return _by_act(parse_act(act))
        case Timeout(key=key) if reminded_of(key):
            return frozenset({Need.EVENTS})
        case Utterance(text=text):
            return _by_words(text.strip().lower(), session)
    return NOTHING


def _by_words(text: str, session: Session) -> frozenset[Need]:
    """A command may be typed, and a button of the last message picked by its number or its words."""
    wanted = NOTHING.union(*(_by_act(parse_act(option.act)) for option in session.offers))
    if session.confirming == "erase":
        wanted |= {Need.EVENTS}
    if not text.startswith("/"):
        return wanted
    name, *rest = text[1:].split(maxsplit=1) or [""]
    return wanted | _by_command(name.split("@")[0], *rest)


def _by_command(name: str, argument: str = "") -> frozenset[Need]:
    if name == "start":
        return frozenset({Need.EVENTS}) if argument.startswith(PREFIX) else NOTHING
    return frozenset({COMMANDS[name]}) if name in COMMANDS else NOTHING


def _by_act(act: Act | None) -> frozenset[Need]:
    match act:
        case GroupTap() | ProposeTap() | PlainTap(name="questions"):
            return frozenset({Need.MISSES})
        case EventTap() | PlainTap(name="events" | "erase-yes"):
            return frozenset({Need.EVENTS})
    return NOTHING
