"""What people want to hear besides what they ask for: kept, read, and applied to what waits for them."""

import json
from datetime import datetime, time

from bot.events.news import held_until
from bot.model.announcement import Fate, NewsKind
from bot.model.preferences import Preferences
from bot.model.turn import Policy
from bot.storage.codec import from_text, to_text
from bot.storage.database import Transaction

NEVER_SAID = Preferences()


async def prefer(
    tx: Transaction, person: int, wanted: Preferences, before: Preferences, policy: Policy, *, now: datetime
) -> None:
    """Keep what a person wants from now on. Copies of announcements that have not left follow it at once:
    those that are not wanted any more are taken back, the others leave when it suits.
    """
    if wanted == NEVER_SAID:
        await tx.run("preference_drop", person=person)
    else:
        await tx.run(
            "preference_put",
            person=person,
            off=",".join(sorted(wanted.off)),
            weekly=wanted.weekly,
            quiet=write_quiet(wanted.quiet),
            paused_until=None if wanted.paused_until is None else to_text(wanted.paused_until),
            now=to_text(now),
        )
    retimed = (wanted.weekly, wanted.quiet) != (before.weekly, before.quiet)
    held = held_until(wanted, policy, now) if retimed else None
    for copy in await tx.all("preference_copies", person=person):
        place = {"announcement": copy["announcement"], "person": person, "now": to_text(now)}
        if wanted.paused(now) or NewsKind(copy["kind"]) in wanted.off:
            await tx.run("preference_unwanted", **place, fate=Fate.DROPPED.value, at=to_text(now))
            await tx.run("outbox_drop", id=copy["id"])
        elif held is not None:
            await tx.run("preference_unwanted", **place, fate=Fate.LATER.value, at=to_text(held))
            await tx.run("outbox_drop", id=copy["id"])
    if retimed:  # whether they are still wanted is asked again when they are due
        await tx.run("preference_later", person=person, at=to_text(held or now))


def read(written: str | None) -> Preferences:
    """The JSON of the column `preferences` in the query `load`; null: nothing was said."""
    if written is None:
        return NEVER_SAID
    off, weekly, quiet, paused_until = json.loads(written)
    return Preferences(
        frozenset(NewsKind(kind) for kind in off.split(",") if kind in _KINDS),
        bool(weekly),
        read_quiet(quiet),
        from_text(paused_until) if paused_until else None,
    )


_KINDS = frozenset(kind.value for kind in NewsKind)


def read_quiet(written: str | None) -> tuple[time, time] | None:
    """The quiet hours that `write_quiet` wrote."""
    if written is None:
        return None
    start, _, end = written.partition("-")
    return time.fromisoformat(start), time.fromisoformat(end)


def write_quiet(quiet: tuple[time, time] | None) -> str | None:
    """Quiet hours as `21:00-08:00`."""
    return None if quiet is None else "-".join(clock.isoformat("minutes") for clock in quiet)
