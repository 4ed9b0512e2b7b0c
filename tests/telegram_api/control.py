"""The stand-in steered from another process: a second, loopback port that is off unless somebody opens it.

JSON in, JSON out; POST unless told otherwise. ``/persons {id, first_name}``, ``/persons/{id}/{verb} {…}`` (a
verb of ``Person`` with its arguments), ``/faults {name, args, method, chat, times}``, ``DELETE /faults``,
``/clock {advance}``, ``/quiet {idle, timeout}``, ``GET /chats/{id}``, ``GET /journal``.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.telegram_api.answers import JsonObject
from tests.telegram_api.clock import ManualClock
from tests.telegram_api.faults import BY_NAME
from tests.telegram_api.render import message_json
from tests.telegram_api.server import BotApi
from tests.telegram_api.world import Heard, Message, Tap

VERBS = frozenset(
    {
        "says", "starts", "taps", "shares_contact", "shares_location", "blocks_bot", "unblocks_bot",
        "leaves_telegram", "hears",
    }
)  # fmt: skip


class ControlPort:
    """``async with ControlPort(api, port=0) as control:`` gives ``control.url``."""

    def __init__(self, api: BotApi, *, port: int = 0) -> None:
        self._api = api
        self._port = port
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on the loopback."""
        app = web.Application(middlewares=[_mistakes])
        app.router.add_post("/persons", self._person)
        app.router.add_post("/persons/{id:[0-9]+}/{verb}", self._verb)
        app.router.add_post("/faults", self._fault)
        app.router.add_delete("/faults", self._clear)
        app.router.add_post("/clock", self._clock)
        app.router.add_post("/quiet", self._quiet)
        app.router.add_get("/chats/{id:-?[0-9]+}", self._chat)
        app.router.add_get("/journal", self._journal)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close the port."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> "ControlPort":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def _person(self, request: web.Request) -> web.Response:
        about = await request.json()
        return web.json_response(self._api.person(int(about.pop("id")), **about).user.json())

    async def _verb(self, request: web.Request) -> web.Response:
        verb = request.match_info["verb"]
        if verb not in VERBS:
            raise LookupError(f"a person cannot {verb!r}; known: {sorted(VERBS)}")
        person = self._api.person(int(request.match_info["id"]))
        act: Callable[..., Awaitable[Any]] = getattr(person, verb)
        return web.json_response(_shown(await act(**await _body(request))))

    async def _fault(self, request: web.Request) -> web.Response:
        wish = await request.json()
        fault = BY_NAME[wish["name"]](**wish.get("args", {}))
        self._api.fault(fault, method=wish.get("method"), chat=wish.get("chat"), times=wish.get("times", 1))
        return web.json_response({"fault": fault.name})

    async def _clear(self, request: web.Request) -> web.Response:
        self._api.faults.clear()
        return web.json_response({})

    async def _clock(self, request: web.Request) -> web.Response:
        if not isinstance(self._api.clock, ManualClock):
            raise ValueError("the stand-in runs on the real clock")
        await self._api.clock.advance(float((await request.json())["advance"]))
        return web.json_response({"now": self._api.clock.now()})

    async def _quiet(self, request: web.Request) -> web.Response:
        await self._api.quiet(**await _body(request))
        return web.json_response({})

    async def _chat(self, request: web.Request) -> web.Response:
        chat = self._api.chats[int(request.match_info["id"])]
        messages = [message_json(message) for message in chat.thread.values() if not message.deleted]
        return web.json_response({"chat": chat.json(), "state": chat.state, "messages": messages})

    async def _journal(self, request: web.Request) -> web.Response:
        calls = [
            {
                "number": one.number,
                "method": one.method,
                "params": one.params,
                "ok": one.ok,
                "fault": one.fault,
            }
            for one in self._api.journal
        ]
        return web.json_response(calls)


async def _body(request: web.Request) -> JsonObject:
    body: JsonObject = await request.json() if request.can_read_body else {}
    return body


def _shown(result: Any) -> JsonObject:
    match result:
        case Message():
            return message_json(result)
        case Heard():
            return {
                "message_id": result.message_id, "edited": result.edited, "text": result.text,
                "labels": result.labels,
            }  # fmt: skip
        case Tap():
            return {"id": result.id, "data": result.data}
        case _:
            return {}


@web.middleware
async def _mistakes(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """A wrong wish is told as 400, a wait in vain as 408."""
    try:
        return await handler(request)
    except TimeoutError as error:
        return web.json_response({"error": str(error)}, status=408)
    except (LookupError, TypeError, ValueError) as error:
        return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
