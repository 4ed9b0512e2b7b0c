"""The page in a real browser: typing, tapping, reconnecting, and whether everyone can use it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH  # type: ignore[import-untyped]
from playwright.async_api import Page, ViewportSize, expect

from bot.model.inputs import Command, Tap, Utterance
from bot.model.message import Markdown, Message, Option
from tests.channels.web.chromium import DESKTOP, PHONE, PHONE_AT_200_PERCENT, opened
from tests.channels.web.stage import ROLES, Stage, served

pytestmark = pytest.mark.browser

GREETED = "Faire connaissance (5 min)"


async def say(page: Page, text: str) -> None:
    await page.locator("#words").fill(text)
    await page.locator("#words").press("Enter")


async def axe(page: Page) -> list[dict[str, Any]]:
    """What axe-core finds serious or critical. Its script is injected: the page's policy admits none."""
    await page.evaluate(Path(AXE_FILE_PATH).read_text("utf-8"))
    found: dict[str, Any] = json.loads(await page.evaluate("axe.run().then(JSON.stringify)"))
    return [
        {"rule": one["id"], "where": [node["html"] for node in one["nodes"]]}
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


async def test_a_first_visit_is_greeted_and_a_typed_message_answered(stage: Stage, url: str) -> None:
    async with opened(url) as page:
        await expect(page.get_by_role("button", name=GREETED)).to_be_visible()
        field = page.get_by_label("Votre message")
        await field.click()
        await field.press_sequentially("Bonjour")
        await field.press("Shift+Enter")
        await field.press_sequentially("<b>à vous</b>")
        await field.press("Enter")
        await expect(page.locator(".person .text")).to_have_text("Bonjour\n<b>à vous</b>")
        await expect(page.locator(".assistant").last).to_contain_text("Vous avez écrit : Bonjour")
        await expect(page.locator(".pending")).to_have_count(0)
        await expect(field).to_have_value("")
        await expect(field).to_be_focused()
    assert [input for _, input, _ in stage.heard] == [Command("start"), Utterance("Bonjour\n<b>à vous</b>")]


async def test_a_tap_turns_the_question_into_question_and_answer(stage: Stage, url: str) -> None:
    async with opened(url) as page:
        await page.get_by_role("button", name=GREETED).click()
        await expect(page.get_by_role("button", name=GREETED)).to_have_count(0)
        await page.get_by_role("button", name=ROLES[1]).click()
        await expect(page.locator(".assistant").nth(1)).to_contain_text(ROLES[1])
        await expect(page.get_by_role("group", name="Réponses possibles")).to_have_count(1)
        await expect(
            page.get_by_role("group", name="Autres possibilités").get_by_role("button")
        ).to_have_text(["Retour", "Passer", "Pause"])
        await expect(page.locator(".assistant")).to_have_count(3)
    assert stage.heard[-1][1] == Tap("a.1")


async def test_everything_works_with_the_keyboard_alone(stage: Stage, url: str) -> None:
    async with opened(url) as page:
        await page.get_by_role("button", name=GREETED).focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name=ROLES[0]).focus()
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name=ROLES[1])).to_be_focused()
        await page.keyboard.press("Space")
        await expect(page.get_by_text("2 sur 7")).to_be_visible()
        await expect(page.get_by_label("Votre message")).to_be_focused()
        menu = page.get_by_role("button", name="Menu")
        await menu.focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Ce que je sais faire")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(menu).to_be_focused()
        await expect(page.get_by_role("button", name="Ce que je sais faire")).to_be_hidden()


async def test_the_menu_says_a_command_and_a_document_is_a_card(stage: Stage, url: str) -> None:
    async with opened(url) as page:
        await page.get_by_role("button", name="Menu").click()
        await page.get_by_role("button", name="Voir, exporter").click()
        card = page.get_by_role("link", name="mes-donnees.json")
        await expect(card).to_be_visible()
        await expect(page.locator(".person .text")).to_have_text("/mes_donnees")
        async with page.expect_download() as download:
            await card.click()
        assert (await download.value).suggested_filename == "2027-01-14_mes-donnees.json"


async def test_a_file_is_handed_in(stage: Stage, url: str) -> None:
    async with opened(url) as page:
        await expect(page.get_by_role("button", name=GREETED)).to_be_visible()
        async with page.expect_file_chooser() as chooser:
            await page.get_by_role("button", name="Joindre un fichier").click()
        upload = {"name": "statuts écrits.txt", "mimeType": "text/plain", "buffer": b"Article 1"}
        await (await chooser.value).set_files(upload)  # type: ignore[arg-type]
        await expect(page.locator(".assistant").last).to_contain_text("Bien reçu : statuts écrits.txt")
        await expect(page.locator(".person a.file")).to_have_count(1)


async def test_a_reload_shows_the_conversation_again(stage: Stage, url: str) -> None:
    async with opened(url) as page:
        await page.get_by_role("button", name=GREETED).click()
        await say(page, "Quelle alliance ?")
        await expect(page.get_by_role("button", name=ROLES[0])).to_have_count(1)
        before = await page.locator(".bubble .text").all_text_contents()
        await page.reload()
        await expect(page.locator(".bubble .text")).to_have_text(before)
        await expect(page.get_by_role("button", name=ROLES[0])).to_have_count(1)
        await expect(page.locator(".day")).to_have_text("Aujourd’hui")
        [conversation] = {address for address, _, _ in stage.heard}
        stage.yesterday(conversation)
        await page.reload()
        await say(page, "Et demain ?")
        await expect(page.locator(".day")).to_have_text(["Hier", "Aujourd’hui"])
    assert [input for _, input, _ in stage.heard].count(Command("start")) == 1


async def test_a_lost_connection_comes_back_by_itself(stage: Stage) -> None:
    async with served(stage) as url:
        visit = opened(url)
        page = await visit.__aenter__()
        await expect(page.get_by_role("button", name=GREETED)).to_be_visible()
    await expect(page.get_by_role("status")).to_have_text("Connexion perdue. Nouvel essai…")
    await say(page, "Vous m’entendez ?")
    await expect(page.get_by_text("Message non envoyé.")).to_be_visible()
    [conversation] = {address for address, _, _ in stage.heard}
    again = Stage(stage.folder, records=stage.records)
    await again.say(conversation, Message(Markdown("Pendant votre absence.")))
    async with served(again, port=int(url.rpartition(":")[2])):
        await expect(page.locator("#banner")).to_be_empty(timeout=20_000)
        await expect(page.get_by_text("Pendant votre absence.")).to_have_count(1)
        await page.get_by_role("button", name="Réessayer").click()
        await expect(page.get_by_text("Vous avez écrit : Vous m’entendez ?")).to_be_visible()
        await expect(page.get_by_text("Message non envoyé.")).to_have_count(0)
        await visit.__aexit__(None, None, None)
    assert [input for _, input, _ in again.heard] == [Utterance("Vous m’entendez ?")]


async def test_a_slow_answer_shows_that_it_is_coming(stage: Stage, url: str) -> None:
    stage.slow = 1.0
    async with opened(url) as page:
        await expect(page.locator("#typing")).to_be_visible()
        await expect(page.get_by_text("écrit…")).to_be_visible()
        await expect(page.get_by_role("button", name=GREETED)).to_be_visible()
        await expect(page.locator("#typing")).to_be_hidden()


async def test_a_late_answer_does_not_undo_what_the_author_just_chose(stage: Stage, url: str) -> None:
    async with opened(url, DESKTOP) as page:
        panel = page.get_by_role("complementary", name="Atelier")
        await expect(panel).to_contain_text("difference-alliance-partenariat")
        stage.slow_panel = 0.5
        async with page.expect_request("**/api/panel") as late:
            await say(page, "Bonjour")
        await panel.get_by_label("Membre de l’équipe").check()
        await page.evaluate("undone = 0; tick = document.getElementById('panel-staff')")
        await page.evaluate("setInterval(() => { undone += !tick.checked; }, 5)")
        async with page.expect_request_finished(lambda request: request.method == "GET") as after:
            await (await late.value).response()
        assert (await after.value).url.endswith("/api/panel")
        await expect(panel.get_by_label("Membre de l’équipe")).to_be_checked()
        assert await page.evaluate("undone") == 0
    assert stage.staff


async def test_an_author_starts_anywhere_and_becomes_somebody_else(stage: Stage, url: str) -> None:
    async with opened(url, DESKTOP) as page:
        panel = page.get_by_role("complementary", name="Atelier")
        await expect(panel).to_contain_text("difference-alliance-partenariat")
        await panel.get_by_label("Étape").select_option("budget")
        await panel.get_by_role("button", name="Commencer").click()
        await expect(page.get_by_text("Étape : budget")).to_be_visible()
        await panel.get_by_label("Membre de l’équipe").check()
        await panel.get_by_label("Parler en tant que").fill("Zoé")
        await panel.get_by_role("button", name="Devenir cette personne").click()
        await expect(panel.get_by_role("button", name="Zoé")).to_have_attribute("aria-pressed", "true")
        await expect(page.get_by_text("Étape : budget")).to_have_count(0)
    assert stage.staff


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("name", "viewport"),
    [("phone", PHONE), ("phone-200", PHONE_AT_200_PERCENT), ("desktop", DESKTOP)],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_everyone_can_use_the_page(
    stage: Stage, url: str, tmp_path: Path, name: str, viewport: ViewportSize, dark: bool
) -> None:
    async with opened(url, viewport, dark=dark) as page:
        await page.get_by_role("button", name=GREETED).click()
        await say(page, "Quelle est la différence entre une alliance et un partenariat ?")
        await expect(page.get_by_role("button", name=ROLES[3])).to_have_count(1)
        await page.get_by_text("En savoir plus").click()
        await page.screenshot(path=tmp_path / f"{name}-{'dark' if dark else 'light'}.png")
        assert await axe(page) == []
        await page.get_by_role("button", name="Menu").click()
        assert await axe(page) == []
        await page.evaluate("down.hidden = false")
        wider = (
            "[...document.querySelectorAll('body *')].filter((one) => one.scrollWidth > one.clientWidth + 1 "
        )
        wider += (
            "&& one.checkVisibility() && getComputedStyle(one).overflowX !== 'hidden' && one.clientWidth)"
        )
        assert await page.evaluate(f"{wider}.map((one) => one.outerHTML.slice(0, 80))") == []


async def test_a_link_among_the_answers_opens_beside_the_conversation(stage: Stage, url: str) -> None:
    async with opened(url) as page:
        await expect(page.get_by_role("button", name=GREETED)).to_be_visible()
        links = (Option("a", "Sources", "s.1"), Option("b", "Lire la suite", "", "https://example.org/bail"))
        await stage.say(stage.heard[0][0], Message(Markdown("Le bail"), links))
        link = page.get_by_role("link", name="Lire la suite")
        await expect(link).to_have_attribute("href", "https://example.org/bail")
        await expect(link).to_have_attribute("target", "_blank")
        await expect(link).to_have_attribute("rel", "noopener")
        button = page.get_by_role("button", name="Sources")
        assert await axe(page) == []
        seen, other = await link.bounding_box(), await button.bounding_box()
        assert seen is not None and other is not None and seen["height"] >= other["height"] - 1


async def test_a_card_said_again_comes_last_and_its_old_place_keeps_no_buttons(
    stage: Stage, url: str
) -> None:
    async with opened(url) as page:
        await expect(page.get_by_role("button", name=GREETED)).to_be_visible()
        card = Message(Markdown("Rencontre : complet"), (Option("a", "Je viens", "s.1"),), key="event.x")
        await stage.channel.send(stage.heard[0][0], card)
        await expect(page.get_by_role("button", name="Je viens")).to_have_count(1)
        await say(page, "Et demain ?")
        await expect(page.locator(".assistant").last).to_contain_text("Et demain")
        await stage.channel.send(stage.heard[0][0], replace(card, text=Markdown("Une place est libre")))
        await expect(page.locator(".assistant").last).to_contain_text("Une place est libre")
        await expect(page.get_by_text("Rencontre : complet")).to_have_count(1)
        await expect(page.get_by_role("button", name="Je viens")).to_have_count(1)
        edited = replace(card, text=Markdown("Complet de nouveau"))
        await stage.channel.send(stage.heard[0][0], edited, replaces="event.x")
        await expect(page.locator(".assistant").last).to_contain_text("Complet de nouveau")
        await expect(page.get_by_text("Une place est libre")).to_have_count(0)
