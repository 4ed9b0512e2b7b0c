"""Who of staff acts on which request and from where, what is said of it to the others, and the deeds that
take one tap: take, give back, close, reopen.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.dialogue.draft import Draft
from bot.dialogue.waiting import reminder
from bot.flows.template import Rich
from bot.model.effects import Handle, Send, TellTeam
from bot.model.message import Message, Option
from bot.model.request import Deed, RequestSeen, RequestState, after
from bot.model.team import Member
from bot.model.who import Person


@dataclass(frozen=True, slots=True)
class Seat:
    """Who of staff acts on which request, and from where."""

    member: Person
    request: RequestSeen
    alone: bool = False
    """In their own chat; else in the group, where all of them read."""
    reply_to: str = ""
    """In the group, the message that was written."""
    written: str = ""
    """The same in their own chat."""
    team: tuple[Member, ...] = ()
    """Everybody with a role, where it matters."""


def doing(deed: Deed, said: str) -> Callable[[Draft, Seat, str], None]:
    """Take, give back, close or reopen, and say so to the others."""

    def act(draft: Draft, seat: Seat, argument: str) -> None:
        request = seat.request
        if deed is Deed.REOPEN and request.another:
            tell(draft, seat, "request_another")
        elif after(request.state, deed) is None:
            tell(draft, seat, "request_impossible")
        else:
            draft.add(Handle(request.id, deed, request.state, seat.member.id, remind(draft, seat, deed)))
            name = signature(draft, seat)
            told = told_all(draft, request, said, name=name)
            draft.add(replace(told, besides=(seat.member.id,) if seat.alone else ()))
            if seat.alone:
                tell(draft, seat, said, name=name)

    return act


def remind(draft: Draft, seat: Seat, deed: Deed) -> datetime | None:
    """When staff are reminded of what this deed makes theirs to answer; None if it does not."""
    was_theirs = seat.request.state not in (RequestState.WAITING, RequestState.CLOSED)
    return None if was_theirs or deed is Deed.CLOSE else reminder(draft)


def signature(draft: Draft, seat: Seat) -> str:
    return seat.member.name or draft.phrases.label("request_team_name")


def known_as(draft: Draft, request: RequestSeen) -> str:
    """What a request is known by; one from before there was a team has no title yet."""
    return request.title or f"{request.id} · {asker(draft, request)}"


def asker(draft: Draft, request: RequestSeen) -> str:
    return request.name or draft.phrases.label("request_nobody")


def told_all(draft: Draft, request: RequestSeen, key: str, **values: str | int | Rich) -> TellTeam:
    """A phrase for all who see to a request."""
    name = f"request-{request.id}.{draft.rng.getrandbits(32):x}"
    return TellTeam(request.id, Message(draft.phrases.say(key, **values), key=name, silent=True))


def tell(
    draft: Draft, seat: Seat, key: str, *, options: tuple[Option, ...] = (), **values: str | int | Rich
) -> None:
    """A phrase for who acts: in the group where they act, or in their own chat."""
    text = draft.phrases.say(key, **values)
    if seat.alone:
        draft.add(Send(Message(text, options or (draft.button("button_requests", "requests"),))))
        return
    key = f"request-{seat.request.id}.{draft.rng.getrandbits(32):x}"
    message = Message(text, options, key=key, reply_to=seat.reply_to)
    draft.add(TellTeam(seat.request.id, message))
