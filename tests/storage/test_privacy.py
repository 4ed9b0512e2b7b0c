"""All of it, or none of it: export, erasure and what time erases."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from bot.flows.posts import Post, write_post
from bot.model.announcement import NewsKind
from bot.model.effects import (
    AddTask,
    Begin,
    Erase,
    Escalate,
    Export,
    ExportRoster,
    Finish,
    Forget,
    Invite,
    Miss,
    News,
    Opinion,
    Problem,
    Propose,
    Register,
    Remember,
    Send,
    SetDigest,
    SetPreferences,
    SetTimer,
)
from bot.model.event import Place, Reply
from bot.model.message import AttachedFile
from bot.model.preferences import Preferences
from bot.model.receipt import Delivered, Refused
from bot.model.session import Session
from bot.model.turn import Turn
from bot.model.values import ArticleId, FlowId, Owner, StoredFile, Task
from bot.model.who import Address, Standing
from bot.storage.files import Files
from bot.storage.store import Store
from bot.storage.turns import Cause
from tests.events.samples import EVENT
from tests.storage.announcing import announced, claimed
from tests.storage.samples import (
    ALICE,
    BRUNO,
    CHANNELS,
    DAY,
    HOUR,
    NOW,
    mine,
    on_disk,
    ours,
    rows,
    say,
    tell,
    turn,
)

SECRET = "Coquelicot"
FLOW = FlowId("parcours")


async def keep(store: Store, data: bytes = SECRET.encode()) -> StoredFile:
    return await store.files.keep(data, name=f"{SECRET}.txt", media_type="text/plain")


async def fill(store: Store, at: Address = ALICE) -> StoredFile:
    """Leave the secret wherever a person can leave it."""
    file = await keep(store)
    await store.load(at, now=NOW, name=SECRET)
    await turn(
        store,
        Send(say(f"{SECRET} ?", key="k")),
        Remember(mine("note"), f"{SECRET} 1"),
        Remember(ours("note"), f"{SECRET} 2", personal=True),
        Remember(ours("shared"), "partagé"),
        Remember(mine("file"), file.sha256),
        Escalate("asked", SECRET, title=SECRET, pack=say(SECRET)),
        SetTimer(SECRET, NOW + DAY),
        AddTask(Task("t", SECRET, None, Owner.PERSON)),
        Begin(FLOW),
        Finish(FLOW, "done"),
        SetPreferences(Preferences(frozenset({NewsKind.EVENTS}))),
        at=at,
        session=Session(told={"x": SECRET}),
        cause=Cause(heard=SECRET, file=file),
    )
    lane = at.id
    body = json.dumps({"text": SECRET})
    await store.accept(at.channel, [(int(lane), lane, body), (int(lane) + 1000, lane, body)], now=NOW)
    await store.set_aside((await store.unfinished(at.channel, lane=lane))[0].id, "malformed")
    return file


async def erase(store: Store, at: Address = ALICE) -> None:
    waiting = await store.unfinished(at.channel, lane=at.id)
    cause = Cause(inbox=waiting[-1].id) if waiting else None
    await turn(store, Erase(say("Au revoir", key="bye")), Remember(mine("late"), SECRET), at=at, cause=cause)


async def test_an_export_holds_every_row_about_the_person(store: Store, path: Path) -> None:
    await store.requests.settle_group(-1009)
    await fill(store)
    for one in await store.due_messages(CHANNELS, now=NOW):
        await store.record(one, Delivered("77", topic="44"), now=NOW)
    await tell(store, "encore")
    await claimed(store, await announced(store))
    (copy,) = await store.due_bulk(CHANNELS, now=NOW)
    await store.record(copy, Delivered("88"), now=NOW)
    await turn(store, cause=Cause(tapped="do.menu", tapped_at="88"))
    await store.publish_event(EVENT, News(say("")), now=NOW)
    await turn(store, Register(EVENT.id, Reply.GOING, 1, Place.SEATED, say("")))
    await store.gatherings.check_in(
        EVENT, [(await store.load(ALICE, now=NOW)).view.person.id], store.policy, now=NOW
    )
    await turn(store, Send(say("Carte", key=f"event.{EVENT.id}")))
    admin = await store.load(ALICE, now=NOW, profile={"standing": "admin"})
    invited = Invite(Standing.STAFF, "the hash of a token", NOW + DAY)
    assert await store.commit_turn(admin, Turn(admin.session, (ExportRoster(), invited)), now=NOW)
    await turn(store, SetDigest(False))
    await turn(store, Export(say("Voici vos données"), "mes-donnees.json"))
    message = (await store.history(ALICE))[-1].message
    assert message is not None
    (attached,) = message.attachments
    assert (attached.name, attached.media_type) == ("mes-donnees.json", "application/json")
    data = await store.files.read(attached.sha256)
    assert data is not None
    told = json.loads(data)
    empty = sorted(section for section, found in told.items() if not found)
    assert empty == []
    assert told["person"][0]["name"] == SECRET
    assert [one["value"] for one in told["answers"] if one["name"] == "note"] == [
        f"{SECRET} 2",
        f"{SECRET} 1",
    ]
    tables = {name for (name,) in rows(path, "SELECT name FROM sqlite_schema WHERE type = 'table'")}
    without_identity = {
        "setting",
        "miss",
        "opinion",
        "problem",
        "proposal",
        "entry_draft",
        "erasure",
        "announcement",
        "event",
        "event_file",
        "asked",
        "passage",
        "active",
        "digest",
        "refusal",
        "leaving_topic",  # of who was erased, by number alone
        "expected",  # of people who have not written yet: whose it is becomes known when they do
        "sqlite_sequence",
    }
    plurals = {"address": "addresses", "delivery": "deliveries"} | {
        name: f"{name}s"
        for name in (
            "answer",
            "attendance",
            "click",
            "file",
            "invitation",
            "journey",
            "preference",
            "registration",
            "request",
            "request_topic",
            "task",
            "timer",
        )
    }
    sections = {plurals.get(name, name) for name in tables - without_identity}
    assert sections == set(told)


async def test_an_erasure_leaves_nothing_on_disk_but_the_farewell(store: Store, path: Path) -> None:
    file = await fill(store)
    await turn(store, Export(say("Voici"), f"{SECRET}.json"))
    assert on_disk(path, SECRET) != []
    await erase(store)
    assert on_disk(path, SECRET) == []
    assert not store.files.path(file.sha256).exists()
    assert rows(path, "SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM association)") == [(0, 0)]
    (farewell,) = await store.due_messages(CHANNELS, now=NOW)
    assert (farewell.address, farewell.message.text) == (ALICE, "Au revoir")
    await store.record(farewell, Delivered("8"), now=NOW)
    await store.purge(now=NOW)
    assert on_disk(path, "Au revoir") == []
    assert rows(path, "SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM sent)") == [(0, 0)]


async def test_an_erased_person_is_somebody_new(store: Store) -> None:
    before = (await store.load(ALICE, now=NOW)).view.person.id
    await fill(store)
    await erase(store)
    loaded = await store.load(ALICE, now=NOW)
    assert (loaded.view.person.name, loaded.view.answers, loaded.session) == ("", {}, Session())
    assert loaded.view.person.id > before
    assert await store.history(ALICE) == ()


async def test_an_erasure_is_noted_by_salted_hash_only(store: Store, path: Path) -> None:
    for at in (ALICE, BRUNO):
        await tell(store, "x", at=at)
        await erase(store, at)
    noted = rows(path, "SELECT hash FROM erasure")
    assert len({one for (one,) in noted}) == 2
    assert all(len(one) == 64 for (one,) in noted)


async def test_a_refused_farewell_is_dropped(store: Store) -> None:
    await erase(store)
    (farewell,) = await store.due_messages(CHANNELS, now=NOW)
    await store.record(farewell, Refused("x"), now=NOW)
    assert (await store.backlog()).dead == 0


async def test_updates_that_came_after_the_erasure_was_asked_for_are_a_new_acquaintance(store: Store) -> None:
    await store.accept("telegram", [(1, ALICE.id, "oui"), (2, ALICE.id, "bonjour")], now=NOW)
    first, _ = await store.unfinished("telegram")
    await turn(store, Erase(say("Au revoir")), cause=Cause(inbox=first.id))
    assert [one.body for one in await store.unfinished("telegram")] == ["bonjour"]


async def test_what_others_share_stays(store: Store, path: Path) -> None:
    """Two members of one association: its answers and files stay with the one who stays, unless personal."""
    file = await fill(store)
    await fill(store, BRUNO)
    await turn(store, Remember(ours("logo"), file.sha256))
    await _join(store, path)
    await erase(store, ALICE)
    view = (await store.load(BRUNO, now=NOW)).view
    assert view.association is not None
    assert {ref.name: value for ref, value in view.answers.items() if ref.owner is Owner.ASSOCIATION} == {
        "shared": "partagé",
        "logo": file.sha256,
    }
    assert await store.files.read(file.sha256) is not None
    await erase(store, BRUNO)
    assert not store.files.path(file.sha256).exists()


async def _join(store: Store, path: Path) -> None:
    """Put Bruno into Alice's association, which no effect does yet."""
    (alice, bruno) = [(await store.load(at, now=NOW)).view.person for at in (ALICE, BRUNO)]
    writer = store._database._writer  # type: ignore[attr-defined]
    writer.execute("DELETE FROM answer WHERE owner = 'association' AND owner_id = ?", (bruno.association,))
    writer.execute("UPDATE person SET association = ? WHERE id = ?", (alice.association, bruno.id))


@pytest.mark.parametrize(
    ("age", "gone"),
    [
        (HOUR, []),
        (DAY, ["answer", "files"]),
        (2 * DAY, ["answer", "files", "inbox"]),
        (30 * DAY, ["answer", "files", "history", "inbox", "inbox aside", "outbox"]),
        (91 * DAY, ["answer", "files", "history", "inbox", "inbox aside", "outbox", "sent"]),
        (
            366 * DAY,
            [
                "answer",
                "files",
                "history",
                "inbox",
                "inbox aside",
                "miss",
                "opinion",
                "outbox",
                "problem",
                "proposal",
                "sent",
            ],
        ),
    ],
)
async def test_time_erases(store: Store, path: Path, age: timedelta, gone: list[str]) -> None:
    unused = await keep(store)
    await store.load(ALICE, now=NOW, profile={"standing": "staff"})
    await turn(
        store,
        Send(say("a", key="k")),
        Send(say("b")),
        Remember(mine("x"), 1, erase_after=NOW + DAY),
        Miss("x", "reject"),
        Opinion(ArticleId("a"), helpful=True),
        Propose(ArticleId("a"), ("x",), (1,)),
        Problem("x", FLOW, ""),
        cause=Cause(file=unused),
    )
    for receipt in (Delivered("1"), Refused("x")):
        await store.record((await store.due_messages(CHANNELS, now=NOW))[0], receipt, now=NOW)
    await store.accept("telegram", [(1, ALICE.id, "x"), (2, ALICE.id, "x")], now=NOW)
    done, aside = await store.unfinished("telegram")
    await store.finish(done.id)
    await store.set_aside(aside.id, "x")

    counted = {
        "answer": "answer",
        "files": "file",
        "history": "history",
        "inbox": "inbox WHERE state = 'done'",
        "inbox aside": "inbox WHERE state = 'aside'",
        "miss": "miss",
        "opinion": "opinion",
        "outbox": "outbox",
        "problem": "problem",
        "proposal": "proposal",
        "sent": "sent",
    }
    await store.purge(now=NOW + age)
    empty = [name for name, table in counted.items() if rows(path, f"SELECT count(*) FROM {table}") == [(0,)]]
    assert empty == gone
    assert store.files.path(unused.sha256).exists() == ("files" not in gone)


async def test_a_file_stays_while_an_answer_or_a_way_back_refers_to_it(store: Store) -> None:
    answered, undone = await keep(store, b"1"), await keep(store, b"2")
    await turn(store, Remember(mine("file"), answered.sha256), cause=Cause(file=answered))
    await turn(store, session=Session(told={"before": undone.sha256}), cause=Cause(file=undone))
    await store.purge(now=NOW + 9 * DAY)
    assert await store.files.read(answered.sha256) == b"1"
    assert await store.files.read(undone.sha256) == b"2"


async def test_the_file_of_a_post_stays_while_what_is_composed_of_it_waits(store: Store) -> None:
    sha256 = store.files.keep_now(b"PNG")
    file = StoredFile(sha256, "a.png", "image/png", 3)
    post = write_post(Post(copied="4711/9", file=AttachedFile(file.name, file.media_type, sha256)))
    await turn(store, Remember(mine("texte"), post), cause=Cause(file=file))
    await store.purge(now=NOW + 3 * DAY)
    assert await store.files.read(sha256) == b"PNG"
    await turn(store, Forget(mine("texte")))
    await store.purge(now=NOW + 3 * DAY)
    assert await store.files.read(sha256) is None


async def test_what_a_killed_process_or_a_refused_turn_left_in_the_folder_is_swept(store: Store) -> None:
    stray, mine_too = await keep(store, b"stray"), await keep(store, b"mine")
    await turn(store, Remember(mine("file"), mine_too.sha256), cause=Cause(file=mine_too))
    half = store.files.path(stray.sha256).with_name("partial-x")
    half.write_bytes(b"half")
    for file in (half, store.files.path(stray.sha256), store.files.path(mine_too.sha256)):
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    fresh = await keep(store, b"a turn is about to tell of it")
    os.utime(store.files.path(fresh.sha256), ((NOW + DAY).timestamp(),) * 2)
    await store.purge(now=NOW + DAY + HOUR)
    left = {file.name for file in half.parent.parent.rglob("*") if file.is_file()}
    assert left == {mine_too.sha256, fresh.sha256}


async def test_a_file_handed_in_again_is_as_good_as_new(store: Store) -> None:
    path = store.files.path((await keep(store)).sha256)
    os.utime(path, (0, 0))
    await keep(store)
    assert path.stat().st_mtime > 0


async def test_an_export_file_is_gone_after_two_days(store: Store) -> None:
    await turn(store, Export(say("Voici"), "x.json"))
    message = (await store.history(ALICE))[-1].message
    assert message is not None
    await store.purge(now=NOW + 2 * DAY)
    assert await store.files.read(message.attachments[0].sha256) is None


async def test_files_are_private_whole_and_never_outside_their_folder(tmp_path: Path) -> None:
    files = Files(tmp_path / "files")
    stored = await files.keep(b"x", name="../../x", media_type="text/plain")
    again = await files.keep(b"x", name="y", media_type="text/plain")
    path = files.path(stored.sha256)
    assert (stored.sha256, stored.size) == (again.sha256, 1)
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    assert oct(path.parent.stat().st_mode & 0o777) == "0o700"
    assert [one.name for one in path.parent.iterdir()] == [stored.sha256]
    for bad in ("", "../" + stored.sha256, stored.sha256.upper()):
        with pytest.raises(ValueError, match="SHA-256"):
            files.path(bad)


ASKED = "Comment partager une salle ?"


@pytest.mark.parametrize(("age", "left"), [(DAY - HOUR, True), (DAY, False)])
async def test_the_question_last_asked_goes_after_a_day_though_the_person_goes_on(
    store: Store, path: Path, age: timedelta, left: bool
) -> None:
    await turn(store, session=Session(asked=ASKED, asked_at=NOW, guesses=(ArticleId("bail"),), serial=3))
    await store.load(ALICE, now=NOW + age)  # seen again
    await store.purge(now=NOW + age)
    assert (ASKED in rows(path, "SELECT body FROM session")[0][0]) == left
    session = (await store.load(ALICE, now=NOW + age)).session
    assert (session.asked, session.asked_at is not None, session.serial) == (ASKED * left, left, 3)


async def test_a_question_whose_time_is_not_known_goes_at_once(store: Store, path: Path) -> None:
    await turn(store, session=Session(asked=ASKED))
    await store.purge(now=NOW)
    assert ASKED not in rows(path, "SELECT body FROM session")[0][0]
