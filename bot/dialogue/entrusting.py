"""A request is given to a colleague: to whom, and what each is told. The right of both is asked for again in
the commit: a role may be taken back between the list and the tap.
"""

from collections import Counter
from dataclasses import replace

from bot.dialogue.draft import Draft
from bot.dialogue.seat import Seat, doing, known_as, remind, signature, tell, told_all
from bot.flows.cards import LABEL
from bot.flows.french import shorten
from bot.knowledge.choice import same_words
from bot.model.effects import Entrust, Send
from bot.model.message import Message, Option
from bot.model.request import Deed, after
from bot.model.rights import Right, may
from bot.model.team import Member
from bot.model.who import PersonId

PAGE = 8
"""Names on one screen."""

_take = doing(Deed.TAKE, "request_taken")


def choose_colleague(draft: Draft, seat: Seat, argument: str = "", *, page: int = 0) -> None:
    """To whom? Everybody who may answer; a name behind the command spares the list."""
    team = _colleagues(seat)
    if after(seat.request.state, Deed.TAKE) is None:
        tell(draft, seat, "request_is_closed")
    elif not [one for one in team if one.id != seat.member.id]:
        tell(draft, seat, "request_no_colleague")
    elif argument and len(named := [one for one in team if same_words(argument, (one.name,))]) == 1:
        entrust(draft, seat, named[0].id)
    else:
        page = min(page, (len(team) - 1) // PAGE)
        title = known_as(draft, seat.request)
        tell(draft, seat, "request_give_whom", options=_page(draft, seat, team, page), title=title)


def entrust(draft: Draft, seat: Seat, colleague: PersonId) -> None:
    """Give it to this one; to oneself it is taking it."""
    request = seat.request
    found = next((one for one in _colleagues(seat) if one.id == colleague), None)
    if found is None:
        tell(draft, seat, "request_colleague_gone")
    elif after(request.state, Deed.TAKE) is None:
        tell(draft, seat, "request_is_closed")
    elif request.assigned == colleague:
        tell(draft, seat, "request_held", name=_name(draft, found))
    elif colleague == seat.member.id:
        _take(draft, seat, "")
    else:
        _give(draft, seat, found)


def _give(draft: Draft, seat: Seat, to: Member) -> None:
    request, giver, name = seat.request, signature(draft, seat), _name(draft, to)
    title = known_as(draft, request)
    told = Message(
        draft.phrases.say("request_given_you", giver=giver, title=title),
        tuple(
            Option(f"req.{what}", draft.phrases.label(label), f"req.{request.id}.{what}")
            for what, label in (("answer", "button_answer"), ("open", "button_open_request"))
        ),
        key=f"request-{request.id}.{draft.rng.getrandbits(32):x}",
    )
    failed = Message(draft.phrases.say("request_not_told", name=name, title=title))
    when = remind(draft, seat, Deed.TAKE)
    held, by = request.assigned, seat.member.id
    draft.add(Entrust(request.id, request.state, held, by, to.id, told, failed, when))
    everybody = told_all(draft, request, "request_given", giver=giver, name=name)
    draft.add(replace(everybody, besides=(by, to.id)))
    if seat.alone:
        back = draft.button("button_requests", "requests")
        draft.add(Send(Message(draft.phrases.say("request_you_gave", name=name, title=title), (back,))))


def _colleagues(seat: Seat) -> list[Member]:
    """Who may see to it. Nobody sees to a request of their own."""
    return [one for one in seat.team if may(one.standing, Right.ANSWER) and one.id != seat.request.person]


def _page(draft: Draft, seat: Seat, team: list[Member], page: int) -> tuple[Option, ...]:
    number, twice = seat.request.id, Counter(one.name for one in team)
    options = [
        Option(f"hand.{one.id}", _label(draft, seat, one, twice[one.name] > 1), f"hand.{number}.{one.id}")
        for one in team[page * PAGE : (page + 1) * PAGE]
    ]
    if page > 0:
        options.append(_turned(draft, seat, "button_door_back", page - 1))
    if (page + 1) * PAGE < len(team):
        options.append(_turned(draft, seat, "button_door_next", page + 1))
    if seat.alone:
        back = draft.phrases.label("button_back_to_request")
        options.append(Option("req.open", back, f"req.{number}.open"))
    return tuple(options)


def _turned(draft: Draft, seat: Seat, label: str, page: int) -> Option:
    return Option(f"give.{page}", draft.phrases.label(label), f"give.{seat.request.id}.{page}")


def _label(draft: Draft, seat: Seat, one: Member, ambiguous: bool) -> str:
    """The name; of two who share one, with the number of each; and who holds the request, or reads this."""
    name = f"{_name(draft, one)} ({one.id})" if ambiguous else _name(draft, one)
    if one.id == seat.request.assigned:
        mark = draft.phrases.label("request_mark_held")
    elif seat.alone and one.id == seat.member.id:
        mark = draft.phrases.label("request_mark_you")
    else:
        return shorten(name, LABEL)
    return f"{shorten(name, LABEL - len(mark) - 1)} {mark}"


def _name(draft: Draft, member: Member) -> str:
    return member.name or draft.phrases.label("team_nameless")
