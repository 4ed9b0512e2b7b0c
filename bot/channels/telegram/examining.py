"""What Telegram says about our bot, asked once, for `alliances doctor`. It changes nothing.

Nothing of the vendor's comes out, nothing is raised, and no text holds the token.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from bot.channels.telegram.client import DEFAULT_API, Account
from bot.channels.telegram.identity import Me
from bot.channels.telegram.redaction import redacted

PATIENCE = 10.0
"""Seconds for one call: who waits for a diagnosis would rather hear that there is no answer."""

UNKNOWN_TOKEN = (401, 404)
"""Codes of the answer to a token that Telegram does not know (401) or that has not the shape of one (404)."""

TROUBLE: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "its name is not found: is this computer on the internet?"),
    (aiohttp.ClientConnectorCertificateError, "its certificate is not accepted: is the clock right?"),
    (aiohttp.ClientSSLError, "no encrypted connection comes about"),
    (aiohttp.ClientConnectorError, "nothing answers at this address"),
    (TimeoutError, f"no answer within {PATIENCE:.0f} seconds"),
    (aiohttp.ClientResponseError, "what answers there does not speak HTTP as it should"),
)
"""What a transport error means to an operator; the first that fits."""


@dataclass(frozen=True, slots=True)
class WebhookFacts:
    """Where Telegram posts updates (Bot API, WebhookInfo)."""

    url: str = ""
    """Empty: nowhere, they are polled."""
    waiting: int = 0
    """Updates that were not taken yet."""
    error: str = ""
    """Why the last attempt to deliver failed; empty if none did."""
    failed: datetime | None = None
    """When that was."""
    connections: int | None = None
    """Simultaneous deliveries at most."""


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """The group where staff see to requests (Bot API, ChatFullInfo, ChatMember)."""

    trouble: str = ""
    """Why it cannot be written to, in Telegram's words; empty if it can."""
    kind: str = ""
    title: str = ""
    is_forum: bool = False
    administrator: bool = False
    manages_topics: bool = False
    deletes_messages: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What came back; None where Telegram did not get to answer."""

    server: str
    """Which server was asked."""
    trouble: str = ""
    """Why there was no answer; empty if there was one."""
    refused: bool = False
    """The token is not accepted."""
    date: datetime | None = None
    """The server's clock."""
    me: Me | None = None
    webhook: WebhookFacts | None = None
    menu: tuple[str, ...] | None = None
    """Commands behind the menu button, for everybody."""
    group: GroupFacts | None = None
    """Of the group of staff; None also where there is none."""


class _NoAnswer(Exception):
    """The text says why, and holds no token."""


class _Refused(Exception):
    """The token is not accepted."""

    def __init__(self, date: datetime | None) -> None:
        super().__init__()
        self.date = date


async def examine_bot(account: Account, *, group: int | None = None) -> Told:
    """Ask the Bot API server of this account about the bot, and about the group of staff."""
    told = Told(account.api or DEFAULT_API)
    try:
        # The proxies of the environment count, as they do for the assistant itself.
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as http:
            me, date = await _call(http, account, "getMe")
            told = replace(told, date=date, me=_me(me))
            hook, _ = await _call(http, account, "getWebhookInfo")
            told = replace(told, webhook=_webhook(hook))
            commands, _ = await _call(http, account, "getMyCommands")
            told = replace(told, menu=_menu(commands))
            if group is not None and told.me is not None:
                told = replace(told, group=await _group(http, account, group, told.me.id))
            return told
    except _Refused as error:
        return replace(told, refused=True, date=error.date)
    except _NoAnswer as error:
        return replace(told, trouble=redacted(str(error)))


async def _group(http: aiohttp.ClientSession, account: Account, group: int, me: int) -> GroupFacts:
    """What the bot is in a group, and what it may do there."""
    try:
        chat, _ = await _call(http, account, "getChat", chat_id=group)
        member, _ = await _call(http, account, "getChatMember", chat_id=group, user_id=me)
    except _NoAnswer as error:
        return GroupFacts(redacted(str(error)))
    match chat, member:
        case {"type": str(kind), **about}, {"status": str(status), **rights}:
            if status in ("left", "kicked"):
                return GroupFacts("the bot is not in it")
            return GroupFacts(
                "",
                kind,
                str(about.get("title", "")),
                is_forum=about.get("is_forum") is True,
                administrator=status in ("administrator", "creator"),
                manages_topics=rights.get("can_manage_topics") is True,
                deletes_messages=rights.get("can_delete_messages") is True,
            )
    return GroupFacts("Telegram does not describe it as a Bot API server does")


async def _call(
    http: aiohttp.ClientSession, account: Account, method: str, **asked: int
) -> tuple[object, datetime | None]:
    """The result of one method, and the server's clock."""
    url = f"{(account.api or DEFAULT_API).rstrip('/')}/bot{account.token}/{method}"
    try:
        async with http.get(url, params=asked, allow_redirects=False) as response:
            date, status = _date(response.headers), response.status
            answer: object = await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        # The vendor's text names the address, hence the token.
        raise _NoAnswer(_meaning(error)) from None
    except ValueError:  # HTML, half a JSON, or no text at all
        raise _NoAnswer(f"it answers (HTTP {status}), but not as a Bot API server does") from None
    match answer:
        case {"ok": True, "result": result}:
            return result, date
        case {"ok": False, "error_code": int(code)} if code in UNKNOWN_TOKEN:
            raise _Refused(date)
        case {"ok": False, "description": str(said)}:
            raise _NoAnswer(f"it does not say: {said[:200]}")
    raise _NoAnswer(f"it answers (HTTP {status}), but not as a Bot API server does")


def _meaning(error: Exception) -> str:
    return next((said for kind, said in TROUBLE if isinstance(error, kind)), type(error).__name__)


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers.get("Date", "")).astimezone(UTC)
    except ValueError:
        return None


def _me(user: object) -> Me:
    match user:
        case {"id": int(number), "username": str(name), **rest}:
            return Me(
                number,
                name,
                joins_groups=rest.get("can_join_groups") is True,
                reads_groups=rest.get("can_read_all_group_messages") is True,
                answers_inline=rest.get("supports_inline_queries") is True,
            )
    raise _NoAnswer("it does not describe the bot as a Bot API server does")


def _webhook(info: object) -> WebhookFacts:
    match info:
        case {"url": str(url), **rest}:
            said, when = rest.get("last_error_message"), rest.get("last_error_date")
            waiting, most = rest.get("pending_update_count"), rest.get("max_connections")
            return WebhookFacts(
                url,
                waiting if isinstance(waiting, int) else 0,
                redacted(said)[:200] if isinstance(said, str) else "",
                datetime.fromtimestamp(when, UTC) if isinstance(when, int) else None,
                most if isinstance(most, int) else None,
            )
    raise _NoAnswer("it does not describe the webhook as a Bot API server does")


def _menu(commands: object) -> tuple[str, ...]:
    entries = commands if isinstance(commands, list) else []
    return tuple(str(entry["command"]) for entry in entries if isinstance(entry, dict) and "command" in entry)
