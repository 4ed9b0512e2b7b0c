"""Who may ask: this machine's own page. Against other sites in the same browser (rebinding, forgery)."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")

_SAFE = ("GET", "HEAD")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


class Guard:
    """Lets pass what names this machine and comes from its own page; sets strict headers on all answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to anyone else."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = why_refused(scope)
        app = self.app if refusal is None else PlainTextResponse(refusal, status_code=403)
        await app(scope, receive, send_guarded)


def why_refused(scope: Scope) -> str | None:
    """What is wrong with the origin of a request; None if nothing is.

    `Host` against DNS rebinding. `Origin` must be there whenever something is changed: another port of this
    machine is "same site", so the cookie's SameSite alone would let it in. `Sec-Fetch-Site` for reading.
    """
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if host not in _own_hosts(scope):
        return "unknown host"
    origin = headers.get("origin")
    if origin != f"http://{host}" and (origin is not None or scope["method"] not in _SAFE):
        return "foreign origin"
    # Anyone may link to the page itself: it holds nothing of anybody, and it cannot be framed.
    if scope["path"] != "/" and headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return "foreign site"
    return None


def _own_hosts(scope: Scope) -> set[str]:
    port = scope["server"][1]  # where the socket listens, not what the request claims
    return {f"{name}:{port}" for name in LOOPBACK_NAMES} | (set(LOOPBACK_NAMES) if port == 80 else set())
