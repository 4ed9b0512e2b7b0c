"""What a turn leaves behind: every effect, once, or nothing."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from subprocess import PIPE

import pytest

from bot.model.effects import (
    AddTask,
    Begin,
    CancelTimer,
    Edit,
    Effect,
    Escalate,
    Finish,
    Forget,
    HandOut,
    Miss,
    NewFile,
    Problem,
    Reach,
    Remember,
    Send,
    SetLanguage,
    SetTimer,
)
from bot.model.message import Markdown, Message, Option
from bot.model.receipt import Delivered
from bot.model.session import Session
from bot.model.turn import Turn
from bot.model.values import ArticleId, FlowId, Owner, Task
from bot.model.who import Address, Standing
from bot.storage.store import Backlog, Store
from bot.storage.turns import Cause
from tests.storage.samples import (
    ALICE,
    BRUNO,
    CHANNELS,
    DAY,
    HOUR,
    NOW,
    PAGE,
    POLICY,
    REPOSITORY,
    mine,
    ours,
    rows,
    say,
    tell,
    turn,
)

P1 = FlowId("faire-connaissance")


async def test_a_first_contact_makes_a_person_and_the_next_finds_them(store: Store) -> None:
    first = await store.load(ALICE, now=NOW, name="Alice", profile={"language": "en", "role": "benevole"})
    again = await store.load(ALICE, now=NOW, name="Alicia", profile={"language": "de", "role": "salarie"})
    other = await store.load(BRUNO, now=NOW)
    assert (first.session, first.version) == (Session(), 0)
    assert (first.view.person.name, again.view.person.name) == ("Alice", "Alicia")
    assert again.view.person.language == "en"
    assert again.view.answers == {mine("role"): "benevole"}
    assert first.view.person.id == again.view.person.id != other.view.person.id


async def test_first_contacts_at_once_make_one_person(store: Store) -> None:
    met = await asyncio.gather(*(store.load(ALICE, now=NOW, name="Alice") for _ in range(10)))
    assert len({one.view.person.id for one in met}) == 1


async def test_administrators_are_those_of_the_settings_and_no_longer_when_taken_off(path: Path) -> None:
    seen = []
    for staff in (frozenset({ALICE}), frozenset[Address]()):
        store = await Store.open(path, policy=POLICY, admins=staff)
        seen.append((await store.load(ALICE, now=NOW)).view.person.standing)
        await store.close()
    assert seen == [Standing.ADMIN, Standing.MEMBER]


async def test_answers_come_back_in_the_view_until_forgotten_or_their_time_is_up(store: Store) -> None:
    await turn(
        store,
        Remember(mine("role"), "benevole", personal=True),
        Remember(mine("soon"), 3, erase_after=NOW + HOUR),
        Remember(ours("but"), ("moyens", "public")),
        Remember(mine("gone"), True),
        Forget(mine("gone")),
        Forget(ours("never")),
    )
    await turn(store, Remember(mine("role"), "salarie"))
    loaded = await store.load(ALICE, now=NOW)
    assert loaded.view.answers == {
        mine("role"): "salarie",
        mine("soon"): 3,
        ours("but"): ("moyens", "public"),
    }
    later = await store.load(ALICE, now=NOW + 2 * HOUR)
    assert mine("soon") not in later.view.answers


async def test_an_association_exists_from_its_first_answer_and_not_before(store: Store) -> None:
    await turn(store, Remember(mine("role"), "benevole"), Forget(ours("but")))
    assert (await store.load(ALICE, now=NOW)).view.association is None
    await turn(store, Remember(ours("but"), "moyens"), Remember(ours("nom"), "x"))
    view = (await store.load(ALICE, now=NOW, name="Alice")).view
    assert view.association is not None
    assert view.association.id == view.person.association
    assert view.association.members == ((view.person.id, "Alice"),)


async def test_tasks_are_open_once_by_id_and_soonest_first(store: Store) -> None:
    late, soon, never = (
        Task("t1", "Plus tard", NOW + 9 * DAY),
        Task("t2", "Bientôt", NOW + DAY),
        Task("t3", "Un jour", None, Owner.PERSON),
    )
    await turn(
        store, AddTask(never), AddTask(late), AddTask(soon), AddTask(Task("t1", "Encore", NOW + 2 * DAY))
    )
    expected = (soon, Task("t1", "Encore", NOW + 2 * DAY), never)
    assert (await store.load(ALICE, now=NOW)).view.tasks == expected
    await turn(store, AddTask(Task("t2", "Bientôt", None, done=True)))
    assert (await store.load(ALICE, now=NOW)).view.tasks == expected[1:]


async def test_a_finished_journey_is_known_by_the_local_day_of_its_last_end(store: Store) -> None:
    late = NOW.replace(hour=23, minute=30)
    await turn(store, Begin(P1), Begin(FlowId("left")), Finish(FlowId("left"), "cancelled"))
    await turn(store, Finish(P1, "done"))
    await turn(store, Finish(P1, "done"), now=late)
    assert (await store.load(ALICE, now=late)).view.finished == {P1: "2027-01-15"}


async def test_effects_that_only_staff_see_are_kept(store: Store, path: Path) -> None:
    await turn(
        store,
        Escalate("asked", "Rappelez-moi"),
        Miss("quelle météo", "reject", (ArticleId("a"), ArticleId("b"))),
        Problem("runaway", P1, "s3"),
        SetLanguage("en"),
        Reach(False),
    )
    assert rows(path, "SELECT reason, text, state FROM request") == [("asked", "Rappelez-moi", "open")]
    assert rows(path, "SELECT day, text, guesses FROM miss") == [("2027-01-14", "quelle météo", '["a", "b"]')]
    assert [(one["code"], one["step"]) for one in await store.problems()] == [("runaway", "s3")]
    person = (await store.load(ALICE, now=NOW)).view.person
    assert (person.language, person.reachable) == ("en", False)


async def test_files_made_in_a_turn_go_out_with_its_message(store: Store) -> None:
    made = NewFile("code.png", "image/png", b"png", "Un code")
    await turn(store, HandOut(say("Voici"), (made,)))
    message = (await store.history(ALICE))[-1].message
    assert message is not None
    (attached,) = message.attachments
    assert (attached.name, attached.media_type, attached.alternative) == ("code.png", "image/png", "Un code")
    assert await store.files.read(attached.sha256) == b"png"
    await store.purge(now=NOW + 2 * DAY)
    assert await store.files.read(attached.sha256) is None


async def test_a_session_survives_and_a_moved_version_writes_nothing(store: Store, path: Path) -> None:
    one, other = [await store.load(ALICE, now=NOW) for _ in range(2)]
    moved = Turn(Session(serial=1), (Send(say("un")),))
    late = Turn(Session(serial=2), (Send(say("deux")), Remember(mine("x"), 1)))
    assert await store.commit_turn(one, moved, now=NOW)
    assert not await store.commit_turn(other, late, now=NOW)
    loaded = await store.load(ALICE, now=NOW)
    assert (loaded.session.serial, loaded.version, loaded.view.answers) == (1, 1, {})
    assert rows(path, "SELECT count(*) FROM outbox") == [(1,)]


async def test_of_turns_committed_at_once_exactly_one_passes(store: Store) -> None:
    loaded = [await store.load(ALICE, now=NOW) for _ in range(8)]
    passed = await asyncio.gather(
        *(store.commit_turn(one, Turn(Session(), (Send(say("x")),)), now=NOW) for one in loaded)
    )
    assert sorted(passed) == [False] * 7 + [True]


# ---- inbox ----


async def test_updates_are_kept_once_in_order_of_arrival_even_if_ids_jump_back(store: Store) -> None:
    assert await store.accept("telegram", [(900, "1", "a"), (901, "2", "b"), (900, "1", "a")], now=NOW) == 2
    assert await store.accept("telegram", [(901, "2", "b"), (5, "1", "c")], now=NOW) == 1
    waiting = await store.unfinished("telegram")
    assert [(one.update_id, one.body) for one in waiting] == [(900, "a"), (901, "b"), (5, "c")]
    assert [one.body for one in await store.unfinished("telegram", lane="1")] == ["a", "c"]
    assert [one.body for one in await store.unfinished("telegram", after=waiting[0].id, limit=1)] == ["b"]
    assert await store.unfinished("other") == ()


async def test_a_turn_finishes_its_update_and_a_repeat_changes_nothing(store: Store, path: Path) -> None:
    await store.accept("telegram", [(1, "4711", "secret")], now=NOW)
    (row,) = await store.unfinished("telegram")
    for _ in range(2):
        assert await turn(store, Send(say("bonjour")), cause=Cause(inbox=row.id))
        await store.accept("telegram", [(1, "4711", "secret")], now=NOW + 23 * HOUR)
    assert await store.unfinished("telegram") == ()
    assert rows(path, "SELECT state, body FROM inbox") == [("done", None)]
    assert rows(path, "SELECT count(*) FROM outbox") == [(1,)]


async def test_a_moved_version_leaves_the_update_unfinished(store: Store) -> None:
    await store.accept("telegram", [(1, "4711", "x")], now=NOW)
    (row,) = await store.unfinished("telegram")
    old = await store.load(ALICE, now=NOW)
    await tell(store, "autre")
    assert not await store.commit_turn(old, Turn(Session()), now=NOW, cause=Cause(inbox=row.id))
    assert len(await store.unfinished("telegram")) == 1


async def test_an_update_can_be_finished_or_set_aside_without_a_turn(store: Store) -> None:
    await store.accept("telegram", [(1, "1", "x"), (2, "1", "{broken")], now=NOW)
    one, other = await store.unfinished("telegram")
    await store.finish(one.id)
    await store.set_aside(other.id, "malformed")
    assert await store.backlog() == Backlog(inbox=0, aside=1, outbox=0, dead=0)


# ---- timers ----


async def test_a_timer_is_due_once_and_its_turn_takes_it(store: Store) -> None:
    await turn(
        store, SetTimer("remind", NOW + HOUR), SetTimer("other", NOW + DAY), SetTimer("no", NOW + HOUR)
    )
    await turn(store, CancelTimer("no"), CancelTimer("never"))
    assert await store.due_timers(now=NOW) == ()
    (timer,) = await store.due_timers(now=NOW + HOUR)
    assert (timer.address, timer.key) == (ALICE, "remind")
    for _ in range(2):
        assert await turn(store, Send(say("rappel")), now=NOW + HOUR, cause=Cause(timer="remind"))
    assert [one.message for one in await store.due_messages(CHANNELS, now=NOW + HOUR)] == [say("rappel")]
    assert await store.due_timers(now=NOW + HOUR) == ()


async def test_a_timer_set_anew_by_its_own_turn_stays(store: Store) -> None:
    await turn(store, SetTimer("remind", NOW))
    await turn(store, SetTimer("remind", NOW + DAY), cause=Cause(timer="remind"))
    assert [one.key for one in await store.due_timers(now=NOW + DAY)] == ["remind"]


async def test_timers_of_people_who_blocked_us_wait_for_their_return(store: Store) -> None:
    await turn(store, SetTimer("remind", NOW), Reach(False))
    assert await store.due_timers(now=NOW) == ()
    await turn(store, Reach(True))
    assert len(await store.due_timers(now=NOW)) == 1


# ---- history ----


async def test_history_shows_both_sides_with_edits_in_place(store: Store) -> None:
    button = Message(
        Markdown("Quel but ?"), options=(Option("moyens", "Des moyens", "a.1.moyens"),), key="p1"
    )
    await turn(store, Send(button), cause=Cause(heard="bonjour\ud83d"))
    await turn(store, Edit(say("Quel but : des moyens", key="p1")), cause=Cause(tapped="a.1.moyens"))
    await turn(store, cause=Cause(tapped="a.unknown"))
    said = await store.history(ALICE)
    assert [(one.direction, one.text, one.tapped) for one in said] == [
        ("in", "bonjour\ud83d", False),
        ("out", "Quel but : des moyens", False),
        ("in", "Des moyens", True),
    ]
    assert said[1].message == say("Quel but : des moyens", key="p1")


async def test_history_keeps_the_last_messages_only(store: Store) -> None:
    for number in range(30):
        await tell(store, str(number))
    said = await store.history(ALICE, limit=100)
    assert [one.text for one in said] == [str(number) for number in range(10, 30)]
    assert [one.text for one in await store.history(ALICE, limit=2)] == ["28", "29"]
    assert await store.history(PAGE) == ()


# ---- a kill at the worst moment ----

CHILD = """
import asyncio, sys, pathlib
from tests.storage.samples import NOW, POLICY, say, turn
from bot.model.effects import Send
from bot.storage.store import Store
from bot.storage.turns import Cause

async def main(path, stop):
    store = await Store.open(path, policy=POLICY)
    await store.accept("telegram", [(1, "4711", "x")], now=NOW)
    if stop == "accepted":
        print("ready", flush=True); sys.stdin.read()
    (row,) = await store.unfinished("telegram")
    await turn(store, Send(say("bonjour")), cause=Cause(inbox=row.id))
    print("ready", flush=True); sys.stdin.read()

asyncio.run(main(pathlib.Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.parametrize(("stop", "left"), [("accepted", 1), ("committed", 0)])
async def test_a_kill_between_inbox_and_reply_loses_and_doubles_nothing(
    path: Path, stop: str, left: int
) -> None:
    command = [sys.executable, "-c", CHILD, str(path), stop]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, cwd=REPOSITORY) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        os.kill(child.pid, 9)
    store = await Store.open(path, policy=POLICY)
    assert await store.accept("telegram", [(1, "4711", "x")], now=NOW) == 0
    waiting = await store.unfinished("telegram")
    assert len(waiting) == left
    for row in waiting:
        await turn(store, Send(say("bonjour")), cause=Cause(inbox=row.id))
    (reply,) = await store.due_messages(CHANNELS, now=NOW)
    await store.record(reply, Delivered("7"), now=NOW)
    assert await store.backlog() == Backlog(0, 0, 0, 0)
    await store.close()


@pytest.mark.parametrize(
    "effects",
    [
        (Send(say("a")), Remember(mine("x"), 1), Problem("\0", P1, "")),
        (Remember(ours("x"), float("nan")), Send(say("\ud83d"))),
        (Escalate("asked", "a\0b\ud83d"), Miss("\ud83d", "reject")),
    ],
)
async def test_nasty_texts_stop_no_commit(store: Store, effects: Sequence[Effect]) -> None:
    assert await turn(store, *effects)


def test_every_effect_has_its_test() -> None:
    tested = Path(__file__).parents[1]
    files = [*tested.glob("storage/*.py"), *tested.glob("runtime/*.py")]
    words = {word for file in files for word in re.findall(r"\b[A-Z]\w+", file.read_text("utf-8"))}
    assert {one.__name__ for one in Effect.__args__} <= words
