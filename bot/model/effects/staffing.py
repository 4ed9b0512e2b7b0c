"""Announcements, roles, people in bulk, figures, and the journal of all that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.model.announcement import AnnouncementId, Order, Plan
from bot.model.effects.talking import HandOut
from bot.model.message import Markdown, Message
from bot.model.roster import RosterId, RosterOrder
from bot.model.values import StoredFile
from bot.model.who import PersonId, Standing


@dataclass(frozen=True, slots=True)
class Announce:
    """Staff want something told to many; the right is asked for again in the commit (a lost one has the turn
    decided again, and so has the same text if somebody else announced it meanwhile), and the journal is
    written there.

    A card that shows how far it is appears below by itself, edited in place, and a report at the end. To show
    a person first what they would get: `dialogue.announcing.copy_for(draft, plan)`, a Message to `Send`.
    """

    plan: Plan
    knowing: AnnouncementId | None = None
    """The last one of the same text: they were shown it, and want to send it all the same."""


@dataclass(frozen=True, slots=True)
class Direct:
    """Staff pause, resume or cancel an announcement; right and journal as for `Announce`."""

    announcement: AnnouncementId
    order: Order


@dataclass(frozen=True, slots=True)
class Amend:
    """Staff correct what an announcement said, or take it back; right and journal as for `Announce`."""

    announcement: AnnouncementId
    text: Markdown | None
    """The new text, for every copy that arrived and every one to come; None takes them back."""


@dataclass(frozen=True, slots=True)
class ReportOn:
    """Staff want the report of an announcement; the right is asked for again in the commit."""

    announcement: AnnouncementId
    told: HandOut


@dataclass(frozen=True, slots=True)
class Invite:
    """A link that gives a role once; the right is asked for again in the commit."""

    standing: Standing
    digest: str
    """Hash of the link's token: the token itself is in the message alone."""
    expires: datetime


@dataclass(frozen=True, slots=True)
class TakeRole:
    """Somebody followed an invitation: whether it still holds, the commit knows."""

    digest: str
    welcome: Mapping[Standing, Message]
    """Said to them if it does, by the role that it gives."""
    told: Mapping[Standing, Message]
    """Said to who invited them."""
    gone: Message
    """Said to them if it does not."""


@dataclass(frozen=True, slots=True)
class Unrole:
    """Take somebody's role back; the right is asked for again in the commit."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class ExportRoster:
    """Staff want people as a file: it is made beside the turn, and comes when it is there. The right is asked
    for again in the commit, as for the two below.
    """

    condition: str = ""
    """About whom, in the condition language; empty: everybody."""


@dataclass(frozen=True, slots=True)
class ImportRoster:
    """Staff sent a file about people: a preview comes when it was looked through."""

    file: StoredFile


@dataclass(frozen=True, slots=True)
class AgreeRoster:
    """Staff say what becomes of a file that they saw the preview of."""

    roster: RosterId
    order: RosterOrder
    told: Message
    """In the place of the preview."""
    gone: Message
    """Said instead, and nothing happens, if somebody said so before or the preview is another person's."""


@dataclass(frozen=True, slots=True)
class SetDigest:
    """Somebody of staff wants the weekly digest, or no longer."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class Audit:
    """Something that staff did, or that somebody without the right tried: for the journal."""

    act: str
    """Slug of what was done, such as `event.published` or `refused`; the phrase `journal_…` says it."""
    about: str = ""
    """What it was done to: an id, a command, never words of a person."""
