"""The menu of commands behind Telegram's button: everybody's, and by role in the chats of the team."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.dialogue.commands import STAFF_COMMANDS
from bot.flows.phrases import Phrases
from bot.model.rights import may
from bot.model.who import Standing
from bot.runtime.clock import Clock
from bot.storage.store import Store

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
    shown = Shown()  # Telegram may have forgotten what an earlier process told it
    before = json.loads(await store.remembered(SET) or "[]")
    while True:
        team = await store.roles.chats(CHANNEL)
        await _follow(channel, phrases, {**dict.fromkeys(before, Standing.MEMBER), **team}, shown)
        # Who lost a role stays noted until their menu is gone.
        noted = sorted({*team, *(chat for chat in before if shown.menus.get(chat) is not Standing.MEMBER)})
        if noted != before:
            before = noted
            await store.remember(SET, json.dumps(before))
        await clock.sleep(EVERY)


@dataclass(slots=True)
class Shown:
    """What Telegram took."""

    menus: dict[str, Standing] = field(default_factory=dict)
    """Chat -> the role whose menu it shows; that of a member is everybody's."""
    tried: Counter[tuple[str, Standing]] = field(default_factory=Counter)
    """Looks since a menu was first refused."""


async def _follow(
    channel: Introduces, phrases: Phrases, wanted: Mapping[str, Standing], shown: Shown
) -> None:
    for chat, standing in wanted.items():
        if shown.menus.get(chat) is standing:
            continue
        shown.tried[chat, standing] += 1
        looks = shown.tried[chat, standing]
        if looks & (looks - 1):  # at looks 1, 2, 4, 8, …: who never wrote to us may refuse for ever
            continue
        if await channel.introduce_to(
            chat, () if standing is Standing.MEMBER else menu_of(standing, phrases)
        ):
            shown.menus[chat] = standing
            del shown.tried[chat, standing]
