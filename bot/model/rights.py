"""Who may do what: one table, read by every staff command, button, flow and short command."""

from collections.abc import Mapping
from enum import StrEnum

from bot.model.who import Standing


class Right(StrEnum):
    """Something that not everybody may do."""

    EVENTS = "events"
    """Compose, change and cancel events, write to those who registered for one, check people in, hand out
    links and lists."""
    ANNOUNCE = "announce"
    """Write to many."""
    ANSWER = "answer"
    """See what people asked, answer requests, propose phrasings."""
    NEEDS = "needs"
    """See statistics."""
    JOURNAL = "journal"
    """Read who did what."""
    ROLES = "roles"
    """Invite people to a role and take it back."""


_ORGANISER = frozenset({Right.EVENTS})
_STAFF = _ORGANISER | {Right.ANNOUNCE, Right.ANSWER, Right.NEEDS, Right.JOURNAL}

RIGHTS: Mapping[Standing, frozenset[Right]] = {
    Standing.MEMBER: frozenset(),
    Standing.ORGANISER: _ORGANISER,
    Standing.STAFF: _STAFF,
    Standing.ADMIN: _STAFF | {Right.ROLES},
}


def may(standing: Standing, right: Right) -> bool:
    """Whether people of that standing may do it."""
    return right in RIGHTS[standing]
