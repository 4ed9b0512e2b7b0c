"""HTTP for the Bot API client: python-telegram-bot's `BaseRequest` on aiohttp instead of httpx.

To the client it does what its own `HTTPXRequest` does, several times as fast (`bench/sending.py`). One suite
for both: `tests/channels/telegram/test_request.py`; what differs: `test_request_ours.py` beside it. Each
failure says whether the request can have arrived, and none shows the address, which holds the token.
"""

import asyncio
import functools
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.channels.telegram.body import Body, body_of, form_of
from bot.channels.telegram.redaction import redacted

LARGEST_ANSWER = 64 << 20
"""Bytes of an answer that we are ready to hold, unpacked. Files end at 20 MB (Bot API, "getFile")."""

KEEP_ALIVE = 15.0
"""Seconds that a connection waits for its next request. The longer, the likelier that Telegram closes it
first: a request that crosses this news on the way has an unknown outcome."""


class NeverSent(Exception):
    """The cause of a failure before which nothing of the request can have arrived."""


class OutcomeUnknown(Exception):
    """The cause of a failure after which nobody knows whether the request was carried out."""


NEVER_SENT = (
    aiohttp.ClientConnectorError,  # refused, unknown name, TLS; the proxy out of reach
    aiohttp.ClientHttpProxyError,  # the proxy would not connect us
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
"""What aiohttp raises before it writes anything. All else may come after: ServerDisconnectedError and
ClientOSError also when a kept connection breaks, SocketTimeoutError, ClientPayloadError."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds; None: for ever."""

    connect: float | None = 5.0
    """For a connection: name, TCP and TLS."""
    read: float | None = 5.0
    """For the next bytes of an answer."""
    write: float | None = 5.0
    """For Telegram to take the next bytes of a request."""
    pool: float | None = 1.0
    """For a free place among the connections."""
    media_write: float | None = 20.0
    """Instead of `write`, where files are sent."""


class AiohttpRequest(BaseRequest):
    """One class of traffic: connections and patience of its own. Opens with its first request."""

    __slots__ = ("_largest", "_places", "_proxies", "_session", "_shut", "_timeouts", "_usual")

    def __init__(
        self, *, connections: int, timeouts: Timeouts | None = None, largest: int = LARGEST_ANSWER
    ) -> None:
        """At most so many `connections` at once; answers of at most `largest` bytes."""
        self._timeouts = timeouts or Timeouts()
        self._usual = aiohttp.ClientTimeout(connect=self._timeouts.connect, sock_read=self._timeouts.read)
        self._largest = largest
        self._session: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(connections)
        self._proxies: dict[URL, URL | None] = {}
        self._shut = False

    @property
    def read_timeout(self) -> float | None:
        """Seconds that an answer may take, unless the call says otherwise."""
        return self._timeouts.read

    async def initialize(self) -> None:
        """Open, also after `shutdown`; nothing is sent."""
        if self._session is None:
            self._shut = False
            self._proxies = {}
            # The places are the limit: aiohttp's own could not tell a full pool from a slow connection.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                skip_auto_headers=("Content-Type",),
            )

    async def shutdown(self) -> None:
        """Close the connections. What is under way fails with NetworkError, and so does what comes later."""
        self._shut = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body of the answer.

        Raises TimedOut and other NetworkErrors, caused by `NeverSent` or `OutcomeUnknown`, and BadRequest for
        a text that is no Unicode.
        """
        ours = self._timeouts
        files = request_data is not None and request_data.contains_files
        body = await body_of(
            request_data, wait=_chosen(write_timeout, ours.media_write if files else ours.write)
        )
        timeout = aiohttp.ClientTimeout(
            connect=_chosen(connect_timeout, ours.connect), sock_read=_chosen(read_timeout, ours.read)
        )
        return await self._done(method, url, body, timeout, _chosen(pool_timeout, ours.pool))

    async def call(self, url: str, fields: Mapping[str, str]) -> object:
        """The result of a method of the Bot API, and the errors of `post`, at a third of its price.

        `fields` are as the Bot API reads them: what is no text is JSON.
        """
        ours = self._timeouts
        status, payload = await self._done("POST", url, form_of(fields), self._usual, ours.pool)
        if not 200 <= status <= 299:
            return await _Told(status, payload).post(url)  # raises, in the vendor's words
        return self.parse_json_payload(payload)["result"]

    async def _done(
        self, method: str, url: str, body: Body, timeout: aiohttp.ClientTimeout, wait: float | None
    ) -> tuple[int, bytes]:
        try:
            await self._take_place(wait)
            try:
                return await self._exchange(method, url, body, timeout)
            finally:
                self._places.release()
        except TelegramError:
            raise
        except Exception as error:
            failure, cause = _translated(error)
        # Not inside `except`: aiohttp's error holds the address, so it may not even be the context of ours.
        raise failure from cause

    async def _exchange(
        self, method: str, url: str, body: Body, timeout: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        session = await self._opened()
        async with session.request(
            method,
            url,
            data=body.content,
            headers={"Content-Type": body.media_type} if body.media_type else None,
            timeout=timeout,
            allow_redirects=False,
            ssl=_trusted() if url.startswith("https") else True,
            proxy=self._proxy(url),
        ) as response:
            return response.status, await self._read(response)

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        pieces: list[bytes] = []
        size = response.content_length or 0
        if size <= self._largest:
            size = 0
            async for piece in response.content.iter_any():
                size += len(piece)
                if size > self._largest:
                    break
                pieces.append(piece)
        if size > self._largest:
            raise NetworkError(f"the answer is larger than {self._largest} bytes") from OutcomeUnknown()
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def _take_place(self, wait: float | None) -> None:
        """One of the connections; waits for it so many seconds."""
        if not self._places.locked():
            await self._places.acquire()  # at once
            return
        try:
            async with asyncio.timeout(wait):
                await self._places.acquire()
        except TimeoutError:
            raise TimedOut("all connections are busy; the request was not sent") from NeverSent()

    async def _opened(self) -> aiohttp.ClientSession:
        if self._shut:
            raise NetworkError("the connections are closed") from NeverSent()
        if self._session is None:
            await self.initialize()
        assert self._session is not None
        return self._session

    def _proxy(self, url: str) -> URL | None:
        try:
            origin = URL(url).origin()
        except ValueError:  # aiohttp will say that this is no address
            return None
        if origin not in self._proxies:
            self._proxies[origin] = _proxy_of(origin)
        return self._proxies[origin]


class _Told(BaseRequest):
    """An answer that has come already: for what the vendor makes of it."""

    __slots__ = ("_answer",)

    def __init__(self, status: int, payload: bytes) -> None:
        self._answer = status, payload

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(self, *_: object, **__: object) -> tuple[int, bytes]:
        return self._answer


def _chosen(given: object, default: float | None) -> float | None:
    """The timeout of this call, or the one for all: `BaseRequest.DEFAULT_NONE` means that none was given."""
    return given if given is None or isinstance(given, int | float) else default


def _translated(error: Exception) -> tuple[TelegramError, Exception]:
    """The client's error, without an address in it, and its cause."""
    cause = NeverSent() if isinstance(error, NEVER_SENT) else OutcomeUnknown()
    if isinstance(error, TimeoutError):
        return TimedOut("Timed out" if isinstance(cause, OutcomeUnknown) else "Timed out connecting"), cause
    # Only what the system says: the texts of aiohttp's other errors name the address.
    said = f": {redacted(error.strerror)}" if isinstance(error, OSError) and error.strerror else ""
    return NetworkError(f"aiohttp.{type(error).__name__}{said}"), cause


def _proxy_of(origin: URL) -> URL | None:
    """The proxy for this server by the usual settings of the system (HTTPS_PROXY, NO_PROXY…), as with httpx.

    Not aiohttp's `trust_env`, which asks the system anew for each request and sends passwords of `.netrc`.
    """
    if proxy_bypass(origin.host or ""):
        return None
    system = getproxies()
    told = system.get(origin.scheme) or system.get("all")
    if not told:
        return None
    address = URL(told if "://" in told else f"http://{told}")
    if address.scheme not in ("http", "https"):
        raise NetworkError(f"a proxy of the kind {address.scheme!r} is not supported") from NeverSent()
    return address


@functools.cache
def _trusted() -> ssl.SSLContext:
    """The system's authorities; where it has none (python.org's Python on macOS), those that httpx brings."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        import certifi

        context.load_verify_locations(certifi.where())
    return context
