"""The content in use: kept, loaded again when a file changes, and never worse than the last good one."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.content.keeper import Keeper
from bot.content.library import ContentBroken
from bot.knowledge.ask import ask
from bot.knowledge.compiled import FILE, is_kept
from bot.knowledge.entry import base_digest
from bot.model.values import FlowId

ROOT = Path(__file__).parents[2]
FLOW = "flow: a\ntitle: Une page\nformat: 1\nsteps:\n  - say: Bonjour.\n"
ENTRY = """- id: salle
  chapter: 1-vie
  audience: benevole
  question: Comment réserver la salle ?
  phrasings: [louer le local, avoir la salle, salle libre quand, réserver un local, prendre la salle,
    salle pour une réunion, où demander la salle, disponibilité de la salle]
  keywords: [salle, local]
  answer: Écrivez au secrétariat.
  status: sourcé
  author: équipe
  reviewed: 2026-01-01
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for room in ("flows", "knowledge"):
        (tmp_path / "content" / room).mkdir(parents=True)
    (tmp_path / "content" / "flows" / "a.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "content" / "knowledge" / "1-vie.yaml").write_text(ENTRY, encoding="utf-8")
    (tmp_path / "data").mkdir()
    return tmp_path / "content"


@pytest.mark.parametrize("cached", [True, False])
async def test_a_change_is_taken_an_error_is_told_and_the_last_good_one_stays(
    folder: Path, cached: bool
) -> None:
    keeper = Keeper.open(folder, folder.parent / "data" / "cache" if cached else None)
    flow = folder / "flows" / "a.yaml"
    assert not await keeper.look()
    for text, title, problems in [
        (FLOW.replace("Une", "Deux"), "Deux page", False),
        (FLOW.replace("say", "sya"), "Deux page", True),
        (FLOW, "Une page", False),  # lies in no cache any more: it is read again
        (FLOW + "# rien\n", "Une page", False),
    ]:
        flow.write_text(text, encoding="utf-8")
        assert await keeper.look()
        assert keeper.library.shelf.flows[FlowId("a")].title == title
        assert bool(keeper.problems) is problems


async def test_a_broken_folder_is_told_at_the_start(folder: Path) -> None:
    (folder / "flows" / "a.yaml").write_text("flow: [", encoding="utf-8")
    with pytest.raises(ContentBroken):
        Keeper.open(folder, folder.parent / "data" / "cache")


async def test_the_index_is_built_beside_and_only_read_here(folder: Path) -> None:
    cache = folder.parent / "data" / "cache"
    keeper = Keeper.open(folder, cache)
    digest = base_digest(keeper.library.shelf.articles.values(), keeper.library.words)
    assert not is_kept(digest, cache)
    await keeper.warm()
    assert is_kept(digest, cache)
    written = (cache / FILE).stat().st_mtime_ns
    assert ask(keeper.library.index, "louer un local").matches[0].id == "salle"
    assert (cache / FILE).stat().st_mtime_ns == written


@pytest.mark.parametrize("cache", ["nowhere/cache", None])
async def test_without_a_cache_the_index_is_built_here(folder: Path, cache: str | None) -> None:
    keeper = Keeper.open(folder, folder / cache if cache else None)
    await keeper.warm()
    assert ask(keeper.library.index, "louer un local").matches[0].id == "salle"


def test_an_assistant_without_entries_never_loads_numpy(folder: Path) -> None:
    (folder / "knowledge" / "1-vie.yaml").unlink()
    program = (
        "import asyncio, sys\nfrom pathlib import Path\nimport bot.serve\n"
        "from bot.channels.telegram.channel import TelegramChannel\n"
        "from bot.content.keeper import Keeper\n"
        f"folder = Path({str(folder)!r})\n"
        "for _ in range(2):\n"
        "    keeper = Keeper.open(folder, folder.parent / 'data' / 'cache')\n"
        "    asyncio.run(keeper.warm())\n"
        "print('numpy' in sys.modules, len(keeper.library.shelf.flows))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "1"]
