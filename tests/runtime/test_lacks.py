"""What a decision lacks is loaded, and the turn decided once more: never without, never for ever."""

from datetime import datetime
from random import Random

import pytest

from bot.model.announcement import Audience, Crowd, NewsKind, Reach
from bot.model.effects import Send
from bot.model.inputs import Input, Utterance
from bot.model.session import Session
from bot.model.turn import Need, Turn, View, Wanted
from bot.runtime.runner import Arrival
from bot.storage.store import Store
from tests.runtime.conftest import World
from tests.runtime.fakes import answer
from tests.storage.samples import ALICE, BRUNO, NOW, say

EVERYBODY = Crowd(NewsKind.LIFE, Audience())
NOBODY = Crowd(NewsKind.LIFE, Audience("zut =="))


@pytest.mark.parametrize("stubborn", [False, True])
async def test_a_turn_is_decided_once_more_on_what_it_lacked(store: Store, stubborn: bool) -> None:
    views: list[View] = []
    wanted: frozenset[Wanted] = frozenset({Need.EVENTS, EVERYBODY, NOBODY})

    def decide(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        views.append(view)
        turn = answer(session, Send(say("voilà")))
        known = view.known | view.crowds.keys()
        return Turn(turn.session, turn.effects, lacks=wanted if stubborn else wanted - known)

    await store.load(BRUNO, now=NOW, name="Bruno")
    world = World(store, decide=decide)
    await world.runner.turn(Arrival(ALICE, Utterance("x"), "Awa"))
    first, second = views
    assert (first.known, first.crowds) == (frozenset(), {})
    assert second.known == {Need.EVENTS}
    assert second.crowds == {EVERYBODY: Reach(2, 0, ("Bruno", "Awa")), NOBODY: Reach(-1)}
    assert [one.text for one in await store.history(ALICE)] == ["x", "voilà"]
