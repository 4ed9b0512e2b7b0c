"""Whatever may be matched against the knowledge base is decided in a worker thread, however long it is."""

import threading
from datetime import datetime
from random import Random

import pytest

from bot.model.inputs import Command, InGroup, Input, Opening, Tap, Utterance
from bot.model.session import Session
from bot.model.turn import Turn, View
from bot.storage.store import Store
from tests.runtime.conftest import World
from tests.storage.samples import ALICE

LENGTH = 4096
"""Characters of the longest message that Telegram takes."""

HOSTILE: dict[str, Input] = {
    "one token": Utterance("a" * LENGTH),
    "spaces": Utterance(" " * (LENGTH - 1) + "x"),
    "spaces between two words": Utterance(f"a{' ' * (LENGTH - 2)}b"),
    "one sign": Utterance("?" * LENGTH),
    "apostrophes": Utterance("l'" * (LENGTH // 2)),
    "points": Utterance("a." * (LENGTH // 2)),
    "numbers": Utterance("12 " * (LENGTH // 3)),
    "open brackets": Utterance("([{" * (LENGTH // 3)),
    "Markdown": Utterance("[*_`>" * (LENGTH // 5)),
    "addresses": Utterance("http://a@" * (LENGTH // 9)),
    "combining marks": Utterance("e\N{COMBINING ACUTE ACCENT}" * (LENGTH // 2)),
    "joiners": Utterance("\N{WOMAN}\N{ZERO WIDTH JOINER}" * (LENGTH // 2)),
    "line ends": Utterance("a\n" * (LENGTH // 2)),
    "many distinct words": Utterance(" ".join(f"mot{number}" for number in range(1000))[:LENGTH]),
    "a phrasing again and again": Utterance(("comment créer une alliance " * 200)[:LENGTH]),
    "a question by command": Command("question", "a " * (LENGTH // 2)),
    "a question in a group": InGroup(Utterance("a " * (LENGTH // 2))),
    "a mention in a group": InGroup(Utterance("a" * LENGTH)),
}
SHORT: dict[str, Input] = {
    "a tap": Tap("menu"),
    "a bare command": Command("menu"),
    "an opening": Opening("x"),
}


@pytest.mark.parametrize("name", [*HOSTILE, *SHORT])
async def test_texts_leave_the_loop_and_taps_need_not(store: Store, name: str) -> None:
    threads: list[bool] = []

    def decide(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        threads.append(threading.current_thread() is threading.main_thread())
        return Turn(session, ())

    await World(store, decide=decide).runner.receive(ALICE, {**HOSTILE, **SHORT}[name])
    assert threads == [name in SHORT]
