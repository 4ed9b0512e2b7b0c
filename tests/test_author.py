"""The author's panel and the page's view of the store, on a real store and the shipped content."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import Assistant, Ground, assemble
from bot.author import LocalPage
from bot.channels.web.channel import WebChannel
from bot.channels.web.ports import Said, Shown
from bot.model.inputs import Command, Tap, Utterance
from bot.model.who import Address
from bot.settings import Settings

VISITOR = Address("web", "abcdefghijklmnopqrstuvwx")
STRANGER = Address("web", "zyxwvutsrqponmlkjihgfedc")


@pytest.fixture
async def assistant(tmp_path: Path) -> AsyncIterator[tuple[Assistant, WebChannel]]:
    made: list[WebChannel] = []

    def channels(ground: Ground) -> dict[str, WebChannel]:
        made.append(WebChannel(now=ground.clock.now))
        return {"web": made[0]}

    async with assemble(Settings(data=tmp_path / "data"), channels, serving=True) as opened:
        yield opened, made[0]


async def test_the_panel_shows_where_the_conversation_stands(assistant: tuple[Assistant, WebChannel]) -> None:
    page = LocalPage(*assistant)
    await page.start(VISITOR, "alliance-ou-partenariat", "duree")
    state = await page.state(VISITOR)
    assert (state.flow, state.step) == ("alliance-ou-partenariat", "duree")
    await page.receive(VISITOR, Utterance("une journée"))
    assert ("duree", "evenement") in (await page.state(VISITOR)).fields


@pytest.mark.parametrize(
    ("flow", "step"), [("nulle-part", ""), ("alliance-ou-partenariat", "etape-inconnue")]
)
async def test_a_step_that_is_not_there_cannot_be_started(
    assistant: tuple[Assistant, WebChannel], flow: str, step: str
) -> None:
    with pytest.raises(LookupError):
        await LocalPage(*assistant).start(VISITOR, flow, step)


async def test_the_last_question_is_explained(assistant: tuple[Assistant, WebChannel]) -> None:
    page = LocalPage(*assistant)
    assert (await page.state(VISITOR)).verdict == ()
    await page.receive(VISITOR, Utterance("quelle différence entre alliance et partenariat"))
    verdict = (await page.state(VISITOR)).verdict
    assert verdict[0].startswith("answer") and "difference-alliance-partenariat" in verdict[1]


async def test_being_staff_holds_for_this_conversation_only(assistant: tuple[Assistant, WebChannel]) -> None:
    page = LocalPage(*assistant)
    await page.be_staff(VISITOR, True)
    await page.receive(VISITOR, Command("menu"))
    await page.receive(STRANGER, Command("menu"))
    now = assistant[0].clock.now()
    standings = [
        (await assistant[0].store.load(who, now=now, profile=profile)).view.person.standing.value
        for who, profile in ((VISITOR, None), (STRANGER, None))
    ]
    assert standings == ["admin", "member"]
    assert (await page.state(VISITOR)).staff and not (await page.state(STRANGER)).staff


async def test_a_handed_in_file_is_found_by_its_owner_only(assistant: tuple[Assistant, WebChannel]) -> None:
    page = LocalPage(*assistant)
    await page.receive(VISITOR, Command("mes_donnees"))
    await page.receive(VISITOR, Tap("do.export"))
    shown = [one for one in await page.recent(VISITOR) if isinstance(one, Shown)]
    file = shown[-1].message.attachments[0]
    found = await page.find(VISITOR, file.sha256)
    assert found is not None and found.path.read_bytes().startswith(b"{")
    await page.receive(STRANGER, Command("start"))
    assert await page.find(STRANGER, file.sha256) is None


async def test_after_an_erasure_nothing_is_shown_again(assistant: tuple[Assistant, WebChannel]) -> None:
    page = LocalPage(*assistant)
    await page.receive(VISITOR, Utterance("un secret à moi"))
    assert any(isinstance(one, Said) for one in await page.recent(VISITOR))
    await page.receive(VISITOR, Command("effacer"))
    await page.receive(VISITOR, Tap("do.erase-yes"))
    assert await page.recent(VISITOR) == [] and VISITOR not in page.words


async def test_looking_at_the_panel_makes_nobody_known(assistant: tuple[Assistant, WebChannel]) -> None:
    page, store = LocalPage(*assistant), assistant[0].store
    await page.be_staff(STRANGER, True)
    assert (await page.state(STRANGER)).staff
    assert await store.find(STRANGER, now=assistant[0].clock.now()) is None


async def test_who_was_erased_stays_so_while_the_panel_looks_on(
    assistant: tuple[Assistant, WebChannel],
) -> None:
    page, store = LocalPage(*assistant), assistant[0].store
    await page.receive(VISITOR, Command("start"))
    assert await store.find(VISITOR, now=assistant[0].clock.now()) is not None
    await page.receive(VISITOR, Command("effacer"))
    await page.receive(VISITOR, Tap("do.erase-yes"))
    state = await page.state(VISITOR)
    assert (state.flow, state.fields, state.staff) == ("", (), False)
    assert await store.find(VISITOR, now=assistant[0].clock.now()) is None


async def test_the_words_of_the_page_are_complete(assistant: tuple[Assistant, WebChannel]) -> None:
    face = LocalPage(*assistant).face()
    assert face.texts["send"] and [entry.command for entry in face.menu][:2] == ["start", "aide"]


async def test_a_card_said_again_stands_at_both_places_and_is_known_at_the_last(
    assistant: tuple[Assistant, WebChannel],
) -> None:
    page = LocalPage(*assistant)
    await page.receive(VISITOR, Command("nouvelles"))
    await page.receive(VISITOR, Command("nouvelles"))
    shown = [one.reference for one in await page.recent(VISITOR) if isinstance(one, Shown)]
    assert shown[-1] == "wishes" and shown.count("wishes") == 1 and shown[0].startswith("kept-")
