"""A request given to a colleague, in the commit: rights as stored now, one message, what an erasure takes."""

from pathlib import Path

import pytest

from bot.model.effects import Entrust, Erase, Reach, TellTeam
from bot.model.inputs import StaffReply, Tap
from bot.model.message import Message
from bot.model.receipt import Delivered, Unreachable
from bot.model.request import RequestState
from bot.model.who import PersonId
from bot.storage.store import Store
from tests.storage.samples import ALICE, BRUNO, NOW, PAGE, rows, say, turn
from tests.storage.test_requests import ASKED, GROUP, ONE, deliver, desk, due, relay, staff

__all__ = ["desk"]
"""The fixture."""

OPEN, TAKEN = RequestState.OPEN, RequestState.TAKEN
HELD = "SELECT state, assigned FROM request"
GIVEN = "SELECT act, about FROM journal WHERE act LIKE 'request%'"


def given(by: PersonId, to: PersonId, *, held: PersonId | None = None, state: RequestState = OPEN) -> Entrust:
    return Entrust(ONE, state, held, by, to, say("yours", key="request-1.x"), say("pas joint"))


@pytest.mark.parametrize("group", [True, False])
async def test_who_is_given_a_request_is_told_once_and_the_journal_says_so(
    store: Store, path: Path, group: bool
) -> None:
    if group:
        await store.requests.settle_group(-1009)
        await store.load(GROUP, now=NOW, group=True)
    by, to = await staff(store), await staff(store, PAGE)
    await turn(store, ASKED)
    everybody = TellTeam(ONE, say("given", key="request-1.y"), besides=(by, to))
    assert await turn(store, given(by, to), everybody, at=BRUNO)
    waiting = rows(path, "SELECT address, body FROM outbox WHERE body LIKE '%yours%'")
    assert [address for address, _ in waiting] == [PAGE.id]
    others = rows(path, "SELECT address FROM outbox WHERE body LIKE '%given%'")
    assert others == ([(GROUP.id,)] if group else []), "each hears of it once"
    assert rows(path, HELD) == [("taken", to)]
    assert rows(path, GIVEN) == [("request.give", f"1.{to}")]
    (line, *_) = (await store.roles.team()).journal
    assert (line.act, line.title) == ("request.give", "Bruno")  # the name of whom it was given to


async def test_neither_may_have_lost_the_role_meanwhile(desk: Store, path: Path) -> None:
    by, to = await staff(desk), await staff(desk, PAGE)
    await desk.roles.remove(to, now=NOW)
    assert not await turn(desk, given(by, to), at=BRUNO)
    assert not await turn(desk, given(to, by), at=PAGE)
    assert rows(path, HELD) == [("open", None)] and rows(path, GIVEN) == []
    assert await due(desk) == []


async def test_what_moved_meanwhile_and_ones_own_request_are_decided_again(desk: Store, path: Path) -> None:
    by, to = await staff(desk), await staff(desk, PAGE)
    asker = await staff(desk, ALICE)
    assert not await turn(desk, given(by, asker), at=BRUNO)
    assert not await turn(desk, given(by, to, state=TAKEN), at=BRUNO)
    assert not await turn(desk, given(by, to, held=to), at=BRUNO)
    assert await turn(desk, given(by, to), at=BRUNO)
    assert not await turn(desk, given(by, to, state=TAKEN), at=BRUNO), "two taps at once tell it once"
    assert rows(path, GIVEN) == [("request.give", f"1.{to}")]


@pytest.mark.parametrize("known", [True, False])
async def test_who_blocked_us_is_not_written_to_and_who_gave_it_hears_so(
    desk: Store, path: Path, known: bool
) -> None:
    """Where they acted: in the topic of the group."""
    by, to = await staff(desk), await staff(desk, PAGE)
    if known:
        await turn(desk, Reach(False), at=PAGE)
    assert await turn(desk, given(by, to), at=GROUP)
    if not known:
        (one,) = await due(desk, to=PAGE)
        await desk.record(one, Unreachable("blocked"), now=NOW)
    await deliver(desk, "6")  # the topic's icon
    (failed,) = await due(desk)
    assert (failed.address, failed.message.text) == (GROUP, "pas joint")
    assert failed.message.topic is not None and failed.message.topic.at == "77"
    assert rows(path, HELD) == [("taken", to)]


async def test_an_erasure_takes_back_what_the_colleague_was_told_beside_a_topic(desk: Store) -> None:
    by, to = await staff(desk), await staff(desk, PAGE)
    await turn(desk, given(by, to), at=GROUP)
    (one,) = await due(desk, to=PAGE)
    await desk.record(one, Delivered("8"), now=NOW)
    words, instead = say("adieu"), Message(say("retiré").text, recalls=True)
    farewell = (TellTeam(ONE, words), TellTeam(ONE, instead))
    assert await turn(desk, *farewell, Erase(say("fini")), at=ALICE)
    (taken,) = await due(desk, to=PAGE)
    assert taken.message.recalls and taken.message.key == "request-1.x"


async def test_the_desk_knows_the_team_only_for_who_may_answer(desk: Store) -> None:
    reply = StaffReply(Tap("give.1.0"), by=BRUNO.id, message="5")
    for team in (False, True):
        if team:
            await staff(desk)
        found = (await desk.load(GROUP, now=NOW, group=True, staff=reply)).view.desk
        assert found is not None and bool(found.team) is team


@pytest.mark.parametrize(("state", "after"), [(TAKEN, "open"), (RequestState.WAITING, "waiting")])
async def test_who_loses_the_role_does_not_keep_a_request(
    desk: Store, path: Path, state: RequestState, after: str
) -> None:
    by, to = await staff(desk), await staff(desk, PAGE)
    assert await turn(desk, given(by, to), at=GROUP)
    if state is not TAKEN:
        assert await turn(desk, relay(to, TAKEN), at=GROUP)
    assert rows(path, HELD) == [(state.value, to)]
    await desk.roles.remove(to, now=NOW)
    assert rows(path, HELD) == [(after, None)]
