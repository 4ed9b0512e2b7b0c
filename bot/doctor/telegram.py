"""Telegram: the token, what @BotFather set, the webhook and the menu, each from what the server told."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.channels.telegram.examining import GroupFacts, Told, WebhookFacts
from bot.channels.telegram.identity import Me
from bot.doctor.diagnosis import Diagnosis
from bot.settings import PREFIX, Settings, Survey
from bot.storage.database_files import kept_setting
from bot.storage.relaying import GROUP
from bot.storage.requests import CONFIGURED

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


def present_group(settings: Settings) -> int | None:
    """The group of staff in the settings, or what it became since it was set there."""
    wanted = settings.staff_group
    if wanted is None or not settings.database_file.exists():
        return wanted
    if kept_setting(settings.database_file, CONFIGURED) != f"telegram:{wanted}":
        return wanted
    now = (kept_setting(settings.database_file, GROUP) or "").removeprefix("telegram:")
    return int(now) if now.removeprefix("-").isdigit() else wanted


def staff_group(told: Told, settings: Settings, group: int | None) -> Iterator[Diagnosis]:
    """Where staff see to requests, and what the bot needs there."""
    name = "staff group"
    if group is None:
        if settings.staff:
            what = "none is set: requests go to each of the team in their own chat"
            how = "to answer together: add the bot to a group with topics, set ALLIANCES_STAFF_GROUP"
        else:
            what = "nobody is set (ALLIANCES_STAFF, ALLIANCES_STAFF_GROUP): no request reaches anybody"
            how = "set ALLIANCES_STAFF to your numeric Telegram id; until then people get ALLIANCES_CONTACT"
        yield Diagnosis(name, "note", what, how)
    elif told.group is None:
        yield unasked(name)
    elif told.group.trouble:
        what = f"{group}: {told.group.trouble}; requests go to each of the team in their own chat"
        how = "add the bot to the group, and check ALLIANCES_STAFF_GROUP: the id begins with -100"
        yield Diagnosis(name, "problem", what, how)
    else:
        yield from _in_staff_group(told.group, told.me, settings)
    if group is not None and group != settings.staff_group:
        what = f"the group became {group} when Telegram upgraded it; that is used"
        yield Diagnosis(name, "note", what, f"set ALLIANCES_STAFF_GROUP={group}")


def _in_staff_group(found: GroupFacts, me: Me | None, settings: Settings) -> Iterator[Diagnosis]:
    name = "staff group"
    hears_all = found.administrator or (me is not None and me.reads_groups)
    if not found.is_forum:
        what = f"{found.title or 'the group'} has no topics: staff answer by replying to the bot's messages"
        how = "for a topic a request: turn on Topics in the group's settings, make the bot an administrator"
        yield Diagnosis(name, "note", what, f"{how} with Manage topics")
    elif not found.manages_topics:
        what = f"{found.title or 'the group'} has topics, but the bot may not make any"
        how = "make the bot an administrator there, with the right Manage topics"
        yield Diagnosis(name, "problem", what, how)
    elif not hears_all:
        what = "the bot is not sent what staff write in topics (privacy mode is on, it is no administrator)"
        yield Diagnosis(name, "problem", what, "make the bot an administrator of the group")
    else:
        yield Diagnosis(name, "ok", f"{found.title or 'the group'}: a topic a request")
    if found.is_forum and found.manages_topics and not found.deletes_messages:
        what = "topics of erased or long closed requests stay until somebody deletes them: the bot may not"
        yield Diagnosis(name, "note", what, "give the bot the right Delete messages there")
    if not settings.staff:
        what = "nobody can answer there: no administrator is set who could invite the team"
        yield Diagnosis(name, "problem", what, "set ALLIANCES_STAFF to your numeric Telegram id")


def _place(url: str) -> str:
    """Scheme and host of somebody's address: its path may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or '?'}/…"
