"""Where staff see to requests together: what they write in a topic, and who is not heard there.

Every function asks again who acts: the group may hold others than staff.
"""

from bot.dialogue.draft import Draft
from bot.dialogue.in_group import heard_in_group
from bot.dialogue.seat import Seat, told_all
from bot.dialogue.staff_desk import answer_with, command_typed, request_act
from bot.model.effects import Audit
from bot.model.inputs import InGroup, StaffReply, Tap, Unusable, Utterance
from bot.model.request import RequestSeen
from bot.model.rights import Right, may

HINTED = "hinted"
"""Where a group's `Session.told` keeps in which topics somebody was told why they are not heard."""
HINTS = 30


def heard_at_desk(draft: Draft, reply: StaffReply) -> None:
    """Something was done where staff see to requests."""
    desk = draft.view.desk
    request = desk.request if desk else None
    if desk is None or request is None:
        _no_request(draft, reply)
        return
    draft.thread = reply.thread
    if reply.disguise:
        draft.add(Audit("refused", f"request ({reply.disguise})"))
        _hint(draft, request, "request_hidden")
        return
    member = desk.member
    if member is None or not may(member.standing, Right.ANSWER):
        draft.add(Audit("refused", "request"))
        _hint(draft, request, "request_stranger")
        return
    seat = Seat(member, request, reply_to=reply.message, team=desk.team)
    match reply.input:
        case Tap(act=act):
            request_act(draft, seat, act)
        case Utterance(text=text) if text.startswith("/"):
            if not reply.edited:
                command_typed(draft, seat, text)
        case Utterance() | Unusable():
            answer_with(draft, seat, reply.input, edited=reply.edited)


def _no_request(draft: Draft, reply: StaffReply) -> None:
    """It was an answer to something else that we said: a question, as in any group."""
    if isinstance(reply.input, Utterance) and reply.reply_to and not (reply.edited or reply.disguise):
        words = " ".join(reply.input.text.split())
        heard_in_group(draft, InGroup(Utterance(words), reply.message, reply.thread))


def _hint(draft: Draft, request: RequestSeen, key: str) -> None:
    """Say once about each request why somebody is not heard there."""
    hint = f"{key[8]}{request.id}"
    known = draft.session.told.get(HINTED, "").split()
    if hint not in known:
        draft.change(told={**draft.session.told, HINTED: " ".join([hint, *known][:HINTS])})
        draft.add(told_all(draft, request, key))
