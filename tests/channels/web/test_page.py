"""The page over HTTP, on a real server: who may ask, what is shown, what comes by the stream."""

import asyncio
import re
from datetime import UTC, datetime

import pytest

from bot.channels.web import Face
from bot.channels.web.wire import shown
from bot.markup import escape
from bot.model.inputs import Attachment, Command, Opening, Tap, Utterance
from bot.model.message import Markdown, Message, Option
from bot.model.values import StoredFile
from bot.model.who import Address
from bot.runtime.lanes import LaneFull, LanesClosed
from bot.runtime.runner import Contended
from bot.storage.errors import StorageError
from tests.channels.web.stage import GREETING, QUESTION, TEXTS, Stage, served
from tests.channels.web.window import Window, window

JSON = {"Content-Type": "application/json"}


def address_of(visitor: Window) -> Address:
    return Address("web", visitor.http.cookies["conversation"])


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {}, 200),
        ("GET", "/", {"Sec-Fetch-Site": "cross-site"}, 200),
        ("GET", "/", {"Host": "evil.example"}, 403),
        ("GET", "/", {"Host": "127.0.0.1:1"}, 403),
        ("GET", "/", {"Host": "127.0.0.1.evil.example:{port}"}, 403),
        ("GET", "/", {"Host": "localhost:{port}"}, 200),
        ("GET", "/", {"Origin": "http://evil.example"}, 403),
        ("GET", "/api/conversation", {}, 200),
        ("GET", "/api/conversation", {"Sec-Fetch-Site": "same-site"}, 403),
        ("GET", "/api/conversation", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("POST", "/api/say", JSON, 403),
        ("POST", "/api/say", {**JSON, "Origin": "null"}, 403),
        ("POST", "/api/say", {**JSON, "Origin": "http://127.0.0.1:1"}, 403),
        ("POST", "/api/say", {**JSON, "Origin": "http://localhost:{port}"}, 403),
        ("POST", "/api/say", {**JSON, "Origin": "https://127.0.0.1:{port}"}, 403),
        ("POST", "/api/say", {**JSON, "Origin": "http://127.0.0.1:{port}"}, 401),
        ("POST", "/api/panel", JSON, 403),
        ("GET", "/api/say", {}, 405),
        ("GET", "/static/page.css", {}, 200),
        ("GET", "/static/page.html", {}, 404),
        ("GET", "/static/..%2froutes.py", {}, 404),
        ("GET", "/nothing", {}, 404),
    ],
)
async def test_only_the_page_itself_may_ask(
    url: str, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    port = url.rpartition(":")[2]
    async with window(url) as browser:
        del browser.http.headers["Origin"]
        named = {name: value.format(port=port) for name, value in headers.items()}
        answer = await browser.http.request(method, path, headers=named, content=b"{}")
        assert answer.status_code == status


@pytest.mark.parametrize("path", ["/", "/static/page.js", "/api/conversation", "/nothing"])
async def test_every_answer_carries_the_strict_headers(visitor: Window, path: str) -> None:
    headers = (await visitor.http.get(path)).headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == ("no-cache" if path.startswith("/static") else "no-store")
    assert "Server" not in headers


async def test_the_page_holds_nothing_inline_and_nothing_from_outside(url: str) -> None:
    async with window(url) as browser:
        html = (await browser.http.get("/")).text
        styles = (await browser.http.get("/static/page.css")).text
    assert TEXTS["composer_placeholder"] in html
    assert "{{" not in html
    assert not re.search(r"<script(?![^>]* src=\"/static/)|<style|\son\w+=|\sstyle=|https?://|//[a-z]", html)
    assert "url(" not in styles
    assert "@import" not in styles


async def test_an_unchanged_file_is_not_sent_again(visitor: Window) -> None:
    tag = (await visitor.http.get("/static/page.js")).headers["ETag"]
    assert (await visitor.http.get("/static/page.js", headers={"If-None-Match": tag})).status_code == 304


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(url: str) -> None:
    async with window(url) as browser:
        assert "Set-Cookie" not in (await browser.http.get("/")).headers
        cookie = (await browser.http.get("/api/conversation")).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


async def test_a_forged_cookie_gives_no_address(url: str, stage: Stage) -> None:
    async with window(url) as browser:
        browser.http.cookies.set("conversation", "local:../x", domain="127.0.0.1")
        assert await browser.say(text="Bonjour") == 401
    assert stage.heard == []


async def test_what_a_person_does_reaches_the_receiver_as_inputs(visitor: Window, stage: Stage) -> None:
    for body in ({"text": "Bonjour"}, {"tap": "a.1"}, {"command": "menu"}, {"text": "/start xyz"}):
        assert await visitor.say(**body) == 202
    assert [input for _, input, _ in stage.heard] == [
        Utterance("Bonjour"),
        Tap("a.1"),
        Command("menu"),
        Opening("xyz"),
    ]
    assert {address for address, _, _ in stage.heard} == {address_of(visitor)}


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"[]", {}, 400),
        (b"[" * 20_000, {}, 400),
        (b"{}", {}, 400),
        (b'{"text": 1}', {}, 400),
        (b'{"text": "a"}', {"Content-Type": "text/plain"}, 415),
        (b'{"text": "' + b"a" * 40_000 + b'"}', {}, 413),
        (b"\xff\xfe", {}, 400),
    ],
)
async def test_what_is_no_input_is_refused(
    visitor: Window, stage: Stage, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = await visitor.http.post("/api/say", content=content, headers={**JSON, **headers})
    assert answer.status_code == status
    assert stage.heard == []


async def test_an_answer_comes_by_the_stream(visitor: Window) -> None:
    cursor = (await visitor.conversation())["cursor"]
    async with visitor.listening(cursor) as events:
        await visitor.say(text="Salut <b>", id="abcdefgh")
        said, answer = await anext(events), await anext(events)
    assert (said.kind, said.data["id"], said.data["text"]) == ("said", "abcdefgh", "Salut <b>")
    assert (answer.kind, answer.data["html"]) == ("message", "<p>Vous avez écrit : Salut &lt;b&gt;</p>")


async def test_buttons_come_with_their_acts(visitor: Window) -> None:
    cursor = (await visitor.conversation())["cursor"]
    async with visitor.listening(cursor) as events:
        await visitor.say(tap="go.faire-connaissance")
        question = await anext(events)
    assert [option["act"] for option in question.data["options"]] == [o.act for o in QUESTION.options]
    assert [option["label"] for option in question.data["controls"]] == ["Retour", "Passer", "Pause"]


async def test_an_edit_names_the_bubble_that_it_replaces(visitor: Window) -> None:
    cursor = (await visitor.conversation())["cursor"]
    async with visitor.listening(cursor) as events:
        await visitor.say(tap="go.faire-connaissance")
        question = await anext(events)
        await visitor.say(tap="a.0")
        edited = await anext(events)
    assert edited.data["id"] == question.data["id"]
    assert edited.data["options"] == []
    texts = await visitor.texts()
    assert texts[0] == "<p>Quel est votre rôle ?<br><strong>Bénévole</strong></p>"
    assert len(texts) == 2


async def test_typing_is_a_passing_sign(visitor: Window, stage: Stage) -> None:
    cursor = (await visitor.conversation())["cursor"]
    async with visitor.listening(cursor) as events:
        await visitor.say(tap="go.faire-connaissance")
        await anext(events)
        await stage.channel.typing(address_of(visitor))
        sign = await anext(events)
    assert (sign.kind, sign.cursor) == ("typing", "")


@pytest.mark.parametrize("by_header", [True, False])
async def test_a_lost_connection_goes_on_where_it_was(visitor: Window, by_header: bool) -> None:
    cursor = (await visitor.conversation())["cursor"]
    async with visitor.listening(cursor) as events:
        await visitor.say(text="un")
        await anext(events)
        last = (await anext(events)).cursor
    await visitor.say(text="deux")
    async with visitor.listening(last, by_header=by_header) as events:
        assert (await anext(events)).data["text"] == "deux"
        assert "deux" in (await anext(events)).data["html"]


async def test_after_a_restart_the_window_is_told_to_read_the_history(stage: Stage) -> None:
    async with served(stage) as url, window(url) as browser:
        cursor = (await browser.conversation())["cursor"]
        await browser.say(text="avant")
        cookies = browser.http.cookies
    again = Stage(stage.folder, records=stage.records)
    async with served(again) as url, window(url) as browser:
        browser.http.cookies = cookies
        async with browser.listening(cursor) as events:
            assert (await anext(events)).kind == "reload"
        assert await browser.texts() == ["avant", "<p>Vous avez écrit : avant</p>"]


async def test_the_first_greeting_is_not_shown_as_typed(visitor: Window) -> None:
    await visitor.say(command="start")
    assert len(await visitor.texts()) == 1


async def test_a_message_is_shown_even_before_the_store_knows_of_its_delivery(
    visitor: Window, stage: Stage
) -> None:
    receipt = await stage.channel.send(address_of(visitor), Message(Markdown(escape("Tout frais"))))
    assert await visitor.texts() == ["<p>Tout frais</p>"]
    stage.channel.forget(address_of(visitor))
    assert await visitor.texts() == []
    assert receipt


async def test_conversations_are_strangers_to_each_other(url: str, visitor: Window) -> None:
    async with window(url) as other:
        cursor = (await other.conversation())["cursor"]
        await visitor.say(text="secret")
        async with other.listening(cursor) as events:
            await other.say(text="autre")
            assert (await anext(events)).data["text"] == "autre"
        assert "secret" not in str(await other.texts())


async def test_a_message_sent_twice_is_heard_once(visitor: Window, stage: Stage) -> None:
    assert await visitor.say(text="Bonjour", id="0123-4567") == 202
    assert await visitor.say(text="Bonjour", id="0123-4567") == 202
    assert len(stage.heard) == 1


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (LaneFull(), 429),
        (LanesClosed(), 503),
        (Contended(), 503),
        (StorageError("the disk is full"), 503),
        (RuntimeError("something else"), 500),
    ],
    ids=lambda one: type(one).__name__,
)
async def test_a_message_that_failed_can_be_sent_again(
    visitor: Window, stage: Stage, error: Exception, status: int
) -> None:
    stage.broken = error
    assert await visitor.say(text="Bonjour", id="0123-4567") == status
    stage.broken = None
    assert await visitor.say(text="Bonjour", id="0123-4567") == 202
    assert len(stage.heard) == 1


async def test_a_flood_is_slowed_down(visitor: Window, stage: Stage) -> None:
    statuses = await asyncio.gather(*(visitor.say(tap="x") for _ in range(60)))
    assert set(statuses) == {202, 429}
    assert len(stage.heard) == statuses.count(202)


async def test_a_file_is_kept_handed_on_and_given_back(visitor: Window, stage: Stage) -> None:
    cursor = (await visitor.conversation())["cursor"]
    headers = {"Content-Type": "application/pdf", "X-File-Name": "statuts%20%C3%A9crits.pdf"}
    async with visitor.listening(cursor) as events:
        answer = await visitor.http.post("/api/file", content=b"%PDF-1.7", headers=headers)
        assert answer.status_code == 202
        said = await anext(events)
    (_, input, _) = stage.heard[0]
    assert isinstance(input, Attachment)
    assert isinstance(input.content, StoredFile)
    assert (input.content.name, input.content.size) == ("statuts écrits.pdf", 8)
    given = await visitor.http.get(said.data["files"][0]["url"])
    assert given.content == b"%PDF-1.7"
    assert given.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in given.headers["Content-Security-Policy"]


async def test_a_file_of_another_conversation_is_not_there(url: str, visitor: Window) -> None:
    await visitor.http.post("/api/file", content=b"secret", headers={"X-File-Name": "a.txt"})
    bubbles = (await visitor.conversation())["bubbles"]
    path = bubbles[0]["files"][0]["url"]
    assert (await visitor.http.get(path)).status_code == 200
    async with window(url) as other:
        assert (await other.http.get(path)).status_code == 401
        await other.conversation()
        assert (await other.http.get(path)).status_code == 404
    assert (await visitor.http.get("/files/..%2f..%2fetc%2fpasswd")).status_code == 404


async def test_a_file_over_the_limit_is_refused(visitor: Window, stage: Stage) -> None:
    large = bytes(20 * 1024 * 1024 + 1)
    assert (await visitor.http.post("/api/file", content=large)).status_code == 413
    assert (await visitor.http.post("/api/file", content=b"")).status_code == 400
    assert stage.heard == []


async def test_a_document_comes_as_a_card(visitor: Window) -> None:
    await visitor.say(command="mes_donnees")
    card = (await visitor.conversation())["bubbles"][-1]["files"][0]
    assert card["name"] == "2027-01-14_mes-donnees.json"
    assert (await visitor.http.get(card["url"])).json() == {"role": "benevole"}


async def test_the_panel_shows_how_the_conversation_stands(visitor: Window) -> None:
    state = (await visitor.http.get("/api/panel")).json()
    assert (state["flow"], state["step"], state["staff"]) == ("faire-connaissance", "role", False)
    assert state["people"] == [{"name": "", "current": True}]


async def test_an_author_can_be_staff_and_start_anywhere(visitor: Window, stage: Stage) -> None:
    await visitor.http.post("/api/panel", json={"action": "staff", "on": True})
    assert (await visitor.http.get("/api/panel")).json()["staff"] is True
    start = {"action": "start", "flow": "faire-connaissance", "step": "budget"}
    assert (await visitor.http.post("/api/panel", json=start)).status_code == 200
    assert await visitor.texts() == ["<p>Étape : budget</p>"]
    start["flow"] = "inconnu"
    assert (await visitor.http.post("/api/panel", json=start)).status_code == 404


async def test_an_author_can_be_another_person_and_come_back(visitor: Window, stage: Stage) -> None:
    await visitor.say(text="moi")
    first = address_of(visitor)
    await visitor.http.post("/api/panel", json={"action": "person", "name": "Zoé | Bénévole"})
    second = address_of(visitor)
    assert second != first
    await visitor.say(text="elle")
    assert await visitor.texts() == ["elle", "<p>Vous avez écrit : elle</p>"]
    assert [(address, name) for address, _, name in stage.heard] == [(first, ""), (second, "Zoé | Bénévole")]
    people = (await visitor.http.get("/api/panel")).json()["people"]
    assert people == [{"name": "", "current": False}, {"name": "Zoé | Bénévole", "current": True}]
    await visitor.http.post("/api/panel", json={"action": "switch", "place": 0})
    assert address_of(visitor) == first
    await visitor.http.post("/api/panel", json={"action": "person", "name": "Zoé | Bénévole"})
    assert address_of(visitor) == second


@pytest.mark.parametrize("body", [{}, {"action": "person", "name": " "}, {"action": "switch", "place": "0"}])
async def test_an_unknown_wish_is_refused(visitor: Window, body: dict[str, str]) -> None:
    assert (await visitor.http.post("/api/panel", json=body)).status_code == 400


async def test_without_a_panel_there_is_none(stage: Stage) -> None:
    async with served(stage, with_panel=False) as url, window(url) as browser:
        assert 'id="panel"' not in (await browser.http.get("/")).text
        await browser.conversation()
        assert (await browser.http.get("/api/panel")).status_code == 404


def test_a_missing_text_is_named() -> None:
    with pytest.raises(ValueError, match="missing: send"):
        Face({key: text for key, text in TEXTS.items() if key != "send"})


async def test_authored_words_cannot_break_the_page(stage: Stage) -> None:
    stage.texts = {**TEXTS, "title": "<script>&\"'"}
    async with served(stage) as url, window(url) as browser:
        assert "<title>&lt;script&gt;&amp;&quot;&#x27;</title>" in (await browser.http.get("/")).text


async def test_greeting_shows_its_offers_after_a_reload(visitor: Window) -> None:
    await visitor.say(command="start")
    bubble = (await visitor.conversation())["bubbles"][0]
    assert [option["label"] for option in bubble["options"]] == [o.label for o in GREETING.options]


def test_a_link_goes_to_the_page_with_its_address_and_no_act() -> None:
    options = (Option("a", "Sources", "src.bail"), Option("b", "Lire", "", "https://example.org/bail"))
    assert shown("1", datetime(2027, 1, 14, tzinfo=UTC), Message(Markdown("Le bail"), options))[
        "options"
    ] == [
        {"label": "Sources", "act": "src.bail"},
        {"label": "Lire", "link": "https://example.org/bail"},
    ]
