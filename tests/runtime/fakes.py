"""A clock that tests drive, channels that answer as told, and a way to wait for a state instead of a time."""

import asyncio
import heapq
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random

from bot.model.effects import Effect, Send
from bot.model.inputs import Attachment, Command, Input, Tap, Utterance
from bot.model.message import Markdown, Message
from bot.model.receipt import Delivered, Receipt
from bot.model.session import Session
from bot.model.turn import Turn, View
from bot.model.values import StoredFile
from bot.model.who import Address
from bot.runtime.channel import Reading
from tests.storage.samples import NOW


class SteppedClock:
    """Stands still until `advance`."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._seconds + seconds, next(self._order), future))
        await future

    def advance(self, seconds: float) -> None:
        self._seconds += seconds
        while self._sleepers and self._sleepers[0][0] <= self._seconds:
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)


class FakeChannel:
    """Keeps what it is given; answers with the prepared receipts, then always with a delivery."""

    def __init__(self, name: str = "telegram") -> None:
        self.name = name
        self.sent: list[tuple[str, str, str | None]] = []
        """Address id, text, reference it replaces."""
        self.copies: list[str] = []
        """Address ids of what was sent as bulk."""
        self.receipts: list[Receipt | Exception] = []
        self.typed: list[Address] = []
        self.gate = asyncio.Event()
        """Cleared: deliveries hang until it is set."""
        self.gate.set()
        self._references = count(1)

    async def send(
        self, address: Address, message: Message, *, replaces: str | None = None, bulk: bool = False
    ) -> Receipt:
        self.sent.append((address.id, str(message.text), replaces))
        if bulk:
            self.copies.append(address.id)
        await self.gate.wait()
        receipt = self.receipts.pop(0) if self.receipts else Delivered(str(next(self._references)))
        if isinstance(receipt, Exception):
            raise receipt
        return receipt

    async def typing(self, address: Address) -> None:
        self.typed.append(address)

    @property
    def texts(self) -> list[str]:
        return [text for _, text, _ in self.sent]


class FakeRawChannel(FakeChannel):
    """Reads updates like `{"from": "4711", "say": "bonjour"}`."""

    def __init__(self, name: str = "telegram") -> None:
        super().__init__(name)
        self.settled: list[str] = []
        self.files: list[StoredFile | Exception | None] = []

    def read(self, body: str) -> Reading | None:
        data = json.loads(body)
        match data:
            case {"from": sender, "say": text}:
                return Reading(Address(self.name, sender), Utterance(text), data.get("name", ""))
            case {"from": sender, "file": size}:
                return Reading(
                    Address(self.name, sender), Attachment(StoredFile("", "a.pdf", "application/pdf", size))
                )
            case _:
                return None

    async def settle(self, body: str) -> None:
        self.settled.append(body)

    async def fetch(self, body: str) -> StoredFile | None:
        file = self.files.pop(0)
        if isinstance(file, Exception):
            raise file
        return file


def update(number: int, text: str, *, sender: str = "4711") -> tuple[int, str, str]:
    """A raw update as the inbox takes it."""
    return number, sender, json.dumps({"from": sender, "say": text})


def echo(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
    """Says back what it is told; fails when it is told so."""
    match input:
        case Utterance("fail"):
            raise ValueError("Coquelicot")
        case Utterance(text):
            said = f"{text}!"
        case Tap(act):
            said = act
        case Command(name, _):
            said = f"/{name}"
        case _:
            said = type(input).__name__
    return answer(session, Send(Message(Markdown(said))))


def answer(session: Session, *effects: Effect) -> Turn:
    return Turn(Session(serial=session.serial + 1), effects)


async def eventually(true: Callable[[], bool | Awaitable[bool]]) -> None:
    """Let everything else go on until this holds."""
    for _ in range(4000):
        found = true()
        if found if isinstance(found, bool) else await found:
            return
        await asyncio.sleep(0.002)
    raise AssertionError("it never came true")


async def settled(rounds: int = 20) -> None:
    """Let what can happen without any time passing happen."""
    for _ in range(rounds):
        await asyncio.sleep(0.002)


Texts = Sequence[str]
