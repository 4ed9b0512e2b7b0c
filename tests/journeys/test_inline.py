"""Inline mode of the real program: cards over HTTP, and nothing of what was typed anywhere."""

from pathlib import Path

from bot.dialogue.library import Library
from tests.journeys.program import PATIENCE
from tests.journeys.test_group import KNOWN, SECRET, UNKNOWN, Room, room

MORE = "Lire la suite en privé"


async def test_a_card_is_found_shared_and_leads_to_its_entry(tmp_path: Path, library: Library) -> None:
    async with room(tmp_path, inline=True) as here:
        query = await here.camille.asks_inline(KNOWN)
        titles = await here.camille.sees(query, PATIENCE)
        entry = library.shelf.articles["mecenat-ou-parrainage"]  # type: ignore[index]
        assert titles[0] == entry.question and len(titles) <= 5
        shared = await here.camille.picks(query, titles[0], chat=here.group.chat)
        assert shared.text.startswith(entry.question) and entry.author in shared.text
        assert shared.labels == [MORE]
        await here.is_silent()  # it came by way of us: no question
        await here.dominique.opens(MORE, chat=here.group.chat)
        assert (await here.dominique.hears(PATIENCE)).text.startswith(entry.question)


async def test_what_is_typed_leaves_no_trace(tmp_path: Path) -> None:
    async with room(tmp_path, inline=True) as here:
        for words in (f"{SECRET} mécénat", SECRET, "", UNKNOWN):
            query = await here.camille.asks_inline(words)
            await here.camille.sees(query, PATIENCE)
            assert query.answer is not None and query.answer["button"]["start_parameter"] == "inline"
        assert query.titles == []
        await here.api.quiet()
        _nothing_kept(here)


async def test_the_button_above_the_cards_leads_to_a_welcome(tmp_path: Path) -> None:
    async with room(tmp_path, inline=True) as here:
        query = await here.dominique.asks_inline("")
        await here.dominique.sees(query, PATIENCE)
        assert query.answer is not None
        assert query.answer["button"]["text"] == "Poser la question en privé"
        await here.dominique.starts(query.answer["button"]["start_parameter"])
        welcome = await here.dominique.hears(PATIENCE)
        assert welcome.text.startswith("Bonjour") and "Poser une question" in welcome.labels
        await here.api.quiet(idle=0.5)
        assert here.dominique.missed() == []


async def test_by_webhook_it_is_the_same(tmp_path: Path) -> None:
    async with room(tmp_path, inline=True, webhook=True) as here:
        query = await here.camille.asks_inline(KNOWN)
        assert await here.camille.sees(query, PATIENCE)
        here.api.updates.put_raw({"inline_query": {"id": "1", "query": SECRET}})
        await here.api.quiet()
        assert {status for _, status in here.api.webhook.attempts} == {200}
        _nothing_kept(here)


def _nothing_kept(here: Room) -> None:
    for table in ("inbox", "person", "miss", "history", "outbox"):
        assert here.query(f"SELECT * FROM {table}") == []
    assert here.kept(SECRET) == [] and here.kept("Prénomcamille") == []
