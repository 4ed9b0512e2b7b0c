"""A request is given to a colleague: who is proposed, who is told, and who is not proposed any more."""

from dataclasses import replace

import pytest

from bot.model.effects import Effect, Entrust, Handle, TellTeam
from bot.model.inputs import Command, Tap, Utterance
from bot.model.request import Deed, Desk, RequestSeen, RequestState
from bot.model.team import Entry, Member, Team
from bot.model.turn import View
from bot.model.who import PersonId, Standing
from tests.dialogue.chat import MONDAY, bare
from tests.dialogue.test_requests import SEEN, Alone, AtDesk

JULIE = Member(PersonId(7), "Julie", Standing.ADMIN)
CLAIRE = Member(PersonId(9), "Claire", Standing.STAFF)
BO = Member(PersonId(5), "Bo", Standing.ORGANISER)
AWA = Member(PersonId(1), "Awa", Standing.STAFF)
"""Whose request it is, in the group; who acts, in a chat of one's own."""
TEAM = (JULIE, CLAIRE, BO, AWA)
OTHERS = replace(SEEN, person=PersonId(40), name="Zoé", title="1 Zoé")


class Group(AtDesk):
    """The group, whose desk knows who has a role."""

    def __init__(self, request: RequestSeen = SEEN, team: tuple[Member, ...] = TEAM) -> None:
        super().__init__(request)
        self.team = team

    def view(self) -> View:
        return replace(super().view(), desk=Desk(self.member, self.request, self.team))


class Own(Alone):
    """Awa, of the team, in her own chat."""

    def __init__(self, request: RequestSeen = OTHERS, team: tuple[Member, ...] = TEAM) -> None:
        super().__init__(request)
        self.team = team

    def view(self) -> View:
        return replace(super().view(), team=Team(self.team))


def told(effects: tuple[Effect, ...]) -> TellTeam:
    (one,) = [effect for effect in effects if isinstance(effect, TellTeam)]
    return one


def given(effects: tuple[Effect, ...]) -> Entrust:
    (one,) = [effect for effect in effects if isinstance(effect, Entrust)]
    return one


@pytest.mark.parametrize("input", [Tap("req.1.give"), Tap("give.1.0"), Utterance("/confier")])
def test_those_who_may_answer_are_proposed_but_not_whose_request_it_is(input: Tap | Utterance) -> None:
    (asked,) = Group(replace(SEEN, assigned=JULIE.id)).does(input)
    assert isinstance(asked, TellTeam) and "[request_give_whom] 1 Awa" in bare(asked.message)
    labels = [(one.label, one.act) for one in asked.message.options]
    assert labels == [("Julie [request_mark_held]", "hand.1.7"), ("Claire", "hand.1.9")]


def test_a_tap_gives_it_tells_the_colleague_and_the_others() -> None:
    effects = Group().does(Tap("hand.1.7"))
    entrust = given(effects)
    assert (entrust.state, entrust.held, entrust.by, entrust.to) == (SEEN.state, None, CLAIRE.id, JULIE.id)
    assert "[request_given_you] Claire 1 Awa" in bare(entrust.told)
    assert [one.act for one in entrust.told.options] == ["req.1.answer", "req.1.open"]
    assert "[request_not_told] Julie 1 Awa" in bare(entrust.failed)
    everybody = told(effects)
    assert bare(everybody.message) == "[request_given] Claire Julie"
    assert everybody.besides == (CLAIRE.id, JULIE.id), "each hears of it once"


@pytest.mark.parametrize(("state", "rings"), [("open", False), ("waiting", True), ("taken", False)])
def test_staff_are_reminded_of_what_becomes_theirs_again(state: str, rings: bool) -> None:
    entrust = given(Group(replace(SEEN, state=RequestState(state))).does(Tap("hand.1.7")))
    assert (entrust.remind is not None) is rings


@pytest.mark.parametrize(
    ("seen", "act", "said"),
    [
        (SEEN, "hand.1.5", "[request_colleague_gone]"),  # an organiser may not answer
        (SEEN, "hand.1.1", "[request_colleague_gone]"),  # whose request it is
        (SEEN, "hand.1.999", "[request_colleague_gone]"),  # nobody, or a role that was taken back
        (replace(SEEN, assigned=PersonId(7), state=RequestState.TAKEN), "hand.1.7", "[request_held] Julie"),
        (replace(SEEN, state=RequestState.CLOSED), "hand.1.7", "[request_is_closed]"),
        (replace(SEEN, state=RequestState.CLOSED), "req.1.give", "[request_is_closed]"),
    ],
)
def test_what_cannot_be_given_is_not(seen: RequestSeen, act: str, said: str) -> None:
    (one,) = Group(seen).does(Tap(act))
    assert isinstance(one, TellTeam) and bare(one.message) == said


def test_to_oneself_it_is_taking_it() -> None:
    handle, _ = Group().does(Tap("hand.1.9"))
    assert isinstance(handle, Handle) and handle.deed is Deed.TAKE


def test_a_name_behind_the_command_spares_the_list_if_it_is_one_persons() -> None:
    assert given(Group().does(Utterance("/confier julie"))).to == JULIE.id
    (asked,) = Group().does(Utterance("/confier Zora"))
    assert "[request_give_whom]" in bare(told((asked,)).message)
    twins = (*TEAM, replace(JULIE, id=PersonId(17)))
    (asked,) = Group(team=twins).does(Utterance("/confier Julie"))
    assert [one.label for one in told((asked,)).message.options] == ["Julie (7)", "Claire", "Julie (17)"]


def test_who_is_alone_in_the_team_is_told_so() -> None:
    (one,) = Group(team=(CLAIRE, BO)).does(Tap("req.1.give"))
    assert bare(told((one,)).message) == "[request_no_colleague]"


def test_in_ones_own_chat_a_long_team_has_pages_and_a_way_back() -> None:
    many = tuple(Member(PersonId(100 + n), f"Nom {n}", Standing.STAFF) for n in range(17))
    own = Own(team=(AWA, *many))
    own.give(Command("demandes"))
    own.tap("req.1", "req.give")
    seen: list[str] = []
    for _ in range(3):
        (message,) = own.sent
        seen += [one.label for one in message.options if one.act.startswith("hand.")]
        assert len(message.options) <= 11 and all(len(one.label) <= 30 for one in message.options)
        assert message.options[-1].act == "req.1.open"
        if turn := [one for one in message.options if one.label == "[button_door_next]"]:
            own.give(Tap(turn[0].act))
    assert seen == ["Awa [request_mark_you]", *(one.name for one in many)]
    own.give(Tap("give.1.999"))
    assert "hand.1.116" in [one.act for one in own.sent[0].options], "a page too far is the last"


def test_in_ones_own_chat_it_is_said_to_who_gave_it() -> None:
    own = Own()
    own.give(Tap("hand.1.9"))
    assert given(own.effects).by == AWA.id
    assert "[request_you_gave] Claire 1 Zoé" in own.text
    assert told(own.effects).besides == (AWA.id, CLAIRE.id)


@pytest.mark.parametrize(
    ("state", "assigned", "said"),
    [
        ("taken", 9, "[requests_line] 1 Zoé [request_held_by] Claire"),
        ("taken", 1, "[requests_line] 1 Zoé [request_held_by_you]"),
        ("waiting", 9, "[requests_line] 1 Zoé [request_state_waiting], [request_held_by] Claire"),
        ("open", None, "[requests_line] 1 Zoé [request_state_open]"),
    ],
)
def test_the_list_says_to_whom_each_is_given(state: str, assigned: int | None, said: str) -> None:
    name = "Claire" if assigned == CLAIRE.id else "Awa" if assigned else ""
    holder = None if assigned is None else PersonId(assigned)
    own = Own(replace(OTHERS, state=RequestState(state), assigned=holder, assigned_name=name))
    own.give(Command("demandes"))
    assert said in own.text


def test_the_journal_says_to_whom() -> None:
    own = Own()
    entry = Entry(3, MONDAY, "Julie", "request.give", "1.9", "Claire")
    gone = replace(entry, id=4, title="")
    own.view = lambda: replace(Own().view(), team=Team(TEAM, (entry, gone)))  # type: ignore[method-assign]
    own.give(Command("journal"))
    assert "[journal_request_give] ([journal_given] 1 Claire)" in own.text
    assert "[journal_request_give] ([journal_numbered] 1)" in own.text
