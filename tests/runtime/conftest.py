"""A real Store and the parts of the runtime on it, with a clock that tests drive."""

from dataclasses import dataclass, field
from random import Random

import pytest

from bot.model.message import Markdown, Message
from bot.model.who import Address
from bot.runtime.courier import Courier
from bot.runtime.heartbeat import Heartbeat
from bot.runtime.inbox import Inbox
from bot.runtime.lanes import Lanes
from bot.runtime.pacing import Pacer
from bot.runtime.runner import Decide, Runner
from bot.runtime.service import Service
from bot.storage.store import Store
from tests.runtime.fakes import FakeRawChannel, SteppedClock, echo


@dataclass
class World:
    """Everything that a serving process has, on one raw channel."""

    store: Store
    channel: FakeRawChannel = field(default_factory=FakeRawChannel)
    clock: SteppedClock = field(default_factory=SteppedClock)
    rng: Random = field(default_factory=lambda: Random(7))
    lanes: Lanes = field(default_factory=Lanes)
    pacer: Pacer | None = None
    decide: Decide = echo

    def __post_init__(self) -> None:
        pacers = {"telegram": self.pacer} if self.pacer else {}
        self.courier = Courier(
            self.store, {"telegram": self.channel}, clock=self.clock, rng=self.rng, pacers=pacers
        )
        self.runner = Runner(
            store=self.store,
            decide=self.decide,
            clock=self.clock,
            rng=self.rng,
            apology=Message(Markdown("Pardon")),
            lanes=self.lanes,
            committed=self.courier.wake,
            typing=self._typing,
        )
        self.inbox = Inbox(
            channel=self.channel,
            store=self.store,
            runner=self.runner,
            lanes=self.lanes,
            clock=self.clock,
            rng=self.rng,
        )
        self.heartbeat = Heartbeat(store=self.store, runner=self.runner, lanes=self.lanes, clock=self.clock)
        self.service = Service(lanes=self.lanes, courier=self.courier, clock=self.clock, rng=self.rng)

    async def _typing(self, address: Address) -> None:
        await self.courier.typing(address)


@pytest.fixture
def world(store: Store) -> World:
    return World(store)
