"""Serving people: the page in local mode, Telegram where a token is set, and the health check, in one
process.
"""

import asyncio
import gc
import logging
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from bot.app import Assistant, CannotStart, Ground, assemble, set_up_log
from bot.author import LocalPage
from bot.channels.web.channel import WebChannel
from bot.channels.web.routes import Page, page_routes
from bot.dialogue.commands import STAFF_COMMANDS
from bot.dialogue.sharing import cards
from bot.figures import figures
from bot.http import Accept, Health, Metrics, build, page_is_open, serve
from bot.menus import keep_menus
from bot.metrics import exposition
from bot.model.message import Card, Message
from bot.model.values import StoredFile
from bot.runtime.channel import Channel
from bot.runtime.inbox import Inbox
from bot.settings import Settings
from bot.storage.errors import StorageError
from bot.storage.inbox import Update

if TYPE_CHECKING:
    from bot.channels.telegram.channel import TelegramChannel

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Made:
    """The channels of this process."""

    web: WebChannel | None = None
    telegram: "TelegramChannel | None" = None

    def by_name(self) -> Mapping[str, Channel]:
        return {channel.name: channel for channel in (self.web, self.telegram) if channel is not None}


async def run(settings: Settings) -> None:
    """Serve until a signal or a fatal error. CannotStart says what is in the way."""
    set_up_log(settings)
    task = asyncio.create_task(_serve(settings))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        log.info("stopped")


async def _serve(settings: Settings) -> None:
    made = _Made()

    def make(ground: Ground) -> Mapping[str, Channel]:
        if page_is_open(settings.host, webhook=settings.webhook_url is not None):
            made.web = WebChannel(now=ground.clock.now)
        if settings.telegram_token:
            made.telegram = telegram_channel(ground)
        return made.by_name()

    if settings.telegram_token is None and not page_is_open(settings.host, webhook=False):
        raise CannotStart(
            "nobody could reach the assistant: the page is only open on this machine (ALLIANCES_HOST is "
            f"{settings.host}) and ALLIANCES_TELEGRAM_TOKEN is not set; "
            "set the token, or leave ALLIANCES_HOST out"
        )
    if settings.telegram_token is None and settings.webhook_url is not None:
        raise CannotStart(
            "ALLIANCES_WEBHOOK_URL is set, but there is no ALLIANCES_TELEGRAM_TOKEN: set both or none"
        )
    async with assemble(settings, make, serving=True) as assistant:
        # What was made up to here stays: the collector need not look at it again (less work at
        # start and later).
        gc.freeze()
        # Hundreds of tasks are under way at once: looked at every 700 objects, they cost 5 % of a busy
        # processor for next to no garbage.
        gc.set_threshold(10_000, 20, 20)
        gc.enable()
        service = assistant.service
        door: Accept | None = None
        fatal: tuple[type[BaseException], ...] = (CannotStart,)
        if made.telegram is not None:
            await open_room(assistant, made.telegram)
            door = start_telegram(assistant, made.telegram)
        service.start("heartbeat", assistant.heartbeat().run)
        service.start("digests", assistant.digests().run)
        # Also without Telegram: an announcement tried out on the page would wait for ever.
        service.start("announcer", assistant.announcer().run)
        service.start("people", assistant.rostering().run)
        service.start("storage", partial(_watch_storage, assistant), fatal=fatal)
        service.start("content", partial(assistant.keeper.watch, assistant.clock))
        service.start("http", partial(_http, assistant, made.web, made.telegram, door), fatal=fatal)
        try:
            await service.wait()
        finally:
            await service.stop()
            if made.telegram is not None:
                await made.telegram.close()


def telegram_channel(ground: Ground, *, link_previews: bool = False) -> "TelegramChannel":
    """Telegram with the operator's token. CannotStart for what cannot be a token."""
    # Imported here: without a token nobody waits for the vendor's 0.2 s.
    from bot.channels.telegram.channel import TelegramChannel
    from bot.channels.telegram.client import Account, TokenRefused

    assert ground.settings.telegram_token
    phrases = ground.keeper.library.shelf.phrases

    def keep(content: bytes, name: str, media_type: str) -> StoredFile:
        return StoredFile(ground.files.keep_now(content), name, media_type, len(content))

    try:
        return TelegramChannel(
            Account(
                ground.settings.telegram_token, ground.settings.telegram_api, link_previews=link_previews
            ),
            secret=ground.secret,
            webhook=ground.settings.webhook_secret,
            keep=keep,
            load=ground.file_bytes,
            requests={
                "phone": phrases.label("button_share_phone"),
                "location": phrases.label("button_share_location"),
            },
        )
    except TokenRefused as error:
        raise CannotStart(str(error)) from None


def start_telegram(assistant: Assistant, channel: "TelegramChannel") -> Accept | None:
    """Poll, or have a webhook opened and return its door; feed the lanes, show the menu of commands."""
    from bot.channels.telegram.client import TokenRefused

    inbox = Inbox(
        channel=channel,
        store=assistant.store,
        runner=assistant.runner,
        lanes=assistant.lanes,
        clock=assistant.clock,
        rng=assistant.rng,
        too_fast=Message(assistant.keeper.library.shelf.phrases.say("too_fast")),
    )

    async def accept(rows: Sequence[Update]) -> None:
        await inbox.accept(rows)

    webhook = assistant.settings.webhook_url
    channel.me = replace(channel.me, name=assistant.store.policy.bot)

    def share(text: str) -> tuple[Card, ...]:
        return cards(assistant.keeper.library, text, assistant.store.policy, now=assistant.clock.now())

    phrases = assistant.keeper.library.shelf.phrases
    channel.keep_pace(assistant.courier)

    async def count(act: str, place: str) -> None:
        await assistant.store.roles.refuse(act, place, now=assistant.clock.now())

    channel.watch(STAFF_COMMANDS, count)
    channel.answer_inline(share, button=phrases.label("inline_button"), pace=assistant.courier)

    async def receive() -> None:
        try:
            me = await channel.learn(rng=assistant.rng)
            await assistant.store.known_as(me.name)
            if webhook is None:
                await channel.poll(accept, rng=assistant.rng)
            await channel.open_webhook(webhook, rng=assistant.rng)
        except TokenRefused as error:
            raise CannotStart(str(error)) from None
        await asyncio.Event().wait()

    assistant.service.start("telegram", receive, fatal=(CannotStart,))
    assistant.service.start("inbox", inbox.run)
    menus = partial(keep_menus, channel, assistant.store, phrases, assistant.clock)
    assistant.service.start("menus", menus)
    return None if webhook is None else channel.webhook(accept)


async def open_room(assistant: Assistant, channel: "TelegramChannel") -> None:
    """Tell the channel where staff see to requests, before anything is read from there."""
    requests = assistant.store.requests
    group = await requests.settle_group(assistant.settings.staff_group)
    if group is not None:
        # Somebody must be there whom a refusal can mark as out of reach.
        await assistant.store.load(group, now=assistant.clock.now(), group=True)
        channel.room.topics |= await requests.topics()
        channel.room.group = group.id


async def _unheard(assistant: Assistant) -> str:
    """What keeps requests from being read where they should; empty if nothing does. Nobody is turned away."""
    if not assistant.store.policy.staffed:
        return ""
    try:
        async with asyncio.timeout(1.0):  # whoever asks how we are must not wait for a database that is slow
            heard = await assistant.store.requests.heard()
    except (TimeoutError, StorageError):
        return ""
    if heard.group is False:
        return "the group of staff does not let the bot in: requests go to each of the team in their own chat"
    if heard.group is None and not heard.readers:
        return "requests reach nobody: none of the team has written to the bot yet, or all have blocked it"
    return ""


async def _watch_storage(assistant: Assistant) -> None:
    """CannotStart once the database is not to be trusted: a new process reads what is truly on the disk."""
    while not assistant.store.broken:
        await assistant.clock.sleep(0.5)
    raise CannotStart(assistant.store.broken)


async def _http(
    assistant: Assistant,
    web: WebChannel | None,
    telegram: "TelegramChannel | None",
    door: Accept | None,
) -> None:
    settings = assistant.settings

    async def health() -> Health:
        reason = assistant.store.trouble or assistant.runner.thinking.trouble
        note = "" if reason else await _unheard(assistant)
        return Health(live=not assistant.store.broken, ready=not reason, reason=reason, note=note)

    def started(port: int) -> None:
        if web is not None:
            host = f"[{settings.host}]" if ":" in settings.host else settings.host
            print(f"The page: http://{host}:{port}/  (Ctrl-C stops)", flush=True)
        if settings.telegram_token is None:
            print(
                "To connect Telegram: get a token from @BotFather, "
                "write ALLIANCES_TELEGRAM_TOKEN=… into .env, start again.",
                flush=True,
            )

    async def read() -> bytes:
        skipped = {} if telegram is None else {str(why): number for why, number in telegram.skipped.items()}
        return await asyncio.to_thread(exposition, await figures(assistant, skipped))

    metrics = Metrics(read, settings.metrics_token)
    if web is None:
        app = build(host=settings.host, health=health, accept=door, metrics=metrics)
    else:
        local = LocalPage(assistant, web)
        page = Page(web, local, local, local, local.face, local)
        app = build(
            host=settings.host, health=health, metrics=metrics, page=page_routes(page), stopping=web.close
        )
    try:
        await serve(app, settings.host, settings.port, started=started)
    except OSError as error:
        raise CannotStart(
            f"ALLIANCES_HOST, ALLIANCES_PORT: cannot listen on {settings.host}:{settings.port} "
            f"({error.strerror}); stop the other program, or set another port"
        ) from None
