"""Requests on the local page alone: who says that they are of the team gets them there."""

from pathlib import Path

from bot.model.message import Option
from tests.journeys.at_page import PageSeat, page_seat
from tests.journeys.program import Program, Settings, page_of
from tests.small_base import write_small_base


async def said(seat: PageSeat, words: str) -> tuple[str, tuple[str, ...]]:
    """The next bubble with these words: what it says, and its buttons."""
    while True:
        (bubble,) = await seat.hears(1)
        if words in bubble.text:
            return bubble.text, bubble.buttons


async def test_who_is_of_the_team_on_the_page_sees_to_requests_there(tmp_path: Path) -> None:
    write_small_base(tmp_path / "content")
    settings: Settings = {"port": 0, "content": tmp_path / "content"}
    with Program("run", folder=tmp_path, settings=settings) as program:
        url = page_of(program)
        async with page_seat(url) as owner, page_seat(url) as guest:
            await owner.says("/start")
            await owner.hears(1)
            await guest.says("parler à quelqu'un")
            _, labels = await said(guest, "Pour la joindre")
            assert "Transmettre mes réponses" not in labels, "nobody reads requests yet"
            await owner.client.post("/api/panel", json={"action": "staff", "on": True})
            # Nothing else was done by the owner: what they are counts at once.
            await guest.says("parler à quelqu'un")
            _, labels = await said(guest, "C'est noté")
            assert "Transmettre mes réponses" in labels
            _, labels = await said(owner, "Demande n°")
            await owner.taps(Option("a", "Répondre", "x"))
            await said(owner, "Écrivez votre réponse")
            await owner.says("Bonjour, je suis là.")
            await said(guest, "je suis là")
        assert program.stop() == 0


async def test_where_requests_cannot_arrive_the_list_says_why(tmp_path: Path) -> None:
    """With Telegram connected, only the settings say who answers."""
    write_small_base(tmp_path / "content")
    settings: Settings = {
        "port": 0,
        "content": tmp_path / "content",
        "telegram_token": "123456:abcdefghijklmnopqrstuvwxyzABCDEFGHI",
        "telegram_api": "http://127.0.0.1:9",
    }
    with Program("run", folder=tmp_path, settings=settings) as program:
        async with page_seat(page_of(program)) as owner:
            await owner.client.post("/api/panel", json={"action": "staff", "on": True})
            await owner.says("/demandes")
            text, _ = await said(owner, "Aucune demande")
            assert "ALLIANCES_STAFF" in text
        assert program.stop() == 0
