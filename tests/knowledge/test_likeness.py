"""Questions without an answer, grouped by likeness."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from bot.content.evaluation import read_questions
from bot.content.library import open_library
from bot.knowledge.ask import ask
from bot.knowledge.evaluate import CollectionEntry
from bot.knowledge.index import Index, build_index
from bot.knowledge.likeness import (
    LONGEST_PHRASING,
    agreement,
    group_with,
    groups,
    nearest,
    wordings,
    worth_adding,
)
from bot.model.misses import Missed, MissState
from bot.model.values import ArticleId

SHIPPED = Path(__file__).parents[2]
DAY = date(2027, 1, 14).isoformat()

SMALL = (
    CollectionEntry(
        "mecenat",
        "Qu'est-ce que le mécénat ?",
        ("c'est quoi le mécénat", "définir le mécénat", "mécénat d'entreprise", "une entreprise nous donne"),
    ),
    CollectionEntry(
        "reunion",
        "Comment réunir les bénévoles ?",
        (
            "organiser une réunion",
            "réunion des bénévoles",
            "ordre du jour de la réunion",
            "animer la réunion",
        ),
    ),
)


@cache
def small() -> Index:
    return build_index(SMALL)


def asked(*texts: str, guess: str = "", verdict: str = "reject", state: MissState = "open") -> list[Missed]:
    guesses = (ArticleId(guess),) if guess else ()
    return [Missed(number, DAY, text, verdict, guesses, state) for number, text in enumerate(texts, 1)]


def texts_of(misses: list[Missed]) -> list[list[str]]:
    return [sorted(row.text for row in group.rows) for group in groups(small(), misses)]


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("comment financer un minibus", "comment financer un minibus", True),
        ("comment financer un minibus ?", "COMMENT FINANCER UN MINIBUS", True),
        ("financer un minibus", "comment on finance un minibus pour l'asso", True),
        ("comment financer un minibus", "coment financer un minnibus", True),
        ("comment financer un minibus", "où trouver un local pas cher", False),
        ("comment financer un minibus", "quelle météo demain", False),
        ("", "quelle météo demain", False),
        ("", "", False),
    ],
)
def test_two_questions_are_alike_or_not(first: str, second: str, together: bool) -> None:
    assert (len(groups(small(), asked(first, second))) == 1) is together


def test_the_first_guess_is_a_hint_and_no_more() -> None:
    near = ("une subvention pour un minibus", "louer un minibus à la journée")
    assert len(texts_of(asked(*near))) == 2
    assert len(texts_of(asked(*near, guess="mecenat"))) == 1
    assert len(texts_of(asked("quelle météo demain", "où trouver un local", guess="mecenat"))) == 2


def test_the_biggest_group_comes_first_and_then_the_oldest() -> None:
    found = texts_of(
        asked("un local pas cher", "quelle météo demain", "financer un minibus", "quel local pas cher")
    )
    assert found == [
        ["quel local pas cher", "un local pas cher"],
        ["quelle météo demain"],
        ["financer un minibus"],
    ]


def test_a_group_tells_its_days_verdicts_and_wordings() -> None:
    rows = [
        Missed(3, "2027-01-03", "financer un minibus", "reject"),
        Missed(4, "2027-02-01", "Financer un minibus ?", "suggest"),
        Missed(9, "2027-01-20", "financer notre minibus", "reject"),
    ]
    (group,) = groups(small(), rows)
    assert (group.id, group.days, dict(group.verdicts)) == (
        3,
        ("2027-01-03", "2027-02-01"),
        {"reject": 2, "suggest": 1},
    )
    assert group.title == group.examples[0]
    assert set(group.examples) == {"financer un minibus", "financer notre minibus"}


def test_a_group_keeps_its_name_when_questions_are_added_and_settled() -> None:
    texts = [
        "financer un minibus",
        "quelle météo demain",
        "comment financer un minibus",
        "financer notre minibus",
    ]
    names = {row.id: group.id for group in groups(small(), asked(*texts)) for row in group.rows}
    assert names == {1: 1, 2: 2, 3: 1, 4: 1}
    more = asked(*texts, "le minibus et la météo", "financer le minibus de demain")
    later = {row.id: group.id for group in groups(small(), more) for row in group.rows}
    assert {id: later[id] for id in names} == names
    settled = [Missed(1, DAY, texts[0], "reject", (), "done"), *asked(*texts)[1:]]
    found = groups(small(), settled)
    assert [(group.id, sorted(row.id for row in group.rows)) for group in found] == [(1, [3, 4]), (2, [2])]
    assert group_with(found, 4) == group_with(found, 1) == found[0]
    assert group_with(found, 77) is None


def test_the_order_in_which_rows_are_read_does_not_matter() -> None:
    rows = asked("financer un minibus", "quelle météo demain", "comment financer un minibus")
    assert groups(small(), rows) == groups(small(), rows[::-1])


@pytest.mark.parametrize(
    ("states", "ids"),
    [(("open",), [1]), (("dismissed",), [2]), (("open", "dismissed"), [1, 2]), (("done",), [])],
)
def test_groups_are_looked_for_by_state(states: tuple[MissState, ...], ids: list[int]) -> None:
    rows = [
        Missed(1, DAY, "financer un minibus", "reject"),
        Missed(2, DAY, "quelle météo demain", "reject", (), "dismissed"),
    ]
    assert [group.id for group in groups(small(), rows, states=states)] == ids


def test_nothing_was_asked() -> None:
    assert groups(small(), ()) == ()


def test_a_base_without_entries_still_groups() -> None:
    found = groups(build_index(()), asked("financer un minibus", "financer un minibus"))
    assert [len(group.rows) for group in found] == [2]
    assert nearest(build_index(()), found[0]) == ()


def test_the_nearest_entries_are_those_of_the_wordings() -> None:
    (group,) = groups(small(), asked("réunion de bénévoles en visio", "une réunion de bénévoles en visio"))
    assert nearest(small(), group)[0].id == "reunion"


def test_wordings_differ_in_more_than_signs() -> None:
    rows = asked("Un minibus ?", "un minibus", "UN MINIBUS !", "deux minibus")
    assert wordings(rows) == ("Un minibus ?", "deux minibus")


def test_worth_adding_is_what_teaches_something_and_can_be_published() -> None:
    rows = asked(
        "c'est quoi le mécénat",
        "un patron veut nous aider",
        "mon adresse est [adresse], un patron m'écrit",
        "un patron " * LONGEST_PHRASING,
    )
    assert ask(small(), rows[0].text).matches[0].id == "mecenat"
    assert "un patron veut nous aider" in worth_adding(small(), rows, "mecenat")
    assert not any(
        "[" in text or len(text) > LONGEST_PHRASING for text in worth_adding(small(), rows, "mecenat")
    )


def test_the_labelled_messages_as_if_all_were_missed() -> None:
    """Of two in one group, three in four have the same right entry; `likeness.ALIKE` says more."""
    library = open_library(SHIPPED)
    messages = [one for one in read_questions(SHIPPED, library) if len(one.right) == 1]
    rows = []
    for number, one in enumerate(messages, 1):
        finding = ask(library.index, one.text)
        guesses = tuple(ArticleId(match.id) for match in finding.matches[:3])
        rows.append(Missed(number, DAY, one.text, finding.verdict.value, guesses))
    precision, recall = agreement(library.index, rows, [one.right[0] for one in messages])
    assert precision >= 0.7 and recall >= 0.15, (precision, recall)
