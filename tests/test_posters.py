"""`alliances link`: the links it prints, the pictures it writes, the name it uses, and what it refuses."""

import asyncio
from pathlib import Path

import pytest

from bot.model.effects import News
from bot.model.turn import Policy
from bot.settings import Settings
from bot.storage.store import Store
from tests.documents.reading import pixels, read
from tests.events.samples import EVENT
from tests.journeys.program import alliances
from tests.storage.samples import NOW, say
from tests.telegram_api import TOKEN, BotApi, faults

ENTRY, FLOW = "difference-alliance-partenariat", "faire-connaissance"
OF_ENTRY, OF_FLOW = f"https://t.me/my_bot?start=q_{ENTRY}", f"https://t.me/my_bot?start={FLOW}"
NAMED = ("--bot", "@my_bot")


def test_links_come_in_the_order_of_their_targets(tmp_path: Path) -> None:
    done = alliances("link", FLOW, ENTRY, *NAMED, folder=tmp_path)
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (0, [OF_FLOW, OF_ENTRY], "")
    assert list(tmp_path.iterdir()) == [], "a link needs no data folder"


def test_every_unknown_target_is_told_with_what_was_meant_and_nothing_is_written(tmp_path: Path) -> None:
    done = alliances(
        "link", ENTRY, "faire-conaissance", "zzzzzz", *NAMED, "--out", "affiches", folder=tmp_path
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert f"faire-conaissance: there is no such entry, flow or event; did you mean {FLOW}" in done.stderr
    assert "zzzzzz: there is no such entry, flow or event\n" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_pictures_are_written_and_never_over_another_file(tmp_path: Path) -> None:
    folder = tmp_path / "affiches" / "mars"
    command = ("link", ENTRY, FLOW, *NAMED, "--out", str(folder))
    done = alliances(*command, folder=tmp_path)
    assert done.returncode == 0 and str(folder / f"{ENTRY}.png") in done.stdout
    files = {file.name: read(pixels(file.read_bytes())) for file in folder.iterdir()}
    assert files == {f"{ENTRY}.png": OF_ENTRY, f"{FLOW}.png": OF_FLOW}
    assert alliances(*command, folder=tmp_path).returncode == 0, "the same once more is no harm"
    (folder / f"{FLOW}.png").write_text("a photo of last year")
    (folder / f"{ENTRY}.png").unlink()
    again = alliances(*command, folder=tmp_path)
    assert again.returncode == 2 and f"{FLOW}.png" in again.stderr
    assert (folder / f"{FLOW}.png").read_text() == "a photo of last year"
    assert not (folder / f"{ENTRY}.png").exists(), "all or nothing"


def test_a_drawing_for_the_printer(tmp_path: Path) -> None:
    done = alliances("link", ENTRY, *NAMED, "--out", ".", "--format", "svg", folder=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / f"{ENTRY}.svg").read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize("target", ["a_file", "a_file/below"])
def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path, target: str) -> None:
    (tmp_path / "a_file").write_text("")
    done = alliances("link", ENTRY, *NAMED, "--out", target, folder=tmp_path)
    assert done.returncode == 2 and "cannot write" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["", "@", "a b", "my-bot", "x", "https://t.me/my_bot"])
def test_what_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    done = alliances("link", ENTRY, "--bot", name, folder=tmp_path)
    assert done.returncode == 2 and "--bot" in done.stderr


def test_without_a_name_and_a_token_the_way_out_is_told(tmp_path: Path) -> None:
    done = alliances("link", ENTRY, folder=tmp_path)
    assert done.returncode == 2
    assert "ALLIANCES_TELEGRAM_TOKEN" in done.stderr and "--bot NAME" in done.stderr


async def test_the_name_is_asked_of_telegram_or_was_kept_by_the_assistant(tmp_path: Path) -> None:
    async with BotApi(username="asked_bot") as api:
        settings = {"telegram_token": TOKEN, "telegram_api": api.url}

        async def link() -> str:
            done = await asyncio.to_thread(alliances, "link", FLOW, folder=tmp_path, settings=settings)
            assert TOKEN not in done.stdout + done.stderr
            return done.stdout + done.stderr

        assert await link() == f"https://t.me/asked_bot?start={FLOW}\n"
        api.fault(faults.unauthorized())
        assert "refuses the token" in await link()
        (tmp_path / "data").mkdir(mode=0o700)
        store = await Store.open(tmp_path / "data" / "alliances.sqlite3", policy=Policy(Settings().timezone))
        await store.known_as("kept_bot")
        await store.close()
        calls = len(api.journal)
        assert await link() == f"https://t.me/kept_bot?start={FLOW}\n"
        assert len(api.journal) == calls


def test_an_entry_that_waits_for_a_review_is_pointed_out(tmp_path: Path) -> None:
    done = alliances("link", "indicateurs-simples", *NAMED, folder=tmp_path)
    assert done.returncode == 0 and "waits for a review" in done.stderr


async def test_an_event_is_linked_by_its_id_or_its_payload(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    store = await Store.open(settings.database_file, policy=Policy(settings.timezone))
    await store.publish_event(EVENT, News(say("")), now=NOW)
    await store.close()
    for written in (EVENT.id, f"e_{EVENT.id}"):
        done = await asyncio.to_thread(alliances, "link", written, *NAMED, "--out", "a", folder=tmp_path)
        assert done.stdout.splitlines()[0] == f"https://t.me/my_bot?start=e_{EVENT.id}", done.stderr
        assert (tmp_path / "a" / f"{EVENT.id}.png").exists()
