"""Typed answers against the choices of a step."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.article import Words
from bot.knowledge.choice import Chosen, ChosenMany, Option, Unsure, match_choice, match_choices, same_words


def listed(*labels: str) -> list[Option]:
    """Options whose ids are their places; "label|also|also" gives further wordings."""
    return [(str(place), label.split("|")) for place, label in enumerate(labels, 1)]


LISTS = {
    "ally": listed(
        "Une association",
        "Une entreprise",
        "Une collectivité|mairie|commune",
        "Une autre organisation",
        "Pas encore choisi",
    ),
    "who": listed("Un seul de nous", "L'un, puis relu par l'autre", "Nous ensemble", "Je ne sais pas"),
    "staff": listed("Aucune", "1 à 2", "3 à 9", "10 et plus", "Je ne sais pas"),
    "budget": listed(
        "Moins de 10 000 €", "10 000 à 50 000 €", "50 000 à 200 000 €", "Plus de 200 000 €", "Je ne sais pas"
    ),
    "goal": listed(
        "Partager des moyens",
        "Toucher un nouveau public",
        "Peser sur une décision|plaidoyer",
        "Je ne sais pas",
    ),
    "for": listed("Pour nous", "Pour nous et l'autre", "Pour un public ou un territoire au-delà de nous"),
    "word": listed("Un partenariat", "Une alliance", "Je ne sais pas"),
    "role": listed("Bénévole", "Membre du bureau ou du CA", "Salarié", "Je découvre une association"),
    "often": listed("Jamais", "Une fois", "Souvent", "Nous y sommes en ce moment"),
    "change": listed("Non", "Un peu", "Oui, nous l'avons dit"),
    "yes": listed("Oui|d'accord|bien sûr", "Non|pas vraiment"),
    "wish": listed("Comprendre|savoir ce que c'est", "Trouver des alliés|avec qui", "Je ne sais pas"),
}


@pytest.mark.parametrize(
    ("name", "text", "chosen"),
    [
        # by place
        ("ally", "2", "2"),
        ("ally", "b", "2"),
        ("ally", "B)", "2"),
        ("ally", "n° 2", "2"),
        ("ally", "la deuxième", "2"),
        ("ally", "choix 3.", "3"),
        ("staff", "deux", "2"),
        # by words
        ("ally", "UNE ENTREPRISE", "2"),
        ("ally", "entreprise", "2"),
        ("ally", "la mairie du coin", "3"),
        ("ally", "plutôt une association je crois", "1"),
        ("ally", "une asso de quartier", "1"),
        ("ally", "pas encore", "5"),
        ("ally", "on n'a pas encore choisi", "5"),
        ("ally", "une organisation", "4"),
        ("who", "nous tous ensemble", "3"),
        ("who", "jsp", "4"),
        ("who", "chais pas", "4"),
        ("who", "relu par l'autre", "2"),
        ("for", "pour nous", "1"),
        ("for", "nous et l'autre", "2"),
        ("for", "un territoire", "3"),
        ("role", "je suis bénévole", "1"),
        ("role", "CA", "2"),
        ("often", "jamais de la vie", "1"),
        ("often", "en ce moment", "4"),
        ("goal", "plaidoyer", "3"),
        ("goal", "moyens", "1"),
        ("change", "non merci", "1"),
        ("change", "oui un peu", "2"),
        ("change", "oui", "3"),
        ("yes", "ouais", "1"),
        ("yes", "nan", "2"),
        ("yes", "d'accord", "1"),
        ("yes", "pas vraiment", "2"),
        # despite typing errors
        ("goal", "peser sur une desicion", "3"),
        ("ally", "entrprise", "2"),
        ("ally", "une associassion", "1"),
        ("word", "un partenaria", "1"),
        ("role", "salarie", "3"),
        # by an amount
        ("staff", "0", "1"),
        ("staff", "zéro", "1"),
        ("staff", "on est 4", "3"),
        ("staff", "12 salariés", "4"),
        ("budget", "25 000 €", "2"),
        ("budget", "30k", "2"),
        ("budget", "moins de 10000", "1"),
        ("budget", "2", "2"),
        ("budget", "environ 300000 euros", "4"),
        # what is denied does not count
        ("ally", "pas une association mais une entreprise", "2"),
        ("word", "Un partenariat ?", "1"),
    ],
)
def test_finds_the_choice_that_is_meant(name: str, text: str, chosen: str) -> None:
    assert match_choice(text, LISTS[name]) == Chosen(chosen)


@pytest.mark.parametrize(
    ("name", "text", "ids"),
    [
        ("ally", "association ou entreprise", ("1", "2")),
        ("staff", "1", ("2", "1")),
        ("yes", "oui et non", ("1", "2")),
    ],
)
def test_asks_again_when_two_choices_are_near(name: str, text: str, ids: tuple[str, ...]) -> None:
    assert match_choice(text, LISTS[name]) == Unsure(ids)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("word", "c'est quoi un partenariat ?"),
        ("word", "une alliance c'est quoi"),
        ("word", "quelle différence entre alliance et partenariat"),
        ("word", "difference alliance partenariat"),
        ("ally", "comment trouver une association ?"),
        ("ally", "pas une association"),
        ("ally", "météo à Lyon demain"),
        ("ally", "oui"),
        ("ally", "9"),
        ("ally", ""),
        ("ally", "?"),
        ("ally", "association " * 30),
        ("who", "sais"),
        ("yes", "pourquoi ?"),
        ("wish", "ce n'est pas ça"),
        ("wish", "c'est pas ça"),
        ("wish", "non, ce n'est pas ça"),
    ],
)
def test_chooses_nothing_when_the_text_is_about_something_else(name: str, text: str) -> None:
    assert match_choice(text, LISTS[name]) is None


def test_abbreviations_of_the_association_are_understood() -> None:
    words = Words(sms={"com com": "x", "comcom": "collectivité"})
    assert match_choice("comcom", LISTS["ally"]) is None
    assert match_choice("comcom", LISTS["ally"], words=words) == Chosen("3")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 et 3", ChosenMany(("1", "3"))),
        ("3,1", ChosenMany(("1", "3"))),
        ("a c", ChosenMany(("1", "3"))),
        ("moyens, public", ChosenMany(("1", "2"))),
        ("des moyens et peser sur une decision", ChosenMany(("1", "3"))),
        ("moyens", ChosenMany(("1",))),
        ("moyens, piscine", Unsure(("1",))),
        ("piscine, patinoire", None),
        ("c'est quoi des moyens ?", None),
    ],
)
def test_finds_several_choices(text: str, found: ChosenMany | Unsure | None) -> None:
    assert match_choices(text, LISTS["goal"]) == found


def test_a_label_with_a_comma_is_one_choice() -> None:
    options = listed("Sport", "Éducation, jeunesse", "Sport et culture")
    assert match_choices("éducation, jeunesse", options) == ChosenMany(("2",))
    assert match_choices("sport et culture", options) == ChosenMany(("3",))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("retour", True),
        ("RETOUR !", True),
        ("retour svp", True),
        ("retour s'il vous plaît", True),
        ("retuor", True),
        ("revenir", True),
        ("retour sur investissement", False),
        ("passer", False),
        ("", False),
        ("retour " * 100, False),
    ],
)
def test_recognises_control_words(text: str, same: bool) -> None:
    assert same_words(text, ["retour", "revenir"]) is same


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400), st.sampled_from(sorted(LISTS)))
def test_any_text_gets_an_answer_about_known_ids(text: str, name: str) -> None:
    known = {option for option, _ in LISTS[name]}
    for found in (match_choice(text, LISTS[name]), match_choices(text, LISTS[name])):
        match found:
            case Chosen(id=one):
                assert one in known
            case Unsure(ids=ids) | ChosenMany(ids=ids):
                assert set(ids) <= known
