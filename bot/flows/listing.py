"""Answers that stand in no flow: people, journeys, coming events, and the choices of a profile field."""

from collections.abc import Sequence

from bot.flows.shelf import Shelf
from bot.model.event import EventState
from bot.model.turn import View

PEOPLE, JOURNEYS, EVENTS = "association.people", "flows", "events"

Listed = Sequence[tuple[str, tuple[str, ...]]]
"""Ids, each with the wordings that mean it, the label first."""


def listed(source: str, shelf: Shelf, view: View) -> Listed:
    """The answers of a prompt with `choices_from`."""
    match source:
        case "association.people":
            return people(shelf, view)
        case "flows":
            flows = (flow for flow in shelf.flows.values() if flow.summary and flow.audience == "everyone")
            return tuple((flow.flow, (flow.title,)) for flow in flows)
        case "events":
            coming = (seen.event for seen in view.events if seen.event.state is EventState.ANNOUNCED)
            return tuple((event.id, (event.title,)) for event in coming)
    declared = shelf.profile.get(source)
    return tuple((one.id, (one.label, *one.also)) for one in declared.choices) if declared else ()


def people(shelf: Shelf, view: View) -> Listed:
    """The members of the person's association."""
    association = view.association
    alone = ((view.person.id, view.person.name),)
    members = association.members if association and association.members else alone
    nameless = shelf.phrases.label("association_self")
    return tuple((str(id), (name or nameless,)) for id, name in members)
