"""Inline mode: cards to share, for what somebody types behind our name in any chat (Bot API, "Inline mode").

Beside the inbox: a query is answered at once or not at all, and nothing of it is stored or logged.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol

from telegram import (
    Bot,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import ParseMode

from bot.channels.telegram.reading import CHANNEL
from bot.channels.telegram.receipts import describe, receipt_of
from bot.channels.telegram.rendering import TEXT_LIMIT, link_keyboard
from bot.channels.telegram.sorting import Query
from bot.channels.telegram.splitting import split_html
from bot.markup import telegram_html
from bot.model.message import Card
from bot.model.receipt import Deferred

_log = logging.getLogger(__name__)

Share = Callable[[str], Sequence[Card]]
"""From words to the cards that answer them, the likeliest first. Called in a thread."""

START = "inline"
"""Payload of the button above the cards, which leads to the private chat."""

AT_ONCE = 16
"""People answered at the same time; whoever comes beyond them types on and asks again."""
PATIENCE = 30.0
"""Seconds after which nobody looks at the answer any more."""
SPACING = 0.1
"""Seconds between two answers: people who wait for a reply must keep most of the pace."""

CACHED = 60
CACHED_EMPTY = 300
"""Seconds for which Telegram may give the same answer to the same words, whoever types them."""


NEAR = 1.0
"""Seconds for which an inline answer waits for its place."""


class Pace(Protocol):
    """What is known of the pace at which calls may leave."""

    def reserve(self, channel: str, *, within: float, chat: str = "") -> float | None:
        """Take the next place on this channel, or in this chat of it; seconds until it. None if the channel
        has none within so many.
        """
        ...

    def refused(self, channel: str, seconds: float) -> None:
        """The channel said "too many" and how long to wait."""
        ...


class Desk:
    """Answers inline queries; of one person only the newest."""

    def __init__(self, bot: Bot, share: Share, *, button: str, pace: Pace) -> None:
        self._bot = bot
        self._share = share
        self._button = InlineQueryResultsButton(button, start_parameter=START)
        self._pace = pace
        self._asking: dict[int, asyncio.Task[None]] = {}
        # One thread of its own: however fast people type, decisions about messages keep theirs.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inline")
        self._gate = asyncio.Lock()
        self._free_at = 0.0

    def ask(self, query: Query) -> None:
        """Answer it soon; an older query of the same person is forgotten. Never raises, never waits."""
        older = self._asking.get(query.person)
        if older is not None:
            older.cancel()
        elif len(self._asking) >= AT_ONCE:
            return
        task = asyncio.create_task(self._serve(query), name="inline")
        self._asking[query.person] = task
        task.add_done_callback(partial(self._done, query.person))

    async def close(self) -> None:
        """Forget whoever still waits."""
        waiting = list(self._asking.values())
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _done(self, person: int, task: asyncio.Task[None]) -> None:
        if self._asking.get(person) is task:
            del self._asking[person]

    async def _serve(self, query: Query) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                cards = await self._cards(query.text)
                await self._turn()
                await self._answer(query, cards)
        except TimeoutError:
            _log.debug("telegram inline query grew too old")
        except Exception as error:  # the content, the vendor's parser or the network: never the whole desk
            wait = receipt_of(error)
            if isinstance(wait, Deferred):
                self._pace.refused(CHANNEL, wait.seconds)
            _log.info("telegram inline query not answered: %s", describe(error))

    async def _cards(self, text: str) -> Sequence[Card]:
        if not text.strip():
            return ()
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._share, text)

    async def _turn(self) -> None:
        """Wait for a place at the pace of the channel, one after the other."""
        loop = asyncio.get_running_loop()
        async with self._gate:
            await asyncio.sleep(max(0.0, self._free_at - loop.time()))
            wait = self._pace.reserve(CHANNEL, within=NEAR)
            if wait is None:
                raise TimeoutError  # nobody waits that long with a text half typed
            # A query that the next keystroke forgets has taken its place all the same.
            self._free_at = loop.time() + wait + SPACING
            await asyncio.sleep(wait)

    async def _answer(self, query: Query, cards: Sequence[Card]) -> None:
        await self._bot.answer_inline_query(
            query.id,
            [result_of(card) for card in cards],
            cache_time=CACHED if query.text.strip() else CACHED_EMPTY,
            is_personal=False,
            button=self._button,
        )


def result_of(card: Card) -> InlineQueryResultArticle:
    """A card as Telegram offers it, and the message that it becomes."""
    html = split_html(telegram_html(card.message.text, card.message.folded), TEXT_LIMIT)[0]
    words = InputTextMessageContent(
        html, parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
    )
    return InlineQueryResultArticle(
        card.id,
        card.title,
        words,
        description=card.summary or None,
        reply_markup=link_keyboard(card.message.options),
    )
