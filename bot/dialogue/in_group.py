"""Where several people talk: answers to questions, and nothing else. No journey, no profile, no names."""

from bot.dialogue.draft import Draft
from bot.model.effects import Reach
from bot.model.inputs import InGroup, Membership


def heard_in_group(draft: Draft, heard: InGroup) -> None:
    """Something was meant for us in a group."""
    match heard.input:
        case Membership(change=change):
            draft.add(Reach(change == "unblocked"))
