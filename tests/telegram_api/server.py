"""``BotApi``: the stand-in as one object. Starts the HTTP server, sends each call through faults, limits and
methods, and is the test's handle on everything."""

import asyncio
import hmac
from types import TracebackType
from typing import Any, Literal, Self

from aiohttp import web

from tests.telegram_api import wire
from tests.telegram_api.answers import JsonObject, Refusal
from tests.telegram_api.call import Answer, Call
from tests.telegram_api.clock import Clock, RealClock
from tests.telegram_api.faults import Fault, Faults, Rule
from tests.telegram_api.group import Group
from tests.telegram_api.limits import Gate, Limits
from tests.telegram_api.methods import CANONICAL, METHODS, remember_allowed
from tests.telegram_api.person import Person
from tests.telegram_api.updates import UpdateQueue
from tests.telegram_api.webhook import Webhook
from tests.telegram_api.world import Chat, Tap, User, World

TOKEN = "700000001:standin-of-the-bot-api-0123456789ABC"
"""Has the shape of a real token, so that redaction is tested too."""
BODY_LIMIT = 60 * 2**20


class BotApi:
    """A local Bot API server for one bot.

    ``async with BotApi() as api:`` gives ``api.url`` (``{url}/bot`` and ``{url}/file/bot`` are PTB's two
    base addresses) and ``api.token``. ``api.journal`` lists every call; ``api.chats[chat_id].messages`` what
    people see. ``port`` 0 picks a free one. ``limits`` turns Telegram's pace on. ``clock`` is real unless
    given.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        port: int = 0,
        clock: Clock | None = None,
        limits: Limits | None = None,
        username: str = "alliances_standin_bot",
    ) -> None:
        self.token = token
        self.clock = clock or RealClock()
        self.world = World(
            User(
                int(token.partition(":")[0]), "Alliances", username=username, language_code=None, is_bot=True
            ),
            self.clock,
        )
        self.webhook = Webhook(self.world, self._webhook_reply)
        self.faults = Faults()
        self.gate = Gate(limits, self.clock) if limits else None
        self.revoked = False
        self._port = port
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on the loopback."""
        app = web.Application(client_max_size=BODY_LIMIT)
        app.router.add_route("GET", "/file/bot{token}/{path:.+}", self._serve_file)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        # A handler ends with its client: an abandoned long poll takes no updates.
        # No access log: it would show the token.
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await self.comes_back()

    async def stop(self) -> None:
        """Stop listening; waiting calls end."""
        await self.webhook.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def goes_down(self) -> None:
        """Refuse connections until ``comes_back``; open ones are cut."""
        if self._runner is not None and self._site is not None:
            await self._site.stop()
            for connection in list(self._runner.server.connections if self._runner.server else []):
                connection.force_close()
            self._site = None

    async def comes_back(self) -> None:
        """Listen (again), on the same port."""
        if self._runner is None or self._site is not None:
            return
        self._site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await self._site.start()
        self._port = self._runner.addresses[0][1]

    @property
    def url(self) -> str:
        """Where the Bot API is, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def journal(self) -> list[Call]:
        """Every call so far, also those that failed."""
        return self.world.journal

    def calls(self, method: str) -> list[Call]:
        """The calls of one method (any case)."""
        return [call for call in self.journal if call.method.lower() == method.lower()]

    @property
    def chats(self) -> dict[int, Chat]:
        return self.world.chats

    @property
    def taps(self) -> dict[str, Tap]:
        return self.world.taps

    @property
    def abilities(self) -> dict[str, bool]:
        """What ``getMe`` tells, as set with @BotFather; change it before the bot asks."""
        return self.world.abilities

    @property
    def updates(self) -> UpdateQueue:
        return self.world.updates

    def person(
        self,
        id: int,
        *,
        first_name: str = "Camille",
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = "fr",
        met: bool = True,
    ) -> Person:
        """The person with this id; made at the first call. ``met=False``: never wrote, so the bot can't
        either."""
        if id not in self.world.users:
            user = User(id, first_name, last_name, username, language_code)
            self.world.users[id] = user
            self.world.chats[id] = Chat(id, "private", user=user, state="open" if met else "unmet")
        return Person(self.world, self.world.users[id])

    def group(
        self,
        id: int,
        *,
        title: str = "Groupe",
        kind: Literal["group", "supergroup", "channel"] = "supergroup",
    ) -> Group:
        """The group with this (negative) id; made at the first call."""
        chat = self.world.chats.setdefault(id, Chat(id, kind, title=title))
        return Group(self.world, chat)

    def fault(
        self, answer: Fault, *, method: str | None = None, chat: int | None = None, times: int | None = 1
    ) -> Rule:
        """Let the next ``times`` calls (None: all) of a method, to a chat, fail so. Rules strike in order."""
        return self.faults.add(Rule(answer, method, chat, times))

    async def quiet(self, *, idle: float = 0.2, timeout: float = 10.0) -> None:
        """Wait until every update was taken, no call runs, and nothing happened for ``idle`` seconds of real
        time.

        Raises TimeoutError. A bot that paces its messages needs an ``idle`` longer than its pace.
        """
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(timeout):
            while self.updates.pending or self.world.running or loop.time() - self.world.touched < idle:
                await asyncio.sleep(0.01)

    def _known(self, request: web.Request) -> bool:
        given = request.match_info["token"].encode()
        return not self.revoked and hmac.compare_digest(given, self.token.encode())

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        if not self._known(request):
            return wire.response(wire.answer_refusal(Refusal(401, "Unauthorized")))
        path = request.match_info["path"]
        stored = next((one for one in self.world.files.values() if one.path == path), None)
        if stored is None:
            return wire.response(wire.answer_refusal(Refusal(404, "Not Found")))
        return web.Response(body=stored.upload.data, content_type="application/octet-stream")

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        call = Call(
            len(self.journal) + 1, self.clock.now(), CANONICAL.get(name.lower(), name), request.method, {}
        )
        self.journal.append(call)
        counted = call.method != "getUpdates"
        self.world.running += counted
        try:
            if not self._known(request):
                raise Refusal(401, "Unauthorized")
            call.params, call.files = await wire.read_parameters(request)
            fault = self.faults.take(call)
            return await self._deliver(request, call, fault)
        except Refusal as refusal:
            call.answer = wire.answer_refusal(refusal)
            return wire.response(call.answer)
        finally:
            self.world.running -= counted
            if counted:
                self.world.touch()

    async def _deliver(self, request: web.Request, call: Call, fault: Fault | None) -> web.StreamResponse:
        """The true answer of a call, or what its fault makes of it."""
        if fault is None:
            call.answer = await self._answer(call)
            return wire.response(call.answer)
        answer = await self._answer(call) if fault.effect else None
        answer = fault.answer or answer
        if answer is not None and fault.dribble:
            call.answer = answer
            return await wire.dribble(
                request, answer, pause=asyncio.ensure_future(self.clock.sleep(fault.delay))
            )
        if fault.delay:
            await self.clock.sleep(fault.delay)
        if fault.reset or answer is None:
            return wire.cut(request)
        call.answer = answer
        return wire.response(answer)

    async def _answer(self, call: Call) -> Answer:
        """Do what a call asks for."""
        try:
            if self.gate is not None and call.chat_id in self.chats:
                self.gate.enter(call.method, self.chats[call.chat_id])
            if call.method in METHODS:
                return wire.answer_ok(await METHODS[call.method](self.world, call))
            return await self._webhook_method(call)
        except Refusal as refusal:
            return wire.answer_refusal(refusal)

    async def _webhook_method(self, call: Call) -> Answer:
        match call.method:
            case "setWebhook":
                description = await self.webhook.set(call)
                remember_allowed(self.world, call)
                return wire.answer_ok(True, description)
            case "deleteWebhook":
                return wire.answer_ok(True, await self.webhook.delete(call))
            case "getWebhookInfo":
                return wire.answer_ok(self.webhook.info())
            case _:
                raise Refusal(404, "Not Found")

    async def _webhook_reply(self, body: JsonObject) -> None:
        """A method in the answer to a webhook delivery (Bot API, "Making requests when getting updates")."""
        params: dict[str, Any] = {name: value for name, value in body.items() if name != "method"}
        name = str(body["method"])
        method = CANONICAL.get(name.lower(), name)
        call = Call(len(self.journal) + 1, self.clock.now(), method, "WEBHOOK", params)
        self.journal.append(call)
        call.answer = await self._answer(call)
