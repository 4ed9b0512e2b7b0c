"""What staff are told about what people need: the counted numbers, after `discretion`.

Everything that shows numbers (the card, the pictures, the file, the command line) is made from a `Report`,
never from what was counted.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Literal

from bot.dialogue.discretion import (
    LEAST,
    Row,
    Sum,
    Table,
    Told,
    Total,
    alone,
    gathered,
    in_pieces,
    is_exact,
    parts_of,
    rounded,
    told,
    total,
)
from bot.flows.outline import questions_of
from bot.flows.shelf import Shelf
from bot.model.statistics import ROWS_KEPT, QuestionFate, SpanCount, Statistics, StepCount
from bot.model.values import FlowId

PIECES: Mapping[int, Sequence[int]] = {7: (1,), 28: (7, 14), 91: (7, 13), 364: (28, 91)}
"""Days of a period -> days of the pieces it is shown in, the finest first."""

FATES: tuple[QuestionFate, ...] = ("answered", "suggested", "unanswered")
"""What becomes of a question; `chosen` is what becomes of a suggestion."""

What = Literal[
    "active", "new", "known",
    "questions", "answered", "suggested", "unanswered", "helpful", "unhelpful",
    "began", "done", "stopped", "open",
    "events", "registered", "attended",
    "announcements", "delivered",
    "requests", "replied", "closed", "satisfied", "unsatisfied", "reply_hours", "close_hours",
]  # fmt: skip
"""Measures, each with its phrase `stat_<what>`."""

SHORT_LIVED: Collection[What] = frozenset[What](
    {
        "helpful", "unhelpful", "registered", "attended",
        "requests", "replied", "closed", "satisfied", "unsatisfied", "reply_hours", "close_hours",
    }
)  # fmt: skip
"""What is counted in rows that are erased after `ROWS_KEPT` days."""

UNKNOWN: Literal["unknown"] = "unknown"
"""Nobody counted it at the time, or it is not kept for so long."""

Value = Sum | Literal["unknown"]


@dataclass(frozen=True, slots=True)
class Line:
    """One measure of the period, and of the one before."""

    what: What
    now: Value
    before: Value = UNKNOWN


@dataclass(frozen=True, slots=True)
class Stop:
    """A step at which people stop or rest."""

    flow: FlowId
    step: str
    people: int
    """To the nearest five."""


@dataclass(frozen=True, slots=True)
class Report:
    """Numbers that may be told."""

    period: int
    """Days."""
    first: date
    last: date
    lines: Mapping[What, Line]
    chapters: Table
    """Chapter -> questions that one of its entries answered."""
    journeys: Table
    """Flow -> of the runs begun in the period: done, stopped, still open."""
    questions: tuple[tuple[date, int], ...]
    """Questions by pieces of the period; empty where that would tell too much."""
    actives: tuple[tuple[date, Told], ...]
    """Seven days that end on a day -> people active in them, to the nearest five."""
    stops: tuple[Stop, ...] = ()
    """Where most people stop, of all journeys within a year; only with the steps."""

    def now(self, what: What) -> Value:
        """One number of the period."""
        return self.lines[what].now

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened at all."""
        people = {"known", "open"}
        return all(
            line.now == UNKNOWN or (isinstance(line.now, Total) and not line.now.value)
            for what, line in self.lines.items()
            if what not in people
        )


def report(counted: Statistics, shelf: Shelf) -> Report:
    """What may be told of a period."""
    now, before = counted.now, counted.before
    period = (now.last - now.first).days + 1
    journeys = _journeys(now, shelf)
    known, (active, new), (active_before, new_before) = _people(counted)
    lines = _remembered(_lines(now, journeys.sums), now, today=now.last)
    earlier = _remembered(_lines(before, _journeys(before, shelf).sums), before, today=now.last)
    lines |= {"known": known, "active": active, "new": new}
    earlier |= {"active": active_before, "new": new_before}
    questions = lines["questions"]
    exact = isinstance(questions, Total) and questions.exact
    return Report(
        period,
        now.first,
        now.last,
        {what: Line(what, value, earlier[what]) for what, value in lines.items()},
        gathered(_chapters(counted, shelf)),
        journeys,
        # Their sum is the number of questions: only where that is told.
        in_pieces(counted.days, now.first, now.last, PIECES.get(period, (7,))) if exact else (),
        _weekly(counted),
        _stops(counted.steps, shelf),
    )


def funnel_of(
    flow: FlowId, steps: Iterable[StepCount], shelf: Shelf, ends: tuple[str, str]
) -> tuple[tuple[str, Told], ...]:
    """How far people come in a journey: begun, each question on everybody's way, gone through. Empty if they
    are too few. `ends`: the words for the first and the last.

    Rounded, as in the picture of a flow: what went away between two steps, or between a step and those who
    stopped at it, is no number of its own.
    """
    known = {one.step: one for one in steps if one.flow == flow}
    authored = shelf.flows.get(flow)
    if authored is None or "" not in known or not (whole := rounded(known[""].passed)):
        return ()
    done = rounded(known[""].passed - sum(one.left + one.standing for one in known.values()))
    shown, most = [(ends[1], done)], done or 0
    for key, label in reversed(list(questions_of(authored, shelf).items())):
        # Fewer than at a later one came to it: it stands beside the way.
        if key in known and (count := rounded(known[key].passed) or 0) >= most:
            shown.append((label, count or None))
            most = count
    return ((ends[0], whole), *reversed(shown))


def _lines(span: SpanCount, journeys: Sequence[Sum]) -> dict[What, Value]:
    fates = [alone(span.asked.get(fate, 0)) for fate in FATES]
    done, stopped, still_open = journeys
    requests = _requests(span)
    return {
        **dict.fromkeys(("active", "new", "known"), UNKNOWN),  # of all people: `_people`
        "questions": total(fates),
        "answered": fates[0],
        "suggested": fates[1],
        "unanswered": fates[2],
        "helpful": alone(span.helpful),
        "unhelpful": alone(span.unhelpful),
        "began": total(journeys),
        "done": done,
        "stopped": stopped,
        "open": still_open,
        # Events and announcements are no people: their number is nobody's.
        "events": Total(span.events),
        "registered": alone(span.registered),
        "attended": alone(span.attended),
        "announcements": Total(span.announcements),
        "delivered": alone(span.delivered),
        **requests,
        "reply_hours": _hours(span.reply_hours, requests["replied"]),
        "close_hours": _hours(span.close_hours, requests["closed"]),
    }


def _people(counted: Statistics) -> tuple[Sum, tuple[Value, Sum], tuple[Value, Sum]]:
    """All people; of those the active and the new ones; those of the period before, of who was not new
    since.
    """
    now, before, known = counted.now, counted.before, counted.known
    present = _present(known, now)
    earlier = known - (now.new if is_exact(present[1]) else 0)
    return alone(known), present, _present(earlier, before)


def _present(whole: int, span: SpanCount) -> tuple[Value, Sum]:
    """Who of so many people was active, and of those who was new."""
    active: Value = UNKNOWN if span.active is None else parts_of(whole, [span.active])[0]
    among = span.active if isinstance(active, Total) and active.exact and span.active else whole
    return active, parts_of(among, [span.new])[0]


def _requests(span: SpanCount) -> dict[What, Sum]:
    """Requests, and what became of them: who still waits is not told by what is missing from their sum."""
    whole = span.requests
    (replied,) = parts_of(whole, [span.replied])
    (closed,) = parts_of(whole, [span.closed])
    # Only closed ones are judged; where their number is not told, it must not follow from the judgements.
    judged = parts_of(span.closed if is_exact(closed) else whole, [span.unsatisfied, span.satisfied])
    return {
        "requests": alone(whole),
        "replied": replied,
        "closed": closed,
        "satisfied": judged[1],
        "unsatisfied": judged[0],
    }


def _remembered(lines: dict[What, Value], span: SpanCount, *, today: date) -> dict[What, Value]:
    """Without what was erased in part since: a small number would look like a change."""
    if (today - span.first).days <= ROWS_KEPT:
        return lines
    return {what: UNKNOWN if what in SHORT_LIVED else value for what, value in lines.items()}


def _hours(median: float, people: Value) -> Value:
    """A wait, rounded up to whole hours; that of one to four people is theirs, and told beside a number that
    is not, it would say that they are five at least.
    """
    return Total(ceil(median)) if isinstance(people, Total) and people.value >= LEAST else UNKNOWN


def _journeys(span: SpanCount, shelf: Shelf) -> Table:
    """What staff go through themselves is left out."""
    rows: list[Row] = []
    for one in span.journeys:
        flow = shelf.flows.get(one.flow)
        if flow is None or flow.audience == "everyone":
            rows.append((one.flow, (one.done, one.stopped, one.began - one.done - one.stopped)))
    return gathered(rows, columns=3)


def _chapters(counted: Statistics, shelf: Shelf) -> list[Row]:
    """Chapter -> questions answered at once, or by a choice among what was suggested.

    Each of the two is left out where it is small as a whole, or leaves few suggestions unopened: the sum
    would give it away.
    """
    answered = sum(one for one, _ in counted.articles.values())
    chosen = sum(other for _, other in counted.articles.values())
    opened = is_exact(parts_of(counted.now.asked.get("suggested", 0), [chosen])[0])
    counts = Counter[str]()
    for name, (one, other) in counted.articles.items():
        article = shelf.articles.get(name)
        chapter = article.chapter if article else ""
        counts[chapter] += (one if told(answered) is not None else 0) + (other if opened else 0)
    return [(chapter, (count,)) for chapter, count in counts.items()]


def _weekly(counted: Statistics) -> tuple[tuple[date, Told], ...]:
    """Every seventh day back from the last that was counted; the months of a year by every fourth of them.

    Rounded, as how many people there are is told too: those who stayed away would be a number of their own.
    """
    if not counted.actives:
        return ()
    last, every = max(counted.actives), 28 if (counted.now.last - counted.now.first).days > 91 else 7
    days = [day for day in sorted(counted.actives) if (last - day).days % every == 0]
    return tuple((day, rounded(counted.actives[day])) for day in days)


def _stops(steps: Iterable[StepCount], shelf: Shelf) -> tuple[Stop, ...]:
    stops: list[Stop] = []
    for one in steps:
        flow = shelf.flows.get(one.flow)
        people = rounded(one.left + one.resting)
        if people and flow and flow.audience == "everyone" and one.step in flow.prompts:
            stops.append(Stop(one.flow, one.step, people))
    return tuple(sorted(stops, key=lambda stop: (-stop.people, stop.flow, stop.step)))
