"""F36: all of it or none of it: for somebody unknown, twice, in a conversation, during an announcement.

And none of it comes back with an older backup.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.model.announcement import Fate, OnUnknown
from bot.model.effects import Erase, Export, Remember
from bot.storage.privacy import SECTIONS
from bot.storage.store import Store
from tests.faults.conftest import Running, running
from tests.journeys.program import alliances
from tests.runtime.conftest import World
from tests.runtime.fakes import eventually, settled
from tests.runtime.test_announcing import announcer
from tests.runtime.test_courier import sending
from tests.storage.announcing import announced, claimed, fates, finished
from tests.storage.samples import ALICE, BRUNO, NOW, mine, on_disk, rows, say, tell, turn
from tests.telegram_api import BotApi, Person, faults

WORDS = "zanzibarette"
"""Nobody but the person says this."""


async def hears_of(person: Person, words: str) -> None:
    """Listen until these words come; the pace of one chat may hold them back for some seconds."""
    async with asyncio.timeout(30):
        while words not in (await person.hears(30)).text:
            pass


async def exported(api: BotApi, person: Person) -> dict[str, Any]:
    """What the file holds that comes for `/mes_donnees`."""
    files = len(api.calls("sendDocument"))
    await person.says("/mes_donnees")
    await hears_of(person, "tout recevoir dans un fichier")
    await person.taps("Recevoir mes données")
    async with asyncio.timeout(20):
        while len(done := api.calls("sendDocument")) == files or not done[-1].answer:
            await asyncio.sleep(0.02)
    file = [one.content.file for one in person.chat.thread.values() if one.content.file][-1]
    told: dict[str, Any] = json.loads(file.upload.data)
    return told


async def erased(person: Person) -> None:
    """Ask for the erasure, and agree to it."""
    await person.says("/effacer")
    await hears_of(person, "C'est définitif")
    await person.says("oui")
    await hears_of(person, "tout est effacé")


async def test_f36_a_person_unknown_so_far_can_export_and_erase_twice_and_in_a_conversation(
    tmp_path: Path,
) -> None:
    database = tmp_path / "data" / "alliances.sqlite3"
    async with BotApi() as api:
        async with running(api, tmp_path) as run:
            camille = api.person(1001, first_name=f"Camille {WORDS}")
            unknown = await exported(api, camille)
            assert set(unknown) == set(SECTIONS)
            assert [one["name"] for one in unknown["person"]] == [f"Camille {WORDS}"]
            twice = await exported(api, camille)
            assert [one["origin"] for one in twice["files"]] == ["export"]

            await camille.says("/profil")
            await camille.says(f"je suis {WORDS}")
            await camille.shares_document(f"{WORDS}.pdf", WORDS.encode())
            told = await exported(api, camille)
            assert WORDS in json.dumps(told["history"]) and told["session"][0]["body"]
            await saved(tmp_path)
            for _ in range(2):
                await erased(camille)
                await nowhere(database)
            await api.quiet(idle=0.3)
            assert rows(database, "SELECT count(*) FROM outbox") == [(0,)]
            assert rows(database, "SELECT count(*) FROM person") == [(0,)]
            assert rows(database, "SELECT count(*) FROM erasure") == [(1,)]
            await ended(run)
        assert WORDS not in run.program.err
        restored = await asyncio.to_thread(alliances, "restore", "copy.tar", folder=tmp_path)
        assert (restored.returncode, restored.stderr) == (0, "")
        await nowhere(database)
        async with running(api, tmp_path) as run:
            again = await exported(api, camille)
            assert again.pop("person")[0]["name"] == f"Camille {WORDS}"  # Telegram says it anew
            assert again["answers"] == [] and WORDS not in json.dumps(again)
            await ended(run)


async def saved(tmp_path: Path) -> None:
    done = await asyncio.to_thread(alliances, "backup", "copy.tar", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


async def nowhere(database: Path) -> None:
    """The words stand in no file of the data folder, the write-ahead log and the kept files among them."""
    async with asyncio.timeout(10):
        while on_disk(database, WORDS):  # the log is emptied as soon as no reader is in the way
            await asyncio.sleep(0.05)


async def ended(run: Running) -> None:
    assert await asyncio.to_thread(run.program.stop) == 0


async def test_f36_who_is_erased_while_an_announcement_goes_out_gets_no_copy_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    """Telegram does not answer copies; meanwhile one of those who wait asks to be erased."""
    database = tmp_path / "data" / "alliances.sqlite3"
    (tmp_path / "notice.md").write_text("Une rencontre jeudi.", encoding="utf-8")
    async with BotApi() as api, running(api, tmp_path) as run:
        people = [api.person(1000 + number, first_name=WORDS) for number in range(8)]
        for person in people:
            await person.says("/start")
        await api.quiet(idle=0.6)
        for person in people:
            person.missed()
        silence = [
            api.fault(faults.flood(3), method="sendMessage", chat=person.id, times=None)
            for person in people[:7]
        ]
        announce = ("announce", "--text", "notice.md", "--yes")
        begun = await asyncio.to_thread(alliances, *announce, folder=tmp_path)
        assert begun.returncode == 0
        async with asyncio.timeout(20):
            while rows(database, "SELECT count(*) FROM delivery") != [(8,)]:
                await asyncio.sleep(0.05)
        leaver = people[7]
        await leaver.says("/effacer")
        await leaver.says("oui")
        async with asyncio.timeout(30):
            while rows(database, "SELECT count(*) FROM erasure") != [(1,)]:
                await asyncio.sleep(0.05)
        assert rows(database, "SELECT count(*) FROM delivery") == [(7,)]
        assert rows(
            database, f"SELECT count(*) FROM outbox WHERE address = '{leaver.id}' AND priority = 2"
        ) == [(0,)]
        for rule in silence:
            rule.end()
        await ended(run)
    said = [message.content.text for message in leaver.chat.messages]
    assert said.count("Une rencontre jeudi.") <= 1


@pytest.mark.parametrize("again", [False, True])
async def test_f36_an_erasure_during_an_announcement_holds_after_an_older_backup(
    store: Store, tmp_path: Path, again: bool
) -> None:
    """The copy was made while copies of the announcement waited; `again`: erased twice before the restore."""
    database = tmp_path / "data" / "alliances.sqlite3"
    await turn(store, Remember(mine("note"), WORDS))
    await tell(store, "bonjour", at=BRUNO)
    await claimed(store, await announced(store, on_unknown=OnUnknown.RESEND))
    await asyncio.to_thread(saving, tmp_path)
    for _ in range(1 + again):
        await turn(store, Erase(say("Au revoir")), now=NOW.replace(hour=20))
    assert await fates(store) == {Fate.CLAIMED: 1}
    await store.close()
    done = await asyncio.to_thread(alliances, "restore", "copy.tar", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert on_disk(database, WORDS) == []
    for table in ("delivery", "address", "person", "session"):
        assert rows(database, f"SELECT count(*) FROM {table}") == [(1,)], table
    assert rows(database, "SELECT count(*) FROM outbox") == [(0,)]


def saving(tmp_path: Path) -> None:
    done = alliances("backup", "copy.tar", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


async def test_f36_an_export_made_while_copies_wait_holds_them_and_goes_with_the_person(
    store: Store, tmp_path: Path
) -> None:
    world = World(store)
    await turn(store, Remember(mine("note"), WORDS))
    announcement = await announced(store)
    world.channel.gate.clear()  # the copy is on its way and does not arrive
    async with sending(world):
        await announcer(world).step()
        await eventually(lambda: world.channel.texts == ["Avis"])
        await turn(store, Export(say("Voici"), "mes-donnees.json"))
        (*_, last) = await store.history(ALICE)
        assert last.message is not None
        (attached,) = last.message.attachments
        data = await store.files.read(attached.sha256)
        assert data is not None
        told = json.loads(data)
        assert [one["fate"] for one in told["deliveries"]] == ["claimed"] and len(told["outbox"]) == 1
        await turn(store, Erase(say("Au revoir")))
        world.courier.recall(ALICE)
        world.channel.gate.set()
        for _ in range(3):  # at the latest with its next look by itself
            await settled()
            world.clock.advance(2)
        await eventually(lambda: world.channel.texts == ["Avis", "Au revoir"])
    assert await store.files.read(attached.sha256) is None
    assert await finished(store, announcement) or not await store.announcements.running()
    assert on_disk(tmp_path / "data" / "alliances.sqlite3", WORDS) == []
