"""`announce`: shows the announcement that the answers make, to how many it goes, and sends it."""

from collections.abc import Mapping
from typing import ClassVar

from bot.flows.authored import FieldName
from bot.flows.steps.submitting import Parts, Submitting


class AnnouncementParts(Parts):
    """What an announcement is made of. People must fit every rule about them that was answered."""

    TYPES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "post": ("post", "text"),
        "kind": ("choice", "computed"),
        "event": ("choice", "computed", "text"),
        "among": ("choices", "choice", "department"),
        "done": ("choices", "choice"),
        "under_way": ("choices", "choice"),
        "registered": ("choices", "choice"),
        "not_seen": ("number", "choice"),
        "condition": ("condition",),
        "spare": ("choices",),
        "spare_days": ("number",),
        "starts": ("datetime",),
        "rhythm": ("choice",),
    }

    post: FieldName | None = None
    """What is said; may stay open where there is an `event`."""
    kind: FieldName
    """events, life or resources: what people may opt out of."""
    event: FieldName | None = None
    """The event whose card stands below."""
    among: tuple[FieldName, ...] = ()
    """Choices of profile fields (`choices_from`): people who gave one of them."""
    done: FieldName | None = None
    """Journeys: people who finished one of them."""
    under_way: FieldName | None = None
    """Journeys: people who are in the middle of one of them."""
    registered: FieldName | None = None
    """Events: people who come to one of them."""
    not_seen: FieldName | None = None
    """Days for which people were not there; a choice gives them by its `value`."""
    condition: FieldName | None = None
    """A rule written by hand; joined to the others."""
    spare: FieldName | None = None
    """busy, recent: leave out people in the middle of a journey, or who got an announcement lately."""
    spare_days: FieldName | None = None
    """How long ago is lately; a week where it is not answered."""
    starts: FieldName | None = None
    """When it leaves; at once where it is not answered."""
    rhythm: FieldName | None = None
    """once, weekly or monthly."""


class Announce(Submitting):
    """Composes an announcement."""

    VERB: ClassVar[str] = "announce"
    DECISIONS: ClassVar[tuple[str, ...]] = ("envoyer", "encore")

    announce: AnnouncementParts

    @property
    def parts(self) -> AnnouncementParts:
        """The answers that make it."""
        return self.announce
