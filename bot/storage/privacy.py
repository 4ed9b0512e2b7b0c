"""What a person may ask for at any time (all of it, or none of it), and what time itself erases.

GDPR, articles 15 and 20 (export), 17 (erasure) and 5.1.e (storage limitation).
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.model.message import Message
from bot.model.who import Address, PersonId
from bot.storage import announcements, leaving
from bot.storage.codec import to_text
from bot.storage.database import Row, Transaction
from bot.storage.files import Files

SECTIONS = (
    "person",
    "addresses",
    "association",
    "answers",
    "tasks",
    "timers",
    "journeys",
    "requests",
    "request_topics",
    "preferences",
    "deliveries",
    "clicks",
    "registrations",
    "attendances",
    "looked",
    "undigested",
    "files",
    "journal",
    "invitations",
    "roster",
    "session",
    "history",
    "inbox",
    "outbox",
    "sent",
)
"""Parts of an export, each from the query `export_<name>`."""

ERASURE_SALT = "erasure_salt"
"""Name of the setting in the database that salts the journal of erasures."""

JSON_COLUMNS = {"answers": "value", "session": "body", "history": "body", "outbox": "body"}


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept; answers carry their own term."""

    messages: int = 20
    """Last messages of a conversation."""
    conversations: timedelta = timedelta(days=30)
    questions: timedelta = timedelta(days=1)
    """The question last asked, within a session."""
    updates: timedelta = timedelta(hours=48)
    """Ids of finished updates: at least the 24 hours for which Telegram repeats them."""
    refused: timedelta = timedelta(days=30)
    """Updates set aside and messages that were refused."""
    exports: timedelta = timedelta(hours=48)
    """Files made for `/mes_donnees`."""
    unused: timedelta = timedelta(days=1)
    """Received files to which no answer refers (any more), and files that are nobody's."""
    references: timedelta = timedelta(days=90)
    """Where a sent message is found again for an edit."""
    deliveries: timedelta = timedelta(days=365)
    """Who got an announcement and what they did with it, from its end; the counts stay."""
    misses: timedelta = timedelta(days=365)
    statistics: timedelta = timedelta(days=1100)
    """Numbers without identity: three years, so that a year has one before."""
    problems: timedelta = timedelta(days=365)
    requests: timedelta = timedelta(days=365)
    """Closed requests of staff, for counting; their words go sooner."""
    request_words: timedelta = timedelta(days=90)
    gatherings: timedelta = timedelta(days=365)
    """After an event: who said that they come, and who was there."""
    walk_ins: timedelta = timedelta(days=30)
    """Names of people who came to an event without the assistant."""
    expected: timedelta = timedelta(days=180)
    """What a file said about somebody who has not written to us."""
    journal: timedelta = timedelta(days=365)
    """What staff did, and what was tried without the right to."""


async def export(tx: Transaction, person: PersonId) -> bytes:
    """Every row about the person as JSON, UTF-8."""
    data: dict[str, Any] = {}
    for section in SECTIONS:
        rows = await tx.all(f"export_{section}", person=person)
        data[section] = [_opened(row, JSON_COLUMNS.get(section)) for row in rows]
    return json.dumps(data, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _opened(row: Row, column: str | None) -> Mapping[str, Any]:
    return {name: json.loads(value) if name == column else value for name, value in row.items()}


async def erase(
    tx: Transaction,
    files: Files,
    person: int,
    association: int | None,
    *,
    now: datetime,
    asked: tuple[Address, int] | None = None,
) -> None:
    """Erase everything of the person, and their association if nobody else acts for it.

    `asked`: where, and with which update of the inbox, they asked for it; what arrived there later stays, it
    is a new acquaintance. An answer that the association shares stays with its other members unless it is
    personal.
    """
    await _journal(tx, person, now=now)
    for address in await tx.all("export_addresses", person=person):
        place = {"channel": address["channel"], "address": address["id"]}
        await tx.run("outbox_drop_address", **place)
        await tx.run("forget_sent", **place)
        here = asked is not None and Address(address["channel"], address["id"]) == asked[0]
        await tx.run("erase_inbox", **place, upto=asked[1] if asked and here else 0)
    await tx.run("leaving_add_erased", person=person, now=to_text(now))
    await tx.run("erase_answers", person=person, association=association)
    await tx.run("erase_tasks", person=person)
    heirs = await _heirs(tx, person, association)
    if association is not None and heirs:
        await tx.run("file_hand_over", person=person, association=association, heir=heirs[0])
    await tx.run("announcement_forget_post", person=person)
    await tx.run("invitations_withdraw", person=person)
    owned = [row["sha256"] for row in await tx.all("files_of", person=person)]
    await tx.run("erase_person", person=person)
    if association is not None and not heirs:
        await tx.run("erase_association_answers", association=association)
        await tx.run("erase_association_tasks", association=association)
        await tx.run("erase_association", association=association)
    for sha256 in owned:
        await _drop_bytes(tx, files, sha256)
    tx.scrub()


async def _heirs(tx: Transaction, person: int, association: int | None) -> list[int]:
    """Who else acts for the association, the oldest member first."""
    if association is None:
        return []
    members = await tx.all("members", association=association)
    return [row["id"] for row in members if row["id"] != person]


async def _drop_bytes(tx: Transaction, files: Files, sha256: str) -> None:
    """Remove a file that is nobody's any more. Before the commit: a crash in between repeats the erasure."""
    row = await tx.one("file_owners", sha256=sha256)
    if row is not None and not row["owners"]:
        files.drop(sha256)


async def _journal(tx: Transaction, person: int, *, now: datetime) -> None:
    """Note the erasure by salted hash, so that it can be repeated on a restored backup."""
    salt = await own_salt(tx)
    for row in await tx.all("export_addresses", person=person):
        digest = erasure_hash(salt, Address(row["channel"], row["id"]))
        await tx.run("erasure_add", hash=digest, now=to_text(now))


async def own_salt(tx: Transaction) -> str:
    """The salt of this installation's journal of erasures, made when it is first needed."""
    found = await tx.one("setting_get", name=ERASURE_SALT)
    if found is not None:
        return str(found["value"])
    salt = secrets.token_hex(16)
    await tx.run("setting_put", name=ERASURE_SALT, value=salt)
    return salt


def erasure_hash(salt: str, address: Address) -> str:
    """What the journal keeps of an erased address."""
    written = str(address).encode("utf-8", "replace")
    return hmac.new(bytes.fromhex(salt), written, hashlib.sha256).hexdigest()


async def purge(
    tx: Transaction, files: Files, retention: Retention, kept: Message, *, now: datetime
) -> Mapping[str, int]:
    """Erase what has had its time; how many rows of each sort. `kept` is said where a topic of an erased
    request cannot be deleted."""
    topics = await leaving.take_topics_away(
        tx, kept, closed=now - retention.request_words, since=now - retention.requests, now=now
    )
    before = {
        "purge_history": retention.conversations,
        "purge_inbox": retention.updates,
        "purge_aside": retention.refused,
        "purge_dead": retention.refused,
        "purge_sent": retention.references,
        "purge_problems": retention.problems,
        "purge_journal": retention.journal,
        "purge_expected": retention.expected,
        "purge_roster": retention.refused,
        "purge_registrations": retention.gatherings,
        "purge_attendances": retention.gatherings,
        "purge_walk_ins": retention.walk_ins,
        "purge_looked": timedelta(days=1),
        "purge_groups": retention.conversations,
        "purge_questions": retention.questions,
        "purge_request_words": retention.request_words,
        "purge_request_topics": retention.request_words,
        "purge_requests": retention.requests,
    }
    gone = {query: await tx.run(query, before=to_text(now - age)) for query, age in before.items()}
    gone["leaving_topics"] = topics
    ended = to_text(now - retention.deliveries)
    await announcements.give_up(tx, before=now - retention.deliveries, now=now)
    await tx.run("announcement_summarize", before=ended)
    for query in ("purge_clicks", "purge_deliveries"):
        gone[query] = await tx.run(query, before=ended)
    oldest = (now - retention.misses).astimezone(UTC).date().isoformat()
    gone["purge_misses"] = await tx.run("purge_misses", before=oldest)
    gone["purge_proposals"] = await tx.run("purge_proposals", before=oldest)
    gone["purge_entry_drafts"] = await tx.run("purge_entry_drafts", before=oldest)
    gone["purge_opinions"] = await tx.run("purge_opinions", before=oldest)
    gone["purge_refusals"] = await tx.run(
        "purge_refusals", before=(now - retention.journal).astimezone(UTC).date().isoformat()
    )
    gone["purge_invitations"] = await tx.run("purge_invitations", now=to_text(now))
    for query in ("purge_asked", "purge_passages", "purge_active", "purge_digests"):
        day = (now - retention.statistics).astimezone(UTC).date().isoformat()
        gone[query] = await tx.run(query, before=day)
    gone["purge_answers"] = await tx.run("purge_answers", now=to_text(now))
    gone["purge_pauses"] = await tx.run("purge_pauses", now=to_text(now))
    gone["purge_files"] = await _purge_files(tx, files, retention, now=now)
    tx.scrub()
    return gone


async def _purge_files(tx: Transaction, files: Files, retention: Retention, *, now: datetime) -> int:
    unused = await tx.all(
        "files_unused", exported=to_text(now - retention.exports), received=to_text(now - retention.unused)
    )
    for row in unused:
        await tx.run("file_drop", sha256=row["sha256"], person=row["person"])
        await _drop_bytes(tx, files, row["sha256"])
    known = {row["sha256"] for row in await tx.all("files_known")}
    return len(unused) + files.sweep(known, before=now - retention.unused)
