"""Nobody is left waiting for ever: neither who writes to staff, nor what staff were to read."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.model.effects import Escalate, Handle, Miss, Relay, SetTimer, ShareContext, Talk
from bot.model.inputs import Attachment, Input, Tap, Timeout, Unusable
from bot.model.preferences import Preferences
from bot.model.request import TIMER_CLOSED, TIMER_STALE, Deed, OwnRequest, RequestId, RequestState
from bot.model.values import StoredFile
from bot.model.who import Standing
from tests.dialogue.chat import bare
from tests.dialogue.test_requests import OWN, SEEN, TALKING, Alone, Asking, AtDesk

WRITTEN = replace(TALKING, state=RequestState.TAKEN)
"""Staff answered once, the person wrote again."""


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


# --- the person wrote again, and nobody answers -----------------------------------------------------------


def test_who_writes_again_is_watched_over_as_who_asked() -> None:
    chat = Asking(TALKING)
    chat.say("et demain ?")
    assert [one.due for one in chat.effects if isinstance(one, SetTimer)] == [at("2027-01-13T08:00")]
    chat.request = WRITTEN
    chat.say("toujours là ?")
    assert chat.of(SetTimer) == [], "writing more does not put the reminder off"


@pytest.mark.parametrize(
    "request_",
    [WRITTEN, replace(WRITTEN, state=RequestState.OPEN), replace(WRITTEN, state=RequestState.REOPENED)],
)
def test_staff_are_reminded_of_who_wrote_again(request_: OwnRequest) -> None:
    chat = Asking(request_)
    chat.give(Timeout(f"{TIMER_STALE}1"), after=timedelta(days=2))
    assert chat.passed_on() == ["[request_stale_again] Awa"]
    assert [one.due for one in chat.effects if isinstance(one, SetTimer)] == [at("2027-01-14T08:00")]


def test_the_person_is_told_once_and_shown_the_way_back() -> None:
    chat = Asking(TALKING)
    chat.say("et demain ?")
    chat.request = WRITTEN
    (told,) = chat.give(Timeout(f"{TIMER_STALE}1"), after=timedelta(days=2))
    assert bare(told) == "[request_still_waiting]" and [one.id for one in told.options] == ["assistant"]
    assert chat.give(Timeout(f"{TIMER_STALE}1"), after=timedelta(days=1)) == []
    chat.tap("assistant")
    assert Talk(RequestId(1), on=False) in chat.effects
    chat.request = TALKING  # answered at last
    chat.say("merci, et aussi ?")
    chat.request = WRITTEN
    assert len(chat.give(Timeout(f"{TIMER_STALE}1"), after=timedelta(days=4))) == 1


def test_who_talks_to_the_assistant_meanwhile_is_not_told() -> None:
    chat = Asking(OWN)
    assert chat.give(Timeout(f"{TIMER_STALE}1"), after=timedelta(days=2)) == []
    assert chat.passed_on() == ["[request_stale] lundi 11 janvier 2027"]


@pytest.mark.parametrize("hours", [(time(21), time(18)), (time(0), time(0))])
def test_the_hours_that_a_person_chose_are_not_those_of_staff(hours: tuple[time, time]) -> None:
    """`always` would ring at night, `evening` at 18 h."""
    chat = Asking(OWN)
    chat.preferences = Preferences(quiet=hours)
    chat.now = at("2027-01-13T21:29")
    chat.give(Timeout(f"{TIMER_STALE}1"))
    assert chat.passed_on() == []
    chat.request = None
    chat.say("parler à quelqu'un")
    (asked,) = chat.of(Escalate)
    assert isinstance(asked, Escalate) and asked.remind == at("2027-01-15T08:00")


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2027-03-25T10:00", "2027-03-30T07:00"),  # Thursday before Easter; Monday is a holiday
        ("2027-05-05T10:00", "2027-05-10T07:00"),  # Ascension is the day after
        ("2027-12-31T10:00", "2028-01-04T08:00"),  # a Friday; New Year is a Saturday
        ("2027-07-13T10:00", "2027-07-16T07:00"),
    ],
)
def test_public_holidays_are_no_working_days(opened: str, due: str) -> None:
    chat = Asking()
    chat.now = at(opened) - timedelta(minutes=1)
    chat.say("parler à quelqu'un")
    (asked,) = chat.of(Escalate)
    assert isinstance(asked, Escalate) and asked.remind == at(due)


def test_on_a_public_holiday_nobody_is_reminded() -> None:
    chat = Asking(OWN)
    chat.now = at("2027-05-06T08:59")  # Ascension
    chat.give(Timeout(f"{TIMER_STALE}1"))
    assert chat.passed_on() == []
    assert [one.due for one in chat.effects if isinstance(one, SetTimer)] == [at("2027-05-07T07:00")]


@pytest.mark.parametrize(
    ("act", "state", "reminded"),
    [
        ("reopen", RequestState.CLOSED, True),
        ("release", RequestState.WAITING, True),
        ("take", RequestState.WAITING, True),
        ("take", RequestState.OPEN, False),  # it is watched over already
        ("release", RequestState.TAKEN, False),
        ("close", RequestState.WAITING, False),
    ],
)
def test_what_comes_back_to_staff_is_watched_over(act: str, state: RequestState, reminded: bool) -> None:
    desk = AtDesk(replace(SEEN, state=state))
    desk.does(Tap(f"req.1.{act}"))
    (handle,) = [one for one in desk.effects if isinstance(one, Handle)]
    assert handle.remind == (at("2027-01-13T08:00") if reminded else None)


# --- what was meant for staff reaches them ----------------------------------------------------------------


def test_all_of_a_question_sent_into_an_open_request_is_sent() -> None:
    waiting = replace(OWN, state=RequestState.WAITING, answered=OWN.opened)
    for button, shares in (("send-all", True), ("send-only", False)):
        chat = Asking(waiting)
        chat.say("quelle pizzeria choisir")
        chat.tap("ask-team", button)
        assert [one.text for one in chat.effects if isinstance(one, Escalate)] == ["quelle pizzeria choisir"]
        shared = [one for one in chat.effects if isinstance(one, ShareContext)]
        assert [one.agreed for one in shared] == [True] * shares
        assert all("mon bail" in one.pack.text and one.pack.key == "request-1" for one in shared)
        assert chat.of(Handle) == [Handle(RequestId(1), Deed.WRITE, RequestState.WAITING)]


@pytest.mark.parametrize(
    ("input", "told"),
    [
        (Unusable("voice", post="7/4"), "[request_sent_something] Awa"),
        (Attachment(StoredFile("a" * 64, "a.pdf", "application/pdf", 1)), "[request_sent_something] Awa"),
    ],
)
def test_who_was_invited_to_write_may_speak_or_send_a_file(input: Input, told: str) -> None:
    chat = Asking()
    chat.say("parler à quelqu'un")
    chat.request = OWN
    chat.give(input)
    assert chat.passed_on()[0] == told and "[request_passed_on]" in chat.text
    chat.give(input)
    assert chat.passed_on() == []


def test_what_was_missing_goes_into_a_request_that_was_opened_again() -> None:
    chat = Asking()
    chat.give(Tap("req.1.half"))
    chat.request = replace(OWN, state=RequestState.REOPENED)
    chat.say("la cuisson")
    (joined,) = chat.of(Escalate)
    assert isinstance(joined, Escalate) and joined.text == "la cuisson"


@pytest.mark.parametrize(
    ("standing", "said"), [(Standing.STAFF, "[request_gone]"), (Standing.MEMBER, "[stale_tap]")]
)
def test_an_answer_to_a_request_that_is_gone_is_no_question(standing: Standing, said: str) -> None:
    """Erased, or the role was taken back, after "Répondre" was touched."""
    chat = Alone(SEEN, standing=Standing.STAFF)
    chat.give(Tap("req.1.answer"))
    chat.requests, chat.person = (), replace(chat.person, standing=standing)
    chat.say("Awa, votre dossier de la rue des Lilas")
    assert chat.text.startswith(said)
    assert not any(isinstance(one, Miss | Relay) for one in chat.effects)
    assert chat.session.asked == ""


def test_a_request_closed_while_a_question_waits_comes_back_to_it() -> None:
    chat = Asking(TALKING)
    chat.give(Tap("go.types"))
    where = chat.at
    chat.request = None
    messages = chat.give(Timeout(f"{TIMER_CLOSED}1"))
    assert chat.at == where and len(messages) == 2


def test_a_wish_from_before_there_was_a_team_is_told_to_them_now() -> None:
    chat = Asking(replace(OWN, title=""))
    (said,) = chat.say("parler à quelqu'un")
    (asked,) = chat.of(Escalate)
    assert isinstance(asked, Escalate) and asked.pack is not None and asked.title
    assert "[request_noted]" in chat.text and [one.id for one in said.options] == ["share", "keep"]
