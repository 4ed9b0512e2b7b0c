"""Cards for inline queries: over HTTP, in order, and never beside the pace."""

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.inline import AT_ONCE, CACHED, CACHED_EMPTY, Desk
from bot.channels.telegram.insisting import Patience
from bot.channels.telegram.sorting import Query, Row
from bot.model.message import Card, Markdown, Message, Option
from tests.telegram_api import BotApi, faults
from tests.telegram_api.world import InlineQuery

HASTY = Patience(poll=1, first=0.01, longest=0.05)
LINK = Option("private", "Lire la suite", "", "https://t.me/alliances_standin_bot?start=q_bail")


def card(words: str, number: int = 1) -> Card:
    said = Message(Markdown(f"**{words}**\n\nUne réponse, *signée*."), (LINK,))
    return Card(f"bail-{number}", f"Fiche {number} : {words}", "Une réponse", said)


@dataclass
class Base:
    """A knowledge base that answers everything, when it is allowed to."""

    asked: list[str] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)

    def __call__(self, text: str) -> Sequence[Card]:
        self.asked.append(text)
        assert self.open.wait(10)
        return () if text == "inconnu" else [card(text, number) for number in (1, 2)]


@dataclass
class Paced:
    """A pace that keeps count."""

    wait: float = 0.0
    reserved: int = 0
    told: list[float] = field(default_factory=list)

    def reserve(self, channel: str, *, within: float, chat: str = "") -> float | None:
        assert channel == "telegram"
        if self.wait > within:
            return None
        self.reserved += 1
        return self.wait

    def refused(self, channel: str, seconds: float) -> None:
        self.told.append(seconds)


@pytest.fixture
def base() -> Base:
    base = Base()
    base.open.set()
    return base


@pytest.fixture
def pace() -> Paced:
    return Paced()


@asynccontextmanager
async def answering(
    api: BotApi, channel: TelegramChannel, base: Base, pace: Paced
) -> AsyncIterator[list[Row]]:
    """The bot polls; what reached the disk."""
    api.abilities["supports_inline_queries"] = True
    channel.answer_inline(base, button="Poser la question", pace=pace)
    kept: list[Row] = []

    async def accept(rows: Sequence[Row]) -> None:
        kept.extend(rows)

    task = asyncio.create_task(channel.poll(accept, rng=random.Random(1), patience=HASTY))
    try:
        async with asyncio.timeout(5):
            while not api.updates.polled:
                await asyncio.sleep(0.01)
        yield kept
    finally:
        base.open.set()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_words_become_cards_and_a_card_becomes_a_message(
    api: BotApi, channel: TelegramChannel, base: Base, pace: Paced
) -> None:
    camille, group = api.person(1001), api.group(-1005)
    async with answering(api, channel, base, pace) as kept:
        query = await camille.asks_inline("le bail")
        titles = await camille.sees(query)
        assert titles == ["Fiche 1 : le bail", "Fiche 2 : le bail"]
        message = await camille.picks(query, titles[0], chat=group.chat)
        await api.quiet()
    assert message.text == "le bail\n\nUne réponse, signée."
    assert message.keyboard is not None and message.keyboard.buttons[0].url == LINK.link
    assert query.answer is not None
    assert query.answer["button"] == {"text": "Poser la question", "start_parameter": "inline"}
    assert (query.answer["cache_time"], query.answer["is_personal"]) == (CACHED, False)
    assert query.answer["results"][0]["description"] == "Une réponse"
    assert kept == [] and api.updates.pending == []
    assert pace.reserved == 1


@pytest.mark.parametrize(("words", "asked"), [("", []), ("   ", []), ("inconnu", ["inconnu"])])
async def test_without_a_card_only_the_way_to_the_private_chat_is_shown(
    api: BotApi, channel: TelegramChannel, base: Base, pace: Paced, words: str, asked: list[str]
) -> None:
    async with answering(api, channel, base, pace):
        query = await api.person(1001).asks_inline(words)
        assert await api.person(1001).sees(query) == []
    assert query.answer is not None and query.answer["button"]["start_parameter"] == "inline"
    assert query.answer["cache_time"] == (CACHED if words.strip() else CACHED_EMPTY)
    assert base.asked == asked


async def test_of_one_person_only_the_newest_words_are_answered(
    api: BotApi, channel: TelegramChannel, base: Base, pace: Paced
) -> None:
    camille, dominique = api.person(1001), api.person(1002, first_name="Dominique")
    base.open.clear()
    async with answering(api, channel, base, pace):
        typed = [await camille.asks_inline("le bail"[:length]) for length in range(1, 8)]
        other = await dominique.asks_inline("un bail")
        async with asyncio.timeout(5):
            while api.updates.pending or not base.asked:
                await asyncio.sleep(0.01)
        base.open.set()
        assert await camille.sees(typed[-1]) and await dominique.sees(other)
        await api.quiet()
    assert [query.answer for query in typed[:-1]] == [None] * 6
    assert len(api.calls("answerInlineQuery")) == 2
    assert len(base.asked) <= 3


async def test_a_crowd_is_answered_up_to_a_bound(api: BotApi, channel: TelegramChannel, base: Base) -> None:
    desk = Desk(channel._bot, base, button="Poser la question", pace=Paced())
    base.open.clear()
    for person in range(AT_ONCE + 5):
        desk.ask(Query(str(person), person, "bail"))
    base.open.set()
    async with asyncio.timeout(20):
        while len(api.calls("answerInlineQuery")) < AT_ONCE:
            await asyncio.sleep(0.02)
    await api.quiet()
    assert {call.text("inline_query_id") for call in api.calls("answerInlineQuery")} == {
        str(person) for person in range(AT_ONCE)
    }
    await desk.close()


async def test_what_telegram_refuses_ends_nothing_and_says_nothing(
    api: BotApi,
    channel: TelegramChannel,
    base: Base,
    pace: Paced,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    camille = api.person(1001)
    async with answering(api, channel, base, pace):
        for fault in (faults.flood(7), faults.server_error(), faults.reset(), faults.bad_request()):
            api.fault(fault, method="answerInlineQuery")
            silent = await camille.asks_inline("zanzibarette")
            await _asked(api, silent)
            assert silent.answer is None
        query = await camille.asks_inline("zanzibarette")
        assert await camille.sees(query)
    assert pace.told == [7.0]
    assert "zanzibarette" not in caplog.text


async def test_a_base_that_fails_ends_nothing(api: BotApi, channel: TelegramChannel, pace: Paced) -> None:
    base = Base()
    base.open.set()

    def share(text: str) -> Sequence[Card]:
        if text == "panne":
            raise ValueError("content broken")
        return base(text)

    async with answering(api, channel, base, pace):
        channel.answer_inline(share, button="Poser la question", pace=pace)
        camille = api.person(1001)
        broken = await camille.asks_inline("panne")
        async with asyncio.timeout(5):
            while api.updates.pending:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        query = await camille.asks_inline("bail")
        assert await camille.sees(query)
    assert broken.answer is None


@pytest.mark.parametrize(
    "body",
    [
        {"inline_query": {"id": 5, "from": {"id": 1001}, "query": "bail"}},
        {"inline_query": {"id": "5", "from": "Camille", "query": "bail"}},
        {"inline_query": {"id": "5", "from": {"id": 1001}}},
        {"inline_query": "bail"},
    ],
)
async def test_a_malformed_query_is_dropped_and_confirmed(
    api: BotApi, channel: TelegramChannel, base: Base, pace: Paced, body: dict[str, object]
) -> None:
    async with answering(api, channel, base, pace) as kept:
        api.updates.put_raw(body)
        query = await api.person(1001).asks_inline("bail")
        assert await api.person(1001).sees(query)
        await api.quiet()
    assert kept == [] and api.updates.pending == []
    assert dict(channel.skipped) == {"malformed": 1}


async def test_a_text_beyond_the_limit_is_cut(api: BotApi, channel: TelegramChannel, pace: Paced) -> None:
    base = Base()
    base.open.set()
    async with answering(api, channel, base, pace):
        channel.answer_inline(
            lambda text: [Card("long", "Long", "", Message(Markdown("mot 🌻 " * 2000)))],
            button="B",
            pace=pace,
        )
        query = await api.person(1001).asks_inline("bail")
        assert await api.person(1001).sees(query) == ["Long"]


async def _asked(api: BotApi, query: InlineQuery) -> None:
    """Wait until the bot has tried to answer this query."""
    async with asyncio.timeout(5):
        while not any(
            call.text("inline_query_id") == query.id and (call.answer or call.fault)
            for call in api.calls("answerInlineQuery")
        ):
            await asyncio.sleep(0.01)
