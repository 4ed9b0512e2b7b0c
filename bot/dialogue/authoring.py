"""What an author may do to a conversation while trying a flow out: begin it at any step."""

from datetime import datetime
from random import Random

from bot.dialogue.draft import Draft
from bot.dialogue.journeys import begin
from bot.dialogue.library import Library
from bot.model.session import Session
from bot.model.turn import Turn, View
from bot.model.values import FlowId


def start_at(
    session: Session, library: Library, view: View, flow: FlowId, step: str, *, now: datetime, rng: Random
) -> Turn:
    """Begin a flow at a step, an open run of it dropped. LookupError if there is no such flow or step."""
    draft = Draft(library, session, view, now, rng)
    found = library.shelf.flows[flow]
    for run in session.runs:
        if run.flow == flow:
            draft.drop(run.id)
    begin(draft, found, at=found.keys[found.position[step]])
    return draft.turn()
