"""A conversation in the terminal, with a person or with a pipe."""

import sys

from bot.app import assemble, set_up_log
from bot.channels.terminal import CHANNEL, TerminalChannel, is_interactive, lines_of, screen_for
from bot.model.inputs import Command
from bot.model.who import Address
from bot.settings import Settings

PATIENCE = 10.0
"""Seconds for the replies to one line."""


async def chat(settings: Settings, *, name: str, as_json: bool) -> None:
    """Talk until the input ends. `name` says who speaks; `local` has no name."""
    set_up_log(settings)
    interactive = is_interactive() and not as_json
    channel = TerminalChannel(screen_for(sys.stdout, as_json=as_json, interactive=interactive))
    address = Address(CHANNEL, name)
    who = "" if name == "local" else name
    # A pipe is a short command and works beside a serving process; a person at the keyboard is one.
    async with assemble(settings, lambda ground: {CHANNEL: channel}, serving=interactive) as assistant:
        if interactive:
            assistant.service.start("heartbeat", assistant.heartbeat().run)
            await assistant.runner.receive(address, Command("start"), name=who)
        # What an earlier process could not say any more comes first.
        await assistant.courier.flush(PATIENCE)
        async for line in lines_of(sys.stdin, ask=(lambda: input("\n› ")) if interactive else None):
            channel.turn += 1
            await assistant.runner.receive(address, channel.read(line), name=who)
            await assistant.courier.flush(PATIENCE)
        if interactive:
            print(f"\n{assistant.keeper.library.shelf.phrases.label('terminal_goodbye')}")
