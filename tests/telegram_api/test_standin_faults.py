"""The stand-in as the source of updates and of trouble: polling, webhook, faults, limits, control port."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from telegram import Bot, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from tests.telegram_api import BotApi, ManualClock, faults
from tests.telegram_api.conftest import client
from tests.telegram_api.control import ControlPort
from tests.telegram_api.faults import Fault
from tests.telegram_api.webhook import SECRET_HEADER

# --- Polling ---


async def test_an_update_stays_until_the_offset_passes_it(
    timed: BotApi, timed_bot: Bot, clock: ManualClock
) -> None:
    camille = timed.person(1)
    for number in range(3):
        await camille.says(f"m{number}")
    first = await timed_bot.get_updates(limit=2)
    assert [one.message.text for one in first if one.message] == ["m0", "m1"]
    assert len(await timed_bot.get_updates()) == 1  # the same offset within half a second
    await clock.advance(1)
    assert len(await timed_bot.get_updates()) == 3
    (last,) = await timed_bot.get_updates(offset=first[1].update_id + 1)
    assert last.message is not None and last.message.text == "m2"
    assert [one.update_id for one in timed.updates.pending] == [last.update_id]
    assert await timed_bot.get_updates(offset=last.update_id + 1) == ()


async def test_a_long_poll_ends_with_the_first_update(api: BotApi, bot: Bot) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=5))
    while not api.updates.polled:
        await asyncio.sleep(0)
        await asyncio.sleep(0.01)
    await api.person(1).says("salut")
    assert len(await waiting) == 1
    negative = await bot.get_updates(offset=-1)
    assert len(negative) == 1


async def test_a_bot_that_polls_in_a_loop_answers_everyone_in_order(api: BotApi, bot: Bot) -> None:
    async def echo() -> None:
        offset = 0
        while True:
            for update in await bot.get_updates(offset=offset, timeout=5):
                offset = update.update_id + 1
                if update.message is not None and update.message.text is not None:
                    await bot.send_message(update.message.chat_id, update.message.text)

    running = asyncio.create_task(echo())
    camille, dominique = api.person(1), api.person(2)
    for text in ("un", "deux", "trois"):
        await camille.says(text)
        await dominique.says(f"{text} !")
    assert [(await camille.hears()).text for _ in range(3)] == ["un", "deux", "trois"]
    await api.quiet(idle=0.05)
    assert [heard.text for heard in dominique.missed()] == ["un !", "deux !", "trois !"]
    running.cancel()
    while api.updates.polled:  # the abandoned poll ends with its client
        await asyncio.sleep(0.01)


async def test_a_second_poller_ends_the_first(api: BotApi, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=5))
    while not api.updates.polled:
        await asyncio.sleep(0.01)
    second = asyncio.create_task(bot.get_updates(timeout=5))
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await first
    await api.person(1).says("salut")
    assert len(await second) == 1


async def test_expired_unknown_repeated_rearranged_and_renumbered_updates(
    timed: BotApi, timed_bot: Bot, clock: ManualClock
) -> None:
    camille = timed.person(1)
    await camille.says("perdu")
    await clock.advance(24 * 3600 + 1)
    for text in ("a", "b", "c"):
        await camille.says(text)
    timed.updates.put_raw({"brand_new": {"field": 1}})
    timed.updates.rearrange(lambda pending: reversed(pending[:3]))
    updates = await timed_bot.get_updates()
    assert [one.message.text for one in updates if one.message] == ["c", "b", "a"]
    top = max(one.update_id for one in updates)
    timed.updates.repeat(top)
    (again,) = await timed_bot.get_updates(offset=top + 1)
    assert again.update_id == top
    timed.updates.jump(17)
    await camille.says("après une semaine")
    (low,) = await timed_bot.get_updates(offset=top + 2)
    assert low.update_id == 17


async def test_only_the_kinds_asked_for_are_queued(api: BotApi, bot: Bot) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    await api.person(1).says("ignoré")
    assert api.updates.pending == []


# --- Webhook ---

Seen = list[tuple[str | None, Update]]


@asynccontextmanager
async def listening(answers: Callable[[int], Awaitable[web.Response]]) -> AsyncIterator[tuple[str, Seen]]:
    """A webhook's receiving end: its address, and what arrived."""
    seen: Seen = []

    async def receive(request: web.Request) -> web.Response:
        update = Update.de_json(await request.json(), None)
        seen.append((request.headers.get(SECRET_HEADER), update))
        return await answers(len(seen))

    app = web.Application()
    app.router.add_post("/telegram", receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/telegram", seen
    finally:
        await runner.cleanup()


async def test_a_webhook_gets_updates_with_the_secret_in_order_until_it_takes_them(
    timed: BotApi, timed_bot: Bot, clock: ManualClock
) -> None:
    async def answers(number: int) -> web.Response:
        return web.Response(status=500 if number <= 3 else 200)

    async with listening(answers) as (url, seen):
        assert await timed_bot.set_webhook(url, secret_token="S-ecret_1", max_connections=5)
        camille = timed.person(1)
        await camille.says("un")
        await camille.says("deux")
        for _ in range(8):  # failed, again at once, then after 2 and 4 seconds
            await asyncio.sleep(0.05)
            await clock.advance(1)
        await timed.quiet(idle=0.05)
        texts = [update.message.text for _, update in seen if update.message]
        assert texts == ["un", "un", "un", "un", "deux"]
        assert {secret for secret, _ in seen} == {"S-ecret_1"}
        info = await timed_bot.get_webhook_info()
        assert (info.url, info.pending_update_count) == (url, 0)
        assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
        with pytest.raises(Conflict, match="webhook is active"):
            await timed_bot.get_updates()
        await timed_bot.delete_webhook()
        assert await timed_bot.get_updates() == ()


async def test_one_blocked_chat_does_not_hold_up_another_nor_a_tap(api: BotApi, bot: Bot) -> None:
    release = asyncio.Event()

    async def answers(number: int) -> web.Response:
        if number == 1:
            await release.wait()
        return web.Response()

    async with listening(answers) as (url, seen):
        await bot.set_webhook(url, secret_token="s")
        camille, dominique = api.person(1), api.person(2)
        await camille.says("lent")
        await camille.says("attend")
        while not seen:
            await asyncio.sleep(0.01)
        await dominique.says("autre")
        message = await bot.send_message(1, "?")
        await camille.sends_tap("x", message=api.chats[1].thread[message.message_id])
        while len(seen) < 3:
            await asyncio.sleep(0.01)
        assert {update.message.text for _, update in seen if update.message} == {"lent", "autre"}
        release.set()
        await api.quiet(idle=0.05)
        assert len(seen) == 4


async def test_a_method_in_the_answer_of_a_webhook_is_done(api: BotApi, bot: Bot) -> None:
    async def answers(number: int) -> web.Response:
        return web.json_response({"method": "sendMessage", "chat_id": 1, "text": "reçu"})

    async with listening(answers) as (url, _):
        await bot.set_webhook(url)
        camille = api.person(1)
        await camille.says("salut")
        assert (await camille.hears()).text == "reçu"


async def test_setting_a_webhook_is_checked_and_paced(
    timed: BotApi, timed_bot: Bot, clock: ManualClock
) -> None:
    for url, secret, words in [
        ("ftp://x", "s", "HTTPS URL must be provided"),
        ("https://x", "é", "unallowed characters"),
        ("https://x", "s" * 257, "too long"),
    ]:
        with pytest.raises(BadRequest, match=f"(?i){words}"):
            await timed_bot.set_webhook(url, secret_token=secret)
    await timed_bot.set_webhook("http://127.0.0.1:9/x", secret_token="s")
    with pytest.raises(RetryAfter):
        await timed_bot.set_webhook("http://127.0.0.1:9/y", secret_token="s")
    await timed.person(1).says("jeté")
    await timed_bot.delete_webhook(drop_pending_updates=True)
    assert timed.updates.pending == []


# --- Faults ---


@pytest.mark.parametrize(
    ("fault", "kind", "words", "sent"),
    [
        (faults.flood(3), RetryAfter, "0:00:03", 0),
        (faults.flood_without_parameters(3), NetworkError, "retry after 3", 0),
        (faults.blocked(), Forbidden, "blocked by the user", 0),
        (faults.deactivated(), Forbidden, "user is deactivated", 0),
        (faults.kicked("channel"), Forbidden, "kicked from the channel chat", 0),
        (faults.not_a_member(), Forbidden, "not a member of the supergroup chat", 0),
        (faults.group_deleted(), Forbidden, "group chat was deleted", 0),
        (faults.migrated(-1001), ChatMigrated, "-1001", 0),
        (faults.chat_not_found(), BadRequest, "(?i)chat not found", 0),
        (faults.bad_request(), BadRequest, "(?i)nobody has seen", 0),
        (faults.unauthorized(), InvalidToken, "Unauthorized", 0),
        (faults.conflict(), Conflict, "only one bot instance", 0),
        (faults.server_error(500), NetworkError, "Internal Server Error", 0),
        (faults.server_error(502, effect=True), NetworkError, "Bad Gateway", 1),
        (faults.malformed(), TelegramError, "Invalid server response", 0),
        (faults.malformed(effect=True), TelegramError, "Invalid server response", 1),
        (faults.bare_refusal(400), BadRequest, "Refused", 0),
        (faults.reset(), NetworkError, "httpx.(ReadError|RemoteProtocolError)", 0),
        (faults.reset_after_effect(), NetworkError, "httpx.(ReadError|RemoteProtocolError)", 1),
        (faults.slow(30), TimedOut, "Timed out", 1),
        (faults.slow_body(30), TimedOut, "Timed out", 1),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
async def test_each_fault_is_the_exception_that_ptb_knows(
    api: BotApi, fault: Fault, kind: type[TelegramError], words: str, sent: int
) -> None:
    api.person(1)
    async with client(api, read_timeout=0.3) as bot:
        rule = api.fault(fault, method="sendmessage", chat=1)
        with pytest.raises(kind, match=words):
            await bot.send_message(1, "x")
        assert len(api.chats[1].messages) == sent
        assert [call.fault for call in rule.hits] == [fault.name]
        await bot.send_message(1, "y")  # struck once, then well again
    assert len(api.chats[1].messages) == sent + 1


async def test_a_fault_strikes_the_calls_it_names(api: BotApi, bot: Bot) -> None:
    api.person(1), api.person(2)
    lasting = api.fault(faults.flood(1), chat=2, times=None)
    api.fault(method="editMessageText", answer=faults.bad_request("message to edit not found"), times=2)
    message = await bot.send_message(1, "x")
    for _ in range(2):
        with pytest.raises(BadRequest):
            await bot.edit_message_text("y", chat_id=1, message_id=message.message_id)
        with pytest.raises(RetryAfter):
            await bot.send_message(2, "x")
    await bot.edit_message_text("y", chat_id=1, message_id=message.message_id)
    lasting.end()
    await bot.send_message(2, "x")
    assert [call.fault for call in api.calls("sendMessage")] == [None, "flood", "flood", None]


async def test_the_server_can_go_away_and_come_back(api: BotApi) -> None:
    api.person(1)
    async with client(api) as bot:
        await api.goes_down()
        with pytest.raises(NetworkError):
            await bot.send_message(1, "x")
        await api.comes_back()
        await bot.send_message(1, "x")


async def test_a_group_that_becomes_a_supergroup_says_so_twice(api: BotApi, bot: Bot) -> None:
    camille, group = api.person(1), api.group(-5, kind="group")
    api.abilities["can_read_all_group_messages"] = True
    await camille.says("bonjour à tous", chat=group.chat)
    new = group.migrates(-1005, by=camille)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-5, "x")
    assert moved.value.new_chat_id == new.id
    messages = [update.message for update in await bot.get_updates() if update.message]
    assert [(one.migrate_to_chat_id, one.migrate_from_chat_id) for one in messages[1:]] == [
        (-1005, None),
        (None, -5),
    ]


# --- Limits ---


async def test_the_pace_is_a_strict_window_and_a_ban(
    timed: BotApi, timed_bot: Bot, clock: ManualClock
) -> None:
    for number in range(1, 8):
        timed.person(number)
    for number in range(1, 6):
        await timed_bot.send_message(number, "x")
    with pytest.raises(RetryAfter):
        await timed_bot.send_message(6, "x")
    await clock.advance(0.9)
    with pytest.raises(RetryAfter):
        await timed_bot.send_message(7, "x")
    await clock.advance(0.2)
    await timed_bot.send_message(6, "x")
    assert timed.gate is not None and timed.gate.refused == 2


async def test_a_chat_takes_a_burst_of_three_then_one_a_second(
    timed: BotApi, timed_bot: Bot, clock: ManualClock
) -> None:
    timed.person(1), timed.person(2)
    for _ in range(3):
        await timed_bot.send_message(1, "x")
    with pytest.raises(RetryAfter):
        await timed_bot.send_message(1, "x")
    await timed_bot.send_message(2, "x")  # another chat is free
    await clock.advance(1.01)
    await timed_bot.send_message(1, "x")
    with pytest.raises(RetryAfter):
        await timed_bot.send_message(1, "x")


async def test_a_group_takes_twenty_a_minute(timed: BotApi, timed_bot: Bot, clock: ManualClock) -> None:
    timed.group(-1001)
    for _ in range(20):
        await timed_bot.send_message(-1001, "x")
        await clock.advance(1)
    with pytest.raises(RetryAfter):
        await timed_bot.send_message(-1001, "x")
    await clock.advance(41)
    await timed_bot.send_message(-1001, "x")


# --- Waiting, control port ---


async def test_hearing_in_vain_says_what_the_bot_did(api: BotApi, bot: Bot) -> None:
    with pytest.raises(TimeoutError, match="nothing new in chat 1"):
        await api.person(1).hears(0.05)
    await api.person(1).says("jamais lu")
    with pytest.raises(TimeoutError):
        await api.quiet(timeout=0.05)


async def test_another_process_steers_through_the_control_port() -> None:
    clock = ManualClock()
    async with BotApi(clock=clock) as api, ControlPort(api) as control, aiohttp.ClientSession() as http:

        async def post(path: str, **body: object) -> tuple[int, dict[str, object]]:
            async with http.post(control.url + path, json=body) as answer:
                return answer.status, await answer.json()

        assert (await post("/persons", id=1, first_name="Dominique"))[0] == 200
        status, message = await post("/persons/1/says", text="salut")
        assert (status, message["text"]) == (200, "salut")
        await post("/faults", name="flood", args={"seconds": 9}, method="sendMessage")
        async with client(api) as bot:
            with pytest.raises(RetryAfter):
                await bot.send_message(1, "x")
            await bot.send_message(1, "bien reçu")
        assert (await post("/persons/1/hears"))[1]["text"] == "bien reçu"
        assert (await post("/persons/1/explodes"))[0] == 400
        assert (await post("/persons/1/hears", timeout=0.05))[0] == 408
        assert (await post("/clock", advance=60))[1]["now"] == clock.now()
        async with http.get(control.url + "/journal") as answer:
            assert [call["fault"] for call in await answer.json()][-2:] == ["flood", None]
