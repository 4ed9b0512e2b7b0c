"""In a group the real program answers questions and hears nothing else: over HTTP, and down to the disk."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.dialogue.library import Library
from bot.knowledge.ask import Verdict, ask
from tests.journeys.on_telegram import serving
from tests.journeys.program import PATIENCE, Program, Settings
from tests.storage.samples import rows
from tests.telegram_api import TOKEN, BotApi, Group, Limits, Person
from tests.telegram_api.world import Heard, plain

BOT = "alliances_standin_bot"
NAME = f"@{BOT}"
GROUP = -1005
SECRET = "zanzibarette"
"""Nobody but a member says this, and not to us."""
KNOWN = "quelle différence entre mécénat et parrainage ?"
TITLE = "Quelle différence entre mécénat et parrainage ?"
UNKNOWN = "recette de la pizza aux champignons"


@dataclass
class Room:
    """A group, two of its members, and the program in it."""

    api: BotApi
    group: Group
    camille: Person
    dominique: Person
    program: Program
    folder: Path
    url: str
    """Where its HTTP server is, without a slash at the end."""

    async def hears(self) -> Heard:
        """What the assistant says next in the group."""
        return await self.camille.hears(PATIENCE, chat=self.group.chat)

    async def is_silent(self) -> None:
        """Nothing more is said in the group."""
        await self.api.quiet(idle=0.5, timeout=30)
        assert self.camille.missed(chat=self.group.chat) == []

    def replies_to(self, heard: Heard) -> int | None:
        """Which message a message of the assistant answers."""
        return self.group.chat.thread[heard.message_id].reply_to

    def query(self, sql: str) -> Sequence[tuple[object, ...]]:
        """Rows of the program's database."""
        return rows(self.folder / "data" / "alliances.sqlite3", sql)

    def kept(self, words: str) -> list[str]:
        """Files of the data folder, database and logs among them, that hold these words."""
        return [path.name for path in (self.folder / "data").rglob("*") if words.encode() in read(path)]


def read(path: Path) -> bytes:
    """What a file holds; nothing where it is none, or gone again while the program builds its cache."""
    try:
        return path.read_bytes() if path.is_file() else b""
    except FileNotFoundError:
        return b""


def free_port() -> int:
    """A port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


async def deliver_to(api: BotApi, url: str) -> None:
    """Be the proxy with the certificate: once the webhook is told, what goes there comes here."""
    async with asyncio.timeout(PATIENCE):
        while not api.webhook.url:
            await asyncio.sleep(0.02)
    api.webhook.url = url


@asynccontextmanager
async def room(
    folder: Path,
    *,
    private: bool = False,
    inline: bool = False,
    webhook: bool = False,
    limits: Limits | None = None,
    more: Settings | None = None,
) -> AsyncIterator[Room]:
    """The program, by polling or webhook. `private`: privacy mode is on, as @BotFather sets it; `inline`: so
    is inline mode, which it does not set; `more`: further settings."""
    async with BotApi(limits=limits) as api:
        api.abilities["can_read_all_group_messages"] = not private
        api.abilities["supports_inline_queries"] = inline
        port = free_port()
        settings = {"telegram_token": TOKEN, "telegram_api": api.url, "port": port, **(more or {})}
        if webhook:
            address = "https://bot.example.org/telegram"
            settings["webhook_url"] = address
        camille = api.person(1001, first_name="Prénomcamille", met=False)
        dominique = api.person(1002, first_name="Prénomdominique", met=False)
        async with serving(folder, settings) as program:
            url = f"http://127.0.0.1:{port}"
            if webhook:
                await deliver_to(api, f"{url}/telegram")
            group = api.group(GROUP, title="Collectifdesrives")
            yield Room(api, group, camille, dominique, program, folder, url)
            # In a thread: what the program still says must find the stand-in answering.
            assert await asyncio.to_thread(program.stop) == 0
            assert "Traceback" not in program.err and SECRET not in program.err


@pytest.mark.parametrize(
    "asking",
    [f"{NAME} {KNOWN}", f"🌻 {NAME.upper()}, {KNOWN}", f"/question {KNOWN}", f"/question{NAME} {KNOWN}"],
)
async def test_a_question_is_answered_where_it_was_asked(tmp_path: Path, asking: str) -> None:
    async with room(tmp_path) as here:
        asked = await here.camille.says(asking, chat=here.group.chat)
        answer = await here.hears()
        assert answer.text.startswith(TITLE.replace(" ?", "\u00a0?"))
        assert answer.labels == ["En savoir plus", "Sources", "Continuer en privé"]
        assert here.replies_to(answer) == asked.message_id
        await here.camille.opens("Continuer en privé", chat=here.group.chat)
        alone = await here.camille.hears(PATIENCE)
        assert alone.text.startswith(TITLE.replace(" ?", "\u00a0?"))


async def test_what_members_say_to_each_other_leaves_no_trace(tmp_path: Path) -> None:
    async with room(tmp_path) as here:
        chat = here.group.chat
        before = await here.camille.says(f"notre {SECRET}", chat=chat)
        await here.dominique.says(f"la {SECRET} de qui ?", chat=chat, reply_to=before.message_id)
        await here.dominique.says(f"/question@autre_bot {SECRET}", chat=chat)
        await here.dominique.says(f"/menu@{BOT} {SECRET}", chat=chat)
        await here.camille.says(f"{NAME} {SECRET}", chat=chat, sender_chat=chat.json())
        await here.camille.says(f"{NAME} {SECRET}", chat=chat, forward_origin={"type": "hidden_user"})
        await here.camille.says(f"{NAME} {SECRET}", chat=chat, via_bot={"id": 5, "is_bot": True})
        await here.camille.edits(before, f"{NAME} {SECRET}")
        await here.is_silent()
        assert here.query("SELECT * FROM inbox") == [] and here.query("SELECT * FROM person") == []
        # Asked below the words of somebody else: those are not kept either.
        await here.dominique.says(f"{NAME} {UNKNOWN}", chat=chat, reply_to=before.message_id)
        refusal = await here.hears()
        assert "pas de réponse sûre" in refusal.text
        assert refusal.labels == ["Continuer en privé"]
        await here.is_silent()
        for word in (SECRET, "Prénomcamille", "Prénomdominique", "Collectifdesrives"):
            assert here.kept(word) == []
        assert here.query("SELECT kind, name, reachable FROM person") == [("group", "", 1)]
        assert here.query("SELECT text, verdict FROM miss") == [(UNKNOWN, "reject")]
        assert here.query("SELECT body FROM history WHERE direction = 'in'") == []
        assert here.query("SELECT state, body FROM inbox") == [("done", None)]
        assert UNKNOWN not in str(here.query("SELECT body FROM session"))


async def test_a_follow_up_and_thanks_in_a_reply(tmp_path: Path) -> None:
    async with room(tmp_path, private=True) as here:
        chat = here.group.chat
        await here.camille.says(f"/question{NAME} {KNOWN}", chat=chat)
        answer = await here.hears()
        more = await here.dominique.says("et les sources ?", chat=chat, reply_to=answer.message_id)
        followed = await here.hears()
        assert here.replies_to(followed) == more.message_id
        thanks = await here.camille.says("merci beaucoup", chat=chat, reply_to=answer.message_id)
        kind = await here.hears()
        assert kind.text.startswith("Avec plaisir") and kind.labels == []
        assert here.replies_to(kind) == thanks.message_id
        await here.camille.says("parler à quelqu'un", chat=chat, reply_to=answer.message_id)
        assert "Claire" in (await here.hears()).text
        await here.is_silent()
        assert here.query("SELECT * FROM request") == []


async def test_buttons_work_for_anybody_there_and_nowhere_else(tmp_path: Path) -> None:
    async with room(tmp_path) as here:
        chat = here.group.chat
        await here.camille.says(f"/question {KNOWN}", chat=chat)
        answer = await here.hears()
        tap = await here.dominique.taps("Sources", chat=chat)
        sources = await here.hears()
        assert sources.text.startswith("Sources") and here.replies_to(sources) == answer.message_id
        await here.camille.taps("Sources", chat=chat)  # both at once: shown once
        await here.dominique.taps("En savoir plus", chat=chat)
        assert here.replies_to(await here.hears()) == answer.message_id
        await here.is_silent()
        assert tap.answer is not None
        other = here.api.group(-1006, title="Ailleurs")
        await here.camille.says(f"/question {UNKNOWN}", chat=other.chat)
        elsewhere = await here.camille.hears(PATIENCE, chat=other.chat)
        board = chat.thread[answer.message_id].keyboard
        assert board is not None and board.buttons[0].data is not None
        await here.camille.sends_tap(board.buttons[0].data, message=other.chat.thread[elsewhere.message_id])
        await here.camille.sends_tap("do.menu|forged00", message=other.chat.thread[elsewhere.message_id])
        await here.api.quiet(idle=0.5)
        assert here.camille.missed(chat=other.chat) == []


async def test_suggestions_are_buttons_for_the_group(tmp_path: Path, library: Library) -> None:
    words = (word for article in library.shelf.articles.values() for word in article.keywords)
    unsure = next(word for word in words if ask(library.index, word).verdict is Verdict.SUGGEST)
    async with room(tmp_path) as here:
        chat = here.group.chat
        await here.camille.says(f"/question {unsure}", chat=chat)
        guesses = await here.hears()
        assert guesses.text.startswith("Parlez-vous de l'une de ces questions")
        assert guesses.labels[-1] == "Continuer en privé" and len(guesses.labels) == 4
        await here.dominique.taps(guesses.labels[0], chat=chat)
        card = await here.hears()
        assert card.labels[-1] == "Continuer en privé"
        assert here.replies_to(card) == guesses.message_id


async def test_called_without_a_question_it_says_how_to_ask(tmp_path: Path) -> None:
    async with room(tmp_path) as here:
        for calling in (NAME, f"{NAME} ?", "/question"):
            await here.camille.says(calling, chat=here.group.chat)
            assert f"/question@{BOT}" in (await here.hears()).text
        await here.is_silent()


async def test_let_in_it_says_hello_and_put_out_it_is_gone(tmp_path: Path) -> None:
    async with room(tmp_path) as here:
        here.group.welcomes_bot(here.camille)
        hello = await here.hears()
        assert hello.text.startswith("Bonjour à tout le groupe.")
        assert f"/question@{BOT}" in hello.text and "Je ne lis rien d'autre" in hello.text
        assert here.query("SELECT kind, reachable FROM person") == [("group", 1)]
        here.group.removes_bot(here.camille)
        await here.is_silent()
        assert here.query("SELECT kind, reachable FROM person") == [("group", 0)]
        here.group.welcomes_bot(here.dominique)
        assert (await here.hears()).text == hello.text
        assert here.query("SELECT kind, reachable FROM person") == [("group", 1)]


async def test_in_a_forum_the_answer_stays_in_the_topic(tmp_path: Path) -> None:
    async with room(tmp_path) as here:
        chat = here.group.chat
        chat.is_forum = True
        opened = here.api.world.add_message(chat, here.camille.user, plain("Le bail"), thread=77)
        asked = await here.camille.says(f"/question {KNOWN}", chat=chat, reply_to=opened.message_id)
        answer = await here.hears()
        assert here.replies_to(answer) == asked.message_id
        assert chat.thread[answer.message_id].thread == 77


async def test_in_a_forum_a_follow_up_goes_on_from_what_was_read_in_its_topic(tmp_path: Path) -> None:
    async with room(tmp_path) as here:
        chat = here.group.chat
        chat.is_forum = True
        await here.camille.says(f"/question {KNOWN}", chat=chat, thread=77)
        await here.hears()
        await here.dominique.says("/question en clair", chat=chat, thread=78)
        assert not (await here.hears()).text.startswith("Quelle différence")
        await here.dominique.says("/question en clair", chat=chat, thread=77)
        assert (await here.hears()).text.startswith("Quelle différence")


async def test_a_greeting_and_what_it_can_do_name_the_command(tmp_path: Path) -> None:
    async with room(tmp_path) as here:
        for words in ("bonjour", "que sais-tu faire ?"):
            await here.camille.says(f"{NAME} {words}", chat=here.group.chat)
            heard = await here.hears()
            assert f"/question@{BOT}" in heard.text
            assert "menu" not in heard.text and "parcours" not in heard.text
        for words in ("non", "ok"):
            await here.camille.says(f"{NAME} {words}", chat=here.group.chat)
            assert (await here.hears()).text.startswith("Je vous écoute")
        assert here.query("SELECT * FROM miss") == []


async def test_a_question_that_is_deleted_meanwhile_is_answered_all_the_same(tmp_path: Path) -> None:
    async with room(tmp_path) as here:
        asked = await here.camille.says(f"/question {KNOWN}", chat=here.group.chat)
        asked.deleted = True
        answer = await here.hears()
        assert here.replies_to(answer) is None
        assert answer.labels == ["En savoir plus", "Sources", "Continuer en privé"]


async def test_a_journey_cannot_be_begun_in_a_group(tmp_path: Path) -> None:
    async with room(tmp_path) as here:
        await here.camille.says("/question faire connaissance", chat=here.group.chat)
        heard = await here.hears()
        assert "Retour" not in heard.labels
        assert here.query("SELECT * FROM journey") == [] and here.query("SELECT * FROM answer") == []


async def test_a_group_that_asks_too_much_is_answered_at_twenty_a_minute(tmp_path: Path) -> None:
    async with room(tmp_path, limits=Limits()) as here:
        for _ in range(30):
            await here.camille.says(f"/question {KNOWN}", chat=here.group.chat)
        for _ in range(19):
            assert (await here.camille.hears(60, chat=here.group.chat)).text.startswith("Quelle différence")
        await here.dominique.starts()
        assert (await here.dominique.hears(PATIENCE)).labels  # whoever is alone does not wait for the group
        assert here.camille.missed(chat=here.group.chat) == []
        assert here.api.gate is not None and here.api.gate.refused == 0
        # The last answer, and one word to the group that it is too fast; what came after them is passed over.
        assert len(here.query(f"SELECT id FROM outbox WHERE address = '{GROUP}'")) == 2
        assert here.query("SELECT count(*) FROM inbox WHERE state = 'waiting'") == [(0,)]


async def test_a_webhook_hears_the_same(tmp_path: Path) -> None:
    async with room(tmp_path, webhook=True) as here:
        chat = here.group.chat
        await here.camille.says(f"notre {SECRET}", chat=chat)
        asked = await here.dominique.says(f"{NAME} {KNOWN}", chat=chat)
        answer = await here.hears()
        assert here.replies_to(answer) == asked.message_id
        await here.camille.taps("Sources", chat=chat)
        assert (await here.hears()).text.startswith("Sources")
        await here.is_silent()
        assert here.kept(SECRET) == []
        assert here.api.calls("getUpdates") == []
        assert {status for _, status in here.api.webhook.attempts} == {200}
