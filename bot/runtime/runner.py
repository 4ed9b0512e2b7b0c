"""One input at a time: load, decide, commit; again if somebody was faster. Sends nothing itself."""

import asyncio
import logging
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from random import Random

from bot.dialogue.needs import needs
from bot.model.effects import Erase, Problem, Reach, Send, SetPreferences
from bot.model.inputs import (
    Attachment,
    Command,
    Contact,
    InGroup,
    Input,
    Location,
    Membership,
    Opening,
    Rewritten,
    StaffReply,
    Tap,
    Timeout,
    Unusable,
    Utterance,
)
from bot.model.message import Message, Poll
from bot.model.session import Session
from bot.model.turn import Turn, View, Wanted
from bot.model.values import FlowId, StoredFile
from bot.model.who import Address
from bot.runtime.clock import Clock
from bot.runtime.lanes import Lanes
from bot.runtime.thinking import Thinking
from bot.storage.people import Loaded
from bot.storage.store import Store
from bot.storage.turns import Cause

log = logging.getLogger(__name__)

Decide = Callable[[Session, Input, View, datetime, Random], Turn]
"""What to do about an input; pure."""

TRIES = 3
"""Times a turn is decided when its facts moved under it."""

TYPING_AFTER = 0.3
"""Seconds: sooner, the sign would only flicker."""

PATIENCE = 20.0
"""Seconds for one decision about a text; matching takes milliseconds."""


class Contended(Exception):
    """The person's facts kept moving while their turn was being decided."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One input and where it came from."""

    address: Address
    input: Input
    name: str = ""
    """First name as the channel gives it."""
    profile: Mapping[str, str] | None = None
    inbox: int | None = None
    """Row of the inbox that this input finishes."""
    timer: str | None = None
    """Key of the timer that this input takes."""
    instead: Message | None = None
    """What is said instead of deciding: the input came too fast to be answered."""


@dataclass(slots=True)
class _Waiter:
    """Somebody who waits for an answer."""

    address: Address
    since: float
    sign: asyncio.Task[None] | None = None
    """Shows that an answer is coming."""


@dataclass(slots=True, kw_only=True)
class Runner:
    """Turns inputs into committed turns; a `Receiver` for channels without raw updates."""

    store: Store
    decide: Decide
    clock: Clock
    rng: Random
    apology: Message
    """What a person reads when a decision failed."""
    lanes: Lanes
    committed: Callable[[], None]
    """Called after each commit: there may be something to send."""
    typing: Callable[[Address], Awaitable[None]]
    """Shows that an answer is coming; best effort, never raises."""
    patience: float = PATIENCE
    """Seconds for one decision about a text; the thread of one that hangs is given up, not ended."""
    recalled: Callable[[Address], None] = lambda address: None
    """Called after a commit that took back what waited for this address."""
    giving_way: Callable[[], AbstractContextManager[None]] = nullcontext
    """Entered while somebody's answer is being found: what can wait leaves them the processor."""
    thinking: Thinking = field(default_factory=Thinking)
    """Where texts are decided."""
    counts: Counter[str] = field(default_factory=Counter)
    """Inputs since the start: `decided`, `apologised`, `contended`."""
    seconds: float = 0.0
    """Time spent on them."""
    _waiters: dict[int, _Waiter] = field(default_factory=dict)
    """Who waits for an answer and has not been shown that one is coming, the longest first."""
    _look: asyncio.Task[None] | None = None

    async def receive(
        self, address: Address, input: Input, *, name: str = "", profile: Mapping[str, str] | None = None
    ) -> None:
        """See `Receiver.receive`. LaneFull if this person sends faster than can be answered."""
        arrival = Arrival(address, input, name, profile)
        await self.lanes.run(str(address), lambda: self.turn(arrival))

    async def turn(self, arrival: Arrival) -> None:
        """Decide and commit one turn, in the person's lane. Contended or StorageError: nothing is kept."""
        began = self.clock.monotonic()
        try:
            with self._awaited(arrival):
                for _ in range(TRIES):
                    if await self._attempt(arrival):
                        self.counts["decided"] += 1
                        self.committed()
                        return
        finally:
            self.seconds += self.clock.monotonic() - began
        self.counts["contended"] += 1
        raise Contended

    async def _attempt(self, arrival: Arrival) -> bool:
        now = self.clock.now()
        loaded = await self._loaded(arrival, now)
        turn = await self._decided(arrival, loaded, now)
        if turn.lacks:  # once: what cannot be known is told as unknown
            loaded = await self._loaded(arrival, now, turn.lacks)
            turn = await self._decided(arrival, loaded, now)
        if is_act(arrival.input) and not loaded.view.person.reachable:
            turn = replace(turn, effects=(Reach(True), *turn.effects))
        done = await self.store.commit_turn(loaded, turn, now=self.clock.now(), cause=cause_of(arrival))
        if done and any(
            isinstance(one, Erase | SetPreferences) or one == Reach(False) for one in turn.effects
        ):
            self.recalled(arrival.address)
        return done

    async def _loaded(self, arrival: Arrival, now: datetime, more: frozenset[Wanted] = frozenset()) -> Loaded:
        """What the turn is decided on; `more`: also what a first decision lacked."""
        staff = arrival.input if isinstance(arrival.input, StaffReply) else None
        return await self.store.load(
            arrival.address,
            now=now,
            name=arrival.name,
            profile=arrival.profile,
            needs=lambda session, standing: more | needs(arrival.input, session, standing),
            group=isinstance(arrival.input, InGroup | StaffReply),
            staff=staff,
        )

    async def _decided(self, arrival: Arrival, loaded: Loaded, now: datetime) -> Turn:
        """What `decide` says; an apology if it fails, hangs or exhausts the stack."""
        # A generator of its own: threads must not share one, and the turn can be replayed from its seed.
        rng = Random(self.rng.getrandbits(256))
        if arrival.instead is not None:
            key = f"fast-{rng.getrandbits(48):x}"
            said = replace(arrival.instead, key=key, reply_to=_asked_by(arrival.input))
            return Turn(loaded.session, (Send(said),))
        facts = (loaded.session, arrival.input, loaded.view, now, rng)
        try:
            if _may_ask(arrival.input) or _is_long(loaded.view):
                return await self.thinking.run(partial(self.decide, *facts), patience=self.patience)
            return self.decide(*facts)
        except Exception as error:
            return self._apologise(arrival, loaded.session, error)

    def _apologise(self, arrival: Arrival, session: Session, error: Exception) -> Turn:
        self.counts["apologised"] += 1
        flow, step = _place(session)
        kind = type(error).__name__
        # The place in our code, never the message: it may quote the person.
        frames = [
            f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-3:]
        ]
        log.error("decide_failed", extra={"error": kind, "flow": flow, "step": step, "frames": frames})
        problem = Problem(f"decide.{kind}", FlowId(flow), step)
        told = (Send(self.sorry(arrival.input)),) if is_act(arrival.input) else ()
        return Turn(session, (*told, problem))

    def sorry(self, input: Input) -> Message:
        """What is said to a person whose input could not be answered."""
        # A key of its own: by it a page that is loaded anew shows it once.
        key = f"sorry-{self.rng.getrandbits(48):x}"
        return replace(self.apology, key=key, reply_to=_asked_by(input))

    @contextmanager
    def _awaited(self, arrival: Arrival) -> Iterator[None]:
        """Have others give way, and the sign shown if the answer takes time."""
        if not is_act(arrival.input):
            yield
            return
        waiter = _Waiter(arrival.address, self.clock.monotonic())
        self._waiters[id(waiter)] = waiter
        if self._look is None:
            # One look at all of them: nearly every answer is there before its sign, and a task costs more.
            self._look = asyncio.create_task(self._show_typing())
        try:
            with self.giving_way():
                yield
        finally:
            self._waiters.pop(id(waiter), None)
            if waiter.sign is not None:
                waiter.sign.cancel()
            if not self._waiters and self._look is not None:
                self._look.cancel()
                self._look = None

    async def _show_typing(self) -> None:
        while self._waiters:
            number, waiter = next(iter(self._waiters.items()))
            left = waiter.since + TYPING_AFTER - self.clock.monotonic()
            if left > 0:
                await self.clock.sleep(left)
            else:
                del self._waiters[number]
                waiter.sign = asyncio.ensure_future(self.typing(waiter.address))
        self._look = None  # all who wait have been shown the sign; whoever comes starts another look


def cause_of(arrival: Arrival) -> Cause:
    """What the commit settles, and what of the input goes to the history."""
    settled = Cause(inbox=arrival.inbox, timer=arrival.timer)
    match arrival.input:
        case Utterance(text):
            return replace(settled, heard=text)
        case Command(name, argument):
            return replace(settled, heard=f"/{name} {argument}".rstrip())
        case Opening():
            return replace(settled, heard="/start")
        case Tap(act, post):
            return replace(settled, tapped=act, tapped_at=post)
        case Attachment(StoredFile() as file):
            return replace(settled, heard=file.name, file=file)
        case Attachment(Contact(phone)):
            return replace(settled, heard=phone)
        case Attachment(Poll(question)):
            return replace(settled, heard=question)
        case Attachment(Location(latitude, longitude)):
            return replace(settled, heard=f"{latitude},{longitude}")
        case Unusable() | Rewritten() | Timeout() | Membership() | InGroup() | StaffReply():
            return settled
    raise AssertionError(f"no cause for {type(arrival.input).__name__}")


def _may_ask(input: Input) -> bool:
    """Whether words are in it that may be matched against the knowledge base: milliseconds, off the loop."""
    said = input.input if isinstance(input, InGroup | StaffReply) else input
    return isinstance(said, Utterance) or (isinstance(said, Command) and bool(said.argument))


def _is_long(view: View) -> bool:
    """Whether something is known that takes long to show: groups of questions, charts, lists on paper."""
    return bool(view.misses or view.statistics or view.gathering or view.copies)


def is_act(input: Input) -> bool:
    """Whether the person did something and waits for an answer."""
    said = input.input if isinstance(input, InGroup | StaffReply) else input
    return not isinstance(said, Timeout | Membership | Rewritten)


def _asked_by(input: Input) -> str:
    """The message of a group that is answered; elsewhere nobody else could be meant."""
    match input:
        case InGroup(reply_to=message) | StaffReply(message=message):
            return message
    return ""


def _place(session: Session) -> tuple[str, str]:
    """Flow and step at which the active run stands; empty outside of one."""
    for run in session.runs:
        if run.id == session.active and run.frames:
            return run.frames[-1].flow, run.frames[-1].step
    return "", ""
