"""Verdicts on a small base of one's own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.article import Words
from bot.knowledge.ask import Reason, Verdict, ask, explain, prefer
from bot.knowledge.evaluate import CollectionEntry
from bot.knowledge.index import build_index

BASE = (
    CollectionEntry(
        "cotisation",
        "Quel est le montant de la cotisation ?",
        (
            "combien coûte l'adhésion",
            "prix pour devenir membre",
            "tarif de la cotisation annuelle",
            "on paie combien par an",
        ),
        ("cotisation", "tarif"),
    ),
    CollectionEntry(
        "local",
        "Comment réserver le local ?",
        (
            "je voudrais la salle samedi",
            "réservation du local",
            "qui a les clés de la salle",
            "louer la salle pour une fête",
        ),
        ("salle", "clés"),
    ),
    CollectionEntry(
        "assemblee",
        "Quand a lieu l'assemblée générale ?",
        ("date de l'AG", "c'est quand la réunion annuelle", "convocation à l'assemblée", "où se passe l'AG"),
    ),
    CollectionEntry(
        "benevole",
        "Comment devenir bénévole ?",
        (
            "je veux donner un coup de main",
            "vous cherchez des volontaires",
            "aider l'association le week-end",
            "proposer mon temps",
        ),
    ),
    CollectionEntry(
        "impots",
        "Reçu fiscal",
        (
            "réduction d'impôt pour un don",
            "attestation fiscale",
            "déduire mon don des impôts",
            "où est mon reçu fiscal",
        ),
        kind="redirect",
    ),
)
WORDS = Words(acronyms={"AG": "assemblée générale"}, sms={"kan": "quand"})
INDEX = build_index(BASE, WORDS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Quel est le montant de la cotisation ?", "cotisation"),
        ("le montant de la cotisassion", "cotisation"),
        ("kan a lieu lasemblee generale", "assemblee"),
        ("date de l'assemblée générale", "assemblee"),
        ("reserver la salle", "local"),
        ("devenir benevol", "benevole"),
    ],
)
def test_answers_what_it_knows(text: str, expected: str) -> None:
    finding = ask(INDEX, text)
    assert (finding.verdict, finding.matches[0].id) == (Verdict.ANSWER, expected)
    assert finding.reason is Reason.SURE


@pytest.mark.parametrize(
    "text", ["météo à Lyon demain", "bonjour", "recette de crêpes", "", "???", "🙂", "qsdfgh jklm"]
)
def test_refuses_what_it_does_not_know(text: str) -> None:
    finding = ask(INDEX, text)
    assert finding.verdict is Verdict.REJECT
    assert finding.redirect is None and finding.suggestions == ()


def test_suggests_three_when_none_is_sure() -> None:
    finding = ask(INDEX, "la salle, l'assemblée")
    assert finding.verdict is Verdict.SUGGEST
    assert {"local", "assemblee"} <= {match.id for match in finding.suggestions}
    assert len(finding.suggestions) <= 3


def test_a_subject_treated_elsewhere_is_refused_with_its_redirect() -> None:
    finding = ask(INDEX, "je voudrais mon reçu fiscal")
    assert (finding.verdict, finding.reason) == (Verdict.REJECT, Reason.NOT_TREATED)
    assert finding.redirect == "impots"


def test_the_same_words_in_two_entries_are_never_answered_directly() -> None:
    twins = (*BASE, CollectionEntry("local-bis", "Comment réserver le local ?", ("réservation du local",)))
    finding = ask(build_index(twins, WORDS), "Comment réserver le local ?")
    assert (finding.verdict, finding.reason) == (Verdict.SUGGEST, Reason.TOO_CLOSE)


def test_matches_are_ordered_and_name_the_nearest_phrasing() -> None:
    matches = INDEX.search("réservation du local", limit=2)
    assert (matches[0].id, matches[0].phrasing) == ("local", "réservation du local")
    assert 1 >= matches[0].score >= matches[1].score > 0
    assert len(matches) == 2


def test_explains_which_words_counted() -> None:
    explanation = explain(INDEX, "la date de l'AG svp, cotisassion")
    typed = {evidence.typed: evidence.known for evidence in explanation.evidence}
    assert typed["ag"] == "ag" and typed["=ag"] == "=ag"
    assert typed["cotisassion"] == "cotis"
    assert 0 < explanation.known_share <= 1
    assert explanation.finding == ask(INDEX, "la date de l'AG svp, cotisassion")


def test_an_empty_base_refuses_everything() -> None:
    assert ask(build_index(()), "bonjour").verdict is Verdict.REJECT


def test_a_base_of_one_entry_works() -> None:
    index = build_index(BASE[:1])
    assert ask(index, "montant de la cotisation").matches[0].id == "cotisation"
    assert ask(index, "météo à Lyon demain").verdict is Verdict.REJECT


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=5000))
def test_any_text_gets_a_verdict(text: str) -> None:
    finding = ask(INDEX, text)
    assert 0 <= finding.confidence <= 1
    assert all(0 <= match.score <= 1 for match in finding.matches)


TWINS = build_index(
    (
        *BASE[:3],
        CollectionEntry(
            "adhesion", "Le montant de l'adhésion", ("combien coûte l'adhésion", "prix pour devenir membre")
        ),
    ),
    WORDS,
)


def test_an_entry_that_explains_a_word_in_sight_wins_a_tie() -> None:
    tie = ask(TWINS, "combien coûte l'adhésion")
    assert (tie.verdict, tie.reason) == (Verdict.SUGGEST, Reason.TOO_CLOSE)
    for name in ("adhesion", "cotisation"):
        won = ask(TWINS, "combien coûte l'adhésion", here=[name])
        assert (won.verdict, won.matches[0].id) == (Verdict.ANSWER, name)
        assert sorted(match.id for match in won.matches) == sorted(match.id for match in tie.matches)


@pytest.mark.parametrize("text", ["reserver la salle", "météo à Lyon demain", "date de l'AG"])
def test_a_word_in_sight_changes_nothing_else(text: str) -> None:
    assert ask(TWINS, text, here=["adhesion", "local"]) == ask(TWINS, text)


def test_merit_orders_only_what_is_too_close_to_tell_apart() -> None:
    tie = ask(TWINS, "combien coûte l'adhésion")
    names = [match.id for match in tie.matches]
    for name in names[:2]:
        ordered = prefer(tie, {name: 1})
        assert ordered.matches[0].id == name
        assert [match.id for match in ordered.matches][2:] == names[2:]
        assert (ordered.verdict, ordered.confidence) == (tie.verdict, tie.confidence)
    assert len(names) > 2
    assert prefer(tie, {names[-1]: 5}) == tie
    sure = ask(TWINS, "reserver la salle")
    assert prefer(sure, {"cotisation": 9}) == sure
