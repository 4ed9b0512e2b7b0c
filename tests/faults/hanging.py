"""`python -m tests.faults.hanging run`: `alliances run`, whose decision about the words `sans fin` never
ends.

No text of the real decision is known to do so; everything around it is the program's own.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from random import Random

from bot import app
from bot.cli import main
from bot.content.keeper import Keeper
from bot.model.inputs import Input, Utterance
from bot.model.session import Session
from bot.model.turn import Turn, View
from bot.runtime.runner import Runner

ENDLESS = "sans fin"
PATIENCE = 0.5

_real = app._deciding


def deciding(keeper: Keeper) -> Callable[[Session, Input, View, datetime, Random], Turn]:
    """The assistant's decision, but for one text."""
    decide = _real(keeper)

    def decided(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        if input == Utterance(ENDLESS):
            threading.Event().wait()
        return decide(session, input, view, now, rng)

    return decided


if __name__ == "__main__":
    setattr(app, "_deciding", deciding)  # noqa: B010  # mypy takes an assignment for a mistake, and so it is
    setattr(app, "Runner", partial(Runner, patience=PATIENCE))  # noqa: B010  # as above
    main()
