"""The list of an event: who comes, row by row, as text and for a spreadsheet, and read back. Pure."""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.documents.sheet import guarded
from bot.flows.phrases import Phrases
from bot.model.event import Event, Gathering, Guest, Place
from bot.model.who import PersonId

MARK = "x"
"""What stands in the list behind who was there."""


@dataclass(frozen=True, slots=True)
class Words:
    """How a list calls its columns and the places of people."""

    columns: tuple[str, str, str, str, str, str]
    """Number, place, name, since, here, reference."""
    places: Mapping[Place, str]


ENGLISH = Words(
    ("number", "place", "name", "since", "here", "ref"),
    {place: "walked in" if place is Place.NONE else place.value for place in Place},
)
"""For the command line, which is in English."""

Row = tuple[str, str, str, str, str, str]


def named(gathering: Gathering, phrases: Phrases) -> Gathering:
    """The same list in which everybody is called something: who gave no name, by their number in it."""

    def called(number: int, one: Guest) -> Guest:
        return one if one.name else replace(one, name=phrases.label("event_nameless", number=number))

    return replace(gathering, guests=tuple(called(*one) for one in enumerate(gathering.guests, start=1)))


def rows(event: Event, gathering: Gathering, words: Words = ENGLISH) -> list[Row]:
    """Number within the place, place, first name, since when by the clocks of the event, whether they are
    there, and the reference by which a line is found again.
    """
    found, count = list[Row](), dict.fromkeys(Place, 0)
    for one in gathering.guests:
        count[one.place] += 1
        since = f"{event.local(one.since):%Y-%m-%d %H:%M}"
        reference = str(one.person) if one.person is not None else ""
        here = MARK if one.here is not None else ""
        place = words.places[one.place]
        found.append((str(count[one.place]), place, one.name, since, here, reference))
    return found


def as_lines(event: Event, gathering: Gathering) -> str:
    """The list as text, without references."""
    shown = ((number, place, name or "-", *rest[:2]) for number, place, name, *rest in rows(event, gathering))
    lines = ("  ".join(part for part in row if part) for row in shown)
    return "\n".join(lines) or "Nobody answered yet."


def as_csv(event: Event, gathering: Gathering, words: Words = ENGLISH) -> str:
    """The list for a spreadsheet; what a person chose as their name can never be a formula (OWASP, "CSV
    injection").
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(words.columns)
    for number, place, name, since, here, reference in rows(event, gathering, words):
        writer.writerow((number, place, guarded(name), since, here, reference))
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Marked:
    """What a list that came back says."""

    people: tuple[PersonId, ...]
    """Who was there."""
    refused: tuple[str, ...]
    """What is wrong, a line each."""


def read_marked(
    text: str,
    guests: Sequence[Guest],
    here: Collection[str] = ENGLISH.columns[4:5],
    refs: Collection[str] = ENGLISH.columns[5:6],
) -> Marked:
    """Who is marked as there in a list that was written by `as_csv` and filled in, with ; or with commas.

    `here`, `refs`: how the columns of the marks and of the references may be called.
    """
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    header = [one.strip().lower() for one in next(reader, [])]
    marks, known_by = (
        [place for place, name in enumerate(header) if name in {one.lower() for one in names}]
        for names in (here, refs)
    )
    if not marks or not known_by:
        return Marked((), ("line 1: the columns « here » and « ref » are needed, as --csv writes them",))
    columns = (marks[0], known_by[0])
    known = {str(one.person) for one in guests if one.person is not None}
    walked_in = {guarded(one.name) for one in guests if one.person is None}
    people, refused = list[PersonId](), list[str]()
    for number, row in enumerate(reader, start=2):
        mark, reference = (row[column].strip() if column < len(row) else "" for column in columns)
        if not mark or (not reference and walked_in.intersection(row)):
            continue
        if reference in known:
            people.append(PersonId(int(reference)))
        else:
            what = f"« {reference} » is nobody of this event" if reference else "no reference"
            refused.append(f"line {number}: {what}")
    return Marked(tuple(people), tuple(refused))
