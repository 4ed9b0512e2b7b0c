"""Values that many tests start from."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.model.effects import Effect, Send
from bot.model.message import Markdown, Message
from bot.model.session import Session
from bot.model.turn import Policy, Turn
from bot.model.values import FieldRef, FlowId, Owner, RunId
from bot.model.who import Address
from bot.storage.store import Store
from bot.storage.turns import Cause

REPOSITORY = Path(__file__).parents[2]
NOW = datetime(2027, 1, 14, 18, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
POLICY = Policy(timezone=ZoneInfo("Europe/Paris"))
ALICE = Address("telegram", "4711")
BRUNO = Address("telegram", "4712")
CHANNELS = ("telegram",)
PAGE = Address("web", "f00d")


def say(text: str, *, key: str | None = None) -> Message:
    return Message(Markdown(text), key=key)


def mine(name: str) -> FieldRef:
    return FieldRef(Owner.PERSON, name)


def ours(name: str) -> FieldRef:
    return FieldRef(Owner.ASSOCIATION, name, FlowId("parcours"), RunId("r1"))


async def turn(
    store: Store,
    *effects: Effect,
    at: Address = ALICE,
    now: datetime = NOW,
    session: Session | None = None,
    cause: Cause | None = None,
) -> bool:
    """Load, decide these effects, commit."""
    loaded = await store.load(at, now=now)
    return await store.commit_turn(loaded, Turn(session or loaded.session, effects), now=now, cause=cause)


async def tell(store: Store, *texts: str, at: Address = ALICE) -> None:
    await turn(store, *(Send(say(text)) for text in texts), at=at)


def rows(path: Path, sql: str) -> Sequence[tuple[Any, ...]]:
    """What is in the file, seen from outside."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def on_disk(path: Path, text: str) -> list[str]:
    """Names of the files below the data folder whose bytes contain `text`."""
    found = [file for file in path.parent.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]
    return sorted(file.name for file in found)
