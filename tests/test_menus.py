"""Menus by role: they follow who gains and loses one, and outlast refusals of Telegram."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest

from bot.menus import EVERY, keep_menus, menu_of
from bot.model.who import Standing
from bot.storage.store import Store
from tests.dialogue.chat import Chat
from tests.runtime.fakes import SteppedClock
from tests.storage.samples import ALICE, NOW

PHRASES = Chat().library.shelf.phrases


class Phone:
    """What Telegram shows; refuses as often as told."""

    def __init__(self, refusals: int = 0) -> None:
        self.refusals = refusals
        self.shown: dict[str, set[str]] = {}
        self.asked = 0

    async def introduce(self, commands: Sequence[tuple[str, str]]) -> bool:
        return True

    async def introduce_to(self, chat: str, commands: Sequence[tuple[str, str]]) -> bool:
        self.asked += 1
        if self.asked <= self.refusals:
            return False
        self.shown[chat] = {name for name, _ in commands}
        return True


async def look(phone: Phone, store: Store, *, times: int = 1) -> None:
    """Start a process, have it look at the roles so often, end it."""
    clock = SteppedClock()
    task = asyncio.create_task(keep_menus(phone, store, PHRASES, clock))
    for _ in range(times):
        while not clock._sleepers:
            await asyncio.sleep(0.001)
        clock.advance(EVERY)
    while not clock._sleepers:
        await asyncio.sleep(0.001)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def raised(store: Store, standing: str) -> None:
    await store.load(ALICE, now=NOW, profile={"standing": standing})


@pytest.mark.parametrize("refusals", [0, 1, 3])
async def test_a_menu_that_telegram_did_not_take_is_set_later(store: Store, refusals: int) -> None:
    phone = Phone(refusals)
    await raised(store, "staff")
    await look(phone, store, times=8)
    assert phone.shown == {ALICE.id: {name for name, _ in menu_of(Standing.STAFF, PHRASES)}}
    assert phone.asked == refusals + 1
    await store.close()


async def test_one_that_is_refused_for_ever_is_tried_ever_more_rarely(store: Store) -> None:
    phone = Phone(10_000)
    await raised(store, "staff")
    await look(phone, store, times=63)
    assert phone.asked == 7, "at the looks 1, 2, 4, …, 64"
    await store.close()


@pytest.mark.parametrize("refusals", [0, 2])
async def test_who_lost_a_role_loses_its_menu_also_in_a_later_process(store: Store, refusals: int) -> None:
    await raised(store, "staff")
    await look(Phone(), store)
    await raised(store, Standing.MEMBER.value)
    await look(Phone(10_000), store)  # Telegram does not answer this process
    phone = Phone(refusals)
    await look(phone, store, times=4)
    assert phone.shown == {ALICE.id: set()}
    again = Phone()
    await look(again, store)
    assert again.asked == 0, "it is gone"
    await store.close()
