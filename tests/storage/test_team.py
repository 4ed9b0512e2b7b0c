"""Roles: invitations that work once, what the settings say, the journal and what was tried in vain."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.announcement import Plan
from bot.model.effects import Audit, Erase, Invite, Send, TakeRole, Unrole
from bot.model.message import Message
from bot.model.receipt import Delivered
from bot.model.team import invitation_digest
from bot.model.turn import Turn
from bot.model.who import Address, Standing
from bot.storage.store import Store
from tests.storage.samples import ALICE, BRUNO, CHANNELS, DAY, NOW, POLICY, on_disk, rows, say, turn

CLAIRE = Address("telegram", "4700")
TOKEN = "a-token-that-nobody-guesses"


def told(word: str) -> Mapping[Standing, Message]:
    return {one: say(f"{word} {one}", key=f"{word}-{one}") for one in (Standing.STAFF, Standing.ORGANISER)}


def taking(token: str = TOKEN) -> TakeRole:
    return TakeRole(invitation_digest(token), told("welcome"), told("told"), say("gone", key="gone"))


@pytest.fixture
async def team(path: Path) -> Store:
    """A store with one administrator, who has invited somebody to the staff."""
    store = await Store.open(path, policy=POLICY, admins=frozenset([CLAIRE]))
    await store.load(CLAIRE, now=NOW, name="Claire")
    assert await turn(store, Invite(Standing.STAFF, invitation_digest(TOKEN), NOW + 7 * DAY), at=CLAIRE)
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
    assert [(one.act, one.name) for one in found.journal] == [
        ("role.taken", ""),
        ("role.invited", "Claire"),
        ("role.taken", "Claire"),  # by the settings
    ]
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
    assert not await turn(team, Invite(Standing.STAFF, invitation_digest("mine"), NOW + DAY), at=who)
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
    lines = (await team.roles.team()).journal
    assert [(line.act, line.name) for line in lines] == [("role.invited", ""), ("role.taken", "")]
    await team.close()


async def test_the_name_of_who_lost_a_role_leaves_the_journal_with_them(team: Store, path: Path) -> None:
    await team.load(ALICE, now=NOW, name="Zébulonia")
    await turn(team, taking())
    alice = (await team.load(ALICE, now=NOW)).view.person.id
    assert await team.roles.remove(alice, now=NOW)
    assert (await team.roles.team()).journal[0].about == "Zébulonia"
    await turn(team, Erase(say("farewell")))
    line = (await team.roles.team()).journal[0]
    assert (line.act, line.about) == ("role.removed", "")
    await team.close()
    assert on_disk(path, "Zébulonia") == []


async def test_a_turn_decided_before_a_role_was_taken_back_is_decided_anew(team: Store, path: Path) -> None:
    """The short command takes it back while the serving process decides."""
    await turn(team, taking())
    decided = await team.load(ALICE, now=NOW)
    beside = await Store.open(path, policy=POLICY)
    assert await beside.roles.remove(decided.view.person.id, now=NOW)
    await beside.close()
    assert not await team.commit_turn(decided, Turn(decided.session, (Send(say("a list")),)), now=NOW)
    assert await said(team, ALICE) == ["welcome staff"]
    await team.close()


async def test_who_left_the_settings_is_no_administrator_from_the_next_start(team: Store, path: Path) -> None:
    dora = Address("telegram", "4701")
    await team.close()
    both = await Store.open(path, policy=POLICY, admins=frozenset([CLAIRE, dora]))
    await both.load(dora, now=NOW, name="Dora")
    await both.close()
    store = await Store.open(path, policy=POLICY, admins=frozenset([dora]))
    assert await store.roles.settle([dora], now=NOW) == 1
    assert await store.roles.chats("telegram") == {dora.id: Standing.ADMIN}
    assert [(one.act, one.about) for one in (await store.roles.team()).journal][:1] == [
        ("role.removed", "Claire")
    ]
    assert await store.roles.settle([dora], now=NOW) == 0
    await store.close()


async def test_who_becomes_an_administrator_by_the_settings_stands_in_the_journal(path: Path) -> None:
    dora, emil = Address("telegram", "4701"), Address("telegram", "4702")
    store = await Store.open(path, policy=POLICY, admins=frozenset([dora, emil]))
    for _ in range(2):  # the second time nothing is new
        await store.load(dora, now=NOW, name="Dora")
    await store.close()
    before = await Store.open(path, policy=POLICY)
    await before.load(emil, now=NOW, name="Emil")
    assert await before.roles.settle([dora, emil], now=NOW) == 0
    assert await before.roles.settle([dora, emil], now=NOW) == 0
    lines = (await before.roles.team()).journal
    assert [(one.name, one.act, one.about) for one in lines] == [
        ("Emil", "role.taken", "admin"),
        ("Dora", "role.taken", "admin"),
    ]
    await before.close()


async def test_an_invitation_ends_with_the_right_of_who_made_it(team: Store, path: Path) -> None:
    await team.roles.settle([], now=NOW)
    await turn(team, taking())
    assert await standing(team, ALICE) is Standing.MEMBER
    assert await said(team, ALICE) == ["gone"]
    await team.close()


async def test_who_is_erased_leaves_no_invitation(team: Store, path: Path) -> None:
    await turn(team, Erase(say("farewell")), at=CLAIRE)
    assert rows(path, "SELECT * FROM invitation") == []
    await turn(team, taking())
    assert await standing(team, ALICE) is Standing.MEMBER
    await team.close()


async def test_what_is_not_kept_is_sent_and_not_found_afterwards(team: Store, path: Path) -> None:
    await turn(team, Send(say("i_secret", key="a"), kept=False), Send(say("plain", key="b")), at=CLAIRE)
    assert await said(team, CLAIRE) == ["i_secret"]
    for outgoing in await team.due_messages(CHANNELS, now=NOW):
        await team.record(outgoing, Delivered("1"), now=NOW)
    assert await said(team, CLAIRE) == ["plain"]
    await team.close()
    assert not any("i_secret" in str(rows(path, f"SELECT * FROM {table}")) for table in ("history", "outbox"))


async def test_the_journal_tells_what_people_know_an_event_and_an_announcement_by(
    team: Store, path: Path
) -> None:
    await team.announcements.announce(Plan(say("Bonjour à **tous**")), now=NOW)
    await turn(team, Audit("announcement.planned", "1"), at=CLAIRE)
    await turn(team, Audit("announcement.planned", "99"), at=CLAIRE)
    await turn(team, Audit("request.take", "1"), at=CLAIRE)
    found = (await team.roles.team()).journal
    await team.close()
    assert [one.title for one in found[:3]] == ["", "", "Bonjour à **tous**"]
