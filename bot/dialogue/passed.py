"""Which messages were passed on to staff, or by them: what `Session.told` remembers of it."""

from bot.dialogue.draft import Draft
from bot.model.request import RequestId

ASKED = "asked"
"""Under it: the number of the message with the question asked last."""

PASSED = "passed"
"""Under it: the numbers of messages that went to staff, the newest first."""

ANSWERED = "answered"
"""Under it: `<number>:<request>` of messages that were answers to requests, the newest first."""

KEPT = 30
"""How many of either."""


def key_of(request: str, number: str) -> str:
    """What a message of a person is called where staff read it."""
    return f"request-{request}.p{number}"


def note_asked(draft: Draft) -> None:
    """A question was asked: by which message."""
    _note(draft, ASKED, [draft.post] if draft.post else [])


def asked_by(draft: Draft) -> str:
    """The message with that question; empty where it has no number."""
    return draft.session.told.get(ASKED, "")


def note_passed(draft: Draft, number: str) -> None:
    """What stood in this message goes to staff."""
    known = draft.session.told.get(PASSED, "").split()
    _note(draft, PASSED, [number, *(one for one in known if one != number)])


def forget_passed(draft: Draft) -> None:
    """The request is closed."""
    _note(draft, PASSED, [])


def note_answered(draft: Draft, request: RequestId) -> None:
    """What staff just wrote in their own chat answers a request."""
    if draft.post:
        known = draft.session.told.get(ANSWERED, "").split()
        _note(draft, ANSWERED, [f"{draft.post}:{request}", *known])


def answered_by(draft: Draft, number: str) -> RequestId | None:
    """The request that a message of staff, in their own chat, was an answer to."""
    for one in draft.session.told.get(ANSWERED, "").split():
        known, _, request = one.partition(":")
        if known == number and number:
            return RequestId(int(request))
    return None


def _note(draft: Draft, name: str, numbers: list[str]) -> None:
    told = {one: value for one, value in draft.session.told.items() if one != name}
    if numbers:
        told[name] = " ".join(numbers[:KEPT])
    if told != draft.session.told:
        draft.change(told=told)
