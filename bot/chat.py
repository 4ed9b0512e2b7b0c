"""A conversation in the terminal, with a person or with a pipe."""

import asyncio
import codecs
import gc
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.app import Assistant, CannotStart, Ground, assemble, set_up_log
from bot.channels.keyboard import Keyboard
from bot.channels.terminal import (
    CHANNEL,
    RichScreen,
    TerminalChannel,
    is_interactive,
    lines_of,
    nearest,
    pipe_of,
    screen_for,
)
from bot.model.inputs import Command, Input
from bot.model.who import Address, Standing
from bot.runtime.channel import Channel
from bot.settings import Settings
from bot.storage.database_files import is_served
from bot.storage.errors import StorageError

PATIENCE = 10.0
"""Seconds for the replies to one line."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who speaks, and how what is said to them is written."""

    name: str
    """`local` has no name."""
    staff: bool = False
    """With every right, as by the page's panel; otherwise with the role that they were given."""
    as_json: bool = False

    @property
    def address(self) -> Address:
        """Where they are reached."""
        return Address(CHANNEL, self.name)


@dataclass(slots=True)
class Desk:
    """What the person sits at."""

    seat: Seat
    channel: TerminalChannel
    keyboard: Keyboard | None
    """None: a pipe."""

    @classmethod
    def of(cls, seat: Seat, ground: Ground) -> "Desk":
        """A person's, or that of a pipe."""
        interactive = is_interactive() and not seat.as_json
        screen = screen_for(sys.stdout, ground.files.path, as_json=seat.as_json, interactive=interactive)
        if not isinstance(screen, RichScreen):
            return cls(seat, TerminalChannel(screen), None)
        keyboard = Keyboard(editing=screen.moves)
        return cls(seat, TerminalChannel(screen, shown=keyboard.again), keyboard)

    def lines(self) -> AsyncIterator[str]:
        """What is typed, line by line."""
        return lines_of(pipe_of(sys.stdin.fileno()) if self.keyboard is None else self.keyboard.ask)


async def chat(settings: Settings, seat: Seat) -> None:
    """Talk until the input ends, or SIGTERM cancels it. CannotStart says what is in the way."""
    if task := asyncio.current_task():
        # A person's terminal must not stay as the line editor needs it. On Windows no loop takes signals
        # (Python, "asyncio: Platform Support"), and there is no such editor: nothing is to be put back.
        with suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    serving = is_interactive() and not seat.as_json
    # Somebody reads along: what is only for the record would stand between the messages.
    set_up_log(replace(settings, log="warning") if serving and settings.log == "info" else settings)
    codecs.register_error("nearest", nearest)
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another encoding loses accents, not the conversation; JSON is UTF-8 (RFC 8259).
        encoding = "utf-8" if seat.as_json else None
        stream.reconfigure(encoding=encoding, errors="nearest")  # type: ignore[union-attr]
    made: list[Desk] = []

    def make(ground: Ground) -> Mapping[str, Channel]:
        made.append(Desk.of(seat, ground))
        return {CHANNEL: made[0].channel}

    # A pipe is a short command and works beside a serving process; a person at the keyboard is one.
    async with assemble(settings, make, serving=serving, only=seat.address) as assistant:
        gc.enable()
        (desk,) = made
        try:
            await _talk(assistant, desk)
        except StorageError as error:
            raise CannotStart(str(error)) from None
        finally:
            if desk.keyboard is not None:
                desk.keyboard.close()
                print(f"\n{assistant.keeper.library.shelf.phrases.label('terminal_goodbye')}")


async def _talk(assistant: Assistant, desk: Desk) -> None:
    seat, people = desk.seat, assistant.rostering()
    name = "" if seat.name == "local" else seat.name
    profile = {"standing": Standing.ADMIN.value} if seat.staff else None

    async def hand_in(input: Input) -> None:
        await assistant.runner.receive(seat.address, input, name=name, profile=profile)
        await assistant.courier.flush(PATIENCE)
        # Files about people are made beside the turns, by whoever serves: here that may be nobody but us.
        while (desk.keyboard or not is_served(assistant.settings.database_file)) and await people.step():
            await assistant.courier.flush(PATIENCE)

    if not seat.staff:
        await _rest(assistant, seat.address)
    # What an earlier process could not say any more comes first.
    await assistant.courier.flush(PATIENCE)
    if desk.keyboard is not None:
        assistant.service.start("heartbeat", assistant.heartbeat().run)
        print(assistant.keeper.library.shelf.phrases.label("terminal_hint"))
        await hand_in(Command("start"))
    async for line in desk.lines():
        desk.channel.turn += 1
        await hand_in(desk.channel.read(line))


async def _rest(assistant: Assistant, address: Address) -> None:
    """Who was an administrator here by `--staff` is one no more without it."""
    store, now = assistant.store, assistant.clock.now()
    found = await store.find(address, now=now)
    if found is not None and found.view.person.standing is Standing.ADMIN:
        await store.load(address, now=now, profile={"standing": Standing.MEMBER.value})
