"""A group has a session and an outbox as a person has, and is nobody; our own name outlives a restart."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.model.effects import Reach
from bot.model.turn import Turn
from bot.model.who import Address
from bot.storage.store import Store
from tests.storage.samples import ALICE, DAY, NOW, POLICY, rows, tell

GROUP = Address("telegram", "-1005")


async def test_who_stands_behind_a_groups_address_is_marked(store: Store, path: Path) -> None:
    await store.load(ALICE, now=NOW, name="Alice")
    await store.load(GROUP, now=NOW, group=True)
    await tell(store, "Une réponse", at=GROUP)
    assert rows(path, "SELECT name, kind FROM person ORDER BY id") == [("Alice", "person"), ("", "group")]
    (due,) = await store.due_messages(("telegram",), now=NOW)
    assert due.address == GROUP


async def test_our_name_is_in_every_view_and_known_at_the_next_start(store: Store, path: Path) -> None:
    assert (await store.load(ALICE, now=NOW)).view.policy.bot == ""
    await store.known_as("alliances_bot")
    assert (await store.load(ALICE, now=NOW)).view.policy == replace(POLICY, bot="alliances_bot")
    await store.close()
    again = await Store.open(path, policy=POLICY)
    try:
        assert again.policy.bot == "alliances_bot"
        await again.known_as("autre_bot")
        assert again.policy.bot == "autre_bot"
        assert rows(path, "SELECT value FROM setting WHERE name = 'bot'") == [("autre_bot",)]
    finally:
        await again.close()


@pytest.mark.parametrize(("put_out", "days", "kept"), [(True, 31, 0), (True, 29, 1), (False, 400, 1)])
async def test_a_group_that_put_us_out_is_forgotten_after_a_month(
    store: Store, path: Path, put_out: bool, days: int, kept: int
) -> None:
    loaded = await store.load(GROUP, now=NOW, group=True)
    if put_out:
        await store.commit_turn(loaded, Turn(loaded.session, (Reach(False),)), now=NOW)
    await store.purge(now=NOW + days * DAY)
    assert rows(path, "SELECT count(*) FROM person") == [(kept,)]
