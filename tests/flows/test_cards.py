"""How a knowledge entry is shown: what stands on the card, and which buttons it has."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.flows.cards import (
    article_card,
    article_more,
    article_option,
    article_sources,
    definition_card,
    related,
)
from bot.flows.shelf import Shelf
from bot.knowledge.article import Article
from bot.markup import plain
from bot.model.message import Message
from bot.model.turn import Policy, View
from bot.model.values import ArticleId, FlowId
from bot.model.who import Person, PersonId
from tests.flows import library as fixtures

NOW = datetime(2027, 1, 11, 9, tzinfo=UTC)
VIEW = View(Person(PersonId(1)), Policy(ZoneInfo("Europe/Paris"), contact="Claire"))
SHELF: Shelf = fixtures.shelf_of(fixtures.PATH, fixtures.TYPES, fixtures.STAFF)
ALLIANCE = SHELF.articles[ArticleId("alliance")]


def article(**changes: Any) -> Article:
    return ALLIANCE.model_copy(update=changes)


def card(shown: Article, under_way: frozenset[FlowId] = frozenset()) -> Message:
    return article_card(shown, SHELF, VIEW, now=NOW, under_way=under_way)


def ids(message: Message) -> list[str]:
    return [option.id for option in message.options]


def test_a_card_holds_the_answer_and_who_signed_it() -> None:
    text = plain(card(ALLIANCE).text)
    assert text == (
        "[article] Qu'est-ce qu'une alliance ? Réponse sur une alliance durable.\n\n"
        "[article_signature] Awa 1er janvier 2026"
    )


def test_what_is_to_be_checked_and_what_is_out_of_date_stand_on_the_card() -> None:
    to_check = {"what": "le taux", "where": "sur le site", "year": 2026}
    shown = Article.model_validate({**ALLIANCE.model_dump(), "status": "mixte", "to_check": to_check})
    assert "[article_to_check] le taux sur le site 2026" in plain(card(shown).text)
    assert "[article_stale]" not in card(shown).text
    stale = article(review_after=date(2027, 1, 10))
    assert "stale] 10 janvier 2027" in plain(card(stale).text)


def test_an_entry_that_waits_for_its_reader_shows_no_answer() -> None:
    shown = card(article(ready=False, not_ready_because="à relire"))
    assert "[article_not_ready] Qu'est-ce qu'une alliance ? Claire Claire" in plain(shown.text)
    assert "durable" not in shown.text
    assert ids(shown) == ["sources.alliance", "go.chemin"]


JOURNEYS: list[tuple[tuple[str, ...], frozenset[FlowId], list[str]]] = [
    (("chemin", "types"), frozenset(), ["go.chemin"]),
    (("chemin", "types"), frozenset({FlowId("chemin")}), ["go.types"]),
    (("reserve",), frozenset(), []),
    (("a-venir",), frozenset(), []),
]


@pytest.mark.parametrize(("journeys", "under_way", "offered"), JOURNEYS)
def test_one_journey_is_offered_that_this_person_may_start_and_has_not_open(
    journeys: tuple[str, ...], under_way: frozenset[FlowId], offered: list[str]
) -> None:
    assert ids(card(article(journeys=journeys), under_way))[2:] == offered


def test_sources_are_links_whatever_signs_an_address_holds() -> None:
    text = article_sources(ALLIANCE, SHELF).text
    assert "Une source https://exemple.org/a_b_c" in plain(text)
    assert "](<https://exemple.org/a_b_c>)" in text


def test_more_comes_with_the_entries_beside_it() -> None:
    shown = article_more(SHELF.articles[ArticleId("mecenat")], SHELF)
    assert "Plus long" in shown.text
    assert ids(shown) == ["article.alliance"]


def test_what_the_card_showed_is_not_repeated_below_the_longer_text() -> None:
    shown = article(related=("mecenat", "disparue", "fusion", "alliance", "meteo"))
    assert [found.id for found in related(shown, SHELF)] == ["mecenat", "meteo", "fusion"]
    assert ids(article_more(shown, SHELF)) == ["article.mecenat", "article.meteo", "article.fusion"]
    assert ids(article_more(shown, SHELF, beyond=2)) == ["article.fusion"]


def test_in_a_private_conversation_related_entries_and_thumbs_stand_around_the_journey() -> None:
    shown = article(related=("mecenat", "fusion", "meteo"), journeys=("chemin",))
    private = article_card(shown, SHELF, VIEW, now=NOW, under_way=frozenset(), private=True)
    beside = ["article.mecenat", "article.meteo"]
    assert ids(private)[2:] == [*beside, "go.chemin", "yes.alliance", "no.alliance"]
    assert ids(card(shown))[2:] == ["go.chemin"]


def test_a_definition_is_the_answer_with_a_way_to_more() -> None:
    shown = definition_card(ALLIANCE, SHELF, VIEW, now=NOW)
    assert (shown.text, ids(shown)) == (card(ALLIANCE).text, ["more.alliance"])
    assert ids(definition_card(article(more=None), SHELF, VIEW, now=NOW)) == []


def test_a_long_title_is_cut_for_its_button() -> None:
    option = article_option(
        article(question="Comment faire pour que tout le monde se retrouve dans l'accord ?")
    )
    assert option.label == "Comment faire pour que tout le monde se…"
