"""What was passed on, to staff or by them, and is changed by its author afterwards.

By the messages' own numbers, which the session remembers: what was for the assistant alone stays so, however
it is changed.
"""

from dataclasses import replace

from bot.dialogue.context_pack import name_of
from bot.dialogue.draft import Draft
from bot.dialogue.passed import PASSED, answered_by, key_of
from bot.dialogue.seat import Seat
from bot.dialogue.staff_desk import answer_with
from bot.flows.template import Rich
from bot.markup.escape import escape
from bot.model.effects import TellTeam
from bot.model.inputs import Unusable, Utterance
from bot.model.message import Markdown, Message
from bot.model.rights import Right


def number_of(post: str) -> str:
    """The number of a message by its `chat/message`; empty where it has none."""
    return post.rpartition("/")[2]


def rewritten(draft: Draft, content: Utterance | Unusable) -> None:
    """Something that was sent before reads so now; nothing if it was for the assistant."""
    number = number_of(content.post)
    request = answered_by(draft, number)
    own = draft.view.request
    if request is not None:
        found = next((one for one in draft.view.requests if one.id == request), None)
        if found is not None and draft.may(Right.ANSWER):
            seat = Seat(draft.view.person, found, alone=True, written=number)
            answer_with(draft, seat, content, edited=True)
    elif own is not None and number in draft.session.told.get(PASSED, "").split():
        for message in _told(draft, key_of(str(own.id), number), content):
            draft.add(
                TellTeam(own.id, message, answers=key_of(str(own.id), number), edits=not message.copied)
            )


def _told(draft: Draft, key: str, content: Utterance | Unusable) -> tuple[Message, ...]:
    """What staff read: words below those of before, a file once more as it is now."""
    phrases, name = draft.phrases, name_of(draft)
    if isinstance(content, Utterance):
        text = Rich(Markdown(escape(content.text)))
        return (Message(phrases.say("request_rewritten", name=name, text=text), key=f"{key}e"),)
    told = Message(phrases.say("request_rewritten_file", name=name), key=f"{key}e")
    instead = phrases.say("request_cannot_pass_on", name=name)
    return replace(told, silent=True), Message(instead, copied=content.post, key=f"{key}ec")
