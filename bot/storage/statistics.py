"""What people need, counted: by day and without identity as they ask, and read back for staff.

Numbers only. Which of them may be told is decided by `bot.dialogue.discretion`.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any, cast
from zoneinfo import ZoneInfo

from bot.model.effects import Asked, Finish, SetDigest
from bot.model.message import Message
from bot.model.rights import RIGHTS, Right
from bot.model.session import Run, Session
from bot.model.statistics import JourneyCount, Period, QuestionFate, SpanCount, Statistics, StepCount
from bot.model.turn import Need, Turn, View
from bot.model.values import ArticleId, FlowId, StoredFile
from bot.model.who import Address
from bot.storage import outbox
from bot.storage.announcements import CHANNELS_IN_ORDER
from bot.storage.codec import from_text, to_text
from bot.storage.database import Database, Row, Transaction
from bot.storage.file_rows import own
from bot.storage.outbox import Post, Priority

RESTING = timedelta(days=14)
"""After so long at one prompt nobody is about to answer it."""

PEOPLE_AT_ONCE = 500
"""Sessions that are read together: some ten milliseconds."""

STEPS_OF = timedelta(days=365)
"""How far back the steps of ended runs are counted."""

NEEDS: Mapping[Need, Period] = {
    Need.STATISTICS_WEEK: Period.WEEK,
    Need.STATISTICS_MONTH: Period.MONTH,
    Need.STATISTICS_QUARTER: Period.QUARTER,
    Need.STATISTICS_YEAR: Period.YEAR,
}

Step = tuple[FlowId, str]


@dataclass(frozen=True, slots=True)
class Told:
    """The digest of one week as every reader gets it."""

    message: Message
    files: tuple[StoredFile, ...]
    """What is attached, kept already."""


class Counting:
    """What people need, in numbers: the part of the Store that counts. Days are those of the zone."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database = database
        self._zone = zone

    async def load(self, period: int, *, now: datetime) -> Statistics:
        """So many days that end today, and as many before; without the steps."""
        db, today = self._database, self._day(now)
        first = today - timedelta(days=period - 1)
        last_before = first - timedelta(days=1)
        first_before = first - timedelta(days=period)
        people = await _one(
            db,
            "statistics_people",
            since=self._start(first),
            before=self._start(first_before),
            until=self._start(today + timedelta(days=1)),
        )
        active = await self._active(period, today)
        after = await self._span(first, today, people["active"] if active is None else active)
        before = await self._span(first_before, last_before, await self._active(period, last_before))
        since, last = first.isoformat(), today.isoformat()
        articles = await db.all("statistics_articles", first=since, last=last)
        days = await db.all("statistics_days", first=since, last=last)
        actives = await db.all("statistics_actives", first=since)
        return Statistics(
            now=replace(after, new=people["new"]),
            before=replace(before, new=people["new_before"]),
            known=people["known"],
            articles={ArticleId(row["article"]): (row["answered"], row["chosen"]) for row in articles},
            days={date.fromisoformat(row["day"]): row["count"] for row in days},
            actives={date.fromisoformat(row["day"]): row["people"] for row in actives},
        )

    async def seen_in(self, view: View, wanted: Collection[Need], *, now: datetime) -> View:
        """The view with the numbers that its turn is decided on."""
        periods = [NEEDS[need] for need in wanted if need in NEEDS]
        if not periods:
            return view
        steps = await self.steps(now=now) if Need.STEPS in wanted else ()
        refused = await self._database.one("digest_refused", person=view.person.id)
        counted = {period: await self.load(period, now=now) for period in periods}
        told = {
            int(period): replace(one, steps=steps, digest=refused is None) for period, one in counted.items()
        }
        return replace(view, statistics=told)

    async def steps(self, *, now: datetime) -> tuple[StepCount, ...]:
        """How far runs come: of those that ended within a year, and of all that are open."""
        passed, left, standing, resting = (Counter[Step]() for _ in range(4))
        for row in await self._database.all(
            "statistics_passages", first=self._day(now - STEPS_OF).isoformat()
        ):
            step = FlowId(row["flow"]), row["step"]
            passed[step] += row["passed"]
            left[step] += row["left"]
        async for row in self._open_runs():
            # Who stands in a sub-flow stands in its caller too, at the step that called it.
            here = {(FlowId(frame["flow"]), str(frame["step"])) for frame in json.loads(row["frames"])}
            marks = {f"{flow}/{step}" for flow, step in here}
            passed.update(_with_flows(marks | {*json.loads(row["passed"]), *json.loads(row["seen"])}))
            standing.update(here)
            if now - from_text(row["since"]) >= RESTING:
                resting.update(here)
        known = sorted({*passed, *left, *standing})
        return tuple(
            StepCount(
                flow, step, passed[flow, step], standing[flow, step], resting[flow, step], left[flow, step]
            )
            for flow, step in known
        )

    async def _open_runs(self) -> AsyncIterator[Row]:
        """Every open run, some people at a time: whoever waits for an answer is read in between."""
        last = await _one(self._database, "statistics_last")
        for after in range(0, last["person"], PEOPLE_AT_ONCE):
            upto = after + PEOPLE_AT_ONCE
            for row in await self._database.all("statistics_runs", after=after, upto=upto):
                yield row

    async def _active(self, period: int, last: date) -> int | None:
        """How many people were active in a period that is over, if somebody counted."""
        row = await self._database.one("statistics_active", days=int(period), day=last.isoformat())
        return None if row is None else int(row["people"])

    async def _span(self, first: date, last: date, active: int | None) -> SpanCount:
        db, begin, end = self._database, first.isoformat(), last.isoformat()
        moments = {"since": self._start(first), "until": self._start(last + timedelta(days=1))}
        asked = await db.all("statistics_asked", first=begin, last=end)
        opinions = await _one(db, "statistics_opinions", first=begin, last=end)
        journeys = await db.all("statistics_journeys", since=moments["since"], until=moments["until"])
        waits = await db.all("statistics_waits", since=moments["since"], until=moments["until"])
        return SpanCount(
            first,
            last,
            active,
            asked={cast(QuestionFate, row["fate"]): row["count"] for row in asked},
            helpful=opinions["helpful"],
            unhelpful=opinions["unhelpful"],
            journeys=tuple(
                JourneyCount(FlowId(row["flow"]), row["began"], row["done"], row["stopped"])
                for row in journeys
            ),
            **await _one(db, "statistics_events", **moments),
            **await _one(db, "statistics_announcements", **moments),
            **await _one(db, "statistics_requests", **moments),
            reply_hours=_median_hours(waits, "answered"),
            close_hours=_median_hours(waits, "closed"),
        )

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()

    def _start(self, day: date) -> str:
        return to_text(datetime.combine(day, time(), self._zone))

    # ---- counted by itself ----

    async def count_active(self, *, now: datetime) -> None:
        """Note how many people were active up to yesterday, once a day.

        `person.seen` knows the last time only: who wrote since midnight is missing, and the sooner after
        midnight this is called, the fewer they are.
        """
        yesterday = self._day(now) - timedelta(days=1)
        known = await _one(self._database, "active_known", day=yesterday.isoformat())
        if known["days"]:
            return
        spans = [(int(one), self._start(yesterday - timedelta(days=one - 1))) for one in Period]
        count = {"until": self._start(yesterday + timedelta(days=1)), "spans": json.dumps(spans)}

        async def work(tx: Transaction) -> None:
            await tx.run("active_count", day=yesterday.isoformat(), **count)

        await self._database.write(work)

    # ---- the weekly digest ----

    async def digest_known(self, week: date, due: datetime) -> bool:
        """Whether the digest of the week that began on this Monday was sent or given up.

        `due`: when it was to leave. A backup that was put back since does not know what left after it was
        made, nor all of the week.
        """
        known = await self._database.one("digest_known", week=week.isoformat(), due=to_text(due))
        return known is not None

    async def send_digest(
        self, week: date, told: Told | None, channels: Collection[str], *, now: datetime
    ) -> int:
        """Send it to all of staff who want it, once and for ever; how many. None: nothing happened."""

        async def work(tx: Transaction) -> int:
            readers = await self._readers(tx, channels) if told is not None else []
            taken = await tx.run("digest_take", week=week.isoformat(), now=to_text(now), copies=len(readers))
            if not taken or told is None:
                return 0
            for row in readers:
                for file in told.files:
                    await own(tx, row["person"], file, "export", now=now)
                address = Address(row["channel"], row["address"])
                await outbox.put(tx, Post(address, told.message, row["person"], Priority.SERVICE), now=now)
            return len(readers)

        return await self._database.write(work)

    @staticmethod
    async def _readers(tx: Transaction, channels: Collection[str]) -> Collection[Row]:
        allowed = [standing.value for standing, rights in RIGHTS.items() if Right.NEEDS in rights]
        return await tx.all(
            "digest_readers",
            standings=json.dumps(allowed),
            channels=json.dumps([name for name in CHANNELS_IN_ORDER if name in channels]),
        )


async def note(
    tx: Transaction, effect: Asked | SetDigest, person: int, *, today: date, now: datetime
) -> None:
    """Count a question, by day and nobody's; or note whether somebody of staff wants the digest."""
    match effect:
        case Asked(fate, article):
            await tx.run("asked_add", day=today.isoformat(), fate=fate, article=article or "")
        case SetDigest(wanted=True):
            await tx.run("digest_want", person=person)
        case SetDigest():
            await tx.run("digest_refuse", person=person, now=to_text(now))


async def note_passages(tx: Transaction, before: Session, turn: Turn, *, today: date) -> None:
    """Count the steps of the runs that this turn ended."""
    still_open = {run.id for run in turn.session.runs}
    ended = [run for run in before.runs if run.id not in still_open]
    if not ended:
        return
    done = {one.flow for one in turn.effects if isinstance(one, Finish) and one.outcome == "done"}
    counted: list[tuple[str, str, str]] = []
    for run in ended:
        marks = passed_by(run)
        if run.flow in done:  # what it came by since its last prompt
            flows = {mark.partition("/")[0] for mark in marks}
            marks |= {mark for mark in turn.trace if mark.partition("/")[0] in flows}
        else:
            counted += [(frame.flow, frame.step, "left") for frame in run.frames]
        counted += [(flow, step, "passed") for flow, step in _with_flows(marks)]
    await tx.run("passages_add", day=today.isoformat(), steps=json.dumps(counted))


def passed_by(run: Run) -> set[str]:
    """The steps, `flow/step`, that a run is known to have come to: a sub-flow's and its caller's."""
    stacks = [run.frames, *(point.frames for point in run.history)]
    return {f"{frame.flow}/{frame.step}" for stack in stacks for frame in stack} | run.seen


def _with_flows(marks: Iterable[str]) -> set[Step]:
    """The same as pairs, and each flow as a whole."""
    steps = {(FlowId(flow), step) for flow, _, step in (mark.partition("/") for mark in marks)}
    return steps | {(flow, "") for flow, _ in steps}


def _median_hours(rows: Iterable[Row], until: str) -> float:
    """Half of the requests came to it within so many hours; 0 if none did."""
    waits = [from_text(row[until]) - from_text(row["at"]) for row in rows if row[until]]
    return median(wait.total_seconds() / 3600 for wait in waits) if waits else 0.0


async def _one(database: Database, query: str, **values: object) -> Mapping[str, Any]:
    row = await database.one(query, **values)
    assert row is not None, query
    return row
