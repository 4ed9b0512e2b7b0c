"""What can go wrong between the bot and Telegram, as values that a test scripts.

Texts as in ``answers``. A ``Fault`` says what the bot gets; a ``Rule`` says which calls get it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.telegram_api import answers
from tests.telegram_api.answers import Refusal, too_many, upgraded
from tests.telegram_api.call import Answer, Call
from tests.telegram_api.wire import answer_refusal


@dataclass(frozen=True)
class Fault:
    """One way to fail.

    ``answer`` replaces the true answer (None: the true one is given); ``effect``: the call does its work
    first; ``delay`` seconds pass before the answer; ``reset``: the connection is cut instead of an answer;
    ``dribble``: the delay falls into the middle of the body.
    """

    name: str
    answer: Answer | None = None
    effect: bool = False
    delay: float = 0.0
    reset: bool = False
    dribble: bool = False


@dataclass
class Rule:
    """Which calls a fault strikes: those of a method (any case), of a chat; ``left`` more times (None: for
    ever)."""

    fault: Fault
    method: str | None = None
    chat: int | None = None
    left: int | None = 1
    hits: list[Call] = field(default_factory=list)

    def strikes(self, call: Call) -> bool:
        """True when this call gets the fault."""
        return (
            self.left != 0
            and (self.method is None or self.method.lower() == call.method.lower())
            and (self.chat is None or self.chat == call.chat_id)
        )

    def end(self) -> None:
        """Strike no more."""
        self.left = 0


class Faults:
    """The rules, oldest first; the first that strikes is used up."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def add(self, rule: Rule) -> Rule:
        """Add a rule."""
        self.rules.append(rule)
        return rule

    def take(self, call: Call) -> Fault | None:
        """The fault for this call, None if it is spared."""
        rule = next((rule for rule in self.rules if rule.strikes(call)), None)
        if rule is None:
            return None
        rule.hits.append(call)
        if rule.left is not None:
            rule.left -= 1
        call.fault = rule.fault.name
        return rule.fault

    def clear(self) -> None:
        """No more faults."""
        self.rules.clear()


def refused(name: str, refusal: Refusal) -> Fault:
    """Any refusal of the Bot API."""
    return Fault(name, answer_refusal(refusal))


def flood(seconds: int = 1) -> Fault:
    """429 with ``retry_after`` in the body and ``Retry-After`` in the header."""
    return refused("flood", too_many(seconds))


def flood_without_parameters(seconds: int = 1) -> Fault:
    """429 that tells the seconds in its text only."""
    return refused("flood_without_parameters", too_many(seconds, bare=True))


def blocked() -> Fault:
    """403: the person blocked the bot."""
    return refused("blocked", Refusal(403, "Forbidden: bot was blocked by the user"))


def deactivated() -> Fault:
    """403: the account is gone."""
    return refused("deactivated", Refusal(403, "Forbidden: user is deactivated"))


def kicked(place: str = "supergroup") -> Fault:
    """403: thrown out of a group, supergroup or channel."""
    return refused("kicked", Refusal(403, f"Forbidden: bot was kicked from the {answers.PLACES[place]}"))


def not_a_member(place: str = "supergroup") -> Fault:
    """403: never was, or left."""
    return refused(
        "not_a_member", Refusal(403, f"Forbidden: bot is not a member of the {answers.PLACES[place]}")
    )


def group_deleted() -> Fault:
    """403: the group is no more."""
    return refused("group_deleted", Refusal(403, "Forbidden: the group chat was deleted"))


def migrated(new_id: int) -> Fault:
    """400 with ``migrate_to_chat_id``."""
    return refused("migrated", upgraded(new_id))


def bad_request(text: str = "something that nobody has seen before") -> Fault:
    """400 with this text after "Bad Request: "."""
    return refused("bad_request", answers.bad_request(text))


def chat_not_found() -> Fault:
    """400: no such chat."""
    return bad_request("chat not found")


def unauthorized() -> Fault:
    """401: the token was revoked."""
    return refused("unauthorized", Refusal(401, "Unauthorized"))


def conflict() -> Fault:
    """409: somebody else polls."""
    return refused("conflict", Refusal(409, answers.SECOND_POLLER))


def server_error(status: int = 502, *, effect: bool = False) -> Fault:
    """5xx with the HTML page of a proxy."""
    page = f"<html><head><title>{status}</title></head><body><h1>{status} Bad Gateway</h1></body></html>"
    answer = Answer(status, page.encode(), {"Content-Type": "text/html"})
    return Fault("server_error", answer, effect=effect)


def malformed(*, effect: bool = False) -> Fault:
    """200 with half a JSON object."""
    return Fault("malformed", Answer(200, b'{"ok":true,"result":{"message_id":'), effect=effect)


def bare_refusal(status: int = 400) -> Fault:
    """``ok: false`` with a code and a text, and nothing else."""
    body = {"ok": False, "error_code": status, "description": "Refused"}
    return Fault("bare_refusal", Answer(status, json.dumps(body).encode()))


def reset() -> Fault:
    """The connection is cut before anything happened."""
    return Fault("reset", reset=True)


def reset_after_effect() -> Fault:
    """The connection is cut after the message went out."""
    return Fault("reset_after_effect", reset=True, effect=True)


def slow(seconds: float) -> Fault:
    """The true answer, late: the effect is there at once (a read timeout meets a message that was sent)."""
    return Fault("slow", effect=True, delay=seconds)


def slow_body(seconds: float) -> Fault:
    """The true answer, its second half late."""
    return Fault("slow_body", effect=True, delay=seconds, dribble=True)


BY_NAME: Mapping[str, Callable[..., Any]] = {
    make.__name__: make
    for make in (
        flood, flood_without_parameters, blocked, deactivated, kicked, not_a_member, group_deleted, migrated,
        bad_request, chat_not_found, unauthorized, conflict, server_error, malformed, bare_refusal, reset,
        reset_after_effect, slow, slow_body,
    )
}  # fmt: skip
"""For the control port."""
