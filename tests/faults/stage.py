"""Inbox, runner, courier and the Telegram channel on a real database file, against the stand-in over HTTP.

Time is the test's own, for us and for the stand-in; only HTTP runs in real time.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.client import Account, TokenRefused
from bot.channels.telegram.insisting import Patience
from bot.channels.telegram.sorting import Row, sort_update
from bot.model.announcement import Fate, OnUnknown
from bot.model.effects import Effect, Reach, Send
from bot.model.inputs import Command, InGroup, Input, Membership, Tap, Utterance
from bot.model.message import Markdown, Message
from bot.model.session import Session
from bot.model.turn import Turn, View
from bot.model.who import Address
from bot.runtime.announcing import Announcer
from bot.runtime.courier import Courier
from bot.runtime.inbox import Inbox
from bot.runtime.lanes import Lanes
from bot.runtime.pacing import Pacer
from bot.runtime.runner import Decide, Runner
from bot.storage.store import Store
from tests.runtime.fakes import SteppedClock
from tests.storage.announcing import announced, fates, shelf
from tests.storage.samples import NOW, POLICY, say, turn
from tests.telegram_api import BotApi, ManualClock, Person

SECRET = b"a secret of the house"
SORRY = "Pardon"
TOO_FAST = "Doucement"
HASTY = Patience(poll=1, first=0.01, longest=0.05)
PATIENCE = 0.4
"""Seconds that the channel waits for an answer."""


def echo(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
    """Says back what it is told, one turn further; answers in a group where it was asked."""
    return Turn(Session(serial=session.serial + 1), tuple(_answers(input)))


def _answers(input: Input, reply_to: str = "") -> list[Effect]:
    match input:
        case InGroup(asked, number):
            return _answers(asked, number)
        case Membership(change):
            return [Reach(change == "unblocked")]
        case Utterance(text):
            said = f"{text}!"
        case Tap(act):
            said = act
        case Command(name, _):
            said = f"/{name}!"
        case _:
            said = type(input).__name__
    return [Send(Message(Markdown(said), reply_to=reply_to))]


def at(person: int) -> Address:
    """Where this person or group is reached."""
    return Address("telegram", str(person))


@dataclass
class Stage:
    """What a serving process has, with one Telegram account."""

    api: BotApi
    store: Store
    file: Path
    """The database."""
    decide: Decide = echo
    pacer: Pacer | None = None
    patience: float = PATIENCE
    too_fast: Message | None = None
    clock: SteppedClock = field(default_factory=SteppedClock)
    way: str = ""
    """Where Telegram is reached, if not directly."""

    def __post_init__(self) -> None:
        rng = Random(7)
        self.channel = TelegramChannel(
            Account(self.api.token, api=self.way or self.api.url, patience=self.patience),
            secret=SECRET,
            keep=self.store.files.keep_now,  # type: ignore[arg-type]  # no file is handed in here
            load=lambda sha256: self.store.files.path(sha256).read_bytes(),
            requests={"phone": "Partager mon numéro", "location": "Partager ma position"},
        )
        self.lanes = Lanes()
        pacers = {"telegram": self.pacer} if self.pacer else {}
        self.courier = Courier(
            self.store, {"telegram": self.channel}, clock=self.clock, rng=rng, pacers=pacers
        )
        self.runner = Runner(
            store=self.store,
            decide=self.decide,
            clock=self.clock,
            rng=rng,
            apology=Message(Markdown(SORRY)),
            lanes=self.lanes,
            committed=self.courier.wake,
            typing=self.courier.typing,
            recalled=self.courier.recall,
            giving_way=self.courier.giving_way,
        )
        self.channel.keep_pace(self.courier)
        self.inbox = Inbox(
            channel=self.channel,
            store=self.store,
            runner=self.runner,
            lanes=self.lanes,
            clock=self.clock,
            rng=rng,
            too_fast=self.too_fast,
        )
        self.announcer = Announcer(
            store=self.store,
            courier=self.courier,
            clock=self.clock,
            served=("telegram",),
            rate=30.0,
            shelf=shelf,
        )

    @asynccontextmanager
    async def running(self, *, polls: bool = True) -> AsyncIterator[None]:
        """Everything runs; at the end it stops as a killed process does, what is on its way cut off."""
        loops = [self.inbox.run(), self.courier.run()]
        if polls:
            loops.append(self._poll())
        tasks = [asyncio.create_task(loop) for loop in loops]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.lanes.drain(5.0)
            await self.courier.close()

    async def _poll(self) -> None:
        async def accept(rows: Any) -> None:
            await self.inbox.accept(rows)

        with suppress(TokenRefused):
            await self.channel.poll(accept, rng=Random(1), patience=HASTY)

    async def advance(self, seconds: float) -> None:
        """Let time pass, here and at Telegram, and what follows from it happen."""
        assert isinstance(self.api.clock, ManualClock)
        await self.api.clock.advance(seconds)
        self.clock.advance(seconds)
        await self.settled()

    async def settled(self) -> None:
        """Nothing is on its way to Telegram; what waits there for time to pass does not count."""
        for _ in range(4):
            await asyncio.sleep(0.005)

    async def until(self, true: Callable[[], Any], *, step: float = 0.0, patience: float = 15.0) -> None:
        """Wait until this holds, letting `step` seconds of the test's time pass between looks."""
        try:
            async with asyncio.timeout(patience):
                while True:
                    found = true()
                    if (await found) if asyncio.iscoroutine(found) else found:
                        return
                    await self.advance(step) if step else await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError("it never came true") from None

    async def empty(self) -> bool:
        """Whether nothing waits, neither to be answered nor to be sent."""
        left = await self.store.backlog()
        return left.inbox == left.outbox == 0

    async def tells(self, person: int, *texts: str) -> None:
        """Queue replies."""
        await turn(self.store, *(Send(say(text)) for text in texts), at=at(person), now=self.clock.now())
        self.courier.wake()

    async def announces(self, on_unknown: OnUnknown = OnUnknown.SKIP, text: str = "Avis") -> None:
        """Begin an announcement to everyone known."""
        await announced(self.store, text, on_unknown=on_unknown, now=self.clock.now(), again=True)

    async def announced(self, *, step: float = 0.05) -> dict[Fate, int]:
        """Claim and send until the newest announcement is done; what became of its copies."""

        async def done() -> bool:
            return not await self.announcer.step()

        await self.until(done, step=step)
        return dict(await fates(self.store))

    async def reachable(self, person: int) -> bool:
        """Whether we would write to them."""
        return (await self.store.load(at(person), now=self.clock.now())).view.person.reachable

    def row_of(self, update_id: int) -> Row:
        """An update that Telegram gave out, as the inbox takes it."""
        found = sort_update(self.api.updates.history[update_id].body, secret=SECRET, me=self.channel.me)
        assert isinstance(found, tuple)
        return found

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the database, seen from outside."""
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(sql).fetchall()

    def change(self, sql: str) -> None:
        """Change the database from outside."""
        with closing(sqlite3.connect(self.file)) as connection, connection:
            connection.execute(sql)


@asynccontextmanager
async def stage(folder: Path, **more: Any) -> AsyncIterator[Stage]:
    """A stage at the beginning of time, nothing running; `more` are fields of `Stage`."""
    file = folder / "data" / "alliances.sqlite3"
    async with BotApi(clock=ManualClock(NOW.timestamp())) as api:
        store = await Store.open(file, policy=POLICY)
        made = Stage(api, store, file, **more)
        try:
            yield made
        finally:
            await made.channel.close()
            await store.close()


def texts(person: Person) -> list[str]:
    """All that is new in a person's chat."""
    return [heard.text for heard in person.missed()]


def sent_to(api: BotApi, chat: int) -> list[str]:
    """The texts that we tried to send to a chat, delivered or not."""
    return [call.text("text") for call in api.calls("sendMessage") if call.chat_id == chat]
