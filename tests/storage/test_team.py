"""Roles: invitations that work once, what the settings say, the journal and what was tried in vain."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.effects import Audit, Erase, Invite, TakeRole, Unrole
from bot.model.message import Message
from bot.model.who import Address, Standing
from bot.storage.store import Store
from bot.storage.team import digest
from tests.storage.samples import ALICE, BRUNO, CHANNELS, DAY, NOW, POLICY, rows, say, turn

CLAIRE = Address("telegram", "4700")
TOKEN = "a-token-that-nobody-guesses"


def told(word: str) -> Mapping[Standing, Message]:
    return {one: say(f"{word} {one}", key=f"{word}-{one}") for one in (Standing.STAFF, Standing.ORGANISER)}


def taking(token: str = TOKEN) -> TakeRole:
    return TakeRole(digest(token), told("welcome"), told("told"), say("gone", key="gone"))


@pytest.fixture
async def team(path: Path) -> Store:
    """A store with one administrator, who has invited somebody to the staff."""
    store = await Store.open(path, policy=POLICY, admins=frozenset([CLAIRE]))
    await store.load(CLAIRE, now=NOW, name="Claire")
    assert await turn(store, Invite(Standing.STAFF, digest(TOKEN), NOW + 7 * DAY), at=CLAIRE)
    return store


async def standing(store: Store, address: Address) -> Standing:
    return (await store.load(address, now=NOW)).view.person.standing


async def said(store: Store, address: Address) -> list[str]:
    due = await store.due_messages(CHANNELS, now=NOW + 30 * DAY)
    return [one.message.text for one in due if one.address == address]


async def test_an_invitation_gives_its_role_once_and_who_made_it_hears_so(team: Store, path: Path) -> None:
    await turn(team, taking())
    await turn(team, taking(), at=BRUNO)
    assert await standing(team, ALICE) is Standing.STAFF
    assert await standing(team, BRUNO) is Standing.MEMBER
    assert await said(team, ALICE) == ["welcome staff"]
    assert await said(team, BRUNO) == ["gone"]
    assert await said(team, CLAIRE) == ["told staff"]
    found = await team.roles.team()
    assert [(one.act, one.name) for one in found.journal] == [("role.taken", ""), ("role.invited", "Claire")]
    assert [(one.act, one.count) for one in found.refused] == [("invitation", 1)]
    await team.close()
    assert TOKEN not in str(rows(path, "SELECT * FROM invitation"))


async def test_an_invitation_ends_with_its_time(team: Store) -> None:
    await turn(team, taking(), now=NOW + 7 * DAY + timedelta(seconds=1))
    assert await standing(team, ALICE) is Standing.MEMBER
    await team.close()


async def test_nobody_loses_by_an_invitation_what_they_have(team: Store) -> None:
    await turn(team, taking(), at=CLAIRE)
    assert await standing(team, CLAIRE) is Standing.ADMIN
    await team.close()


@pytest.mark.parametrize("who", [ALICE, BRUNO])
async def test_only_administrators_invite_and_take_back(team: Store, who: Address) -> None:
    await turn(team, taking(), at=ALICE)
    staff = (await team.load(ALICE, now=NOW)).view.person.id
    assert not await turn(team, Invite(Standing.STAFF, digest("mine"), NOW + DAY), at=who)
    assert not await turn(team, Unrole(staff), at=who)
    assert await standing(team, ALICE) is Standing.STAFF
    assert await turn(team, Unrole(staff), at=CLAIRE)
    assert await standing(team, ALICE) is Standing.MEMBER
    await team.close()


async def test_the_role_of_an_administrator_ends_in_the_settings_alone(team: Store, path: Path) -> None:
    claire = (await team.load(CLAIRE, now=NOW)).view.person.id
    assert await turn(team, Unrole(claire), at=CLAIRE)
    assert await standing(team, CLAIRE) is Standing.ADMIN
    await team.close()
    without = await Store.open(path, policy=POLICY)
    assert await standing(without, CLAIRE) is Standing.MEMBER
    await without.close()


async def test_what_strangers_try_is_counted_by_day_and_names_nobody(team: Store, path: Path) -> None:
    for _ in range(3):
        await turn(team, Audit("refused", "/annonce"))
    found = await team.roles.team()
    (one,) = found.refused
    assert (one.day, one.act, one.place, one.count) == ("2027-01-14", "/annonce", "telegram", 3)
    assert all(entry.act != "refused" for entry in found.journal)
    await team.close()


async def test_the_journal_stays_when_its_author_is_erased_without_the_name(team: Store, path: Path) -> None:
    await turn(team, Erase(say("farewell")), at=CLAIRE)
    (line,) = (await team.roles.team()).journal
    assert (line.act, line.name) == ("role.invited", "")
    await team.close()
