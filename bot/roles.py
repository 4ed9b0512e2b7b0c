"""`alliances team`: who has which role, invitations and the journal, from the command line."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from bot.dialogue.team import LASTS, PREFIX
from bot.documents.sheet import write_rows
from bot.model.team import Entry, Team
from bot.model.turn import Policy
from bot.model.who import PersonId, Standing
from bot.settings import Settings
from bot.storage.store import Store

WHOLE = 100_000
"""Lines of the journal that a file holds."""


async def team(settings: Settings, *, limit: int = 50) -> Team:
    """Everybody with a role, and the latest lines of the journal."""
    store = await _store(settings)
    try:
        return await store.roles.team(limit=limit)
    finally:
        await store.close()


async def invite(settings: Settings, standing: Standing, *, now: datetime) -> str:
    """An invitation: a link, or what to type where our name on Telegram is not known yet."""
    store = await _store(settings)
    token = secrets.token_urlsafe(24)
    try:
        await store.roles.invite(standing, token, expires=now + LASTS, now=now)
        bot = store.policy.bot
    finally:
        await store.close()
    payload = f"{PREFIX}{token}"
    return f"https://t.me/{bot}?start={payload}" if bot else f"/start {payload}"


async def remove(settings: Settings, person: int, *, now: datetime) -> bool:
    """Take somebody's role back; False if nobody of that number has one that ends so."""
    store = await _store(settings)
    try:
        return await store.roles.remove(PersonId(person), now=now)
    finally:
        await store.close()


def written(found: Team) -> str:
    """The roles as lines."""
    lines = [f"{one.id}  {one.standing.value:<9}  {one.name or '-'}" for one in found.members]
    return "\n".join(lines) or "Nobody has a role yet. Invite: alliances team --invite staff"


def journal(found: Team) -> str:
    """The journal as lines, the newest first."""
    lines = [f"{at}  {who}  {act}  {about}".rstrip() for at, who, act, about in _rows(found.journal)]
    refused = [f"{one.day}  refused {one.count} x  {one.act}  ({one.place})" for one in found.refused]
    return "\n".join([*(lines or ["Nothing was done yet."]), *refused])


def journal_csv(found: Team) -> bytes:
    """The journal as a file that spreadsheets open; no cell starts a formula."""
    return write_rows([("at", "who", "act", "about"), *_rows(found.journal)], first=True)


def _rows(entries: Sequence[Entry]) -> list[tuple[str, str, str, str]]:
    return [
        (f"{one.at:%Y-%m-%d %H:%M:%SZ}", one.name or "command line", one.act, one.about) for one in entries
    ]


async def _store(settings: Settings) -> Store:
    return await Store.open(settings.database_file, policy=Policy(settings.timezone))
