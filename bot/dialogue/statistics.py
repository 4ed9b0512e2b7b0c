"""`/statistiques`: what people need, in numbers, pictures and a file. For staff alone.

Every function that is reached by a button asks again who is tapping.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.dialogue.acts import StatisticsTap
from bot.dialogue.discretion import told
from bot.dialogue.draft import Draft
from bot.dialogue.presenting import (
    card,
    chapter_picture,
    fate_picture,
    funnel_picture,
    journey_picture,
    people_picture,
    sheet,
    time_picture,
)
from bot.dialogue.questions import say_and_come_back, say_stale
from bot.dialogue.report import Report, What, report
from bot.documents.sheet import MEDIA_TYPE as CSV
from bot.documents.sheet import write_rows
from bot.flows.cards import LABEL
from bot.flows.french import shorten, write_day
from bot.flows.outline import label_of
from bot.flows.shelf import Shelf
from bot.flows.template import Rich
from bot.model.effects import Audit, HandOut, NewFile, Send, SetDigest
from bot.model.message import Markdown, Message, Option
from bot.model.rights import Right
from bot.model.statistics import Period, StepCount
from bot.model.values import FlowId

if TYPE_CHECKING:  # numpy: imported where it is used
    from bot.knowledge.likeness import Group

CARD: tuple[What, ...] = (
    "active",
    "new",
    "questions",
    "unanswered",
    "began",
    "done",
    "registered",
    "requests",
)
ASKED: tuple[What, ...] = ("questions", "answered", "suggested", "unanswered", "helpful", "unhelpful")
RUNS: tuple[What, ...] = ("began", "done", "stopped", "open")
PEOPLE: tuple[What, ...] = (
    "active",
    "new",
    "known",
    "registered",
    "attended",
    "delivered",
    "requests",
    "replied",
    "reply_hours",
    "closed",
    "satisfied",
    "unsatisfied",
)
FUNNELS = 4
"""Buttons that lead to how far people come in one journey."""
STOPS = 3
THEMES = 3
TITLE = 90
"""Characters of a question within a list."""


def show_statistics(draft: Draft, argument: str = "") -> None:
    """`/statistiques`: the last four weeks."""
    statistics_tapped(draft, StatisticsTap("all", Period.MONTH))


def statistics_tapped(draft: Draft, tap: StatisticsTap) -> None:
    """One of the screens, the file, or the digest switched off and on."""
    counted = draft.view.statistics.get(tap.days)
    if tap.what in ("on", "off"):
        draft.add(SetDigest(tap.what == "on"))
        say_and_come_back(draft, draft.phrases.say(f"stat_digest_{tap.what}"))
        return
    if counted is None:
        say_stale(draft)
        return
    told_of = report(counted, draft.shelf)
    draft.change(active=None)
    match tap.what:
        case "all":
            _overview(draft, told_of, digest=counted.digest)
        case "asked":
            _asked(draft, told_of)
        case "runs" if tap.flow:
            _funnel(draft, told_of, counted.steps, tap.flow)
        case "runs":
            _runs(draft, told_of)
        case "people":
            _people(draft, told_of)
        case "csv":
            _file(draft, told_of)


def digest(told_of: Report, shelf: Shelf, *, key: str) -> tuple[Message, tuple[NewFile, ...]]:
    """The week in brief, which staff get unasked: a short text and one picture."""
    phrases, days = shelf.phrases, told_of.period
    _, *lines = card(told_of, phrases, CARD)
    first, last = (write_day(day, phrases.calendar) for day in (told_of.first, told_of.last))
    text = Markdown("\n\n".join([phrases.say("stat_digest", first=first, last=last), *lines]))
    names = (("button_stat_more", f"stats.all.{days}"), ("button_stat_off", f"stats.off.{days}"))
    options = tuple(Option(act, phrases.label(name), act) for name, act in names)
    pictures = [*chapter_picture(told_of, shelf), *time_picture(told_of, phrases)][:1]
    return Message(text, options, key=key), tuple(pictures)


# ---- the screens ----


def _overview(draft: Draft, told_of: Report, *, digest: bool) -> None:
    others = [period for period in Period if period != told_of.period]
    days = told_of.period
    options = [
        _button(draft, "button_stat_asked", f"stats.asked.{days}"),
        _button(draft, "button_stat_runs", f"stats.runs.{days}"),
        _button(draft, "button_stat_people", f"stats.people.{days}"),
        _button(draft, "button_stat_csv", f"stats.csv.{days}"),
        *(_button(draft, f"button_stat_{period}", f"stats.all.{int(period)}") for period in map(int, others)),
    ]
    if not digest:
        options.append(_button(draft, "button_stat_on", f"stats.on.{days}"))
    phrases, shelf = draft.phrases, draft.shelf
    pictures = [*chapter_picture(told_of, shelf), *time_picture(told_of, phrases)]
    _say(draft, Markdown("\n\n".join(card(told_of, phrases, CARD))), options, pictures)


def _asked(draft: Draft, told_of: Report) -> None:
    parts = [*card(told_of, draft.phrases, ASKED)]
    if themes := _themes(draft):
        parts.append(themes)
    options = [draft.button("button_stat_missed", "questions")] if draft.may(Right.ANSWER) else []
    _say(
        draft,
        Markdown("\n\n".join(parts)),
        options,
        fate_picture(told_of, draft.phrases),
        back=told_of.period,
    )


def _runs(draft: Draft, told_of: Report) -> None:
    phrases, shelf = draft.phrases, draft.shelf
    parts = [*card(told_of, phrases, RUNS)]
    stops = [
        phrases.say(
            "stat_stop",
            step=label_of(shelf.flows[stop.flow].step(stop.step), shelf),
            title=shelf.flows[stop.flow].title,
            count=stop.people,
        )
        for stop in told_of.stops[:STOPS]
    ]
    if stops:
        parts.append(phrases.say("stat_stops", lines=Rich(Markdown("\n".join(stops)))))
    flows = [FlowId(name) for name, _ in told_of.journeys.rows if name in shelf.flows][:FUNNELS]
    options = [
        Option(
            f"stats.runs.{flow}",
            shorten(shelf.flows[flow].title, LABEL),
            f"stats.runs.{told_of.period}.{flow}",
        )
        for flow in flows
        if len(flow) <= StatisticsTap.LONGEST
    ]
    pictures = journey_picture(told_of, shelf)
    _say(draft, Markdown("\n\n".join(parts)), options, pictures, back=told_of.period)


def _funnel(draft: Draft, told_of: Report, steps: Sequence[StepCount], flow: FlowId) -> None:
    known = draft.shelf.flows.get(flow)
    title = known.title if known else flow
    pictures = funnel_picture(told_of, draft.shelf, steps, flow)
    text = draft.phrases.say("stat_funnel" if pictures else "stat_funnel_few", title=title)
    _say(draft, text, [], pictures, back=told_of.period, runs=True)


def _people(draft: Draft, told_of: Report) -> None:
    text = Markdown("\n\n".join(card(told_of, draft.phrases, PEOPLE)))
    _say(draft, text, [], people_picture(told_of, draft.phrases), back=told_of.period)


def _file(draft: Draft, told_of: Report) -> None:
    name = f"{told_of.last.isoformat()}_statistiques.csv"
    content = write_rows(list(sheet(told_of, draft.shelf)), first=True)
    message = Message(draft.phrases.say("stat_csv"), (), (_back(draft, told_of.period),))
    draft.add(HandOut(message, (NewFile(name, CSV, content),)), Audit("statistics.exported"))


def _say(
    draft: Draft,
    text: Markdown,
    options: Sequence[Option],
    pictures: Sequence[NewFile],
    *,
    back: int = 0,
    runs: bool = False,
) -> None:
    controls = (_back(draft, back, runs=runs),) if back else (draft.button("button_menu", "menu"),)
    message = Message(text, tuple(options), controls)
    draft.add(HandOut(message, tuple(pictures)) if pictures else Send(message))


def _back(draft: Draft, days: int, *, runs: bool = False) -> Option:
    return _button(draft, "button_back", f"stats.{'runs' if runs else 'all'}.{days}")


def _button(draft: Draft, phrase: str, act: str) -> Option:
    return Option(act, draft.phrases.label(phrase), act)


def _themes(draft: Draft) -> Markdown | None:
    """The subjects that at least five questions had and no entry; the rarer ones stand under /questions."""
    if not draft.view.misses:
        return None
    from bot.knowledge.likeness import groups

    found = [
        group for group in groups(draft.library.index, draft.view.misses) if told(len(group.rows)) is not None
    ]
    lines = [_theme(draft, group) for group in found[:THEMES]]
    return draft.phrases.say("stat_themes", lines=Rich(Markdown("\n".join(lines)))) if lines else None


def _theme(draft: Draft, group: "Group") -> Markdown:
    return draft.phrases.say("missed_line", count=len(group.rows), title=shorten(group.title, TITLE))
