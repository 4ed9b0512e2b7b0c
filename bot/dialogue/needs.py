"""What a turn must know beyond what every turn knows, said before it is decided. Pure, like deciding."""

from bot.dialogue.acts import GroupTap, PlainTap, ProposeTap, parse_act
from bot.model.inputs import Command, Input, Tap, Utterance
from bot.model.session import Session
from bot.model.turn import Need
from bot.model.who import Standing

NOTHING: frozenset[Need] = frozenset()


def needs(input: Input, session: Session, standing: Standing) -> frozenset[Need]:
    """What to load for this input; members never need what is kept for staff."""
    if standing is not Standing.STAFF or not _about_questions(input, session):
        return NOTHING
    return frozenset({Need.MISSES})


def _about_questions(input: Input, session: Session) -> bool:
    match input:
        case Command(name="questions"):
            return True
        case Tap(act=act):
            return _asks_for_questions(act)
        case Utterance(text=text):
            # A command may be typed, and a button of the last message picked by its number or its words.
            offered = any(_asks_for_questions(option.act) for option in session.offers)
            return offered or text.strip().lower().startswith("/questions")
    return False


def _asks_for_questions(act: str) -> bool:
    match parse_act(act):
        case GroupTap() | ProposeTap() | PlainTap(name="questions"):
            return True
    return False
