"""A person and staff: what opens a request, where words go, what staff may do with it, and who may."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.dialogue.acts import CannedTap, GiveTap, RequestTap, parse_act
from bot.dialogue.library import Library
from bot.dialogue.needs import needs
from bot.flows.phrases import Canned
from bot.flows.template import parse_template
from bot.model.effects import (
    Audit,
    Effect,
    Entrust,
    Escalate,
    Handle,
    ProposeEntry,
    Rate,
    Relay,
    SetTimer,
    ShareContext,
    Talk,
    TellTeam,
)
from bot.model.inputs import (
    Attachment,
    Command,
    Contact,
    Input,
    Location,
    StaffReply,
    Tap,
    Timeout,
    Unusable,
    Utterance,
)
from bot.model.message import Markdown, Message
from bot.model.request import (
    CHANGES,
    ICONS,
    NUMBER,
    TIMER_CLOSED,
    TIMER_STALE,
    Deed,
    Desk,
    OwnRequest,
    RequestId,
    RequestSeen,
    RequestState,
    after,
)
from bot.model.session import Session
from bot.model.turn import Need, View
from bot.model.values import StoredFile
from bot.model.who import Address, Person, PersonId, Standing
from tests.dialogue.chat import MONDAY, Chat, bare
from tests.flows.library import library_of

OWN = OwnRequest(RequestId(1), RequestState.OPEN, False, None, "1 Awa", MONDAY, None)
TALKING = replace(OWN, state=RequestState.WAITING, talking=True, answered=MONDAY)
SEEN = RequestSeen(
    RequestId(1), PersonId(1), "Awa", Address("telegram", "7"), True, "1 Awa", "un bail ?", RequestState.OPEN,
    None, "", MONDAY, None, None, False, "Oui.", None,
)  # fmt: skip
CLAIRE = Person(PersonId(9), "Claire", Standing.STAFF)


def library() -> Library:
    """The small library with two answers written in advance."""
    made = library_of()
    canned = {
        name: Canned(title=name, text=parse_template(f"{name} {{name}}, **voici**"))
        for name in ("appel", "mail")
    }
    phrases = made.shelf.phrases.model_copy(update={"canned": canned})
    return replace(made, shelf=replace(made.shelf, phrases=phrases))


class Asking(Chat):
    """A person, and a team that reads requests."""

    def __init__(self, request: OwnRequest | None = None, *, staffed: bool = True) -> None:
        super().__init__()
        self.request, self.staffed = request, staffed

    def view(self) -> View:
        view = super().view()
        policy = replace(view.policy, staffed=self.staffed)
        return replace(
            view, request=self.request, policy=policy, recent=((True, "mon bail"), (False, "*Bonjour*"))
        )

    def passed_on(self) -> list[str]:
        """What staff are told, as written before escaping."""
        return [bare(one.message) for one in self.effects if isinstance(one, TellTeam)]

    def of(self, kind: type[Effect]) -> list[Effect]:
        return [one for one in self.effects if isinstance(one, kind)]


class AtDesk(Chat):
    """The group of staff."""

    def __init__(self, request: RequestSeen | None = SEEN, member: Person | None = CLAIRE) -> None:
        super().__init__(library())
        self.request, self.member = request, member

    def view(self) -> View:
        view = super().view()
        policy = replace(view.policy, bot="alliances_bot")
        return replace(view, policy=policy, desk=Desk(self.member, self.request))

    def does(self, input: Utterance | Tap | Unusable, **fields: object) -> tuple[Effect, ...]:
        self.give(StaffReply(input, **{"by": "9", "message": "55", "thread": "77", **fields}))  # type: ignore[arg-type]
        return self.effects


class Alone(Chat):
    """One of the team, in their own chat."""

    def __init__(self, *requests: RequestSeen, standing: Standing = Standing.STAFF) -> None:
        super().__init__(library(), standing=standing)
        self.requests = requests

    def view(self) -> View:
        return replace(super().view(), requests=self.requests)


# --- the table of changes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("state", RequestState)
@pytest.mark.parametrize("deed", Deed)
def test_what_may_happen_to_a_request(state: RequestState, deed: Deed) -> None:
    expected = {
        Deed.TAKE: {"open": "taken", "taken": "taken", "waiting": "taken", "reopened": "taken"},
        Deed.RELEASE: {"taken": "open", "waiting": "open"},
        Deed.ANSWER: {"open": "waiting", "taken": "waiting", "waiting": "waiting", "reopened": "waiting"},
        Deed.WRITE: {"open": "open", "taken": "taken", "waiting": "taken", "reopened": "reopened"},
        Deed.CLOSE: dict.fromkeys(("open", "taken", "waiting", "reopened"), "closed"),
        Deed.REOPEN: {"closed": "reopened"},
    }[deed]
    assert after(state, deed) == expected.get(state.value)


def test_every_state_can_be_reached_and_left_and_has_an_icon() -> None:
    assert {state for _, state in CHANGES.items()} == set(RequestState) == set(ICONS)
    assert {state for state, _ in CHANGES} == set(RequestState)


# --- asking -----------------------------------------------------------------------------------------------


def test_without_a_team_a_wish_for_a_human_is_recorded_and_the_contact_given() -> None:
    chat = Asking(staffed=False)
    chat.say("parler à quelqu'un")
    assert chat.effects[0] == Escalate("asked") and "[human] Claire" in chat.text


def test_with_a_team_they_are_told_and_the_person_is_asked_what_they_may_see() -> None:
    chat = Asking()
    (said,) = chat.say("parler à quelqu'un")
    (asked,) = chat.of(Escalate)
    assert isinstance(asked, Escalate) and asked.pack is not None and asked.joins is not None
    assert asked.title == f"[request_title] {NUMBER} Awa [request_what_asked]"
    assert "[request_not_shared]" in bare(asked.pack) and "mon bail" not in asked.pack.text
    assert [one.act for one in asked.pack.options][:2] == [f"req.{NUMBER}.take", f"req.{NUMBER}.give"]
    assert asked.alone[0].act == f"req.{NUMBER}.answer"
    assert [one.id for one in said.options] == ["share", "keep"]
    assert "[request_write]" in chat.text


def test_the_next_words_go_to_the_team_and_those_after_them_do_not() -> None:
    chat = Asking()
    chat.say("parler à quelqu'un")
    chat.request = OWN
    chat.say("C'est pour *un* bail")
    (joined,) = chat.of(Escalate)
    assert isinstance(joined, Escalate) and joined.joins is not None
    assert joined.text == "C'est pour *un* bail"
    assert bare(joined.joins) == "[request_said] Awa C'est pour *un* bail"
    assert "[request_passed_on]" in chat.text
    chat.say("bonjour")
    assert chat.passed_on() == [] == chat.of(Escalate) and "[greeting]" in chat.text


@pytest.mark.parametrize("words", ["non", "/menu"])
def test_who_changes_their_mind_sends_nothing(words: str) -> None:
    chat = Asking()
    chat.say("parler à quelqu'un")
    chat.request = OWN
    chat.say(words)
    assert chat.passed_on() == [] == chat.of(Escalate)


def test_a_second_wish_joins_the_request_that_is_open() -> None:
    chat = Asking(OWN)
    chat.say("parler à quelqu'un")
    assert chat.of(Escalate) == [] and "[request_known]" in chat.text


def test_a_question_without_an_answer_is_sent_once_the_person_agrees() -> None:
    chat = Asking()
    (said,) = chat.say("quelle pizzeria choisir")
    assert said.options[0].id == "ask-team"
    chat.tap("ask-team")
    assert chat.of(Escalate) == [] and "[request_confirm] quelle pizzeria choisir" in chat.text
    chat.tap("send-only")
    (asked,) = chat.of(Escalate)
    assert isinstance(asked, Escalate) and asked.pack is not None
    assert (asked.reason, asked.text) == ("question", "quelle pizzeria choisir")
    assert "mon bail" not in asked.pack.text
    chat.say("quelle pizzeria choisir")
    chat.tap("ask-team")
    chat.tap("send-all")
    (asked,) = chat.of(Escalate)
    assert isinstance(asked, Escalate) and asked.pack is not None
    assert "[request_recent_person] mon bail" in bare(asked.pack)
    assert "[request_recent_bot] Bonjour" in bare(asked.pack)


def test_without_a_team_no_button_offers_one() -> None:
    (said,) = Asking(staffed=False).say("quelle pizzeria choisir")
    assert [one.id for one in said.options] == ["menu"]


@pytest.mark.parametrize(("button", "agreed"), [("share", True), ("keep", False)])
def test_answers_are_shared_only_by_who_agrees(button: str, agreed: bool) -> None:
    chat = Asking()
    chat.say("parler à quelqu'un")
    chat.request = OWN
    chat.tap(button)
    (shared,) = chat.of(ShareContext)
    assert isinstance(shared, ShareContext) and shared.agreed is agreed and shared.pack.key == "request-1"
    assert ("mon bail" in shared.pack.text) is agreed
    assert all(NUMBER not in one.act for one in shared.pack.options)


def test_consent_without_a_request_is_an_old_button() -> None:
    chat = Asking()
    chat.give(Tap("do.share"))
    assert chat.of(ShareContext) == [] and "[stale_tap]" in chat.text


# --- talking to staff -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("input", "told"),
    [
        (Utterance("bonjour"), "[request_said] Awa bonjour"),
        (Utterance("/menu", forwarded=True), "[request_said] Awa /menu"),
        (
            Attachment(StoredFile("a" * 64, "a.pdf", "application/pdf", 1), text="voici"),
            "[request_sent_something] Awa\n\nvoici",
        ),
        (Attachment(Contact("+33600000000")), "[request_gave_phone] Awa +33600000000"),
        (Attachment(Location(48.85, 2.35)), "[request_gave_place] Awa 48.85000, 2.35000"),
        (Unusable("voice"), "[request_sent_something] Awa"),
    ],
)
def test_while_talking_to_staff_the_assistant_is_silent(input: Input, told: str) -> None:
    chat = Asking(TALKING)
    chat.give(input)
    assert chat.passed_on() == [told] and chat.sent == []
    assert chat.of(Handle) == [Handle(RequestId(1), Deed.WRITE, RequestState.WAITING)]


def test_a_voice_message_is_copied() -> None:
    chat = Asking(TALKING)
    chat.give(Unusable("voice", post="7/4"))
    assert [one.message.copied for one in chat.effects if isinstance(one, TellTeam)] == ["", "7/4"]


def test_a_command_or_a_button_is_still_for_the_assistant() -> None:
    chat = Asking(TALKING)
    chat.say("/menu")
    assert chat.passed_on() == [] and "[menu]" in chat.text
    chat.give(Tap("do.journeys"))
    assert chat.passed_on() == [] and "[journeys]" in chat.text and chat.of(Talk) == []


@pytest.mark.parametrize("how", [Tap("do.assistant"), Utterance("[button_assistant]")])
def test_the_way_back_to_the_assistant(how: Input) -> None:
    chat = Asking(TALKING)
    chat.give(how)
    assert Talk(RequestId(1), on=False) in chat.effects and "[request_assistant]" in chat.text
    assert chat.passed_on() == ["[request_went_back] Awa"]


def test_who_goes_into_a_journey_answers_the_journey() -> None:
    chat = Asking(TALKING)
    chat.give(Tap("go.types"))
    assert chat.at and Talk(RequestId(1), on=False) in chat.effects
    assert "[request_assistant_flow]" in chat.text


def test_a_journey_that_calls_staff_asks_what_they_may_see() -> None:
    chat = Asking()
    ask = {"id": "q", "ask": "Nom ?", "field": {"name": "nom", "type": "text"}}
    steps = [{"handoff": "Quelqu'un vous répondra."}, ask]
    chat.publish({"format": 1, "flow": "aller", "title": "Aller", "summary": "x", "steps": steps})
    chat.give(Tap("go.aller"))
    (asked,) = chat.of(Escalate)
    assert isinstance(asked, Escalate) and asked.pack is not None
    assert "[request_what_journey] Aller" in bare(asked.pack)
    consent, prompt = chat.sent
    assert "[request_consent]" in bare(consent) and [one.id for one in consent.options] == ["share", "keep"]
    assert "[prompt_without_section]" in bare(prompt)


# --- the end ----------------------------------------------------------------------------------------------


def test_closed_the_person_is_asked_how_it_was_and_comes_back_to_their_question() -> None:
    chat = Asking()
    chat.give(Tap("go.types"))
    at = chat.at
    messages = chat.give(Timeout(f"{TIMER_CLOSED}1"))
    assert [one.id for one in messages[0].options] == ["req.good", "req.half", "req.bad"]
    assert chat.at == at and len(messages) == 2
    chat.request = OWN
    assert chat.give(Timeout(f"{TIMER_CLOSED}1")) == []


@pytest.mark.parametrize(("score", "asks"), [("good", False), ("half", True), ("bad", True)])
def test_what_the_person_says_of_it_is_kept_and_told(score: str, asks: bool) -> None:
    chat = Asking()
    chat.give(Tap(f"req.1.{score}"))
    (rate,) = chat.of(Rate)
    assert isinstance(rate, Rate) and rate.told is not None
    assert (rate.score, bare(rate.told)) == (score, f"[request_rated_{score}]")
    assert chat.passed_on() == [], "staff hear it only if the request is theirs: the commit knows"
    chat.say("la cuisson")
    assert [one.words for one in chat.effects if isinstance(one, Rate)] == (["la cuisson"] if asks else [])


# --- nobody answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        (datetime(2027, 1, 11, 9, 0, tzinfo=UTC), datetime(2027, 1, 13, 8, 0, tzinfo=UTC)),  # Monday
        (datetime(2027, 1, 14, 9, 0, tzinfo=UTC), datetime(2027, 1, 18, 8, 0, tzinfo=UTC)),  # Thursday
        (datetime(2027, 1, 16, 9, 0, tzinfo=UTC), datetime(2027, 1, 19, 8, 0, tzinfo=UTC)),  # Saturday
    ],
)
def test_staff_are_reminded_after_two_working_days(opened: datetime, due: datetime) -> None:
    chat = Asking()
    chat.now = opened - timedelta(minutes=1)
    chat.say("parler à quelqu'un")
    (asked,) = chat.of(Escalate)
    assert isinstance(asked, Escalate) and asked.remind == due


@pytest.mark.parametrize(
    ("now", "reminded", "next_"),
    [
        ("2027-01-13T09:00", True, "2027-01-14T08:00"),
        ("2027-01-13T22:30", False, "2027-01-14T07:00"),
        ("2027-01-16T09:00", False, "2027-01-18T08:00"),
        ("2027-01-15T09:00", True, "2027-01-18T08:00"),
    ],
)
def test_never_in_quiet_hours_nor_at_the_weekend(now: str, reminded: bool, next_: str) -> None:
    chat = Asking(OWN)
    chat.now = datetime.fromisoformat(now).replace(tzinfo=UTC) - timedelta(minutes=1)
    chat.give(Timeout(f"{TIMER_STALE}1"))
    assert chat.passed_on() == (["[request_stale] lundi 11 janvier 2027"] if reminded else [])
    due = datetime.fromisoformat(next_).replace(tzinfo=UTC)
    assert [one.due for one in chat.effects if isinstance(one, SetTimer)] == [due]


@pytest.mark.parametrize("request_", [None, TALKING, replace(OWN, id=RequestId(2))])
def test_what_is_answered_or_closed_is_not_reminded_of(request_: OwnRequest | None) -> None:
    chat = Asking(request_)
    chat.now += timedelta(days=2)
    chat.give(Timeout(f"{TIMER_STALE}1"))
    assert chat.effects == ()


# --- staff in their group ---------------------------------------------------------------------------------


def test_words_are_signed_escaped_and_say_once_how_to_get_the_assistant_back() -> None:
    desk = AtDesk()
    (relay,) = desk.does(Utterance("*Oui* <b>"))
    assert isinstance(relay, Relay) and relay.by == CLAIRE.id and relay.words == "*Oui* <b>"
    (message,) = relay.messages
    assert bare(message) == "[request_answer] Claire *Oui* <b>\n\n[request_talking]"
    assert "\\*Oui\\*" in message.text and [one.id for one in message.controls] == ["assistant"]
    assert (relay.mark.mark, relay.mark.reply_to, relay.failed.reply_to) == ("👍", "55", "55")
    desk.request = replace(SEEN, talking=True)
    (relay,) = desk.does(Utterance("Encore"))
    assert isinstance(relay, Relay) and relay.messages[0].controls == ()


def test_an_edit_goes_out_as_an_edit_of_the_same_message() -> None:
    desk = AtDesk()
    (first,) = desk.does(Utterance("Oui"))
    (second,) = desk.does(Utterance("Non"), edited=True)
    assert isinstance(first, Relay) and isinstance(second, Relay)
    assert first.messages[0].key == second.messages[0].key == "staff-55"
    assert (first.edits, second.edits) == (False, True)


def test_a_file_is_copied_below_who_sent_it() -> None:
    (relay,) = AtDesk().does(Unusable("other", post="-9/55"))
    assert isinstance(relay, Relay)
    assert [one.copied for one in relay.messages] == ["", "-9/55"]
    assert "[request_answer_file] Claire" in bare(relay.messages[0])


@pytest.mark.parametrize(
    ("words", "deed"),
    [
        ("/prendre", Deed.TAKE),
        ("/fermer", Deed.CLOSE),
        ("/fermer@alliances_bot merci", Deed.CLOSE),
    ],
)
def test_a_command_changes_the_request_and_is_told(words: str, deed: Deed) -> None:
    handled, told = AtDesk().does(Utterance(words))
    assert handled == Handle(RequestId(1), deed, RequestState.OPEN, CLAIRE.id)
    assert isinstance(told, TellTeam) and "Claire" in told.message.text


@pytest.mark.parametrize("words", ["/note bonjour", "/fermer@autre_bot"])
def test_a_note_and_another_bots_command_do_nothing(words: str) -> None:
    assert AtDesk().does(Utterance(words)) == ()


@pytest.mark.parametrize(
    ("words", "state", "said"),
    [
        ("/rendre", RequestState.OPEN, "[request_impossible]"),
        ("/rouvrir", RequestState.OPEN, "[request_impossible]"),
        ("/prendre", RequestState.CLOSED, "[request_impossible]"),
        ("Bonjour", RequestState.CLOSED, "[request_is_closed]"),
        ("/blague", RequestState.OPEN, "[request_commands]"),
        ("/proposer", RequestState.OPEN, "[request_propose] un bail ? Oui."),
        ("/modele", RequestState.OPEN, "[request_models]"),
        ("/modele appel", RequestState.OPEN, "[request_model] appel appel Awa, **voici**"),
        ("/modele absent", RequestState.OPEN, "[request_models]"),
    ],
)
def test_what_is_not_possible_or_is_shown_first_reaches_nobody(
    words: str, state: RequestState, said: str
) -> None:
    desk = AtDesk(replace(SEEN, state=state))
    (told,) = desk.does(Utterance(words))
    assert isinstance(told, TellTeam) and bare(told.message) == said and told.message.reply_to == "55"


def test_a_closed_request_is_opened_again_unless_there_is_another() -> None:
    closed = replace(SEEN, state=RequestState.CLOSED)
    assert isinstance(AtDesk(closed).does(Utterance("/rouvrir"))[0], Handle)
    (told,) = AtDesk(replace(closed, another=True)).does(Tap("req.1.reopen"))
    assert isinstance(told, TellTeam) and "[request_another]" in bare(told.message)


def test_an_answer_written_in_advance_leaves_by_its_button_with_its_markup() -> None:
    (relay,) = AtDesk().does(Tap("use.1.appel"))
    assert isinstance(relay, Relay) and "appel Awa, **voici**" in relay.messages[0].text
    assert relay.mark.mark == ""


def test_an_answer_becomes_a_proposed_entry() -> None:
    proposed, _ = AtDesk().does(Tap("req.1.entry"))
    assert proposed == ProposeEntry(RequestId(1), CLAIRE.id, "un bail ?", "Oui.")
    proposed, _ = AtDesk().does(Utterance("/proposer Peut-on prêter une salle ?"))
    assert proposed == ProposeEntry(RequestId(1), CLAIRE.id, "Peut-on prêter une salle ?", "Oui.")
    (told,) = AtDesk(replace(SEEN, answer="")).does(Tap("req.1.entry"))
    assert isinstance(told, TellTeam) and "[request_nothing_to_propose]" in bare(told.message)


ACTS: list[Utterance | Tap | Unusable] = [
    Utterance("Bonjour"),
    Utterance("/fermer"),
    Utterance("/modele appel"),
    Unusable("other", post="-9/55"),
    *(
        Tap(f"req.1.{what}")
        for what in ("take", "give", "release", "close", "reopen", "models", "propose", "entry")
    ),
    Tap("give.1.0"),
    Tap("hand.1.9"),
    Utterance("/confier Claire"),
    Tap("model.1.appel"),
    Tap("use.1.appel"),
]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("member", "disguise"),
    [
        (None, ""),
        (replace(CLAIRE, standing=Standing.MEMBER), ""),
        (replace(CLAIRE, standing=Standing.ORGANISER), ""),
        (CLAIRE, "anonymous"),
        (CLAIRE, "channel"),
        (CLAIRE, "forward"),
        (CLAIRE, "via_bot"),
    ],
)
def test_f27_nobody_else_can_do_any_of_it(
    act: Utterance | Tap | Unusable, member: Person | None, disguise: str
) -> None:
    desk = AtDesk(member=member)
    audit, hint = desk.does(act, disguise=disguise)
    assert isinstance(audit, Audit) and audit.act == "refused"
    assert isinstance(hint, TellTeam)
    assert bare(hint.message) == ("[request_hidden]" if disguise else "[request_stranger]")
    assert [type(one) for one in desk.does(act, disguise=disguise)] == [Audit], "said once in a topic"


@pytest.mark.parametrize("act", ["req.2.close", "use.2.appel", "hand.2.9", "give.2.0"])
def test_a_button_of_another_request_does_nothing(act: str) -> None:
    (told,) = AtDesk().does(Tap(act))
    assert isinstance(told, TellTeam) and "[request_impossible]" in bare(told.message)


def test_an_answer_to_something_else_that_we_said_is_a_question() -> None:
    desk = AtDesk(None)
    desk.does(Utterance("bonjour"), reply_to="4", thread="")
    assert "[group_greeting]" in desk.text
    assert desk.does(Utterance("bonjour"), reply_to="4", disguise="forward") == ()
    assert desk.does(Tap("req.1.take")) == ()


# --- staff each in their own chat -------------------------------------------------------------------------


def test_the_list_leads_to_a_request_and_to_its_answer() -> None:
    closed = replace(SEEN, id=RequestId(2), state=RequestState.CLOSED)
    alone = Alone(replace(SEEN, pack=Message(Markdown("le dossier"))), closed)
    (listed,) = alone.give(Command("demandes"))
    assert "[requests_list] 1" in alone.text
    assert [one.id for one in listed.options] == ["req.1", "menu"]
    alone.tap("req.1")
    assert "le dossier" in alone.text
    alone.tap("req.answer")
    assert "[request_answer_now] Awa" in alone.text
    alone.say("Bonjour Awa")
    (relay,) = [one for one in alone.effects if isinstance(one, Relay)]
    assert "[request_answer] Awa Bonjour Awa" in bare(relay.messages[0])  # this chat's person is called Awa
    alone.say("et aussi")
    assert not [one for one in alone.effects if isinstance(one, Relay)]


def test_a_file_may_be_the_answer() -> None:
    alone = Alone(SEEN)
    alone.give(Tap("req.1.answer"))
    alone.give(Attachment(StoredFile("a" * 64, "a.pdf", "application/pdf", 1)))
    (relay,) = [one for one in alone.effects if isinstance(one, Relay)]
    assert relay.messages[0].attachments[0].name == "a.pdf"


@pytest.mark.parametrize("standing", [Standing.MEMBER, Standing.ORGANISER])
@pytest.mark.parametrize(
    "input",
    [
        Command("demandes"),
        Tap("do.requests"),
        *(one for one in ACTS if isinstance(one, Tap)),
        Tap("req.1.open"),
        Tap("req.1.answer"),
    ],
)
def test_without_the_right_a_command_is_unknown_and_a_button_old(standing: Standing, input: Input) -> None:
    alone = Alone(SEEN, standing=standing)
    alone.give(input)
    assert alone.text in ("[unknown_command] /demandes", "[stale_tap]")
    assert not [
        one for one in alone.effects if isinstance(one, Relay | Handle | Entrust | TellTeam | ProposeEntry)
    ]
    assert needs(input, Session(), standing) <= {Need.EVENTS}


# --- the grammar ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "meaning"),
    [
        ("req.12.take", RequestTap(RequestId(12), "take")),
        ("req.12.good", RequestTap(RequestId(12), "good")),
        ("give.12.3", GiveTap(RequestId(12), "give", 3)),
        ("hand.12.345", GiveTap(RequestId(12), "hand", 345)),
        ("hand.12.", None),
        ("hand.12.x", None),
        ("hand.12.1234567890123456", None),
        ("model.1.bien-recu", CannedTap(RequestId(1), "bien-recu", send=False)),
        ("use.1.bien-recu", CannedTap(RequestId(1), "bien-recu", send=True)),
        ("req.12.steal", None),
        ("req..take", None),
        ("req.1234567890.take", None),
        ("req.٣.take", None),
        (f"req.{NUMBER}.take", None),
        ("use.1.", None),
    ],
)
def test_the_acts_of_requests(act: str, meaning: object) -> None:
    assert parse_act(act) == meaning
