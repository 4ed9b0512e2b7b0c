"""The menu of commands behind Telegram's button: everybody's, and by role in the chats of the team."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.dialogue.commands import STAFF_COMMANDS
from bot.flows.phrases import Phrases
from bot.model.rights import may
from bot.model.who import Standing
from bot.runtime.clock import Clock
from bot.storage.store import Store

log = logging.getLogger(__name__)

EVERY = 15.0
"""Seconds between looks at who has which role."""

AGAIN = 60.0
"""Seconds after which the menu of everybody is tried again."""

SET = "menus"
"""Setting: which chats have a menu of their own, and which."""

CHANNEL = "telegram"

Menu = Sequence[tuple[str, str]]
"""Name without slash, description."""


class Introduces(Protocol):
    """What a channel with menus does."""

    async def introduce(self, commands: Menu) -> bool:
        """Set everybody's menu; False if it was not taken."""
        ...

    async def introduce_to(self, chat: str, commands: Menu) -> bool:
        """Set one chat's menu, or with none drop it; False if it was not taken."""
        ...


def menu_of(standing: Standing, phrases: Phrases) -> Menu:
    """The commands of that role, its own first."""
    rights = {name: right for name, (right, _) in STAFF_COMMANDS.items()}
    own = [entry for entry in phrases.staff_commands.items() if may(standing, rights[entry[0]])]
    return [*own, *phrases.commands.items()]


async def keep_menus(channel: Introduces, store: Store, phrases: Phrases, clock: Clock) -> None:
    """Set everybody's menu once, then follow who gets and loses a role, for ever."""
    while not await channel.introduce(menu_of(Standing.MEMBER, phrases)):
        await clock.sleep(AGAIN)
    print("Telegram: connected.", flush=True)
    told: dict[str, Standing] = {}  # Telegram may have forgotten what an earlier process told it
    before = json.loads(await store.remembered(SET) or "[]")
    while True:
        team = await store.roles.chats(CHANNEL)
        await _follow(channel, phrases, team, told, before)
        if sorted(team) != sorted(before):
            before = sorted(team)
            await store.remember(SET, json.dumps(before))
        await clock.sleep(EVERY)


async def _follow(
    channel: Introduces,
    phrases: Phrases,
    team: Mapping[str, Standing],
    told: dict[str, Standing],
    before: Sequence[str],
) -> None:
    for chat, standing in team.items():
        if told.get(chat) is not standing:
            # Tried once a role: who never wrote to us again is not asked for ever.
            told[chat] = standing
            await channel.introduce_to(chat, menu_of(standing, phrases))
    for chat in {*before, *told} - team.keys():
        told.pop(chat, None)
        await channel.introduce_to(chat, [])
