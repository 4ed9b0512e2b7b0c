"""Puts the program together: store, content, runner, courier, and the channels that `serve` or `chat`
bring.
"""

import logging
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random, SystemRandom

from bot.channels.telegram.redaction import quiet_loggers, redact
from bot.content.keeper import Keeper
from bot.content.library import ContentBroken
from bot.dialogue.respond import respond
from bot.events.audience import vocabulary_of
from bot.model.inputs import Input
from bot.model.message import Message
from bot.model.session import Session
from bot.model.turn import Policy, Turn, View
from bot.model.who import Address
from bot.runtime.announcing import Announcer
from bot.runtime.channel import Channel
from bot.runtime.clock import SystemClock
from bot.runtime.courier import Courier
from bot.runtime.digest import Digests
from bot.runtime.heartbeat import Heartbeat
from bot.runtime.lanes import Lanes
from bot.runtime.pacing import Pace, Pacer
from bot.runtime.rostering import Rostering
from bot.runtime.runner import Runner
from bot.runtime.service import Service
from bot.settings import Settings
from bot.shipped import shipped_content
from bot.storage.database_files import hold_serving_lock
from bot.storage.errors import StorageError
from bot.storage.files import Files
from bot.storage.opening import risks
from bot.storage.store import Store

log = logging.getLogger(__name__)

SECRET = "secret"
"""File in the data folder with which buttons are signed; part of a backup."""


class CannotStart(Exception):
    """The program cannot start or go on; the text is for the operator and says what to do."""


@dataclass(slots=True)
class Assistant:
    """The program without its channels' own loops."""

    settings: Settings
    clock: SystemClock
    rng: Random
    keeper: Keeper
    store: Store
    lanes: Lanes
    courier: Courier
    runner: Runner
    service: Service

    def heartbeat(self) -> Heartbeat:
        """The loop that rings timers."""

        def kept() -> Message:
            return Message(self.keeper.library.shelf.phrases.say("request_topic_kept"), silent=True)

        return Heartbeat(store=self.store, runner=self.runner, lanes=self.lanes, clock=self.clock, kept=kept)

    def rostering(self) -> Rostering:
        """The loop that reads and writes files about people."""
        return Rostering(
            store=self.store,
            shelf=lambda: self.keeper.library.shelf,
            clock=self.clock,
            committed=self.courier.wake,
        )

    def announcer(self) -> Announcer:
        """The loop that keeps announcements going."""
        return Announcer(
            store=self.store,
            courier=self.courier,
            clock=self.clock,
            served=tuple(self.courier.served),
            rate=self.settings.rate,
            shelf=lambda: self.keeper.library.shelf,
        )

    def digests(self) -> Digests:
        """The loop that tells staff of the week, and counts the days."""
        return Digests(
            store=self.store,
            library=lambda: self.keeper.library,
            clock=self.clock,
            thinking=self.runner.thinking,
            served=tuple(self.courier.served),
            committed=self.courier.wake,
        )


Channels = Callable[["Ground"], Mapping[str, Channel]]


@dataclass(slots=True)
class Ground:
    """What a channel may be built from."""

    settings: Settings
    files: Files
    secret: bytes
    keeper: Keeper
    clock: SystemClock
    rng: Random

    def file_bytes(self, sha256: str) -> bytes:
        """What goes out with a message: authored, or kept in the data folder. OSError if it is gone."""
        return (self.keeper.media.get(sha256) or self.files.path(sha256)).read_bytes()


@asynccontextmanager
async def assemble(
    settings: Settings, channels: Channels, *, serving: bool, only: Address | None = None
) -> AsyncIterator[Assistant]:
    """Everything open and connected, nothing started. CannotStart says what is in the way.

    `serving`: be the one serving process of the database. `only`: send to this address alone.
    """
    clock, rng = SystemClock(), SystemRandom()
    staffed = bool(settings.staff) or settings.staff_group is not None
    policy = Policy(settings.timezone, settings.quiet_hours, settings.contact, staffed=staffed)
    async with AsyncExitStack() as stack:
        try:
            settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            settings.database_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in dict.fromkeys((settings.data, settings.database_file.parent)):
                for risk in risks(folder):
                    log.warning("folder_at_risk", extra={"risk": risk})
            if serving:
                stack.callback(hold_serving_lock(settings.database_file))
            keeper = Keeper.open(
                settings.content or shipped_content(),
                settings.data / "cache",
                semantic=settings.semantic == "auto",
            )
            admins = frozenset(Address("telegram", str(id)) for id in settings.staff)
            store = await Store.open(
                settings.database_file, policy=policy, files=settings.data / "files", admins=admins
            )
            stack.push_async_callback(store.close)
            if serving:
                await store.roles.settle(admins, now=clock.now())
            store.audiences.vocabulary = lambda: vocabulary_of(keeper.library.shelf)
            secret = read_secret(settings.data / SECRET)
        except (StorageError, ContentBroken, OSError) as error:
            raise CannotStart(str(error)) from None
        made = channels(Ground(settings, store.files, secret, keeper, clock, rng))
        pacers = {name: Pacer(Pace(overall=settings.rate)) for name in made if name == "telegram"}
        courier = Courier(store, made, clock=clock, rng=rng, pacers=pacers, only=only)
        lanes = Lanes()
        apology = Message(keeper.library.shelf.phrases.say("apology"))
        runner = Runner(
            store=store,
            decide=_deciding(keeper),
            clock=clock,
            rng=rng,
            apology=apology,
            lanes=lanes,
            committed=courier.wake,
            typing=courier.typing,
            recalled=courier.recall,
            giving_way=courier.giving_way,
        )
        service = Service(lanes=lanes, courier=courier, clock=clock, rng=rng)
        assistant = Assistant(settings, clock, rng, keeper, store, lanes, courier, runner, service)
        async with service:
            yield assistant


def _deciding(keeper: Keeper) -> Callable[[Session, Input, View, datetime, Random], Turn]:
    def decide(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        return respond(session, input, keeper.library, view, now=now, rng=rng)

    return decide


def read_secret(path: Path) -> bytes:
    """The secret for signatures, made at the first start; readable by its owner only.

    OSError if it cannot be read, made, or is damaged.
    """
    with suppress(FileExistsError), open(path, "xb", opener=_private) as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise OSError(
            f"{path} can be read by others, and with it buttons can be forged; run: chmod 600 {path}"
        )
    secret = path.read_bytes()
    if len(secret) < 32:
        raise OSError(
            f"{path} is damaged; put it back from a backup, or remove it: old buttons then stop working"
        )
    return secret


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class _Fields(logging.Formatter):
    """`time level logger event field=value …`."""

    _OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        fields = " ".join(f"{name}={value}" for name, value in vars(record).items() if name not in self._OWN)
        return f"{line} {fields}".rstrip()


def set_up_log(settings: Settings) -> None:
    """To standard error, without tokens; vendors' loggers stay quiet at every level."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(redact)
    handler.setFormatter(_Fields("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=settings.log.upper(), handlers=[handler], force=True)
    quiet_loggers()
