"""The list of an event: every name in its order, harmless in a spreadsheet, and read back."""

from datetime import timedelta

import pytest

from bot.dialogue.library import Library
from bot.documents.sheet import guarded
from bot.events.listing import ENGLISH, Words, as_csv, as_lines, named, read_marked
from bot.model.event import Gathering, Guest, Place
from bot.model.who import PersonId
from tests.events.samples import EVENT, START

AT = START - timedelta(days=36)


def guest(number: int, name: str, place: Place = Place.SEATED, *, here: bool = False) -> Guest:
    return Guest(name, place, AT, PersonId(number), here=START if here else None)


def test_the_list_has_two_hundred_names_in_their_order() -> None:
    found = [guest(number, f"P{number}") for number in range(250)]
    found += [guest(901, "=1+1", Place.WAITING), guest(902, 'Zo"é; x', Place.MAYBE, here=True)]
    found.append(Guest("Passant", Place.NONE, START, here=START))
    lines = as_csv(EVENT, Gathering(EVENT.id, tuple(found))).split("\r\n")
    assert lines[0] == "number;place;name;since;here;ref"
    assert lines[250] == "250;seated;P249;2027-01-13 18:30;;249"
    assert lines[251:] == [
        "1;waiting;'=1+1;2027-01-13 18:30;;901",
        '1;maybe;"Zo""é; x";2027-01-13 18:30;x;902',
        "1;walked in;Passant;2027-02-18 18:30;x;",
        "",
    ]


def test_on_a_screen_a_line_has_no_reference() -> None:
    found = Gathering(EVENT.id, (guest(1, ""), guest(2, "Bo", here=True)))
    assert as_lines(EVENT, found) == "1  seated  -  2027-01-13 18:30\n2  seated  Bo  2027-01-13 18:30  x"
    assert as_lines(EVENT, Gathering(EVENT.id)) == "Nobody answered yet."


def test_who_gave_no_name_is_nothing_in_a_table_and_a_number_where_people_read(library: Library) -> None:
    found = Gathering(EVENT.id, (guest(1, "Awa"), guest(2, "")))
    assert as_csv(EVENT, found).split("\r\n")[2] == "2;seated;;2027-01-13 18:30;;2"
    called = named(found, library.shelf.phrases)
    assert [one.name for one in called.guests] == ["Awa", "Sans prénom, n°\N{NO-BREAK SPACE}2"]


@pytest.mark.parametrize("name", ["=1+1", "+33", "-x", "@cmd", "\tx", "\rx"])
def test_a_name_is_never_a_formula(name: str) -> None:
    assert guarded(name) == f"'{name}"


GUESTS = (guest(7, "Awa"), guest(8, "Bo"))


@pytest.mark.parametrize(
    ("text", "people", "refused"),
    [
        ("name;here;ref\nAwa;x;7\nBo;;8\n", (7,), ()),
        ("ref,here\r\n7,oui\r\n8,1\r\n", (7, 8), ()),
        ("Ref;Présence\n8;X\n", (8,), ()),
        ("here;ref\nx;99\nx;\n", (), ("line 2: « 99 »", "line 3: no reference")),
        ("name;present\nAwa;x\n", (), ("line 1: the columns",)),
        ("", (), ("line 1: the columns",)),
        ("here;ref\nx\n", (), ("line 2: no reference",)),
    ],
)
def test_a_list_that_comes_back_says_who_was_there(
    text: str, people: tuple[int, ...], refused: tuple[str, ...]
) -> None:
    marked = read_marked(text, GUESTS, here=("here", "présence"))
    assert marked.people == people
    assert len(marked.refused) == len(refused)
    assert all(one.startswith(words) for one, words in zip(marked.refused, refused, strict=True))


def test_the_list_as_it_was_written_is_read_without_complaint() -> None:
    """However its columns are called, and with those who came without the assistant."""
    words = Words(("N°", "Réponse", "Prénom", "Depuis", "Présence", "Repère"), ENGLISH.places)
    came = (*GUESTS, guest(9, "Chloé", here=True), Guest("=Passant", Place.NONE, START, here=START))
    marked = read_marked(as_csv(EVENT, Gathering(EVENT.id, came), words), came, ("Présence",), ("Repère",))
    assert (marked.people, marked.refused) == ((PersonId(9),), ())
