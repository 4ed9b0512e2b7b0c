"""How a report is shown: its lines, its pictures, and the table for spreadsheets. Pure; no screens here."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import takewhile
from typing import get_args

from bot.dialogue.discretion import Told, Total
from bot.dialogue.report import UNKNOWN, Report, Value, What, funnel_of
from bot.flows.french import write_day, write_short_day
from bot.flows.outline import label_of
from bot.flows.phrases import Phrases
from bot.flows.shelf import Shelf
from bot.model.effects import NewFile
from bot.model.message import Markdown
from bot.model.statistics import StepCount
from bot.model.values import FlowId

ALL: tuple[What, ...] = get_args(What)

SHOWN = 12
"""Bars of one picture, the one for the others left aside."""


def card(told_of: Report, phrases: Phrases, measures: Iterable[What]) -> Iterator[Markdown]:
    """The heading with the days, then a line for each measure that says something."""
    first, last = (write_day(day, phrases.calendar) for day in (told_of.first, told_of.last))
    yield phrases.say("stat_card", first=first, last=last, days=told_of.period)
    lines = [_line(told_of, phrases, what) for what in measures if _says(told_of, what)]
    yield Markdown("\n".join(lines)) if lines else phrases.say("stat_nothing")


def _line(told_of: Report, phrases: Phrases, what: What) -> Markdown:
    line = told_of.lines[what]
    label, now = phrases.label(f"stat_{what}"), written(line.now, phrases)
    if line.before == UNKNOWN:
        return phrases.say("stat_line_alone", label=label, now=now)
    return phrases.say("stat_line", label=label, now=now, before=written(line.before, phrases))


def _says(told_of: Report, what: What) -> bool:
    """Whether a measure was taken, and is not nothing now and before."""
    line = told_of.lines[what]
    silent = (UNKNOWN, Total(0))
    return line.now != UNKNOWN and not (line.now in silent and line.before in silent)


def written(value: Value, phrases: Phrases) -> str:
    """A number as it is told."""
    match value:
        case Total(value=count, exact=True):
            return phrases.label("stat_number", count=count)
        case Total(value=count):
            return phrases.label("stat_at_least", count=count)
        case None:
            return phrases.label("stat_few")
    return ""


def chapter_title(chapter: str, phrases: Phrases) -> str:
    """How a chapter is called; made of its id where no author gave it a name."""
    if not chapter:
        return phrases.label("stat_others")
    return phrases.chapters.get(chapter) or chapter.lstrip("0123456789-").replace("-", " ").capitalize()


def journey_title(flow: str, shelf: Shelf) -> str:
    """How a journey is called, also one that is gone."""
    known = shelf.flows.get(FlowId(flow))
    return known.title if known else flow


# ---- pictures ----


def chapter_picture(told_of: Report, shelf: Shelf) -> Iterator[NewFile]:
    """What people ask about."""
    table, phrases = told_of.chapters, shelf.phrases
    if not table.rows:
        return
    from bot.documents.charts import bar_chart

    rows = [(chapter_title(name, phrases), parts[0]) for name, parts in table.rows]
    rest = sum(count for _, count in rows[SHOWN:]) + (table.others[0] if table.others else 0)
    drawn = [*rows[:SHOWN], *([(phrases.label("stat_others"), rest)] if rest else [])]
    title = phrases.label("stat_picture_chapters")
    yield picture(told_of, "rubriques", bar_chart(title, drawn, note=_when(told_of, phrases)), title, drawn)


def time_picture(told_of: Report, phrases: Phrases) -> Iterator[NewFile]:
    """How many questions, by days or weeks."""
    pieces = _since_first(told_of)
    if len(pieces) < 2 or not any(count for _, count in pieces):
        return
    from bot.documents.charts import column_chart

    drawn = [(write_short_day(day, phrases.calendar), count) for day, count in pieces]
    days = _length(told_of)
    title = phrases.label("stat_picture_questions")
    note = phrases.label("stat_pieces", days=days) if days > 1 else phrases.label("stat_pieces_day")
    yield picture(told_of, "questions", column_chart(title, drawn, note=note), title, drawn)


def fate_picture(told_of: Report, phrases: Phrases) -> list[NewFile]:
    """What became of the questions, now and before; where each number may be told."""
    fates: tuple[What, ...] = ("answered", "suggested", "unanswered")
    rows = []
    for label, values in (
        (phrases.label("stat_period_now"), [told_of.lines[fate].now for fate in fates]),
        (phrases.label("stat_period_before"), [told_of.lines[fate].before for fate in fates]),
    ):
        if all(isinstance(value, Total) for value in values):
            counts = [value.value for value in values if isinstance(value, Total)]
            if any(counts):
                rows.append((label, counts))
    if not rows:
        return []
    from bot.documents.charts import stacked_bars

    title = phrases.label("stat_picture_fates")
    parts = [phrases.label(f"stat_{fate}") for fate in fates]
    return [
        picture(
            told_of, "reponses", stacked_bars(title, parts, rows, note=_when(told_of, phrases)), title, ()
        )
    ]


def journey_picture(told_of: Report, shelf: Shelf) -> list[NewFile]:
    """What became of the journeys begun in the period."""
    table, phrases = told_of.journeys, shelf.phrases
    rows = [(journey_title(name, shelf), list(parts)) for name, parts in table.rows[:SHOWN]]
    if table.others:
        rows.append((_other_journeys(told_of, phrases), list(table.others)))
    if not rows:
        return []
    from bot.documents.charts import stacked_bars

    title = phrases.label("stat_picture_journeys")
    parts = [phrases.label(f"stat_part_{part}") for part in ("done", "stopped", "open")]
    made = stacked_bars(title, parts, rows, note=_when(told_of, phrases))
    return [picture(told_of, "parcours", made, title, ())]


def funnel_picture(told_of: Report, shelf: Shelf, steps: Sequence[StepCount], flow: FlowId) -> list[NewFile]:
    """How far people come in a journey; none where that would tell too much."""
    phrases = shelf.phrases
    ends = phrases.label("stat_funnel_began"), phrases.label("stat_funnel_done")
    drawn = funnel_of(flow, steps, shelf, ends)
    if not drawn:
        return []
    from bot.documents.charts import funnel

    title = phrases.label("stat_funnel", title=shelf.flows[flow].title)
    made = funnel(title, drawn, note=phrases.label("stat_funnel_note"), hidden=phrases.label("stat_few"))
    return [picture(told_of, "etapes", made, title, drawn)]


def people_picture(told_of: Report, phrases: Phrases) -> list[NewFile]:
    """Active people, week after week."""
    drawn = [(write_short_day(day, phrases.calendar), count) for day, count in told_of.actives][-13:]
    if len(drawn) < 2:
        return []
    from bot.documents.charts import column_chart

    title = phrases.label("stat_picture_people")
    made = column_chart(
        title, drawn, note=phrases.label("stat_sevens"), hidden=phrases.label("stat_few_short")
    )
    return [picture(told_of, "personnes", made, title, drawn)]


def picture(
    told_of: Report, name: str, content: bytes, title: str, rows: Iterable[tuple[str, Told]]
) -> NewFile:
    """A picture, and what it shows for people who do not see it."""
    shown = "; ".join(f"{label} {'…' if count is None else count}" for label, count in rows)
    alternative = f"{title}. {shown}" if shown else title
    return NewFile(f"{told_of.last.isoformat()}_{name}.png", "image/png", content, alternative)


def _when(told_of: Report, phrases: Phrases) -> str:
    first, last = (write_day(day, phrases.calendar) for day in (told_of.first, told_of.last))
    return phrases.label("stat_when", first=first, last=last)


def _since_first(told_of: Report) -> Sequence[tuple[date, int]]:
    """The pieces of the questions, two at least; without those before the first question ever."""
    if told_of.lines["questions"].before != Total(0):
        return told_of.questions
    empty = sum(1 for _ in takewhile(lambda piece: not piece[1], told_of.questions))
    return told_of.questions[max(min(empty, len(told_of.questions) - 2), 0) :]


def _length(told_of: Report) -> int:
    """Days of a piece of the questions."""
    days = [day for day, _ in told_of.questions]
    return (days[1] - days[0]).days if len(days) > 1 else told_of.period


def _other_journeys(told_of: Report, phrases: Phrases) -> str:
    """What those are called that are told together."""
    return phrases.label("stat_others" if told_of.journeys.rows else "stat_together")


# ---- the file ----


def sheet(told_of: Report, shelf: Shelf) -> Iterator[tuple[str, ...]]:
    """All that may be told, as the rows of a table."""
    phrases = shelf.phrases
    yield tuple(phrases.label(f"stat_column_{name}") for name in ("about", "measure", "now", "before"))
    yield "", phrases.label("stat_column_first"), told_of.first.isoformat(), ""
    yield "", phrases.label("stat_column_last"), told_of.last.isoformat(), ""
    for what in ALL:
        line = told_of.lines[what]
        if line.now != UNKNOWN:
            yield "", phrases.label(f"stat_{what}"), _cell(line.now, phrases), _cell(line.before, phrases)
    asked = phrases.label("stat_questions")
    for chapter, parts in told_of.chapters.rows:
        yield chapter_title(chapter, phrases), asked, str(parts[0]), ""
    if told_of.chapters.others:
        yield phrases.label("stat_others"), asked, str(told_of.chapters.others[0]), ""
    for flow, parts in told_of.journeys.rows:
        yield from _journey_rows(journey_title(flow, shelf), parts, phrases)
    if told_of.journeys.others:
        yield from _journey_rows(_other_journeys(told_of, phrases), told_of.journeys.others, phrases)
    stopped = phrases.label("stat_column_stops")
    for stop in told_of.stops:
        authored = shelf.flows[stop.flow]
        step = label_of(authored.step(stop.step), shelf)
        yield (
            phrases.label("stat_column_step", title=authored.title, step=step),
            stopped,
            str(stop.people),
            "",
        )
    pieces = phrases.label("stat_column_pieces", days=_length(told_of))
    for day, count in told_of.questions:
        yield day.isoformat(), pieces, str(count), ""
    active, few = phrases.label("stat_column_active"), phrases.label("stat_few")
    for day, people in told_of.actives:
        yield day.isoformat(), active, few if people is None else str(people), ""


def _journey_rows(title: str, parts: Sequence[int], phrases: Phrases) -> Iterator[tuple[str, ...]]:
    for what, count in zip(("done", "stopped", "open"), parts, strict=True):
        yield title, phrases.label(f"stat_{what}"), str(count), ""


def _cell(value: Value, phrases: Phrases) -> str:
    """A number that a spreadsheet can count with, or what is said in its place."""
    return str(value.value) if isinstance(value, Total) and value.exact else written(value, phrases)
