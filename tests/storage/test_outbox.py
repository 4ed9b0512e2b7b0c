"""Who leaves first, and what each receipt does to a waiting message."""

from datetime import datetime
from pathlib import Path

import pytest

from bot.model.effects import Edit, Send, SetTimer
from bot.model.receipt import (
    Deferred,
    Delivered,
    Failed,
    Migrated,
    Receipt,
    Refused,
    Unknown,
    Unreachable,
)
from bot.model.who import Address
from bot.storage.outbox import Outgoing, Priority
from bot.storage.store import Store
from bot.storage.turns import Cause
from tests.storage.samples import ALICE, BRUNO, CHANNELS, HOUR, NOW, PAGE, rows, say, tell, turn


async def texts(store: Store, now: datetime = NOW) -> list[str]:
    return [str(one.message.text) for one in await store.due_messages(CHANNELS, now=now)]


async def settle(store: Store, receipt: Receipt, *, again: datetime | None = None) -> None:
    """Give the first message this receipt."""
    first = (await store.due_messages(CHANNELS, now=NOW))[0]
    await store.record(first, receipt, now=NOW, again=again)


async def test_each_address_shows_only_its_first_message(store: Store) -> None:
    await tell(store, "a1", "a2")
    await tell(store, "b1", at=BRUNO)
    assert await texts(store) == ["a1", "b1"]
    await settle(store, Delivered("1"))
    assert await texts(store) == ["a2", "b1"]


async def test_messages_of_a_channel_that_is_not_running_wait_for_it(store: Store) -> None:
    await tell(store, "p1", at=PAGE)
    await tell(store, "a1")
    assert await texts(store) == ["a1"]
    assert [one.address for one in await store.due_messages(("web", "terminal"), now=NOW)] == [PAGE]


async def test_replies_overtake_reminders_also_of_the_same_person(store: Store) -> None:
    await turn(store, SetTimer("remind", NOW))
    await turn(store, Send(say("rappel")), cause=Cause(timer="remind"))
    await tell(store, "b1", at=BRUNO)
    await tell(store, "a1")
    assert [(str(one.message.text), one.priority) for one in await store.due_messages(CHANNELS, now=NOW)] == [
        ("b1", Priority.REPLY),
        ("a1", Priority.REPLY),
    ]


@pytest.mark.parametrize(
    ("receipt", "again", "now", "later", "attempts"),
    [
        (Delivered("9"), None, ["a2"], ["a2"], 0),
        (Deferred(3600), None, [], ["a1"], 0),
        (Failed("502"), NOW + HOUR, [], ["a1"], 1),
        (Failed("502"), None, ["a2"], ["a2"], 0),
        (Unknown("timeout"), NOW + HOUR, [], ["a1"], 1),
        (Refused("too long"), None, ["a2"], ["a2"], 0),
        (Unreachable("blocked"), None, [], [], 0),
        (Migrated("-100"), None, ["a1"], ["a1"], 0),
    ],
)
async def test_what_each_receipt_does(
    store: Store,
    receipt: Receipt,
    again: datetime | None,
    now: list[str],
    later: list[str],
    attempts: int,
) -> None:
    await tell(store, "a1", "a2")
    await settle(store, receipt, again=again)
    assert await texts(store) == now
    due = await store.due_messages(CHANNELS, now=NOW + HOUR)
    assert [str(one.message.text) for one in due] == later
    assert [one.attempts for one in due] == [attempts] * len(due)
    assert await store.next_due(CHANNELS, now=NOW) == (NOW + HOUR if not now and later else None)


async def test_a_failed_message_holds_back_its_own_address_only(store: Store) -> None:
    await tell(store, "a1", "a2")
    await tell(store, "b1", at=BRUNO)
    await settle(store, Failed("502"), again=NOW + HOUR)
    assert await texts(store) == ["b1"]
    assert await texts(store, NOW + HOUR) == ["a1", "b1"]


async def test_an_unreachable_person_is_marked_and_a_refused_message_is_kept_aside(store: Store) -> None:
    await tell(store, "a1", "a2")
    await tell(store, "b1", at=BRUNO)
    await settle(store, Unreachable("blocked"))
    await settle(store, Refused("too long"))
    assert not (await store.load(ALICE, now=NOW)).view.person.reachable
    assert (await store.load(BRUNO, now=NOW)).view.person.reachable
    backlog = await store.backlog()
    assert (backlog.outbox, backlog.dead) == (0, 1)


async def test_a_delivered_body_is_erased(store: Store, path: Path) -> None:
    await turn(store, Send(say("a1", key="k")))
    await settle(store, Delivered("9"))
    assert rows(path, "SELECT count(*) FROM outbox") == [(0,)]
    assert rows(path, "SELECT key, reference FROM sent") == [("k", "9")]


async def test_an_edit_finds_its_message_when_it_is_sent(store: Store) -> None:
    await turn(store, Send(say("question", key="k")), Edit(say("question et réponse", key="k")))
    (first,) = await store.due_messages(CHANNELS, now=NOW)
    assert (str(first.message.text), first.replaces) == ("question", None)
    await settle(store, Delivered("9"))
    (edit,) = await store.due_messages(CHANNELS, now=NOW)
    assert (str(edit.message.text), edit.replaces) == ("question et réponse", "9")


async def test_an_edit_of_a_message_never_sent_goes_out_anew(store: Store) -> None:
    await turn(store, Edit(say("a", key="k")), Edit(say("b")))
    (first,) = await store.due_messages(CHANNELS, now=NOW)
    assert first.replaces is None
    assert [one.text for one in await store.history(ALICE)] == ["a", "b"]


async def test_a_message_of_the_same_key_sent_anew_is_never_taken_for_an_edit(store: Store) -> None:
    await turn(store, Send(say("a", key="k")))
    await settle(store, Delivered("9"))
    await turn(store, Send(say("b", key="k")))
    assert [one.replaces for one in await store.due_messages(CHANNELS, now=NOW)] == [None]


async def test_a_conversation_that_moved_keeps_its_progress_and_timers(store: Store) -> None:
    moved = Address(ALICE.channel, "-100")
    await store.load(moved, now=NOW)
    await turn(store, SetTimer("remind", NOW), Send(say("a1")), Send(say("a2")))
    person = (await store.load(ALICE, now=NOW)).view.person.id
    await settle(store, Migrated("-100"))
    assert (await store.load(moved, now=NOW)).view.person.id == person
    assert [one.address for one in await store.due_messages(CHANNELS, now=NOW)] == [moved]
    assert [one.address for one in await store.due_timers(now=NOW)] == [moved]


async def test_a_receipt_for_an_erased_message_changes_nothing(store: Store) -> None:
    gone = Outgoing(4711, ALICE, "{}", None, Priority.REPLY, 0, NOW)
    for receipt in (Delivered("1"), Unreachable("x"), Refused("x"), Migrated("2"), Deferred(1)):
        await store.record(gone, receipt, now=NOW)
    assert (await store.backlog()).dead == 0
