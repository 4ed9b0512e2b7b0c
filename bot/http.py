"""The one HTTP application and its server: the page in local mode, Telegram's webhook, the health check."""

import asyncio
import contextlib
import hmac
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.channels.web.body import read_body

LARGEST_UPDATE = 1024 * 1024
"""Bytes of one Telegram update."""
GRACE = 3.0
"""Seconds that running requests have to end when the server stops."""
AT_ONCE = 512
"""Connections at the same time. Telegram opens 100 at most (Bot API, setWebhook), and a process may often
have no more than 1024 files and sockets open."""
HASTE = 10.0
"""Seconds in which a connection must say what it wants; longer means that it holds a place and no more."""

Accept = Callable[[Mapping[str, str], bytes], Awaitable[int]]
"""Takes the headers (names in lower case) and the body of a webhook call; gives the HTTP status.

Asked with an empty body first, which is never an update: 403 means that this sender is not to be read."""


@dataclass(frozen=True, slots=True)
class Health:
    """How the program feels."""

    live: bool
    """False: only a restart helps."""
    ready: bool
    """Whether it can serve people now."""
    reason: str = ""
    """Why not, for the operator; nothing of any person."""
    note: str = ""
    """What an operator should see to although people can be served."""


Check = Callable[[], Awaitable[Health]]


@dataclass(frozen=True, slots=True)
class Metrics:
    """What `/metrics` answers, and to whom."""

    read: Callable[[], Awaitable[bytes]]
    """The figures in the text format of Prometheus."""
    token: str | None = field(default=None, repr=False)
    """Who shows it may read from anywhere; None: only from this machine."""


def page_is_open(host: str, *, webhook: bool) -> bool:
    """Whether the page and its panel may answer: only on loopback, and never beside a webhook."""
    return not webhook and host in ("127.0.0.1", "localhost", "::1")


def build(
    *,
    host: str,
    health: Check,
    page: Sequence[BaseRoute] = (),
    accept: Accept | None = None,
    metrics: Metrics | None = None,
    stopping: Callable[[], None] = lambda: None,
    haste: float = HASTE,
) -> Starlette:
    """The application: `/healthz`, `/metrics` and `/telegram` where given, the page where `page_is_open`.

    `stopping` is called when the server is about to stop, so that endless answers can be ended. `haste`:
    seconds after which a connection is closed that has not asked for anything.
    """
    routes: list[BaseRoute] = [Route("/healthz", _healthz(health))]
    if metrics is not None:
        routes.append(Route("/metrics", _metrics(metrics)))
    if accept is not None:
        routes.append(Route("/telegram", _telegram(accept), methods=["POST"]))
    if page_is_open(host, webhook=accept is not None):
        routes.extend(page)
    app = Starlette(routes=routes)
    app.state.stopping, app.state.haste = stopping, haste
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
            http=_Connection,
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


class _Connection(H11Protocol):
    """One connection; whoever only holds it open gives way, to the others or after a while (`build`, haste).

    uvicorn itself waits for ever for the head of a request, and refuses the others once all places are taken.
    """

    _late: asyncio.TimerHandle | None = None
    _idle_since: float | None = None
    """None: a request is being answered."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._look()
        if len(self.connections) >= AT_ONCE:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._late is not None:
            self._late.cancel()

    def _look(self) -> None:
        """Begin to wait for a request, or end it. What trickles in meanwhile wins no time."""
        if self.cycle is not None and not self.cycle.response_complete:
            if self._late is not None:
                self._late.cancel()
            self._late = self._idle_since = None
        elif self._late is None:
            assert isinstance(self.config.app, Starlette)
            self._idle_since = self.loop.time()
            self._late = self.loop.call_later(self.config.app.state.haste, self.transport.close)

    def _make_room(self) -> None:
        """Close the connection that has been idle for the longest time."""
        idle = {
            one: one._idle_since
            for one in self.connections
            if isinstance(one, _Connection) and one._idle_since is not None
        }
        oldest = min(idle, key=idle.__getitem__)  # there is one: the newest has not asked for anything yet
        self.connections.discard(oldest)
        oldest.transport.close()


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
        body |= {"note": now.note} if now.note else {}
        return JSONResponse(body, status_code=200 if good else 503, headers={"Cache-Control": "no-store"})

    return healthz


FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
"""Headers of a proxy: behind one, everybody seems to come from this machine."""


def _metrics(metrics: Metrics) -> Callable[[Request], Awaitable[Response]]:
    """For this machine itself, or for who shows the token; nobody else even learns that it is here."""

    async def figures(request: Request) -> Response:
        if not _may_read(request, metrics.token):
            raise HTTPException(404)
        content = await metrics.read()
        return Response(content, media_type="text/plain; version=0.0.4; charset=utf-8")

    return figures


def _may_read(request: Request, token: str | None) -> bool:
    given = request.headers.get("authorization", "").encode()
    if token is not None and hmac.compare_digest(given, f"Bearer {token}".encode()):
        return True
    behind_proxy = any(name in request.headers for name in FORWARDED)
    return request.client is not None and request.client.host in ("127.0.0.1", "::1") and not behind_proxy


def _telegram(accept: Accept) -> Callable[[Request], Awaitable[Response]]:
    """The webhook: JSON of at most LARGEST_UPDATE; whom it trusts is the affair of `accept`.

    Of a stranger not one byte is read.
    """

    async def telegram(request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise HTTPException(415)
        headers = dict(request.headers)
        if await accept(headers, b"") == HTTPStatus.FORBIDDEN:
            raise HTTPException(HTTPStatus.FORBIDDEN)
        body = await read_body(request, LARGEST_UPDATE)
        return Response(status_code=await accept(headers, body))

    return telegram
