"""The one HTTP application and its server: the page in local mode, Telegram's webhook, the health check."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.web.body import read_body

LARGEST_UPDATE = 1024 * 1024
"""Bytes of one Telegram update."""
GRACE = 3.0
"""Seconds that running requests have to end when the server stops."""
AT_ONCE = 1000
"""Connections served at the same time; more are answered 503."""

Accept = Callable[[Mapping[str, str], bytes], Awaitable[int]]
"""Takes the headers (names in lower case) and the body of a webhook call; gives the HTTP status."""


@dataclass(frozen=True, slots=True)
class Health:
    """How the program feels."""

    live: bool
    """False: only a restart helps."""
    ready: bool
    """Whether it can serve people now."""
    reason: str = ""
    """Why not, for the operator; nothing of any person."""


Check = Callable[[], Awaitable[Health]]


def page_is_open(host: str, *, webhook: bool) -> bool:
    """Whether the page and its panel may answer: only on loopback, and never beside a webhook."""
    return not webhook and host in ("127.0.0.1", "localhost", "::1")


def build(
    *,
    host: str,
    health: Check,
    page: Sequence[BaseRoute] = (),
    accept: Accept | None = None,
    stopping: Callable[[], None] = lambda: None,
) -> Starlette:
    """The application: `/healthz`, `/telegram` if there is an `accept`, the page where `page_is_open`.

    `stopping` is called when the server is about to stop, so that endless answers can be ended.
    """
    routes: list[BaseRoute] = [Route("/healthz", _healthz(health))]
    if accept is not None:
        routes.append(Route("/telegram", _telegram(accept), methods=["POST"]))
    if page_is_open(host, webhook=accept is not None):
        routes.extend(page)
    app = Starlette(routes=routes)
    app.state.stopping = stopping
    return app


async def serve(
    app: Starlette, host: str, port: int, *, started: Callable[[int], None] = lambda port: None
) -> None:
    """Serve until cancelled; then end what is running and raise CancelledError.

    Port 0 takes a free one; `started` is told which. OSError if the address is taken or not ours.
    Installs no signal handlers and writes no access log: addresses and paths can name people.
    """
    listener = _listen(host, port)
    server = _Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            limit_concurrency=AT_ONCE,
            timeout_graceful_shutdown=int(GRACE),
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    started(listener.getsockname()[1])
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise


class _Server(uvicorn.Server):
    """Leaves signals to the program, and lets endless answers go before it waits for the running ones."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        app = self.config.app
        assert isinstance(app, Starlette)
        app.state.stopping()
        await super().shutdown(sockets)


def _listen(host: str, port: int) -> socket.socket:
    """The bound socket. uvicorn would end the whole process when the port is taken."""
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return socket.create_server(address[:2], family=family, backlog=512)


def _healthz(health: Check) -> Callable[[Request], Awaitable[Response]]:
    """200 when ready, else 503 with the reason; with `?live` it asks only whether a restart would help."""

    async def healthz(request: Request) -> Response:
        now = await health()
        good = now.live if "live" in request.query_params else now.live and now.ready
        body = {"live": now.live, "ready": now.ready, "reason": now.reason}
        return JSONResponse(body, status_code=200 if good else 503, headers={"Cache-Control": "no-store"})

    return healthz


def _telegram(accept: Accept) -> Callable[[Request], Awaitable[Response]]:
    """The webhook: JSON of at most LARGEST_UPDATE; whom it trusts is the affair of `accept`."""

    async def telegram(request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise HTTPException(415)
        body = await read_body(request, LARGEST_UPDATE)
        return Response(status_code=await accept(dict(request.headers), body))

    return telegram
