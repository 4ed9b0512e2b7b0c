"""Asking web addresses whether they still answer: `alliances check --links`, and nothing else in this room.

Only http and https, only hosts of the public internet, no proxy, no cookies, no body read. What is found is
told as a state; judging it belongs to `check.sources`.
"""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from itertools import chain
from threading import BoundedSemaphore, Lock
from typing import Literal
from urllib.parse import SplitResult, quote, urljoin, urlsplit

State = Literal["alive", "moved", "gone", "nowhere", "silent", "unclear", "private"]

THREADS, AT_ONCE, MAX_HOPS = 8, 2, 10
"""Addresses asked at the same time, how many of them at one host, and redirections that are followed."""

USER_AGENT = "alliances-check/1 (checks that cited sources still exist)"

_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_PERMANENT = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
_ELSEWHERE = _PERMANENT | {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT}
_NO_SUCH_HOST = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})

Resolve = Callable[[str, int], Collection[str]]
"""(Host, port) -> its IP addresses; raises `socket.gaierror`."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What became of asking an address."""

    state: State
    """`moved`: for good. `gone`: 404 or 410. `nowhere`: no such host. `silent`: no answer. `unclear`: another
    refusal, which people may not meet (403 for programs, an overloaded server). `private`: not asked.
    """
    detail: str = ""
    """The status or the reason, in French; for `moved` the new address."""


class _Stopped(Exception):
    """No answer can come of this address."""

    def __init__(self, state: State, detail: str) -> None:
        super().__init__(detail)
        self.probed = Probed(state, detail)


def _resolve(host: str, port: int) -> Collection[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(row[4][0]) for row in found))


@dataclass(frozen=True, slots=True)
class Probing:
    """How addresses are asked."""

    timeout: float = 10.0
    """Seconds to connect, and for each piece of the answer."""
    allowed: frozenset[tuple[str, int]] = frozenset()
    """IP address and port that may be asked although they are not public: for tests."""
    resolve: Resolve = _resolve
    turns: dict[str, BoundedSemaphore] = field(default_factory=dict)
    """Host -> how many may still ask it now."""
    lock: Lock = field(default_factory=Lock)

    def turn(self, host: str) -> BoundedSemaphore:
        """What to hold while asking a host."""
        with self.lock:
            return self.turns.setdefault(host, BoundedSemaphore(AT_ONCE))


def probe(addresses: Iterable[str], probing: Probing) -> Mapping[str, Probed]:
    """Asks every address once; takes as long as the slowest host."""
    by_host: dict[str, list[str]] = {}
    for address in dict.fromkeys(addresses):
        by_host.setdefault(address.split("/", 3)[:3][-1], []).append(address)
    # Two queues a host: the threads work for different hosts instead of waiting for their turn at one.
    queues = [some[start::AT_ONCE] for some in by_host.values() for start in range(min(AT_ONCE, len(some)))]
    with ThreadPoolExecutor(THREADS) as pool:
        found = pool.map(lambda queue: [(address, probe_one(address, probing)) for address in queue], queues)
        return dict(chain.from_iterable(found))


def nobody_answers(found: Mapping[str, Probed]) -> bool:
    """Whether the network itself seems to be missing: addresses were asked, and not one server spoke."""
    states = {probed.state for probed in found.values()} - {"private"}
    return bool(states) and states <= {"silent", "nowhere"}


def probe_one(address: str, probing: Probing) -> Probed:
    """Follows an address to its end; never raises."""
    here, moved = address, address
    for_good = True
    try:
        for _ in range(MAX_HOPS):
            status, location = _ask(here, probing)
            if status in _ELSEWHERE and location:
                here = _joined(here, location)
                for_good = for_good and status in _PERMANENT
                moved = here if for_good else moved
            elif status in _GONE:
                return Probed("gone", str(status))
            elif status >= HTTPStatus.BAD_REQUEST or status in _ELSEWHERE:
                return Probed("unclear", str(status))
            else:
                return Probed("alive") if moved == address else Probed("moved", moved)
    except _Stopped as stopped:
        return stopped.probed
    return Probed("unclear", "trop de redirections")


def _ask(address: str, probing: Probing) -> tuple[int, str]:
    """Status and `Location`. A server that does not like HEAD is asked by GET: many refuse it, or say 404."""
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        raise _Stopped("unclear", "adresse mal écrite") from None
    if parts.scheme not in ("http", "https") or not host:
        raise _Stopped("unclear", "ni http ni https")
    with probing.turn(host):
        try:
            status, location = _request("HEAD", parts, host, port, probing)
            if status < HTTPStatus.BAD_REQUEST:
                return status, location
        except (HTTPException, OSError):  # no answer to HEAD says nothing yet
            pass
        try:
            return _request("GET", parts, host, port, probing)
        except (HTTPException, OSError) as error:
            raise _stopped(error) from None


def _request(method: str, parts: SplitResult, host: str, port: int, probing: Probing) -> tuple[int, str]:
    try:
        line = _connected(parts.scheme, host, port, probing)
    except OSError as error:
        raise _stopped(error) from None
    query = f"?{parts.query}" if parts.query else ""
    target = quote((parts.path or "/") + query, safe="/%:@!$&'()*+,;=~?")
    with closing(line):
        line.request(method, target, headers={"User-Agent": USER_AGENT, "Accept": "*/*"})
        response: HTTPResponse = line.getresponse()
        return response.status, response.getheader("Location") or ""


def _joined(here: str, location: str) -> str:
    try:
        with suppress(UnicodeError):  # headers are read as Latin-1; many servers write UTF-8
            location = location.encode("latin-1").decode("utf-8")
        return urljoin(here, location)
    except ValueError:
        raise _Stopped("unclear", "redirection mal écrite") from None


def _connected(scheme: str, host: str, port: int, probing: Probing) -> HTTPConnection:
    """A line to a host whose addresses are all public; it goes to the very address that was looked at."""
    found = probing.resolve(host, port)
    if not all(_is_public(ip) or (ip, port) in probing.allowed for ip in found):
        raise _Stopped("private", "adresse privée")
    plug = _plugged(found, port, probing.timeout)
    if scheme == "http":
        line = HTTPConnection(host, port, timeout=probing.timeout)
    else:
        line = HTTPSConnection(host, port, timeout=probing.timeout)
        plug = _tls().wrap_socket(plug, server_hostname=host)
    line.sock = plug
    return line


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _plugged(found: Iterable[str], port: int, timeout: float) -> socket.socket:
    trouble: OSError = ConnectionError("no address")
    for ip in found:
        try:
            return socket.create_connection((ip, port), timeout)
        except OSError as error:
            trouble = error
    raise trouble


def _is_public(ip: str) -> bool:
    address = ipaddress.ip_address(ip)
    return address.is_global and not address.is_multicast


def _stopped(error: Exception) -> _Stopped:
    match error:
        case _Stopped():
            return error
        case socket.gaierror() if error.errno in _NO_SUCH_HOST:
            return _Stopped("nowhere", "ce site n'existe pas")
        case ssl.SSLError():
            return _Stopped("unclear", "certificat refusé")
        case TimeoutError():
            return _Stopped("silent", "pas de réponse à temps")
        case HTTPException():
            return _Stopped("unclear", "réponse illisible")
    return _Stopped("silent", "pas de connexion")
