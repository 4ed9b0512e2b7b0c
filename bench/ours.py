"""`alliances run` with what only a measurement changes; not a setting, nobody should serve so.

python -m bench.ours [echo | traced] [unpaced] [unsafe]: `echo` says what was said instead of deciding,
`traced` also notes it as a question without an answer, `unpaced` keeps no pace, `unsafe` lets the system
write to the disk when it likes.
"""

import sys
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

from bot import app
from bot.cli import main as alliances
from bot.content.keeper import Keeper
from bot.markup import escape
from bot.model.effects import Miss, Send
from bot.model.inputs import Input, Utterance
from bot.model.message import Message
from bot.model.session import Session
from bot.model.turn import Turn, View
from bot.runtime.pacing import Pace
from bot.storage import connecting
from bot.storage.schema import CONNECTION_SETTINGS

ENDLESS = 10**9


def echo(keeper: Keeper) -> Callable[[Session, Input, View, datetime, Random], Turn]:
    """A decision that costs next to nothing, in the place of the assistant's."""

    def decide(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        said = (Send(Message(escape(input.text))),) if isinstance(input, Utterance) else ()
        return Turn(session, said)

    return decide


def traced(keeper: Keeper) -> Callable[[Session, Input, View, datetime, Random], Turn]:
    """A decision whose effects can be counted: each text leaves one row, and one reply that quotes it."""

    def decide(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        if not isinstance(input, Utterance):
            return Turn(session)
        return Turn(session, (Miss(input.text, "reject"), Send(Message(escape(input.text)))))

    return decide


def unpaced(**_: Any) -> Pace:
    """No limit that anybody could reach."""
    return Pace(overall=ENDLESS, chat=ENDLESS, burst=ENDLESS, group=ENDLESS)


def main() -> None:
    """Serve until stopped."""
    changes = set(sys.argv[1:])
    # By name, where the program looks them up: a measurement may, the program itself never does.
    patch: dict[str, tuple[object, str, object]] = {
        "echo": (app, "_deciding", echo),
        "traced": (app, "_deciding", traced),
        "unpaced": (app, "Pace", unpaced),
        "unsafe": (
            connecting,
            "CONNECTION_SETTINGS",
            tuple(one.replace("= FULL", "= OFF") for one in CONNECTION_SETTINGS),
        ),
    }
    for change in changes:
        setattr(*patch[change])
    alliances(["run"])


if __name__ == "__main__":
    main()
