"""People as a table: how columns are called, what a cell means, and that what is written is read again."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.library import open_library
from bot.flows.roster import Column, Unreadable, columns_of, header_of, write_cell, write_line
from bot.flows.roster_line import read_cell, read_line
from bot.flows.shelf import Shelf
from bot.model.announcement import NewsKind
from bot.model.roster import Flaw, Line, Listed
from bot.model.values import FieldRef, Owner, Value
from bot.model.who import Address, PersonId
from bot.shipped import shipped_content
from tests.flows.library import ask, shelf_of

NOW = datetime(2027, 1, 14, 18, 30, tzinfo=UTC)
TODAY = date(2027, 1, 14)
SIZES = [
    {"id": "1-2", "label": "1 à 2", "also": ["un", "une"]},
    {"id": "3-9", "label": "3 à 9"},
    {"id": "nsp", "label": "Je ne sais pas", "value": "none"},
]
FLOW: dict[str, Any] = {
    "flow": "profil",
    "title": "Le profil",
    "format": 1,
    "steps": [
        ask("texte", "text", name="person.texte", field={"max": 20}),
        ask("nombre", "number", name="person.nombre", field={"min": -10, "max": 1000}),
        ask("jour", "date", name="person.jour"),
        ask("mail", "email", name="person.mail", field={"keep": "12 months"}),
        ask("tel", "phone", name="person.tel", field={"keep": "12 months"}),
        ask("departement", "department", name="association.departement"),
        ask("lieu", "location", name="person.lieu"),
        ask("piece", "file", name="person.piece"),
        ask(
            "echelle",
            "scale",
            name="person.echelle",
            field={"min": 0, "max": 2},
            labels=["Peu", "Assez", "Très"],
        ),
        ask("taille", "choice", name="association.taille", choices=SIZES),
        ask("plusieurs", "choices", name="person.plusieurs", choices=SIZES, field={"min": 1, "max": 2}),
        ask("ouinon", "yes_no", name="person.ouinon"),
        ask("qui", "person", name="association.qui"),
        {"set": {"person.points": "person.nombre * 2"}},
        ask("autre", "text"),
    ],
}


@cache
def shelf() -> Shelf:
    return replace(shelf_of(FLOW), phrases=open_library(shipped_content()).shelf.phrases)


@cache
def column(name: str) -> Column:
    return next(one for one in columns_of(shelf()) if one.id == name)


def read(name: str, cell: str) -> Value | Flaw:
    found = column(name)
    assert found.ask is not None
    return read_cell(cell, found, found.ask, shelf().phrases, today=TODAY)


def test_a_column_is_called_by_its_label_and_known_by_its_name_too() -> None:
    flow = FLOW | {
        "steps": [
            ask("poste", "text", name="person.poste", field={"label": "Rôle au CA"}),
            ask("titre", "text", name="person.titre", field={"label": "rôle au  ca"}),  # taken: its name then
            ask("nom", "text", name="person.nom", field={"label": "Prénom"}),  # a fixed column's
        ]
    }
    columns = columns_of(replace(shelf_of(flow), phrases=shelf().phrases))
    assert [one.label for one in columns[6:]] == ["Rôle au CA", "person.titre", "person.nom"]
    for written in ("rôle au ca", "PERSON.POSTE"):
        assert [one.id for one in header_of(("adresse", written), columns)] == ["address", "person.poste"]


def test_columns_are_the_fixed_ones_and_what_flows_know_of_a_person_and_their_association() -> None:
    columns = columns_of(shelf())
    assert [one.label for one in columns[:6]] == [
        "personne",
        "adresse",
        "prénom",
        "langue",
        "annonces refusées",
        "joignable",
    ]
    names = {one.id for one in columns[6:]}
    assert "autre" not in names and "person.piece" not in names
    assert {one.id for one in columns if not one.read} == {"reachable", "association.qui", "person.points"}


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("person.texte", "Zoé", "Zoé"),
        ("person.nombre", "12", 12),
        ("person.nombre", "-3,5", -3.5),
        ("person.nombre", "1 000", 1000),
        ("person.nombre", "250 €", 250),
        ("person.jour", "2027-01-14", "2027-01-14"),
        ("person.jour", "14/01/2027", "2027-01-14"),
        ("person.jour", "1er février 2027", "2027-02-01"),
        ("person.mail", "Zoe@Exemple.fr", "zoe@exemple.fr"),
        ("person.tel", "06 12 34 56 78", "+33612345678"),
        ("association.departement", "1", "01"),
        ("association.departement", "69 - Rhône", "69"),
        ("association.departement", "Corse-du-Sud", "2A"),
        ("person.lieu", "Évry", "Évry"),
        ("person.echelle", "2", 2),
        ("person.echelle", "tres", 2),
        ("association.taille", "1-2", "1-2"),
        ("association.taille", "1 A 2", "1-2"),
        ("association.taille", "une", "1-2"),
        ("person.plusieurs", "3 à 9 | 1 à 2", ("1-2", "3-9")),
        ("person.plusieurs", "1-2, 3-9", ("1-2", "3-9")),
        ("person.plusieurs", "nsp", ("nsp",)),
        ("person.ouinon", "Oui", True),
        ("person.ouinon", "FAUX", False),
        ("person.ouinon", "0", False),
    ],
)
def test_a_cell_means_what_a_typed_answer_would(name: str, cell: str, value: Value) -> None:
    assert read(name, cell) == value
    assert type(read(name, cell)) is type(value)


@pytest.mark.parametrize(
    ("name", "cell", "phrase"),
    [
        ("person.texte", "x" * 21, "refused_text_long"),
        ("person.nombre", "12 rue des Lilas", "refused_number"),
        ("person.nombre", "2000", "refused_number_range"),
        ("person.jour", "14 janvier", "people_bad_date"),
        ("person.jour", "demain", "people_bad_date"),
        ("person.jour", "31/02/2027", "refused_date"),
        ("person.mail", "écrire à zoe@exemple.fr", "refused_email"),
        ("person.mail", "zoe@", "refused_email"),
        ("person.tel", "Zoé 06 12 34 56 78", "refused_phone"),
        ("person.tel", "06 12", "refused_phone"),
        ("association.departement", "Bretagne", "refused_department"),
        ("person.echelle", "3", "people_no_choice"),
        ("association.taille", "02-janv", "people_no_choice"),
        ("association.taille", "3 a 8", "people_no_choice_like"),
        ("person.plusieurs", "1-2 | 3-9 | nsp", "people_choices_count"),
        ("person.plusieurs", "1-2 | 10", "people_no_choice"),
        ("person.ouinon", "peut-être", "people_no_choice"),
    ],
)
def test_a_cell_that_cannot_be_meant_says_why(name: str, cell: str, phrase: str) -> None:
    flaw = read(name, cell)
    assert isinstance(flaw, Flaw)
    assert (flaw.column, flaw.phrase) == (name, phrase)
    assert shelf().phrases.label(flaw.phrase, **flaw.values)


VALUES = {
    "person.texte": st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20),
    "person.nombre": st.integers(-10, 1000)
    | st.floats(-10, 1000, allow_nan=False)
    .map(lambda number: round(number, 4))
    .filter(lambda one: not one.is_integer()),
    "person.jour": st.dates(date(1900, 1, 1), date(2200, 1, 1)).map(date.isoformat),
    "person.echelle": st.integers(0, 2),
    "association.taille": st.sampled_from(["1-2", "3-9", "nsp"]),
    "person.plusieurs": st.sampled_from([("1-2",), ("1-2", "3-9"), ("3-9", "nsp")]),
    "person.ouinon": st.booleans(),
    "association.departement": st.sampled_from(["01", "2A", "974"]),
}


@given(st.sampled_from(sorted(VALUES)).flatmap(lambda name: st.tuples(st.just(name), VALUES[name])))
def test_what_is_written_is_read_again(case: tuple[str, Any]) -> None:
    name, value = case
    assert read(name, write_cell(value, column(name), shelf().phrases)) == value


def test_a_choice_is_written_by_its_label_which_no_spreadsheet_takes_for_a_date() -> None:
    assert write_cell("1-2", column("association.taille"), shelf().phrases) == "1 à 2"
    assert write_cell("gone", column("association.taille"), shelf().phrases) == "gone"


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("adresse;person.rôle", "Je ne connais pas la colonne « person.rôle »."),
        ("adresse;person.text", "Je ne connais pas la colonne « person.text ». Est-ce « person.texte » ?"),
        ("prénom;person.texte", "Il manque une colonne « adresse »"),
        ("adresse;Prenom;prénom", "La colonne « prénom » est là deux fois."),
        ("adresse;;person.texte", "Je ne connais pas la colonne « ? »."),
    ],
)
def test_a_header_that_is_not_understood_says_all_that_is_wrong(header: str, told: str) -> None:
    with pytest.raises(Unreadable) as refused:
        header_of(header.split(";"), columns_of(shelf()))
    said = " ".join(shelf().phrases.label(flaw.phrase, **flaw.values) for flaw in refused.value.flaws)
    assert told in said.replace("\N{NO-BREAK SPACE}", " ")


def test_columns_are_known_in_french_and_by_their_own_names_in_any_order() -> None:
    found = header_of(["Person.Texte", "ADRESSE", "name", "Langue"], columns_of(shelf()))
    assert [one.id for one in found] == ["person.texte", "address", "name", "language"]


def line(header: str, cells: str) -> Line:
    columns = header_of(header.split(";"), columns_of(shelf()))
    return read_line(7, cells.split(";"), columns, shelf().phrases, now=NOW, today=TODAY)


def test_a_line_says_whom_it_is_about_and_what() -> None:
    read = line(
        "personne;adresse;prénom;langue;annonces refusées;joignable;person.mail",
        "12;4711;Zoé;fr;Rendez-vous;non;z@a.fr",
    )
    assert (read.person, read.address) == (PersonId(12), Address("telegram", "4711"))
    assert (read.name, read.language) == ("Zoé", "fr")
    assert read.refuses == frozenset({NewsKind.EVENTS})
    (given,) = read.given
    assert (given.field, given.value, given.personal) == (FieldRef(Owner.PERSON, "mail"), "z@a.fr", True)
    assert given.erase_after is not None and given.erase_after.year == 2028


@pytest.mark.parametrize(
    ("cells", "phrases"),
    [
        (";;x", ["people_no_key"]),
        ("douze;;x", ["people_bad_number"]),
        (";@zoe;x", ["people_username"]),
        (";7,12E+09;x", ["people_rounded_address"]),
        (";-100123;x", ["people_bad_address"]),
        (";web:abc;x", ["people_bad_address"]),
        (";9999999999999999999;x", ["people_bad_address"]),
        (";4711;x;y", ["people_too_many_cells"]),
        ("douze;@zoe;x", ["people_bad_number", "people_username"]),
    ],
)
def test_a_line_about_nobody_says_why(cells: str, phrases: list[str]) -> None:
    assert [flaw.phrase for flaw in line("personne;adresse;person.texte", cells).flaws] == phrases


def test_what_was_written_about_a_person_is_read_as_said_about_them() -> None:
    columns = columns_of(shelf())
    answers: dict[FieldRef, Value] = {
        FieldRef(Owner.PERSON, "tel"): "+33612345678",
        FieldRef(Owner.PERSON, "points"): 24,
        FieldRef(Owner.ASSOCIATION, "taille"): "1-2",
    }
    listed = Listed(
        PersonId(3), Address("telegram", "4711"), "Zoé", "fr", refuses=frozenset(NewsKind), answers=answers
    )
    cells = write_line(listed, columns, shelf().phrases)
    read = read_line(2, cells, columns, shelf().phrases, now=NOW, today=TODAY)
    assert (read.person, read.address, read.name, read.language) == (3, listed.address, "Zoé", "fr")
    assert read.refuses == frozenset(NewsKind) and not read.flaws
    assert {one.field.name: one.value for one in read.given} == {"tel": "+33612345678", "taille": "1-2"}
