"""What a turn decided about announcements, applied: the right is asked for again as stored now."""

from dataclasses import dataclass
from datetime import datetime

from bot.events.announcement import right_for
from bot.model.announcement import AnnouncementId
from bot.model.effects import Amend, Announce, Audit, Direct, HandOut, ReportOn
from bot.model.rights import Right
from bot.model.who import PersonId
from bot.storage import team
from bot.storage.announcements import NotPossible, amend, announce, order
from bot.storage.database import Transaction
from bot.storage.tallies import read


@dataclass(frozen=True, slots=True)
class Desk:
    """Who decided it, and when."""

    person: PersonId
    now: datetime


async def apply(tx: Transaction, effect: Announce | Direct | Amend | ReportOn, desk: Desk) -> HandOut | None:
    """Do it; what is handed out for it. NotAllowed without the right, AlreadyAnnounced if somebody else was
    faster. An order that makes no sense any more changes nothing: the card shows why.
    """
    match effect:
        case Announce(plan, knowing):
            await team.require(tx, desk.person, right_for(plan))
            await announce(tx, plan, by=desk.person, now=desk.now, knowing=knowing)
            return None
        case ReportOn(id, told):
            await team.require(tx, desk.person, await _right(tx, id))
            # It holds names.
            await team.audit(tx, Audit("announcement.list", str(id)), desk.person, "", now=desk.now)
            return told
        case Direct(id) | Amend(id):
            await team.require(tx, desk.person, await _right(tx, id))
            try:
                await _directed(tx, effect, desk)
            except NotPossible:
                return None
    return None


async def _directed(tx: Transaction, effect: Direct | Amend, desk: Desk) -> None:
    match effect:
        case Direct(id, wanted):
            await order(tx, id, wanted, by=desk.person, now=desk.now)
        case Amend(id, text):
            await amend(tx, id, text, by=desk.person, now=desk.now)


async def _right(tx: Transaction, id: AnnouncementId) -> Right:
    row = await tx.one("announcement", id=id)
    return Right.ANNOUNCE if row is None else right_for(read(row).plan)
