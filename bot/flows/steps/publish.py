"""`publish`: shows the event that the answers make, and announces it or keeps it as a draft."""

from collections.abc import Mapping
from typing import ClassVar

from bot.flows.authored import FieldName
from bot.flows.field import Declared, owner_of
from bot.flows.steps.submitting import Parts, Submitting
from bot.model.values import Owner


class EventParts(Parts):
    """What an event is made of."""

    TYPES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "title": ("text",),
        "starts": ("datetime",),
        "ends": ("datetime",),
        "lasts": ("number", "choice"),
        "zone": ("choice", "text"),
        "place": ("text", "location"),
        "link": ("link",),
        "description": ("text", "post"),
        "file": ("post",),
        "capacity": ("number",),
        "organiser": ("text",),
        "deadline": ("datetime",),
        "event": ("computed", "text"),
    }

    title: FieldName
    starts: FieldName
    ends: FieldName | None = None
    """Wins over `lasts` where both are answered."""
    lasts: FieldName | None = None
    """Minutes; a choice gives them by its `value`."""
    zone: FieldName | None = None
    """IANA name of a time zone, a choice by its `also`; the operator's where it is not answered."""
    place: FieldName | None = None
    link: FieldName | None = None
    description: FieldName | None = None
    file: FieldName | None = None
    """A picture or a document."""
    capacity: FieldName | None = None
    organiser: FieldName | None = None
    deadline: FieldName | None = None
    event: FieldName | None = None
    """Id of the event that is being changed; a new one where it is not answered."""


class Publish(Submitting):
    """Composes an event."""

    VERB: ClassVar[str] = "publish"
    DECISIONS: ClassVar[tuple[str, ...]] = ("publier", "brouillon", "changement")

    publish: EventParts
    made: FieldName | None = None
    """The field that keeps the id of the event."""

    @property
    def parts(self) -> EventParts:
        """The answers that make it."""
        return self.publish

    def declare(self, scope: Owner) -> Mapping[str, Declared]:
        """The fields that it fills."""
        mine = {self.made: Declared("text", owner_of(self.made, scope))} if self.made else {}
        return {**super().declare(scope), **mine}

    def sets(self) -> Mapping[str, tuple[str | int, ...]]:
        return {**super().sets(), **({self.made: ("made",)} if self.made else {})}

    def handed_on(self) -> Mapping[str, FieldName | None]:
        """Its id."""
        return {"made": self.made}
