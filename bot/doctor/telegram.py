"""Telegram: the token, what @BotFather set, the webhook and the menu, each from what the server told."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.channels.telegram.examining import Told, WebhookFacts
from bot.channels.telegram.identity import Me
from bot.doctor.diagnosis import Diagnosis
from bot.settings import PREFIX, Survey

RECENT = timedelta(hours=1)
"""A delivery that failed longer ago, with nothing waiting, is history."""

PLACEHOLDER = "Votre question sur les alliances…"
"""What @BotFather shows in the text field after our name; he asks for it when inline mode is turned on."""


def without_token(survey: Survey) -> Iterator[Diagnosis]:
    """No token is set, or it cannot be read: nothing of Telegram can be asked."""
    if f"{PREFIX}TELEGRAM_TOKEN" in survey.names:
        yield Diagnosis("Telegram", "note", "not asked: the token cannot be read, see settings")
        return
    how = "to connect it: write /newbot to @BotFather, put the token into .env as ALLIANCES_TELEGRAM_TOKEN=…"
    if survey.settings.webhook_url is not None:
        yield Diagnosis("Telegram", "problem", "ALLIANCES_WEBHOOK_URL is set, but there is no token", how)
    elif not survey.settings.local:
        what = f"no token, and the page is off (ALLIANCES_HOST is {survey.settings.host}): nobody gets in"
        yield Diagnosis("Telegram", "problem", what, how)
    else:
        yield Diagnosis("Telegram", "note", "no token is set: people come by the local page only", how)


def server(told: Told) -> Iterator[Diagnosis]:
    """Whether the Bot API server can be reached."""
    if told.trouble:
        way_out = "check the connection to the internet, a firewall or proxy, and ALLIANCES_TELEGRAM_API"
        yield Diagnosis("Bot API", "problem", f"{told.server}: {told.trouble}", way_out)
    else:
        yield Diagnosis("Bot API", "ok", f"{told.server} answers")


def token(told: Told) -> Iterator[Diagnosis]:
    """Whether the token is accepted, and whose it is."""
    if told.refused:
        what = "Telegram does not know this token (revoked or mistyped)"
        way_out = "@BotFather, /token: put the current one into .env; check ALLIANCES_TELEGRAM_API too"
        yield Diagnosis("token", "problem", what, way_out)
    elif told.me is None:
        yield unasked("token")
    else:
        yield Diagnosis("token", "ok", f"accepted: @{told.me.name}")
        yield from _switches(told.me)


def unasked(name: str) -> Diagnosis:
    """What could not be told, because there was no answer."""
    return Diagnosis(name, "note", "not checked: the Bot API server gave no answer to that")


def _switches(me: Me) -> Iterator[Diagnosis]:
    if me.joins_groups:
        yield Diagnosis("groups", "ok", "the bot may be added to groups")
    else:
        way_out = f"to allow it: @BotFather, /setjoingroups, @{me.name}, Enable"
        yield Diagnosis("groups", "note", "the bot cannot be added to groups", way_out)
    if me.reads_groups:
        what = "privacy mode is off: the bot is sent all that is said in groups, and drops what is not for it"
        way_out = f"if replies and /question do for you: @BotFather, /setprivacy, @{me.name}, Enable"
        yield Diagnosis("group privacy", "note", what, way_out)
    else:
        # @BotFather says that mentions arrive too; many people report that they do not (telegraf#545,
        # HKUDS/nanobot#449, archestra#6562).
        what = f"on: groups send it replies and /question@{me.name}; mentions of it may not arrive"
        yield Diagnosis("group privacy", "ok", what)
    if me.answers_inline:
        what = f"on: @{me.name} and a few words, in any chat, give answers to share"
        yield Diagnosis("inline mode", "ok", what)
    else:
        way_out = f"to allow it: @BotFather, /setinline, @{me.name}, then as placeholder: {PLACEHOLDER}"
        yield Diagnosis("inline mode", "note", "off: answers cannot be shared into other chats", way_out)


def webhook(told: Told, survey: Survey, *, served: bool, now: datetime) -> Iterator[Diagnosis]:
    """Where updates go, and whether they arrive. `served`: an assistant is running."""
    if told.webhook is None:
        yield unasked("webhook")
        return
    found, wanted, name = told.webhook, survey.settings.webhook_url, "webhook"
    if found.url == (wanted or ""):
        most = f", {found.connections} at a time" if found.connections else ""
        set_ = f"{wanted}{most}" if wanted else "none, as it should be: updates are polled"
        yield Diagnosis(name, "ok", set_)
    elif not served:
        now_at = f"Telegram posts updates to {_place(found.url)}" if found.url else "none is set"
        what = f"{now_at}; the next start changes that to {wanted or 'polling'}"
        yield Diagnosis(name, "note", what, "if another program uses this bot, give it a bot of its own")
    elif found.url:
        what = f"Telegram posts updates to {_place(found.url)}, not to this assistant: nothing arrives here"
        way_out = "stop the other program that uses this token, then start this assistant again"
        yield Diagnosis(name, "problem", what, way_out)
    else:
        what = f"none is set, though ALLIANCES_WEBHOOK_URL is {wanted}: nothing arrives"
        yield Diagnosis(name, "problem", what, "start the assistant again: it sets the webhook")
    yield from _deliveries(found, now=now)


def _deliveries(found: WebhookFacts, *, now: datetime) -> Iterator[Diagnosis]:
    waiting = f"{found.waiting} update{'' if found.waiting == 1 else 's'} waiting"
    if found.error:
        when = f" at {found.failed:%Y-%m-%d %H:%M} UTC" if found.failed else ""
        grave = found.waiting > 0 or (found.failed is not None and now - found.failed <= RECENT)
        way_out = "the address must be reachable by https from outside, with a valid certificate"
        what = f"the last delivery failed{when}: {found.error}; {waiting}"
        yield Diagnosis("deliveries", "problem" if grave else "note", what, way_out if grave else "")
    elif found.waiting:
        what = f"{waiting} at Telegram, kept there for 24 hours at most"
        yield Diagnosis("deliveries", "note", what, "they come once an assistant runs")


def menu(told: Told, commands: Collection[str]) -> Iterator[Diagnosis]:
    """Whether the menu shows our commands. `commands`: without slash; none if the content is broken."""
    if told.menu is None:
        yield unasked("menu")
    elif not commands:
        yield Diagnosis("menu", "note", "not checked: the content cannot be read")
    elif missing := [name for name in commands if name not in told.menu]:
        what = f"{len(missing)} of {len(commands)} commands are not in it (/{missing[0]})"
        yield Diagnosis("menu", "note", what, "start the assistant: it sets the menu within a minute")
    else:
        yield Diagnosis("menu", "ok", f"{len(told.menu)} commands")


def _place(url: str) -> str:
    """Scheme and host of somebody's address: its path may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or '?'}/…"
