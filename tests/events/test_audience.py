"""What a condition for an audience may say, what staff read when it is wrong, and how it is put together."""

import pytest

from bot.content.load import load_library
from bot.events.audience import (
    AudienceError,
    Chosen,
    Vocabulary,
    among,
    checked,
    not_seen,
    together,
    vocabulary_of,
)
from bot.events.audience_words import describe
from bot.flows.condition import MAX_LENGTH
from bot.flows.field import Choice, Declared
from bot.flows.phrases import Phrases
from bot.flows.shelf import Shelf
from bot.model.announcement import Audience
from bot.model.event import EventId
from bot.model.values import FlowId, Owner
from bot.shipped import shipped_content

LOADED = load_library(shipped_content()).shelf
assert LOADED is not None
SHELF: Shelf = LOADED
PHRASES: Phrases = SHELF.phrases
CAFE, TOUR = EventId("cafe"), FlowId("faire-connaissance")
SHIPPED = vocabulary_of(SHELF, {CAFE: "Le café des alliances"})
NBSP = "\N{NO-BREAK SPACE}"

OWN = Vocabulary(
    {
        "person.role": Declared("choice", Owner.PERSON),
        "association.role": Declared("choice", Owner.ASSOCIATION),
        "association.likes": Declared(
            "choices", Owner.ASSOCIATION, (Choice(id="a", label="A"), Choice(id="n", label="N", value="none"))
        ),
        "person.department": Declared("department", Owner.PERSON),
        "person.odd": Declared("computed", Owner.PERSON),
        "person.day": Declared("date", Owner.PERSON),
        "person.count": Declared("number", Owner.PERSON),
    }
)

REFUSED = [
    ("rol == 'benevole'", "colonne 1 : nom inconnu « rol » ; vouliez-vous dire « role » ?"),
    ("answered(role) and rol == 'b'", "colonne 20 : nom inconnu « rol » ; vouliez-vous dire « role » ?"),
    (
        "role == 'benevol'",
        "colonne 9 : « benevol » n'est pas un choix de « person.role » ; vouliez-vous dire",
    ),
    (
        "level == 'debutan'",
        "« debutan » n'est pas un choix de « person.level » ; vouliez-vous dire « debutant »",
    ),
    ("done('faire-conaissance')", "colonne 6 : parcours inconnu « faire-conaissance » ; vouliez-vous dire"),
    ("registered('caffe')", "colonne 12 : rendez-vous inconnu « caffe » ; vouliez-vous dire « cafe » ?"),
    ("registered(cafe)", "colonne 12 : le nom d'un rendez-vous est attendu ici, entre apostrophes"),
    ("seen_within(0)", "colonne 13 : un nombre de jours est attendu ici, de 1 à 3650"),
    ("seen_within(true)", "colonne 13 : un nombre de jours est attendu ici, de 1 à 3650"),
    ("seen_within(2.5)", "un nombre de jours est attendu"),
    ("role", "colonne 1 : une condition est attendue : comparez, par exemple « role == 'benevole' »"),
    ("members + 1", "une condition est attendue"),
    ("members == '3'", "un nombre ne se compare pas à un texte"),
    ("standing == 'chief'", "« chief » n'est pas un choix de « standing »"),
    ("dones('x')", "colonne 1 : fonction inconnue « dones » ; vouliez-vous dire « done » ?"),
    ("role = 'benevole'", "condition illisible à partir d'ici"),
    ("__import__('os')", "fonction inconnue"),
    ("role.upper() == 'X'", "n'est pas permis dans une condition"),
    ("role == '\\ud800'", "signe interdit dans un texte"),
    ("role in ['benevole', '\\x00']", "signe interdit dans un texte"),
    ("x" * (MAX_LENGTH + 1), f"condition trop longue : {MAX_LENGTH + 1} signes, {MAX_LENGTH} au plus"),
]


@pytest.mark.parametrize(("written", "said"), REFUSED)
def test_what_is_wrong_is_said_in_french_with_its_column(written: str, said: str) -> None:
    with pytest.raises(AudienceError) as refused:
        checked(written, SHIPPED)
    assert said in str(refused.value).replace(NBSP, " ")


def test_everything_wrong_is_said_at_once_in_reading_order() -> None:
    with pytest.raises(AudienceError) as refused:
        checked("seen_within(0) and rol == 'x' and done('nope')", SHIPPED)
    assert [fault.column for fault in refused.value.faults] == [12, 19, 39]


def test_a_name_may_be_written_short_where_it_is_the_only_one() -> None:
    assert SHIPPED.whole("domain") == "association.domain"
    assert SHIPPED.whole("person.role") == "person.role"
    checked("association.role == 'x' or person.role == 'y'", OWN)
    with pytest.raises(AudienceError, match="nom inconnu"):
        checked("role == 'x'", OWN)


def test_what_flows_calculate_in_several_ways_chooses_nobody() -> None:
    with pytest.raises(AudienceError, match="calculé de plusieurs façons"):
        checked("odd == 1", OWN)


def test_what_flows_set_to_words_is_one_of_these_words() -> None:
    assert SHIPPED.type_of("level").ids == ("coordination", "debutant", "dirigeant")


def test_events_are_not_checked_where_they_are_not_known() -> None:
    checked("registered('whatever')", vocabulary_of(SHELF))


# ---- putting one together ----

CHOSEN = [
    (Chosen(), ""),
    (Chosen({"person.role": ("benevole",)}), "person.role == 'benevole'"),
    (
        Chosen({"person.role": ("benevole", "bureau"), "association.domain": ("sport",)}),
        "person.role in ['benevole', 'bureau'] and association.domain == 'sport'",
    ),
    (Chosen(done=(TOUR,)), "done('faire-connaissance')"),
    (
        Chosen(under_way=(TOUR, FlowId("alliance-ou-partenariat")), unseen_days=30),
        "(under_way('faire-connaissance') or under_way('alliance-ou-partenariat')) and not seen_within(30)",
    ),
    (Chosen(registered=(CAFE,), unseen_days=7), "registered('cafe') and not seen_within(7)"),
    (Chosen({"person.role": ()}), ""),
]


@pytest.mark.parametrize(("chosen", "condition"), CHOSEN)
def test_chosen_parts_become_a_condition_that_holds_water(chosen: Chosen, condition: str) -> None:
    assert chosen.audience(SHIPPED, spare_busy=True, spare_days=3) == Audience(condition, True, 3)


def test_several_answers_to_one_question_are_looked_into() -> None:
    audience = Chosen({"association.likes": ("a", "n"), "person.department": ("69",)}).audience(OWN)
    assert audience.condition == (
        "(contains(association.likes, 'a') or contains(association.likes, 'n')) and person.department == '69'"
    )


@pytest.mark.parametrize(
    "chosen",
    [
        Chosen({"person.role": ("nobody",)}),
        Chosen({"person.shoe": ("42",)}),
        Chosen(done=(FlowId("gone"),)),
        Chosen(registered=(EventId("gone"),)),
        Chosen({"association.area": ("commune",)}, unseen_days=99999),
    ],
)
def test_a_part_that_is_not_there_is_refused(chosen: Chosen) -> None:
    with pytest.raises(AudienceError):
        chosen.audience(SHIPPED)


@pytest.mark.parametrize("id", ["", "a'b", "a\\", "a\nb"])
def test_no_word_can_break_out_of_a_condition(id: str) -> None:
    with pytest.raises(ValueError, match="no condition can name"):
        among("role", [id])


def test_a_condition_of_their_own_joins_the_chosen_ones() -> None:
    assert together("a or b", "", not_seen(3)) == "(a or b) and not seen_within(3)"
    assert together("a or b") == "a or b"
    assert together() == ""


# ---- said in words ----

SAID = [
    ("", "Toutes les personnes"),
    (
        "role == 'benevole' and done('faire-connaissance')",
        "Les personnes qui ont répondu « Bénévole » à « Quel est votre rôle ? »,"
        " et qui ont fini « Faire connaissance »",
    ),
    (
        "role in ['benevole', 'bureau'] or not seen_within(30)",
        "Les personnes qui ont répondu « Bénévole » ou « Membre du bureau ou du CA » à « Quel est votre"
        " rôle ? », ou qui n'ont pas écrit depuis 30 jours",
    ),
    ("seen_within(1)", "Les personnes qui ont écrit il y a 1 jour au plus"),
    (
        "not (role == 'benevole')",
        "Les personnes qui ont répondu autre chose que « Bénévole » à « Quel est votre",
    ),
    ("'benevole' != role", "Les personnes qui ont répondu autre chose que « Bénévole » à « Quel est votre"),
    ("not answered(role)", "Les personnes qui n'ont pas répondu à « Quel est votre rôle ? »"),
    ("not not done('faire-connaissance')", "Les personnes qui ont fini « Faire connaissance »"),
    (
        "not under_way('faire-connaissance')",
        "Les personnes qui ne sont pas au milieu de « Faire connaissance »",
    ),
    ("registered('cafe')", "Les personnes qui viennent à « Le café des alliances », ou attendent une place"),
    (
        "domain == 'sport' and (registered('cafe') or seen_within(7))",
        "et qui sont parmi celles qui viennent à « Le café des alliances », ou attendent une place,"
        " ou qui ont écrit il y a 7 jours au plus",
    ),
    ("members > 3", "Les personnes qui sont d'une association qui compte plus de 3 membres"),
    ("not (1 < members)", "Les personnes qui sont d'une association qui compte au plus 1 membre"),
    ("today < '2027-01-14'", "Les personnes qui remplissent la règle « today < '2027-01-14' »"),
    ("today in ['2027-01-14']", "Les personnes qui remplissent la règle « today in ['2027-01-14'] »"),
    ("answered(today)", "Les personnes qui ont répondu à « today »"),
    ("standing in ['staff', 'member']", "qui ont pour rôle dans l'équipe « équipe » ou « aucun »"),
    ("language != 'fr'", "Les personnes qui n'ont pas pour langue « fr »"),
    (
        "not (members > 3 and members < 9)",
        "Les personnes qui ne sont pas parmi celles qui sont d'une association qui compte plus de 3 membres",
    ),
    ("members + 1 > 3", "Les personnes qui remplissent la règle « members + 1 > 3 »"),
]


@pytest.mark.parametrize(("written", "said"), SAID)
def test_an_audience_is_said_as_staff_read_it(written: str, said: str) -> None:
    assert said in describe(written, SHIPPED, PHRASES).replace(NBSP, " ")


@pytest.mark.parametrize(
    ("operator", "said"),
    [
        ("==", "égale au jeudi"),
        ("!=", "autre que le jeudi"),
        ("<", "avant le jeudi"),
        ("<=", "au plus tard le jeudi"),
        (">", "après le jeudi"),
        (">=", "à partir du jeudi"),
    ],
)
def test_a_date_is_what_was_answered_not_when(operator: str, said: str) -> None:
    dated = Vocabulary({"person.assembly": Declared("date", Owner.PERSON)})
    told = describe(f"assembly {operator} '2027-01-14'", dated, PHRASES).replace(NBSP, " ")
    assert told.endswith(f"ont répondu à « assembly » par une date {said} 14 janvier 2027")
