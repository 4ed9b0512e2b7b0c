"""What an authored entry must hold, and what its author reads when it does not."""

from typing import Any

import pytest
from pydantic import ValidationError

from bot.knowledge.article import Article, Source, Words, count_words

GOOD: dict[str, Any] = {
    "id": "mecenat-ou-parrainage",
    "chapter": "2-alliance-partenariat",
    "audience": "benevole",
    "question": "Quelle différence entre mécénat et parrainage ?",
    "phrasings": [f"façon de demander numéro {number}" for number in range(8)],
    "answer": "Le **mécénat** est un don ; le parrainage attend une contrepartie.",
    "status": "mixte",
    "to_check": {"what": "le taux", "where": "service-public.fr", "year": 2026},
    "author": "équipe éditoriale",
    "reviewed": "2026-11-22",
}


def test_a_complete_entry_is_accepted_and_frozen() -> None:
    article = Article.model_validate(GOOD)
    assert (article.kind, article.ready, article.keywords) == ("article", True, ())
    with pytest.raises(ValidationError):
        article.question = "autre"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answer": "mot " * 61}, "has 61 words, at most 60: move the rest to 'more'"),
        ({"to_check": None}, "'to_check' (what, where, year) is missing: the status is 'mixte'"),
        ({"phrasings": ["une", "deux"]}, "has 2 phrasings, at least 8 are needed"),
        ({"ready": False}, "'not_ready_because' is missing: 'ready' is false"),
        ({"review_after": "2026-01-01"}, "'review_after' is before 'reviewed'"),
        ({"id": "Mécénat"}, "String should match pattern '^[a-z0-9-]+$'"),
        ({"id": "a" * 51}, "String should have at most 43 characters"),
        ({"titre": "x"}, "Extra inputs are not permitted"),
        ({"status": "sûr"}, "Input should be 'sourcé', 'mixte' or 'à vérifier'"),
        ({"to_check": {"what": "x", "where": "y"}}, "Field required"),
    ],
)
def test_says_shortly_what_is_wrong(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Article.model_validate(GOOD | change)
    assert [error["msg"] for error in refused.value.errors()] == [message]


@pytest.mark.parametrize(
    "change",
    [
        {"status": "sourcé", "to_check": None},
        {"kind": "redirect", "to_check": None, "phrasings": ["a", "b", "c", "d"]},
        {"ready": False, "not_ready_because": "attend un juriste"},
        {"kind": "glossary", "review_after": "2027-11-22"},
    ],
)
def test_accepts_the_allowed_variations(change: dict[str, Any]) -> None:
    assert Article.model_validate(GOOD | change)


@pytest.mark.parametrize(
    ("text", "words"), [("« oui » : non !", 2), ("1\N{NO-BREAK SPACE}250 €", 2), ("", 0)]
)
def test_counts_words_as_a_reader_does(text: str, words: int) -> None:
    assert count_words(text) == words


def test_a_source_may_have_no_address_and_a_synonym_needs_company() -> None:
    assert Source(name="Enquête, 2024").address is None
    with pytest.raises(ValidationError):
        Words.model_validate({"synonyms": [["seul"]]})
