"""Typed answers: what people write for a number, a day, an address; what is refused or no answer at all."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.flows.departments import DEPARTMENTS, read_department
from bot.flows.typed import READERS, Bad, Bounds, asks, clean
from bot.storage.codec import dump_value, load_value
from tests.flows.library import phrases

TODAY = date(2027, 1, 11)
NB = "\N{NO-BREAK SPACE}"
NONE = None


def read(
    type: str, text: str, least: float | None = None, most: float | None = None, today: date = TODAY
) -> Any:
    return READERS[type](text, Bounds(least, most, today, phrases().calendar))


NUMBERS = [
    ("12", 12),
    (" 12 ", 12),
    ("1 250,50 €", 1250.5),
    (f"1{NB}250{NB}€", 1250),
    ("1\N{NARROW NO-BREAK SPACE}250", 1250),
    ("1.250,50", 1250.5),
    ("1.250", 1250),
    ("12,5", 12.5),
    ("12.5", 12.5),
    ("environ 30", 30),
    ("30 personnes", 30),
    ("environ 1 250 euros par an", 1250),
    ("-3", -3),
    ("+3", 3),
    ("12 000 000", 12_000_000),
    ("007", 7),
    ("12.", 12),
    ("12,0", 12),
    ("10%", 10),
    ("٣", 3),
    ("", NONE),
    ("douze", NONE),
    ("entre 5 et 10", NONE),
    ("5-10", NONE),
    ("2 bénévoles et 3 salariés", NONE),
    ("1,250.50", NONE),
    ("1e5", NONE),
    ("€", NONE),
]


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_a_number_is_read_as_people_write_it(text: str, number: float | None) -> None:
    found = read("number", text)
    assert found == number
    assert type(found) is type(number)


BOUNDS = [
    ("3", 0, 10, 3),
    ("0", 0, 10, 0),
    ("10", 0, 10, 10),
    ("11", 0, 10, Bad("refused_number_range", {"min": 0, "max": 10})),
    ("-1", 0, 10, Bad("refused_number_range", {"min": 0, "max": 10})),
    ("-1", 0, None, Bad("refused_number")),
    ("9" * 30, None, None, Bad("refused_number")),
    ("9" * 400, None, None, Bad("refused_number")),
]


@pytest.mark.parametrize(("text", "least", "most", "found"), BOUNDS)
def test_a_number_out_of_bounds_is_refused(
    text: str, least: float | None, most: float | None, found: Any
) -> None:
    assert read("number", text, least, most) == found


DAYS = [
    ("14/01/2027", "2027-01-14"),
    ("14-1-27", "2027-01-14"),
    ("14.01.2027", "2027-01-14"),
    ("2027-01-14", "2027-01-14"),
    ("14 01 2027", "2027-01-14"),
    ("14 janvier", "2027-01-14"),
    ("14 JANVIER 2028", "2028-01-14"),
    ("le 14 janv.", "2027-01-14"),
    ("11 janvier", "2027-01-11"),
    ("10 janvier", "2028-01-10"),
    ("1er février", "2027-02-01"),
    ("1 fevrier", "2027-02-01"),
    ("jeudi 14 janvier", "2027-01-14"),
    ("14/01", "2027-01-14"),
    ("demain", "2027-01-12"),
    ("Après-demain", "2027-01-13"),
    ("aujourd'hui", "2027-01-11"),
    ("aujourd’hui", "2027-01-11"),
    ("hier", "2027-01-10"),
    ("dans 3 jours", "2027-01-14"),
    ("dans 3 semaines", "2027-02-01"),
    ("dans un mois", "2027-02-11"),
    ("dans six mois", "2027-07-11"),
    ("dans 1 an", "2028-01-11"),
    ("29/02", "2028-02-29"),
    ("29 février 2028", "2028-02-29"),
    ("14 janvier ?", "2027-01-14"),
    ("31/02", Bad("refused_date")),
    ("29/02/2027", Bad("refused_date")),
    ("45/13/2027", Bad("refused_date")),
    ("2027-13-01", Bad("refused_date")),
    ("0/1/2027", Bad("refused_date")),
    ("14/00", Bad("refused_date")),
    ("14/01/0000", Bad("refused_date")),
    ("", NONE),
    ("bientôt", NONE),
    ("2 rue de la Paix", NONE),
    ("14 jui", NONE),
    ("14 ja", NONE),
    ("janvier", NONE),
    ("dans longtemps", NONE),
]


@pytest.mark.parametrize(("text", "day"), DAYS)
def test_a_day_is_read_as_people_write_it(text: str, day: Any) -> None:
    assert read("date", text) == day


def test_days_at_the_end_of_the_calendar_are_refused() -> None:
    assert read("date", "demain", today=date.max) == Bad("refused_date")
    assert read("date", "dans 999 mois", today=date.max) == Bad("refused_date")


MAILS = [
    ("a@b.fr", "a@b.fr"),
    ("Jean.Dupont+x@Asso-Exemple.org", "jean.dupont+x@asso-exemple.org"),
    ("<a@b.fr>", "a@b.fr"),
    ("mon adresse est a@b.fr.", "a@b.fr"),
    ("a@b.fr, merci", "a@b.fr"),
    ("a@b", Bad("refused_email")),
    ("a @ b.fr", Bad("refused_email")),
    ("@b.fr", Bad("refused_email")),
    ("a" * 60 + "@" + "b" * 250 + ".fr", Bad("refused_email")),
    ("", NONE),
    ("pas d'adresse", NONE),
]


@pytest.mark.parametrize(("text", "mail"), MAILS)
def test_an_address_is_found_in_a_sentence(text: str, mail: Any) -> None:
    assert read("email", text) == mail


PHONES = [
    ("0612345678", "+33612345678"),
    ("06 12 34 56 78", "+33612345678"),
    ("06.12.34.56.78", "+33612345678"),
    (f"06{NB}12{NB}34{NB}56{NB}78", "+33612345678"),
    ("+33 6 12 34 56 78", "+33612345678"),
    ("+33 (0)6 12 34 56 78", "+33612345678"),
    ("0033612345678", "+33612345678"),
    ("+32 470 12 34 56", "+32470123456"),
    ("c'est le 06 12 34 56 78 le soir", "+33612345678"),
    ("06 12 34", Bad("refused_phone")),
    ("0012", NONE),
    ("00612345678", "+612345678"),
    ("", NONE),
    ("plus tard", NONE),
]


@pytest.mark.parametrize(("text", "phone"), PHONES)
def test_a_phone_number_is_kept_in_one_form(text: str, phone: Any) -> None:
    assert read("phone", text) == phone


DEPARTMENT_WORDS = [
    ("69", "69"),
    ("2a", "2A"),
    ("2B", "2B"),
    ("1", "01"),
    ("01", "01"),
    ("974", "974"),
    ("rhone", "69"),
    ("Rhône", "69"),
    ("le Rhône (69)", "69"),
    ("69 - Rhône", "69"),
    ("Val d oise", "95"),
    ("val-d’oise", "95"),
    ("cote d'or", "21"),
    ("dans la Loire", "42"),
    ("Haute-Loire", "43"),
    ("haute loire (43)", "43"),
    ("loire atlantique", "44"),
    ("69003", "69"),
    ("69003 Lyon", "69"),
    ("97400", "974"),
    ("20000 Ajaccio", "2A"),
    ("20200", "2B"),
    ("", NONE),
    ("00", NONE),
    ("20", NONE),
    ("99", NONE),
    ("Lyon", NONE),
    ("Loire et Rhône", NONE),
    ("Loire et Haute-Loire", NONE),
    ("nous trouvons que tout cela est bien trop cher pour nous", NONE),
    ("98000", NONE),
]


@pytest.mark.parametrize(("text", "code"), DEPARTMENT_WORDS)
def test_a_department_is_found_by_code_name_or_postcode(text: str, code: str | None) -> None:
    assert read("department", text) == code


def test_every_department_is_found_by_its_own_name() -> None:
    assert len(DEPARTMENTS) == 101
    assert {code: read_department(name) for code, name in DEPARTMENTS.items()} == {
        code: code for code in DEPARTMENTS
    }


TEXTS = [
    ("bonjour", None, None, "bonjour"),
    ("  bon\njour\x00\ud800 ", None, None, "bon\njour"),
    ("", None, None, Bad("refused_text_short", {"min": 1})),
    ("\x00", None, None, Bad("refused_text_short", {"min": 1})),
    ("ab", 3, None, Bad("refused_text_short", {"min": 3})),
    ("abcd", None, 3, Bad("refused_text_long", {"max": 3})),
    ("a" * 2001, None, None, Bad("refused_text_long", {"max": 2000})),
    ("a" * 2001, None, 9999, Bad("refused_text_long", {"max": 2000})),
]


@pytest.mark.parametrize(("text", "least", "most", "found"), TEXTS, ids=range(len(TEXTS)))
def test_free_text_is_cleaned_and_bounded(text: str, least: int | None, most: int | None, found: Any) -> None:
    assert read("text", text, least, most) == found


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("48.85, 2.35", "48.85,2.35"),
        ("48.85;2.35", "48.85,2.35"),
        ("Lyon 3e", "Lyon 3e"),
        ("x", Bad("refused_text_short", {"min": 2})),
    ],
)
def test_a_place_is_coordinates_or_a_name(text: str, place: Any) -> None:
    assert read("location", text) == place


@pytest.mark.parametrize(
    ("text", "is_question"),
    [
        ("14 janvier 2027 ?", False),
        (f"12{NB}?", False),
        ("c'est quoi la loi 1901 ?", True),
        ("combien êtes-vous à 12", False),
    ],
)
def test_a_long_text_with_a_question_mark_is_a_question(text: str, is_question: bool) -> None:
    assert asks(text) is is_question


@given(
    st.sampled_from(sorted(READERS)), st.text(max_size=60) | st.text("0123456789 /.-+@,abcdein'", max_size=40)
)
def test_any_text_is_read_refused_or_no_answer(type: str, text: str) -> None:
    found = read(type, clean(text), 1, 50)
    if isinstance(found, Bad):
        assert phrases().say(found.phrase, **found.values)
    elif found is not None:
        assert load_value(dump_value(found)) == found
