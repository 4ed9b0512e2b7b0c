"""What staff do with requests: in a group, where they write in a topic, and each in their own chat.

Every function asks again who acts: a button may be forged or older than somebody's standing.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.dialogue.context_pack import own_options, request_option
from bot.dialogue.draft import Draft
from bot.dialogue.entrusting import choose_colleague, entrust
from bot.dialogue.passed import note_answered
from bot.dialogue.questions import say_and_come_back, say_stale
from bot.dialogue.seat import Seat, asker, doing, known_as, signature, tell
from bot.flows.cards import LABEL
from bot.flows.french import shorten, write_date
from bot.flows.template import Rich, fill_from
from bot.markup.escape import escape
from bot.markup.plain import plain
from bot.model.effects import Audit, ProposeEntry, Relay, Send
from bot.model.inputs import Attachment, Input, Unusable, Utterance
from bot.model.message import AttachedFile, Markdown, Message, Option
from bot.model.request import Deed, RequestId, RequestSeen, RequestState, after
from bot.model.rights import Right
from bot.model.values import StoredFile
from bot.model.who import PersonId

ANSWERING = "answer."
"""In front of a request's number, `Session.confirming` where the next words are an answer to it."""

SHOWN = 8
"""Requests that a list shows."""

SEEN = "👍"
"""What an answer gets once it arrived: a reaction that a bot may give (Bot API, ReactionTypeEmoji)."""


# --- in a chat of one's own ---------------------------------------------------------------------------------


def list_requests(draft: Draft, argument: str = "") -> None:
    """`/demandes`: what is open, with a button each; with a number, that one."""
    number = argument.strip().lstrip("n°# ")
    if number.isdecimal() and _known(draft, RequestId(int(number))):
        _open(draft, RequestId(int(number)))
        return
    phrases = draft.phrases
    found = [one for one in draft.view.requests if one.state is not RequestState.CLOSED]
    options = [
        Option(f"req.{one.id}", shorten(known_as(draft, one), LABEL), f"req.{one.id}.open")
        for one in found[:SHOWN]
    ]
    draft.change(active=None)
    if not found:
        none = "requests_none" if draft.view.policy.staffed else "requests_nowhere"
        draft.say(none, draft.button("button_menu", "menu"))
        return
    lines = "\n".join(_line(draft, one) for one in found[:SHOWN])
    text = Markdown(f"{phrases.say('requests_list', count=len(found))}\n\n{lines}")
    draft.add(Send(Message(text, (*options, draft.button("button_menu", "menu")))))


def request_tapped(draft: Draft, request: RequestId, act: str) -> None:
    """A button below a request, in a chat of one's own."""
    seat = _seat(draft, request)
    if seat is None:
        if draft.view.requests == () and not draft.may(Right.ANSWER):
            draft.add(Audit("refused", "request"))
        say_stale(draft)
    elif act.endswith(".open"):
        _open(draft, request)
    elif act.endswith(".answer"):
        _answer_next(draft, seat)
    else:
        request_act(draft, seat, act)


def answers_request(draft: Draft, input: Input) -> bool:
    """What is written right after "Répondre" is the answer; False if it is no answer."""
    if not isinstance(input, Utterance | Attachment | Unusable):
        return False
    number = (draft.pending or "").removeprefix(ANSWERING)
    if draft.pending is None or not draft.pending.startswith(ANSWERING) or not number.isdecimal():
        return False
    if isinstance(input, Utterance) and input.text.strip().startswith("/"):
        return False
    seat = _seat(draft, RequestId(int(number)))
    if seat is None:  # erased, or the role was taken back: these words were for somebody, and no question
        gone = "request_gone" if draft.may(Right.ANSWER) else "stale_tap"
        say_and_come_back(draft, draft.phrases.say(gone))
    else:
        note_answered(draft, seat.request.id)
        answer_with(draft, replace(seat, written=draft.post), input)
    return True


def _seat(draft: Draft, request: RequestId) -> Seat | None:
    found = _known(draft, request)
    if found is None or not draft.may(Right.ANSWER):
        return None
    return Seat(draft.view.person, found, alone=True, team=draft.view.team.members)


def _known(draft: Draft, request: RequestId) -> RequestSeen | None:
    return next((one for one in draft.view.requests if one.id == request), None)


def _open(draft: Draft, request: RequestId) -> None:
    seat = _seat(draft, request)
    assert seat is not None
    one = seat.request
    pack = one.pack or Message(escape(one.text) if one.text else Markdown(escape(known_as(draft, one))))
    text = Markdown(f"{_line(draft, one).removeprefix('- ')}\n\n{pack.text}")
    back = draft.button("button_requests", "requests")
    if one.state is RequestState.CLOSED:
        options: tuple[Option, ...] = (request_option(draft, "reopen", one.id),)
    else:
        options = own_options(draft, str(one.id))
        if one.assigned == draft.view.person.id:
            release = request_option(draft, "release", one.id)
            options = tuple(release if option.id == "req.take" else option for option in options)
    draft.change(active=None)
    draft.add(Send(Message(text, options, (back,))))


def _answer_next(draft: Draft, seat: Seat) -> None:
    if seat.request.state is RequestState.CLOSED:
        draft.say("request_is_closed", request_option(draft, "reopen", seat.request.id))
        return
    draft.change(confirming=f"{ANSWERING}{seat.request.id}", active=None)
    back = draft.button("button_requests", "requests")
    draft.say("request_answer_now", back, name=asker(draft, seat.request))


def _line(draft: Draft, one: RequestSeen) -> Markdown:
    opened = one.opened.astimezone(draft.view.policy.timezone).date()
    state = draft.phrases.label(f"request_state_{one.state}")
    if one.assigned is not None and one.state is not RequestState.CLOSED:
        mine = one.assigned == draft.view.person.id
        name = one.assigned_name or draft.phrases.label("team_nameless")
        held = draft.phrases.label("request_held_by_you" if mine else "request_held_by", name=name)
        state = held if one.state is RequestState.TAKEN else f"{state}, {held}"
    day = write_date(opened, draft.phrases.calendar)
    return draft.phrases.say("requests_line", title=known_as(draft, one), state=state, day=day)


# --- what can be done ---------------------------------------------------------------------------------------


def request_act(draft: Draft, seat: Seat, act: str) -> None:
    """A button below a request was pressed by somebody who may."""
    kind, _, rest = act.partition(".")
    number, _, what = rest.partition(".")
    if number != str(seat.request.id):
        tell(draft, seat, "request_impossible")
    elif kind == "req" and what in DEEDS:
        DEEDS[what](draft, seat, "")
    elif kind == "give" and what.isdecimal():
        choose_colleague(draft, seat, page=int(what))
    elif kind == "hand" and what.isdecimal():
        entrust(draft, seat, PersonId(int(what)))
    elif kind in ("model", "use"):
        _canned(draft, seat, what, send=kind == "use")


def answer_with(
    draft: Draft, seat: Seat, input: Utterance | Attachment | Unusable, *, edited: bool = False
) -> None:
    """Staff wrote to the person: signed, and passed on."""
    words = input.text.strip() if isinstance(input, Utterance) else ""
    _answer(draft, seat, _signed(draft, seat, input), words, edited=edited)


def _answer(
    draft: Draft, seat: Seat, messages: tuple[Message, ...], words: str, *, edited: bool = False
) -> None:
    request = seat.request
    if after(request.state, Deed.ANSWER) is None:
        if not edited:
            tell(draft, seat, "request_is_closed")
        return
    if not edited and not request.talking:
        messages = (*messages[:-1], _with_way_back(draft, messages[-1]))
    _relay(draft, seat, messages, words, edited=edited)


def _relay(
    draft: Draft, seat: Seat, messages: tuple[Message, ...], words: str, *, edited: bool = False
) -> None:
    request, name = seat.request, asker(draft, seat.request)
    delivered = draft.phrases.say("request_delivered", name=name)
    failed = draft.phrases.say("request_failed", name=name)
    draft.add(
        Relay(
            request.id,
            request.state,
            seat.member.id,
            messages,
            mark=Message(delivered, reply_to=seat.reply_to, mark=SEEN if seat.reply_to else "", silent=True),
            failed=Message(failed, reply_to=seat.reply_to),
            edits=edited,
            words=words,
        )
    )


def _signed(draft: Draft, seat: Seat, input: Utterance | Attachment | Unusable) -> tuple[Message, ...]:
    """What the person gets. A key of its own lets a correction find it."""
    phrases, name, key = draft.phrases, signature(draft, seat), _key(draft, seat)
    if isinstance(input, Utterance):
        return (_worded(draft, seat, Markdown(escape(input.text.strip()))),)
    file = phrases.say("request_answer_file", name=name)
    match input:
        case Attachment(content=StoredFile() as stored, text=text):
            caption = Markdown(f"{file}\n\n{escape(text)}" if text else file)
            attached = AttachedFile(stored.name, stored.media_type, stored.sha256)
            return (Message(caption, attachments=(attached,), key=key),)
    if not input.post:
        return (Message(phrases.say("request_cannot_show"), key=key),)
    copied = Message(phrases.say("request_cannot_show"), copied=input.post, key=f"{key}c")
    return Message(file, key=key, silent=True), copied


def _worded(draft: Draft, seat: Seat, text: Markdown) -> Message:
    said = draft.phrases.say("request_answer", name=signature(draft, seat), text=Rich(text))
    return Message(said, key=_key(draft, seat))


def _key(draft: Draft, seat: Seat) -> str:
    """By the message that staff wrote: so a correction of it finds what the person got."""
    own = f"own{seat.member.id}-{seat.written}" if seat.written else ""
    return f"staff-{seat.reply_to or own or format(draft.rng.getrandbits(48), 'x')}"


def _with_way_back(draft: Draft, message: Message) -> Message:
    """The first answer says, once, where the person's words go from now on, and how to end that."""
    assistant = draft.button("button_assistant", "assistant")
    talking = draft.phrases.say("request_talking")
    if message.copied:
        return replace(message, controls=(assistant,))
    return replace(message, text=Markdown(f"{message.text}\n\n{talking}"), controls=(assistant,))


def command_typed(draft: Draft, seat: Seat, text: str) -> None:
    name, _, argument = text[1:].partition(" ")
    name, _, whose = name.partition("@")
    act = COMMANDS.get(name.lower())
    if whose and whose.lower() != draft.view.policy.bot.lower():
        return
    if act is None:
        tell(draft, seat, "request_commands")
    else:
        DEEDS[act](draft, seat, argument.strip())


def _models(draft: Draft, seat: Seat, argument: str) -> None:
    """`/modele`: the answers written in advance, or a look at the one that is named."""
    if argument:
        _canned(draft, seat, argument.split(maxsplit=1)[0].lower(), send=False)
        return
    canned = draft.phrases.canned
    if not canned:
        tell(draft, seat, "request_models_none")
        return
    options = tuple(
        Option(f"model.{name}", one.title, f"model.{seat.request.id}.{name}") for name, one in canned.items()
    )
    tell(draft, seat, "request_models", options=options)


def _canned(draft: Draft, seat: Seat, name: str, *, send: bool) -> None:
    canned = draft.phrases.canned.get(name)
    if canned is None:
        _models(draft, seat, "")
        return
    filled = fill_from(canned.text, {"name": seat.request.name}).replace(" ,", ",")
    text = Markdown(filled.replace("\u00a0,", ","))
    if send:
        # A preview is no message of theirs: there is nothing to put a sign on.
        apart = replace(seat, reply_to="")
        _answer(draft, apart, (_worded(draft, apart, text),), plain(text))
        return
    use = Option(f"use.{name}", draft.phrases.label("button_use"), f"use.{seat.request.id}.{name}")
    tell(draft, seat, "request_model", options=(use,), title=canned.title, text=Rich(text))


def _propose(draft: Draft, seat: Seat, argument: str) -> None:
    """`/proposer`: what is asked and answered here, for the base; shown first, unless it was reworded."""
    request, question = seat.request, argument or seat.request.text
    if not question.strip() or not request.answer.strip():
        tell(draft, seat, "request_nothing_to_propose")
    elif argument:
        _entry(draft, seat, argument)
    else:
        yes = request_option(draft, "entry", request.id)
        tell(draft, seat, "request_propose", options=(yes,), question=question, answer=request.answer)


def _entry(draft: Draft, seat: Seat, argument: str) -> None:
    request, question = seat.request, argument or seat.request.text
    if not question.strip() or not request.answer.strip():
        tell(draft, seat, "request_nothing_to_propose")
        return
    draft.add(ProposeEntry(request.id, seat.member.id, question, request.answer))
    tell(draft, seat, "request_proposed")


def _note(draft: Draft, seat: Seat, argument: str) -> None:
    """`/note`: it stays among staff."""


DEEDS: Mapping[str, Callable[[Draft, Seat, str], None]] = {
    "take": doing(Deed.TAKE, "request_taken"),
    "release": doing(Deed.RELEASE, "request_released"),
    "close": doing(Deed.CLOSE, "request_closed"),
    "reopen": doing(Deed.REOPEN, "request_reopened"),
    "give": choose_colleague,
    "models": _models,
    "propose": _propose,
    "entry": _entry,
    "note": _note,
}
"""What a button or a command below a request does."""

COMMANDS: Mapping[str, str] = {
    "prendre": "take",
    "confier": "give",
    "rendre": "release",
    "fermer": "close",
    "rouvrir": "reopen",
    "modele": "models",
    "modèle": "models",
    "proposer": "propose",
    "note": "note",
}
"""Command in a topic -> what it does."""
