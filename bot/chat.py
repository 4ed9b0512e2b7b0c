"""A conversation in the terminal, with a person or with a pipe."""

import gc
import sys
from collections.abc import Mapping

from bot.app import Assistant, CannotStart, Ground, assemble, set_up_log
from bot.channels.terminal import CHANNEL, TerminalChannel, is_interactive, lines_of, pipe_of, screen_for
from bot.model.inputs import Command, Input
from bot.model.who import Address
from bot.runtime.channel import Channel
from bot.settings import Settings
from bot.storage.errors import StorageError

PATIENCE = 10.0
"""Seconds for the replies to one line."""


async def chat(settings: Settings, *, name: str, as_json: bool) -> None:
    """Talk until the input ends. `name` says who speaks; `local` has no name. CannotStart says what is in the
    way."""
    set_up_log(settings)
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another encoding loses single signs, not the conversation; JSON is UTF-8 (RFC 8259).
        stream.reconfigure(encoding="utf-8" if as_json else None, errors="replace")  # type: ignore[union-attr]
    interactive = is_interactive() and not as_json
    address, made = Address(CHANNEL, name), []

    def make(ground: Ground) -> Mapping[str, Channel]:
        screen = screen_for(sys.stdout, ground.files.path, as_json=as_json, interactive=interactive)
        made.append(TerminalChannel(screen))
        return {CHANNEL: made[0]}

    # A pipe is a short command and works beside a serving process; a person at the keyboard is one.
    async with assemble(settings, make, serving=interactive, only=address) as assistant:
        gc.enable()
        try:
            await _talk(assistant, made[0], address, interactive=interactive)
        except StorageError as error:
            raise CannotStart(str(error)) from None
        finally:
            if interactive:
                print(f"\n{assistant.keeper.library.shelf.phrases.label('terminal_goodbye')}")


async def _talk(
    assistant: Assistant, channel: TerminalChannel, address: Address, *, interactive: bool
) -> None:
    async def hand_in(input: Input) -> None:
        name = "" if address.id == "local" else address.id
        await assistant.runner.receive(address, input, name=name)
        await assistant.courier.flush(PATIENCE)

    # What an earlier process could not say any more comes first.
    await assistant.courier.flush(PATIENCE)
    if interactive:
        assistant.service.start("heartbeat", assistant.heartbeat().run)
        print(assistant.keeper.library.shelf.phrases.label("terminal_hint"))
        await hand_in(Command("start"))
    ask = (lambda: input("\n› ")) if interactive else pipe_of(sys.stdin.fileno())
    async for line in lines_of(ask):
        channel.turn += 1
        await hand_in(channel.read(line))
