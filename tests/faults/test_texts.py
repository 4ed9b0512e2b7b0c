"""Texts that are hostile by their signs (F28), by their length (F29), or by the work that they make (F30)."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from random import Random
from typing import Any

import pytest
import pytest_asyncio

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.client import Account
from bot.dialogue.library import Library
from bot.dialogue.respond import respond
from bot.markup import clean, escape, plain, utf16_length
from bot.model.inputs import Command, InGroup, Input, Utterance
from bot.model.message import AttachedFile, Markdown, Message, Option
from bot.model.receipt import Delivered
from bot.model.session import Session
from bot.model.turn import Turn, View
from bot.model.who import Address
from bot.storage.store import Store
from tests.channels.telegram.conftest import Shelf
from tests.journeys.drivers import tidy
from tests.journeys.program import PATIENCE
from tests.journeys.test_group import Room, room
from tests.runtime.conftest import World
from tests.runtime.test_off_the_loop import HOSTILE
from tests.storage.samples import ALICE
from tests.telegram_api import BotApi, markup
from tests.telegram_api.world import Heard

FLOW = """flow: redire
title: Redire
format: 1
command: redire
steps:
  - id: mot
    ask: Quel mot ?
    field: {name: mot, type: text, max: 2000}
  - say: "Le mot : [**{mot}**](https://exemple.fr) ; fin"
"""
QUESTION = "Question 1 sur 1\n\nQuel mot ?"
SIGNS = {
    "HTML": '<b>gras</b> & <script>alert(1)</script> <a href="tg://user?id=1">x</a> <!-- x --> </b>',
    "HTML that is open": "<b> < <a href='x",
    "references": "&lt;b&gt; &amp;amp; &#60;i&#62; &nbsp; &unknown; &",
    "MarkdownV2": r"*gras* _it_ __sous__ ~barré~ ||caché|| [x](https://e.org) `code` ``` \ \* > # + = {.!",
    "Markdown of blocks": "# titre\n- liste\n1. liste\n> citation\n***\n    code",
    "a template": "{mot} {person.name} {{mot}} {mot|date} %s ${mot} {0}",
    "right to left": "\u202edlrow\u202c \u200fعربي\u200e \u2067שלום\u2069 \u202b x",
    "joiners": "👩\u200d👩\u200d👧 \u200d x\u200b y\u2060 z\ufeff 🏳️\u200d🌈",
    "NUL and escapes": "a\x00b\x1b[31mc\x07 \x7f\x85",
    "half surrogate pairs": "haut \ud83d bas \udc00 envers \udc00\ud83d",
    "noncharacters": "\ufffe \uffff \U0010ffff \ue000",
    "many marks on one letter": "Z" + "\u0301\u0316" * 200,
    "what Telegram turns into links": "https://e.org/?a=1&b=2 @quelquun /effacer #mot a@e.org t.me/x",
    "quotes": "l'un \"deux\" « trois » ` '; DROP TABLE answer; --",
    "2,000 emoji": "😀" * 2000,
}
BY_TELEGRAM = {"url", "email", "mention", "bot_command", "hashtag"}
"""Entities that Telegram finds by itself in any text."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    """The program with a journey that says an answer again."""
    folder = tmp_path_factory.mktemp("texts")
    for name in ("flows", "knowledge"):
        (folder / "content" / name).mkdir(parents=True)
    (folder / "content" / "flows" / "redire.yaml").write_text(FLOW, encoding="utf-8")
    async with room(folder, more={"content": folder / "content", "rate": 1000}) as here:
        yield here


def shown(text: str) -> str:
    """A text as Telegram shows it, white space aside."""
    return tidy(markup.tidy(clean(text), [])[0])


def refused(api: BotApi) -> list[str]:
    """Calls that Telegram did not take."""
    return [f"{call.method}: {call.answer}" for call in api.journal if call.answer and not call.ok]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("number", "name"), list(enumerate(SIGNS)), ids=SIGNS)
async def test_f28_an_answer_is_shown_as_it_was_typed(here: Room, number: int, name: str) -> None:
    camille = here.api.person(4750000 + number)
    await camille.says("/redire")
    assert (await camille.hears(PATIENCE)).text == QUESTION
    await camille.says(SIGNS[name])
    noted, said = [await camille.hears(PATIENCE) for _ in range(2)]
    word = shown(SIGNS[name])
    assert noted.edited and shown(noted.text) == f"Quel mot ? ✓ {word}"
    assert shown(said.text).startswith(f"Le mot : {word} ; fin")
    for kind, url in (("bold", None), ("text_link", "https://exemple.fr")):
        assert shown(marked([said], kind, url)) == bare(word)
    assert {part["type"] for part in said.entities} <= BY_TELEGRAM | {"bold", "text_link"}
    assert refused(here.api) == []


def part_of(text: str, entity: Mapping[str, Any]) -> str:
    """The part of a text that an entity covers, in UTF-16 units."""
    units = text.encode("utf-16-le")
    return units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("number", "name"), list(enumerate(SIGNS)), ids=SIGNS)
async def test_f28_a_name_is_shown_as_it_was_given(here: Room, number: int, name: str) -> None:
    camille = here.api.person(4760000 + number, first_name=SIGNS[name])
    await camille.starts()
    heard = await camille.hears(PATIENCE)
    given = tidy(clean(SIGNS[name]))[:64]
    assert shown(heard.text).startswith(f"Bonjour {shown(given)}.")
    assert {entity["type"] for entity in heard.entities} <= BY_TELEGRAM
    assert refused(here.api) == []


@pytest.mark.asyncio(loop_scope="module")
async def test_f28_4096_emoji_are_taken_wherever_they_come(here: Room) -> None:
    emoji = "👩\u200d👧"[:2] * 2048
    assert len(emoji) == 4096
    camille = here.api.person(4770001, first_name=emoji, last_name=emoji)
    for typed in ("/redire", emoji, f"/question {emoji}", f"/{emoji}"):
        await camille.says(typed)
        assert (await camille.hears(PATIENCE)).text
    assert refused(here.api) == [] and "decide_failed" not in here.program.err


BUTTONS = (Option("oui", "Oui", "c1.oui"), Option("non", "Non", "c1.non"))
SENTENCES = " ".join(f"Phrase {number:04} & <suite>." for number in range(2500))
LINK = "https://exemple.fr/?a=1&b=2"
LONG = {
    "4,096 units": escape("a" * 4096),
    "4,097 units": escape("a" * 4097),
    "4,096 emoji": escape("😀" * 4096),
    "50,000 units of sentences": escape(SENTENCES[:50_000]),
    "50,000 units of one word": escape("é" * 50_000),
    "50,000 units of signs that are escaped": escape("<&>*_" * 10_000),
    "50,000 units in lines": escape("\n".join(f"Ligne {number}" for number in range(4500))[:50_000]),
    "bold across the cut": Markdown(f"**{escape(SENTENCES[:9000])}** fin"),
    "a link across the cut": Markdown(f"[{escape(SENTENCES[:9000])}](<{LINK}>) fin"),
    "a link in bold across the cut": Markdown(f"début **[{escape(SENTENCES[:9000])}](<{LINK}>) gras** fin"),
    "a quotation across the cut": Markdown("> " + "\n> ".join(escape(SENTENCES[:9000]).split(". "))),
    "a list across the cut": Markdown("\n".join(f"- point **{number}**" for number in range(1000))),
}

FOLDED = ("4,097 units", "50,000 units of sentences", "a link in bold across the cut")
"""What is tried as the longer text under a short one, too."""


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@pytest.fixture
async def channel(api: BotApi, shelf: Shelf) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(
        Account(api.token, api=api.url),
        secret=b"a secret of the house",
        keep=shelf.keep,
        load=shelf.load,
        requests={"phone": "Numéro", "location": "Lieu"},
    )
    yield channel
    await channel.close()


def bare(text: str) -> str:
    """A text without white space, some of which goes at a cut."""
    return "".join(text.split())


def marked(parts: Sequence[Heard], kind: str, url: str | None = None) -> str:
    """All that stands in entities of a kind."""
    return bare(
        "".join(
            part_of(part.text, one)
            for part in parts
            for one in part.entities
            if one["type"] == kind and one.get("url") == url
        )
    )


@pytest.mark.parametrize(
    ("name", "folded"), [*((name, False) for name in LONG), *((name, True) for name in FOLDED)]
)
async def test_f29_a_long_answer_comes_whole_in_order_and_with_one_keyboard(
    api: BotApi, channel: TelegramChannel, name: str, folded: bool
) -> None:
    camille, text = api.person(1001), LONG[name]
    long = Message(Markdown("Voici :"), BUTTONS, folded=text) if folded else Message(text, BUTTONS)
    receipt = await channel.send(Address("telegram", "1001"), long)
    parts = camille.missed()
    read = f"Voici :{plain(text)}" if folded else plain(text)
    assert bare("".join(part.text for part in parts)) == bare(read)
    assert len(parts) <= 1 + utf16_length(read) // 2000
    assert [part.message_id for part in parts] == sorted(part.message_id for part in parts)
    assert [part.labels for part in parts] == [[]] * (len(parts) - 1) + [["Oui", "Non"]]
    assert receipt == Delivered(str(parts[-1].message_id))
    assert refused(api) == []
    words = bare(SENTENCES[:9000])
    assert marked(parts, "text_link", LINK) == (words if "link" in name else "")
    if "bold" in name:
        assert marked(parts, "bold") == words + ("gras" if "link" in name else "")
    if folded:
        assert marked(parts, "expandable_blockquote") == bare(plain(text))


@pytest.mark.parametrize(("units", "texts"), [(1024, [1024]), (1025, [1025, 0]), (5000, [4096, 904, 0])])
async def test_f29_a_caption_that_is_too_long_goes_before_its_file(
    api: BotApi, channel: TelegramChannel, shelf: Shelf, units: int, texts: list[int]
) -> None:
    camille = api.person(1001)
    stored = shelf.keep(b"%PDF", "a.pdf", "application/pdf")
    file = AttachedFile("a.pdf", "application/pdf", stored.sha256)
    await channel.send(
        Address("telegram", "1001"), Message(Markdown("a" * units), BUTTONS, attachments=(file,))
    )
    parts = camille.missed()
    assert [len(part.text) for part in parts] == texts
    assert [part.file is not None for part in parts] == [False] * (len(texts) - 1) + [True]
    assert [bool(part.labels) for part in parts] == [False] * (len(texts) - 1) + [True]
    assert refused(api) == []


class Beating:
    """The real decision, and a beat of the loop that it must not hold up."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.beats = 0
        self.threads: set[threading.Thread] = set()

    async def beat(self) -> None:
        while True:
            self.beats += 1
            await asyncio.sleep(0.001)

    def __call__(self, session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
        before, until = self.beats, time.monotonic() + PATIENCE
        turn = respond(session, input, self._library, view, now=now, rng=rng)
        if threading.current_thread() is threading.main_thread():
            assert not isinstance(input, Utterance), "decided on the loop"
            return turn
        self.threads.add(threading.current_thread())
        while self.beats < before + 3:  # were the loop waiting for us, it would never come
            assert time.monotonic() < until, "the loop stands still"
            time.sleep(0.001)
        return turn


@asynccontextmanager
async def beating(store: Store, library: Library) -> AsyncIterator[tuple[World, Beating]]:
    """The runtime with the shipped content, while the loop beats."""
    decide = Beating(library)
    heart = asyncio.create_task(decide.beat())
    try:
        yield World(store, decide=decide), decide
    finally:
        heart.cancel()
        await asyncio.gather(heart, return_exceptions=True)


@pytest.mark.parametrize("begin", [None, "profil"], ids=["outside", "at a prompt"])
@pytest.mark.parametrize("name", [name for name, input in HOSTILE.items() if not isinstance(input, InGroup)])
async def test_f30_what_is_hard_to_read_is_answered_beside_the_loop(
    store: Store, library: Library, name: str, begin: str | None
) -> None:
    async with beating(store, library) as (world, decide):
        if begin:
            await world.runner.receive(ALICE, Command(begin))
        before = len(await store.history(ALICE))
        decide.threads.clear()
        await world.runner.receive(ALICE, HOSTILE[name])
        assert len(decide.threads) == 1
        assert world.runner.counts == {"decided": 2 if begin else 1}
        answers = [one for one in (await store.history(ALICE))[before:] if one.direction == "out"]
        assert answers != []
