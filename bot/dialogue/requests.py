"""A person and staff: asking for a human, what goes to staff instead of to the assistant, and the end of it.

What staff do stands in `staff_desk`.
"""

from dataclasses import replace

from bot.dialogue.context_pack import name_of, own_options, pack_of, title_of
from bot.dialogue.draft import Draft
from bot.dialogue.passed import asked_by, forget_passed, key_of, note_passed
from bot.dialogue.prompts import repeat
from bot.dialogue.questions import say_and_come_back, say_stale, ways_on
from bot.dialogue.waiting import reminder, still_waiting, watch
from bot.flows.template import Rich
from bot.knowledge.choice import same_words
from bot.markup.escape import escape
from bot.model.effects import Escalate, Handle, Rate, Send, ShareContext, Talk, TellTeam
from bot.model.inputs import Attachment, Command, Contact, Input, Location, Opening, Tap, Unusable, Utterance
from bot.model.message import AttachedFile, Markdown, Message, Option
from bot.model.request import NUMBER, SCORES, TIMER_CLOSED, TIMER_STALE, Deed, OwnRequest, RequestId, after
from bot.model.values import StoredFile

WRITING = "request"
"""`Session.confirming` where the next words go to staff."""

LACKED = "lacked."
"""In front of a request's number: the next words say what was missing."""

QUESTION = "question"
"""Why staff are called: for the question that the assistant did not answer."""

TOLD = "team"
"""Where `Session.told` keeps that staff hold something of this person."""


# --- asking -------------------------------------------------------------------------------------------------


def call_team(draft: Draft) -> None:
    """A human is wanted, and there is a team: tell them, and ask what they may see."""
    phrases, parts, options = draft.phrases, [], ways_on(draft)
    known = _told_of(draft)
    if not known:
        draft.add(Escalate("asked"))
        parts.append(phrases.say("request_noted", contact=draft.contact))
    else:
        parts.append(phrases.say("request_known"))
    if not draft.session.active:  # elsewhere the next words answer a question of ours
        draft.change(confirming=WRITING)
        parts.append(phrases.say("request_write"))
    if not known:
        parts.append(phrases.say("request_consent"))
        options = _consent(draft)
    draft.add(Send(Message(Markdown("\n\n".join(parts)), options)))
    if draft.session.active:
        repeat(draft)


def _told_of(draft: Draft) -> bool:
    """Whether staff know of an open request; a wish from before there was a team has no title yet."""
    return draft.view.request is not None and bool(draft.view.request.title)


def _consent(draft: Draft) -> tuple[Option, Option]:
    return draft.button("button_share", "share"), draft.button("button_keep", "keep")


def ask_team(draft: Draft) -> None:
    """The question just rejected goes to staff: shown first, and asked what goes with it."""
    if not draft.session.asked:
        call_team(draft)
        return
    options = (
        draft.button("button_send_all", "send-all"),
        draft.button("button_send_only", "send-only"),
        draft.button("button_send_none", "menu"),
    )
    draft.say("request_confirm", *options, question=" ".join(draft.session.asked.split()))


def send_question(draft: Draft, *, everything: bool) -> None:
    """Yes: the question goes to staff."""
    if not draft.session.asked:
        say_stale(draft)
        return
    draft.add(Escalate(QUESTION, draft.session.asked))
    draft.share = everything
    if own := draft.view.request:  # it joins what staff hold already
        _pass_on(draft, own)
        if everything:
            _show(draft, own, agreed=True)
    say_and_come_back(draft, draft.phrases.say("request_sent"))


def share(draft: Draft, *, agreed: bool) -> None:
    """Whether staff may see the answers and the last messages."""
    own = draft.view.request
    if own is None:
        say_stale(draft)
        return
    _show(draft, own, agreed=agreed)
    say_and_come_back(draft, draft.phrases.say("request_shared" if agreed else "request_kept"))


def _show(draft: Draft, own: OwnRequest, *, agreed: bool) -> None:
    """Have staff see what they may see from now on."""
    pack = pack_of(draft, own.reason, own.text, shared=agreed, number=str(own.id))
    alone = own_options(draft, str(own.id))
    draft.add(ShareContext(own.id, agreed, replace(pack, key=f"request-{own.id}"), alone))


def completed(draft: Draft) -> None:
    """Give every request of this turn, those of journeys too, what staff shall see of it."""
    if not draft.view.policy.staffed:
        return
    asks = [place for place, effect in enumerate(draft.effects) if isinstance(effect, Escalate)]
    for place in asks:
        effect = draft.effects[place]
        assert isinstance(effect, Escalate)
        draft.effects[place] = _packed(draft, effect)
        draft.change(told={**draft.session.told, TOLD: "1"})
    if asks and "/" in _reason(draft, asks[0]) and not _told_of(draft):
        # A journey called them: what they may see is still to be asked.
        consent = Send(Message(draft.phrases.say("request_consent"), _consent(draft)))
        sends = [place for place, effect in enumerate(draft.effects) if isinstance(effect, Send)]
        before_prompt = bool(draft.session.active) and bool(sends)
        draft.effects.insert(sends[-1] if before_prompt else len(draft.effects), consent)


def _reason(draft: Draft, place: int) -> str:
    effect = draft.effects[place]
    return effect.reason if isinstance(effect, Escalate) else ""


def _packed(draft: Draft, effect: Escalate) -> Escalate:
    pack = pack_of(draft, effect.reason, effect.text, shared=draft.share)
    words = effect.text or draft.phrases.label("request_what_asked")
    joins = _said(draft, escape(words), NUMBER, _written_in(draft, effect))
    return replace(
        effect,
        title=title_of(draft, effect.reason, effect.text),
        pack=pack,
        joins=joins,
        alone=own_options(draft, NUMBER),
        remind=reminder(draft),
    )


def _written_in(draft: Draft, effect: Escalate) -> str:
    """The message whose words go to staff; empty if none do: who calls them by an answer shows them none."""
    if effect.reason == QUESTION:
        return asked_by(draft)
    return draft.post if effect.text else ""


# --- instead of the assistant -------------------------------------------------------------------------------


def goes_to_team(draft: Draft, input: Input) -> bool:
    """Pass on what a person did if it is meant for staff; False if the assistant is to deal with it."""
    own = draft.view.request
    if draft.pending and draft.pending.startswith(LACKED) and isinstance(input, Utterance):
        return _lacked(draft, input.text)
    if own is None or not (own.talking or draft.pending == WRITING):
        return False
    match input:
        case Utterance(text=text, forwarded=forwarded):
            return _words(draft, own, text, forwarded=forwarded)
        case Attachment() | Unusable():
            _pass_on(draft, own, *_something(draft, own, input))
            if not own.talking:
                say_and_come_back(draft, draft.phrases.say("request_passed_on"))
            return True
    return False


def _words(draft: Draft, own: OwnRequest, text: str, *, forwarded: bool) -> bool:
    words = text.strip()
    if not words or (words.startswith("/") and not forwarded):
        return False
    if same_words(words, (draft.phrases.label("button_assistant"),)):
        back_to_assistant(draft)
    elif not own.talking and same_words(words, draft.phrases.words["no"]):
        say_and_come_back(draft, draft.phrases.say("request_not_passed_on"))
    else:
        _words_passed_on(draft, own, text)
    return True


def _words_passed_on(draft: Draft, own: OwnRequest, text: str) -> None:
    if own.talking:
        _pass_on(draft, own, _said(draft, escape(text), str(own.id), draft.post))
        return
    draft.add(Escalate("asked", text.strip()))  # joins the request, and says what it is about if nothing did
    _pass_on(draft, own)
    say_and_come_back(draft, draft.phrases.say("request_passed_on"))


def _pass_on(draft: Draft, own: OwnRequest, *messages: Message) -> None:
    for message in messages:
        answer = Option("req.answer", draft.phrases.label("button_answer"), f"req.{own.id}.answer")
        draft.add(TellTeam(own.id, message, alone=(answer,)))
    if after(own.state, Deed.WRITE) not in (None, own.state):
        draft.add(Handle(own.id, Deed.WRITE, own.state))
        watch(draft, own)


def _said(draft: Draft, text: str, number: str, post: str) -> Message:
    said = draft.phrases.say("request_said", name=name_of(draft), text=Rich(Markdown(text)))
    return Message(said, key=_key(draft, number, post))


def _key(draft: Draft, number: str, post: str) -> str:
    """By the message that is passed on: what changes it says so below."""
    if not post:
        return f"request-{number}.{draft.rng.getrandbits(32):x}"
    note_passed(draft, post)
    return key_of(number, post)


def _something(draft: Draft, own: OwnRequest, input: Attachment | Unusable) -> tuple[Message, ...]:
    """What is no text: a file as it is, the rest copied where the channel can do that."""
    phrases, name = draft.phrases, name_of(draft)
    key = _key(draft, str(own.id), draft.post)
    sent = phrases.say("request_sent_something", name=name)
    match input:
        case Attachment(content=StoredFile() as file, text=text):
            caption = Markdown(f"{sent}\n\n{escape(text)}" if text else sent)
            attached = AttachedFile(file.name, file.media_type, file.sha256)
            return (Message(caption, attachments=(attached,), key=key),)
        case Attachment(content=Contact(phone=phone)):
            return (Message(phrases.say("request_gave_phone", name=name, phone=phone), key=key),)
        case Attachment(content=Location(latitude=north, longitude=east)):
            place = f"{north:.5f}, {east:.5f}"
            return (Message(phrases.say("request_gave_place", name=name, place=place), key=key),)
    if not input.post:
        return (Message(sent, key=key),)
    return (
        Message(sent, key=key, silent=True),
        Message(phrases.say("request_cannot_pass_on", name=name), copied=input.post, key=f"{key}c"),
    )


def back_to_assistant(draft: Draft) -> None:
    """From now on the assistant answers again; staff can still write."""
    own = draft.view.request
    if own is None or not own.talking:
        say_and_come_back(draft, draft.phrases.say("request_assistant"))
        return
    told = Message(draft.phrases.say("request_went_back", name=name_of(draft)), silent=True)
    draft.add(Talk(own.id, on=False), TellTeam(own.id, replace(told, key=f"request-{own.id}.back")))
    say_and_come_back(draft, draft.phrases.say("request_assistant"))


def follows_journey(draft: Draft, input: Input) -> None:
    """Whoever taps or commands their way into a journey while talking to staff answers the journey from now
    on: their next words must not go to somebody else than who asked last."""
    own = draft.view.request
    if own is None or not own.talking or not draft.session.active:
        return
    if isinstance(input, Tap | Command | Opening) and not _leaves(draft, own):
        draft.add(Talk(own.id, on=False))
        draft.effects.insert(0, Send(Message(draft.phrases.say("request_assistant_flow"))))


def _leaves(draft: Draft, own: OwnRequest) -> bool:
    return any(isinstance(effect, Talk) and effect.request == own.id for effect in draft.effects)


# --- the end ------------------------------------------------------------------------------------------------


def request_due(draft: Draft, key: str) -> bool:
    """A timer of a request fired; False if it is another one's."""
    for prefix, act in ((TIMER_CLOSED, _closed), (TIMER_STALE, still_waiting)):
        if key.startswith(prefix) and key.removeprefix(prefix).isdecimal():
            act(draft, RequestId(int(key.removeprefix(prefix))))
            return True
    return False


def _closed(draft: Draft, request: RequestId) -> None:
    own = draft.view.request
    if own is not None and own.id == request:
        return  # opened again meanwhile
    if own is None:
        forget_passed(draft)
    options = tuple(
        Option(f"req.{score}", draft.phrases.label(f"button_score_{score}"), f"req.{request}.{score}")
        for score in SCORES
    )
    draft.add(Send(Message(draft.phrases.say("request_finished"), options)))
    if draft.session.active:
        repeat(draft)


def rated(draft: Draft, request: RequestId, score: str) -> None:
    """How staff saw to it."""
    told = Message(draft.phrases.say(f"request_rated_{score}"), key=f"request-{request}.score", silent=True)
    draft.add(Rate(request, score, told=told))
    if score != SCORES[0] and not draft.session.active:
        draft.change(confirming=f"{LACKED}{request}")
        draft.say("request_what_lacked", draft.button("button_menu", "menu"))
    else:
        say_and_come_back(draft, draft.phrases.say("request_thanks"))


def _lacked(draft: Draft, text: str) -> bool:
    words = text.strip()
    request = RequestId(int((draft.pending or "0").removeprefix(LACKED)))
    if not words or words.startswith("/"):
        return False
    own = draft.view.request
    if own is not None and own.id == request:  # opened again meanwhile: then it is no verdict any more
        return _words(draft, own, text, forwarded=False)
    if not same_words(words, draft.phrases.words["no"]):
        told = draft.phrases.say("request_rated_words", text=" ".join(words.split()))
        key = f"request-{request}.words"
        draft.add(Rate(request, words=words, told=Message(told, key=key, silent=True)))
    say_and_come_back(draft, draft.phrases.say("request_thanks"))
    return True


def leave_team(draft: Draft) -> None:
    """The person is being erased: what staff hold of them shall go, too."""
    if TOLD in draft.session.told or draft.view.request is not None:
        words = draft.phrases.say("request_person_erased", number=NUMBER)
        instead = draft.phrases.say("request_taken_back")
        draft.add(
            TellTeam(RequestId(0), Message(words)), TellTeam(RequestId(0), Message(instead, recalls=True))
        )


def erasing(draft: Draft, words: Markdown) -> Markdown:
    """What an erasure says, with what it cannot promise."""
    if TOLD not in draft.session.told and draft.view.request is None:
        return words
    return Markdown(f"{words}\n\n{draft.phrases.say('request_erased_person')}")
