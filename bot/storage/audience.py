"""To whom an announcement goes: the rule of its audience, and what each person wants of announcements.

Read in the very transaction that makes the copies: whoever opted out a moment ago gets none.

Who makes copies takes a `Ground` from `Store.audiences.ground(...)`, and asks `recipients` for at most `SPAN`
people at a time (`last=min(last, after + SPAN)`), so that a rule that fits few does not hold the writer.
A copy held back until `not_before` is asked for again when its time comes, alone
(`after=person - 1, last=person`, the Ground with `besides=` its announcement): opinions change meanwhile.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.events.audience import NOTHING_KNOWN, AudienceError, Vocabulary
from bot.events.news import held_until
from bot.model.announcement import AnnouncementId, Audience, Crowd, NewsKind, Reach
from bot.model.preferences import Preferences
from bot.model.turn import Need, Policy, View, Wanted
from bot.model.who import Address, PersonId
from bot.storage.audience_sql import compiled
from bot.storage.codec import to_text
from bot.storage.database import Database, Row, Where
from bot.storage.preferences import read_quiet

__all__ = [
    "SPAN",
    "AudienceError",
    "Audiences",
    "Counted",
    "Ground",
    "LeftOut",
    "Recipient",
    "count",
    "recipients",
    "sample",
]

SPAN = 2_000
"""People looked at in one transaction, at most: some 30 ms with a long condition, for which replies wait."""

SAMPLE = 5
"""First names in a sample."""

LATELY = timedelta(hours=1)
"""Who was there within this time, and is at a prompt, is busy."""

EVERYBODY = 1 << 62
"""Beyond the id of any person."""


class Reader(Protocol):
    """A Transaction or a Database."""

    async def all(self, query: str, *, where: Where | None = None, **values: object) -> Sequence[Row]:
        """Every row of a query; `where` goes to its marker."""
        ...


@dataclass(frozen=True, slots=True)
class Ground:
    """What an audience is read on."""

    channels: Sequence[str]
    """Where copies may go; a person with several addresses gets one on the first of these."""
    now: datetime
    policy: Policy
    vocabulary: Callable[[], Vocabulary]
    """What the condition may speak of; asked for only where there is one."""
    besides: AnnouncementId | None = None
    """This announcement is asked about again for people whose copies were held back: those copies do not
    make them ones who got one lately, and have waited for the weekly rhythm already."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person who gets a copy."""

    person: PersonId
    address: Address
    name: str
    """First name; may be empty."""
    language: str
    not_before: datetime | None = None
    """Aware: quiet hours, or the weekly rhythm that they chose, hold the copy back until then. None: it may
    leave now."""


class LeftOut(StrEnum):
    """Why somebody whom the rule fits gets none; of several reasons the first."""

    OPTED_OUT = "opted-out"
    """Announcements of this kind are not for them."""
    PAUSED = "paused"
    BUSY = "busy"
    """In the middle of a journey, and there in the last hour."""
    RECENT = "recent"
    """They got one lately."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many people a rule fits."""

    matching: int
    """Who can be reached and whom the condition fits."""
    left_out: Mapping[LeftOut, int]

    @property
    def reached(self) -> int:
        """Who gets it."""
        return self.matching - sum(self.left_out.values())


class Audiences:
    """The audiences of one installation; part of the Store."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self._database = database
        self._policy = policy
        self.vocabulary: Callable[[], Vocabulary] = lambda: NOTHING_KNOWN
        """Set by who reads the content: `audiences.vocabulary = lambda: vocabulary_of(library.shelf)`."""

    def ground(
        self, channels: Sequence[str], *, now: datetime, besides: AnnouncementId | None = None
    ) -> Ground:
        """What to read an audience on, here and now."""
        return Ground(channels, now, self._policy, self.vocabulary, besides)

    async def count(
        self, audience: Audience, kind: NewsKind, channels: Sequence[str], *, now: datetime
    ) -> Counted:
        """See `count`."""
        return await count(self._database, audience, kind, self.ground(channels, now=now))

    async def reached_in(
        self, view: View, wanted: Collection[Wanted], channels: Sequence[str], *, now: datetime
    ) -> View:
        """The view with the crowds that are wanted, and with what of `Need` was loaded into it."""
        known = frozenset(one for one in wanted if isinstance(one, Need))
        crowds = {one: await self._reach(one, channels, now=now) for one in wanted if isinstance(one, Crowd)}
        return replace(view, known=known, crowds=crowds) if known or crowds else view

    async def _reach(self, crowd: Crowd, channels: Sequence[str], *, now: datetime) -> Reach:
        try:
            counted = await self.count(crowd.audience, crowd.kind, channels, now=now)
            names = await self.sample(crowd.audience, crowd.kind, channels, now=now)
        except AudienceError:
            return Reach(-1)
        return Reach(counted.reached, counted.matching - counted.reached, names)

    async def sample(
        self, audience: Audience, kind: NewsKind, channels: Sequence[str], *, now: datetime
    ) -> tuple[str, ...]:
        """See `sample`."""
        return await sample(self._database, audience, kind, self.ground(channels, now=now))


async def recipients(
    reader: Reader, audience: Audience, kind: NewsKind, ground: Ground, *, after: int, last: int, limit: int
) -> Sequence[Recipient]:
    """Those with an id above `after` up to `last`, the first `limit` of them by id. Groups, who cannot be
    reached, does not want this kind or has paused are left out, and whom the audience spares.

    AudienceError if the condition does not hold water (any more): nobody must get it then.
    """
    rows = await reader.all(
        "audience_people",
        **_values(audience, kind, ground),
        where=_where(audience, ground),
        after=after,
        last=last,
        limit=limit,
    )
    held: dict[tuple[object, object], datetime | None] = {}
    for row in rows:  # few wish for something of their own
        if (wish := (row["weekly"], row["quiet"])) not in held:
            held[wish] = _held(row, ground)
    return tuple(_recipient(row, held[row["weekly"], row["quiet"]]) for row in rows)


async def count(reader: Reader, audience: Audience, kind: NewsKind, ground: Ground) -> Counted:
    """How many the rule fits now, and why some of them get none. AudienceError as for `recipients`."""
    rows = await reader.all(
        "audience_count", **_values(audience, kind, ground), where=_where(audience, ground)
    )
    counts = {row["reason"]: int(row["count"]) for row in rows}
    return Counted(sum(counts.values()), {why: counts[why] for why in LeftOut if why in counts})


async def sample(
    reader: Reader, audience: Audience, kind: NewsKind, ground: Ground, *, size: int = SAMPLE
) -> tuple[str, ...]:
    """First names of some who would get it, for who composes it. AudienceError as for `recipients`."""
    found = await recipients(reader, audience, kind, ground, after=0, last=EVERYBODY, limit=size * 4)
    return tuple(one.name for one in found if one.name)[:size]


def _values(audience: Audience, kind: NewsKind, ground: Ground) -> dict[str, object]:
    since = ground.now - timedelta(days=audience.spare_days) if audience.spare_days > 0 else None
    return {
        "channels": ",".join(ground.channels),
        "kind": kind.value,
        "now": to_text(ground.now),
        "spare_busy": audience.spare_busy,
        "lately": to_text(ground.now - LATELY),
        "since": to_text(since) if since else "",
        "besides": ground.besides,
    }


def _where(audience: Audience, ground: Ground) -> Where | None:
    if not audience.condition.strip():
        return None
    return compiled(audience.condition, ground.vocabulary(), ground.policy, ground.now)


def _held(row: Row, ground: Ground) -> datetime | None:
    wishes = Preferences(
        weekly=bool(row["weekly"]) and ground.besides is None, quiet=read_quiet(row["quiet"])
    )
    return held_until(wishes, ground.policy, ground.now)


def _recipient(row: Row, not_before: datetime | None) -> Recipient:
    return Recipient(
        person=PersonId(row["person"]),
        address=Address(row["channel"], row["address"]),
        name=row["name"],
        language=row["language"],
        not_before=not_before,
    )
