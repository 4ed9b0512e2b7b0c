"""Which words the base defines, and which of them a text uses."""

from datetime import date

import pytest

from bot.knowledge.article import Article
from bot.knowledge.glossary import terms_in, terms_of


def entry(id: str, question: str, *keywords: str, kind: str = "glossary") -> Article:
    return Article.model_validate(
        {
            "id": id,
            "chapter": "10-mots",
            "kind": kind,
            "audience": "benevole",
            "question": question,
            "phrasings": [f"mot {number}" for number in range(8)],
            "keywords": keywords,
            "answer": "Un mot.",
            "status": "sourcé",
            "author": "Awa",
            "reviewed": date(2026, 1, 1),
        }
    )


BASE = (
    entry("alliance", "Que veut dire « alliance » ?", "s'allier", "définition"),
    entry(
        "utilite", "Que veut dire « utilité sociale » ?", "cohésion sociale", "utilité", "utilités sociales"
    ),
    entry("mse", "Que veut dire « modèle socio-économique » ?", "modèle économique", "mse", "canevas"),
    entry("odd", "Que veut dire « ODD » ?", "objectifs de développement durable", "sigle"),
    entry("gip", "Qu'est-ce qu'un groupement d'intérêt public ?", "gip", "personne publique"),
    entry("scic", "Qu’est-ce qu’une SCIC ?"),
    entry("bail", "Que veut dire « bail » ?", kind="article"),
)
TERMS = terms_of(BASE)

TEXTS = [
    ("Avec qui faire alliance ?", ["alliance"]),
    ("Trouver des ALLIÉS", ["alliance"]),
    ("votre utilité sociale", ["utilite"]),
    ("la cohésion sociale, une définition", []),
    ("notre modèle économique", ["mse"]),
    ("le MSE de la SCIC", ["scic", "mse"]),
    ("les objectifs de développement durable", ["odd"]),
    ("un GIP ou un groupement d'intérêt public", ["gip"]),
    ("une personne publique signe un bail", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_a_text_uses_a_term_in_any_of_its_forms(text: str, expected: list[str]) -> None:
    assert sorted(term.entry for term in terms_in(text, TERMS, 5)) == sorted(expected)


def test_the_longest_terms_come_first_and_no_more_than_asked_for() -> None:
    text = "alliance, utilité sociale et modèle socio-économique"
    assert [term.entry for term in terms_in(text, TERMS, 2)] == ["mse", "utilite"]


def test_a_word_counts_for_one_term_only() -> None:
    terms = terms_of((*BASE, entry("modele", "Que veut dire « modèle » ?")))
    assert [term.entry for term in terms_in("le modèle économique", terms, 5)] == ["mse"]


def test_a_term_is_called_as_its_title_calls_it() -> None:
    assert [term.name for term in TERMS] == [
        "alliance",
        "utilité sociale",
        "modèle socio-économique",
        "ODD",
        "groupement d'intérêt public",
        "SCIC",
    ]
