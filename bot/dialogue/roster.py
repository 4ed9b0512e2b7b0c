"""People in bulk, in the chat: `/personnes` brings everybody as a file, a file sent back is shown before
anything of it is done. What the files say is read beside the turns (`runtime/rostering.py`), with the
words from here.
"""

from collections.abc import Sequence
from datetime import date

from bot.dialogue.acts import PeopleTap
from bot.dialogue.draft import Draft
from bot.dialogue.questions import say_stale
from bot.flows.french import shorten
from bot.flows.phrases import Phrases
from bot.flows.roster import Column
from bot.flows.template import Rich
from bot.markup.escape import escape
from bot.model.effects import AgreeRoster, ExportRoster, ImportRoster
from bot.model.message import Markdown, Message, Option
from bot.model.rights import Right
from bot.model.roster import Flaw, Roster, RosterId, RosterOrder, Tally, Weighed
from bot.model.values import StoredFile

SHOWN = 8
"""Refused lines that a message names; a file names all."""
FILES = (".csv", ".tsv", ".txt")
"""How the names of tables end."""
WORKBOOKS = (".xlsx", ".xls", ".ods")
"""What a spreadsheet makes of them unless told otherwise: answered with what to do."""
MEDIA_TYPES = ("text/csv", "text/comma-separated-values", "text/tab-separated-values")
REPORT = ("line", "who", "column", "reason")
"""Columns of the list of refused lines."""
NAME = 60
"""Characters of a file's name that are repeated."""


def export_people(draft: Draft, argument: str = "") -> None:
    """`/personnes`, with or without a condition: whom it fits as a file."""
    draft.add(ExportRoster(argument.strip()))
    draft.change(active=None)
    draft.say("people_making", draft.button("button_menu", "menu"))


def handed_in(draft: Draft, file: StoredFile) -> bool:
    """A file that somebody with the right sent outside of any question: about people, if it is a table."""
    name = file.name.lower()
    if not draft.may(Right.ANNOUNCE):
        return False
    if file.media_type not in MEDIA_TYPES and not name.endswith((*FILES, *WORKBOOKS)):
        return False
    draft.add(ImportRoster(file))
    draft.say("people_looking", name=shorten(file.name, NAME))
    return True


def tapped(draft: Draft, tap: PeopleTap) -> None:
    """What becomes of a file whose preview was shown."""
    if not draft.may(Right.ANNOUNCE):
        say_stale(draft)
        return
    phrase = {
        RosterOrder.APPLY: "people_applying",
        RosterOrder.DROP: "people_dropped",
        RosterOrder.REPLACE: "people_again",
        RosterOrder.KEEP: "people_again",
    }[tap.order]
    told = Message(draft.phrases.say(phrase), key=_key(tap.roster))
    gone = Message(draft.phrases.say("stale_tap"), key=draft.new_key())
    draft.add(AgreeRoster(tap.roster, tap.order, told, gone))


def _key(roster: RosterId) -> str:
    """Under which the preview is found again."""
    return f"people-{roster}"


# ---- what is said about a file ----


def exported(people: int, expected: int, phrases: Phrases) -> Message:
    """Above everybody as a file."""
    parts = [phrases.say("people_exported", count=people)]
    if expected:
        parts.append(phrases.say("people_exported_expected", count=expected))
    return Message(_joined([*parts, phrases.say("people_exported_how")]))


def export_name(phrases: Phrases, day: date) -> str:
    """A name that sorts."""
    return f"{day.isoformat()}_{phrases.label('people_file')}.csv"


def preview(
    roster: Roster, tally: Tally, refused: Sequence[Weighed], columns: Sequence[Column], phrases: Phrases
) -> Message:
    """What a file would do, with the buttons that decide; without any if it would do nothing."""
    parts = [phrases.say("people_preview", name=shorten(roster.name, NAME), count=tally.lines)]
    parts.append(_counts(tally, phrases))
    if unread := [column.label for column in columns if not column.read]:
        parts.append(phrases.say("people_preview_unread", columns=", ".join(unread)))
    if tally.expected:
        parts.append(phrases.say("people_preview_expected"))
    if roster.replaces:
        parts.append(phrases.say("people_preview_replaces"))
    elif tally.kept:
        parts.append(phrases.say("people_preview_kept", count=tally.kept))
    parts += _refused(tally, refused, phrases)
    options = _orders(roster, tally, phrases)
    parts.append(phrases.say("people_preview_sure" if options else "people_preview_nothing"))
    return Message(_joined(parts), tuple(options), key=_key(roster.id))


def _orders(roster: Roster, tally: Tally, phrases: Phrases) -> list[Option]:
    """The buttons: nothing to decide where nothing would change either way."""
    orders = [RosterOrder.APPLY] if tally.changed or tally.expected else []
    if roster.replaces:
        orders.append(RosterOrder.KEEP)
    elif tally.kept:
        orders.append(RosterOrder.REPLACE)
    orders += [RosterOrder.DROP] if orders else []
    return [
        Option(f"people.{order}", phrases.label(f"people_button_{order}"), f"people.{order}-{roster.id}")
        for order in orders
    ]


def applying(roster: Roster, phrases: Phrases) -> Message:
    """How far a long file is."""
    return Message(phrases.say("people_progress", count=roster.tally.lines), key=_key(roster.id))


def applied(roster: Roster, refused: Sequence[Weighed], phrases: Phrases) -> Message:
    """How it ended."""
    parts = [phrases.say("people_applied", name=shorten(roster.name, NAME)), _counts(roster.tally, phrases)]
    return Message(
        _joined([*parts, *_refused(roster.tally, refused, phrases)]), key=f"people-end-{roster.id}"
    )


def unreadable(roster: Roster, flaws: Sequence[Flaw], phrases: Phrases) -> Message:
    """The header is not one of ours."""
    lines = [f"- {escape(reason(flaw, phrases))}" for flaw in flaws[:SHOWN]]
    return _failed(roster, Rich(Markdown("\n".join(lines))), phrases)


def no_sheet(roster: Roster, why: str, line: int, phrases: Phrases) -> Message:
    """The file is no table."""
    return _failed(roster, phrases.label(f"people_file_{why}", line=line), phrases)


def too_long(roster: Roster, most: int, phrases: Phrases) -> Message:
    """More lines than can be read at once."""
    return _failed(roster, phrases.label("people_file_too_long", most=most), phrases)


def _failed(roster: Roster, why: str | Rich, phrases: Phrases) -> Message:
    return Message(phrases.say("people_file_bad", name=shorten(roster.name, NAME), reason=why))


def file_gone(phrases: Phrases) -> Message:
    """It was erased meanwhile."""
    return Message(phrases.say("people_file_gone"))


def bad_condition(roster: Roster, why: str, phrases: Phrases) -> Message:
    """What stood behind `/personnes` says nothing about people."""
    return Message(phrases.say("people_bad_condition", condition=shorten(roster.condition, 200), reason=why))


def reason(flaw: Flaw, phrases: Phrases) -> str:
    """Why a line is refused, plain text."""
    return phrases.label(flaw.phrase, **flaw.values)


def report_header(phrases: Phrases) -> tuple[str, str, str, str]:
    """The columns of the list of refused lines."""
    line, who, column, reason = (phrases.label(f"people_column_{name}") for name in REPORT)
    return line, who, column, reason


def _counts(tally: Tally, phrases: Phrases) -> Markdown:
    lines = [
        phrases.say(f"people_count_{name}", count=count)
        for name, count in (
            ("changed", tally.changed),
            ("expected", tally.expected),
            ("same", tally.same),
            ("refused", tally.refused),
        )
        if count
    ]
    return Markdown("\n".join(f"- {line}" for line in lines))


def _refused(tally: Tally, refused: Sequence[Weighed], phrases: Phrases) -> list[Markdown]:
    """The first refused lines, and where the others are."""
    if not refused:
        return []
    lines = []
    for weighed in refused[:SHOWN]:
        flaw = weighed.flaws[0]
        where = phrases.label("people_where", line=weighed.line.number)
        if flaw.column:
            where = phrases.label("people_where_column", line=weighed.line.number, column=flaw.column)
        lines.append(f"- {escape(where)} {escape(reason(flaw, phrases))}")
    return [phrases.say("people_refused", count=tally.refused), Markdown("\n".join(lines))]


def _joined(parts: Sequence[Markdown]) -> Markdown:
    return Markdown("\n\n".join(part for part in parts if part))
