"""What a name means while a run is under way, and how its value is written for people."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.flows.names import Names
from bot.flows.template import Placeholder
from bot.model.turn import Policy, View
from bot.model.values import FieldRef, FlowId, Owner, RunId, Value
from bot.model.who import Association, AssociationId, Person, PersonId
from tests.flows import library as fixtures

SHELF = fixtures.shelf_of(fixtures.TYPES, fixtures.PATH, fixtures.SUB, fixtures.DEEP, fixtures.PROFILE)
RUN = RunId("r1")
TODAY = datetime(2027, 1, 10, 23, 30, tzinfo=UTC)
"""Half past midnight on the 11th in Paris."""
VIEW = View(
    Person(PersonId(1), "Awa", association=AssociationId(1)),
    Policy(ZoneInfo("Europe/Paris")),
    Association(AssociationId(1), ((PersonId(1), "Awa"), (PersonId(2), "Bo"), (PersonId(3), ""))),
    finished={FlowId("profil"): "2027-01-01"},
)


def names(answers: Mapping[str, Value], flow: str = "types", view: View = VIEW) -> Names:
    bare = Names(
        SHELF, FlowId(flow), RUN, {}, view, TODAY, {"progress.left": 4}, frozenset({FlowId("chemin")})
    )
    return replace(bare, answers={bare.ref(name): value for name, value in answers.items()})


SHOWN: list[tuple[str, Value | None, str]] = [
    ("texte", "*mot*", "*mot*"),
    ("texte", ("text", "Un mot", "Un **mot**"), "Un mot"),
    ("nombre", 1250.5, "1\N{NO-BREAK SPACE}250,5"),
    ("jour", "2027-01-14", "jeudi 14 janvier 2027"),
    ("jour", "pas un jour", "pas un jour"),
    ("departement", "69", "Rhône (69)"),
    ("departement", "zut", "zut"),
    ("piece", "f" * 64, "[file_received]"),
    ("echelle", 0, "Peu"),
    ("echelle", 9, "9"),
    ("choix", "public", "Toucher un nouveau public"),
    ("choix", "parti", "parti"),
    ("plusieurs", ("moyens", "public"), "Partager des moyens [list_and] Toucher un nouveau public"),
    ("plusieurs", (), "[none_chosen]"),
    ("ouinon", False, "[button_no]"),
    ("qui", "2", "Bo"),
    ("qui", "3", "[association_self]"),
    ("qui", "99", "99"),
    ("avec", ("1", "2"), "Awa [list_and] Bo"),
    ("association.nom", "Les Amis", "Les Amis"),
    ("person.role", "ca", "Au bureau"),
    ("nombre", None, "[absent]"),
]


@pytest.mark.parametrize(("name", "value", "shown"), SHOWN)
def test_a_value_is_written_as_its_field_is_declared(name: str, value: Value | None, shown: str) -> None:
    answers = {} if value is None else {name: value}
    assert names(answers).text(name) == shown


def test_a_returned_field_reads_as_in_the_sub_flow() -> None:
    assert names({"pair": "nord"}, "chemin").text("pair") == "Le Nord"


BUILT_IN: list[tuple[str, Value]] = [
    ("person.name", "Awa"),
    ("person.language", "fr"),
    ("association.members", 3),
    ("progress.left", 4),
]


@pytest.mark.parametrize(("name", "value"), BUILT_IN)
def test_built_in_names_are_read_from_what_is_stored(name: str, value: Value) -> None:
    assert names({}).read(name) == value


def test_alone_a_person_is_the_one_member() -> None:
    assert names({}, view=replace(VIEW, association=None)).read("association.members") == 1


READ: list[tuple[str, Value, Any, float | None]] = [
    ("choix", "public", "public", 2),
    ("choix", "nsp", None, None),
    ("plusieurs", ("nsp",), None, None),
    ("plusieurs", ("nsp", "moyens"), ("moyens",), None),
    ("plusieurs", (), (), None),
    ("echelle", 2, 2, 2),
    ("ouinon", True, True, None),
    ("texte", "x", "x", None),
]


@pytest.mark.parametrize(("name", "value", "read", "weight"), READ)
def test_a_choice_that_counts_nowhere_is_absent(
    name: str, value: Value, read: Any, weight: float | None
) -> None:
    known = names({name: value})
    assert known.read(name) == read
    assert known.weight(name) == weight
    assert known.stored(name) == value


@pytest.mark.parametrize(
    ("hole", "shown"),
    [
        (Placeholder("jour", 0, "date"), "lundi 11 janvier 2027"),
        (Placeholder("texte", 0, "date"), "dimanche 10 janvier 2027"),
        (Placeholder("nombre", 0, plural=("point", "points")), "point"),
        (Placeholder("nombre", 0), "1"),
    ],
)
def test_a_hole_shows_its_value(hole: Placeholder, shown: str) -> None:
    assert names({"jour": "2027-01-11", "texte": "2027-01-10", "nombre": 1}).show(hole) == shown


def test_days_count_in_the_operator_s_time_zone() -> None:
    assert names({}).today().isoformat() == "2027-01-11"
    assert names({}).days_since("2027-01-10") == 1
    assert names({}).days_since("hier") is None


@pytest.mark.parametrize(
    ("flow", "done", "started"),
    [("profil", True, True), ("chemin", False, True), ("types", False, True), ("sous", False, False)],
)
def test_flows_gone_through_and_under_way_are_known(flow: str, done: bool, started: bool) -> None:
    assert (names({}).ran(flow, True), names({}).ran(flow, False)) == (done, started)


def test_a_profile_field_belongs_to_no_run() -> None:
    assert names({}).ref("person.role") == FieldRef(Owner.PERSON, "role")
    assert names({}).ref("association.nom") == FieldRef(Owner.ASSOCIATION, "nom")
    assert names({}).ref("nombre") == FieldRef(Owner.PERSON, "nombre", FlowId("types"), RUN)
