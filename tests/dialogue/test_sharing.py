"""Cards to share: which entries, and what each says to people who do not know us."""

from dataclasses import replace

import pytest

from bot.dialogue.library import Library
from bot.dialogue.sharing import MOST, SUMMARY, TITLE, cards
from bot.markup import plain, telegram_html
from bot.model.turn import Policy
from tests.dialogue.chat import MONDAY, POLICY
from tests.flows.library import library_of

KNOWN_AS: Policy = replace(POLICY, bot="alliances_bot")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("c'est quoi une alliance durable", ["alliance"]),
        ("alliance durable ou mécénat de compétences", ["alliance", "mecenat"]),
        ("c'est quoi la fusion absorption", []),
        ("c'est quoi la météo du jour", []),
        ("recette de la pizza", []),
        ("", []),
        ("  \n ", []),
        ("?", []),
    ],
)
def test_only_entries_that_answer_are_offered(text: str, found: list[str]) -> None:
    assert sorted(card.id for card in cards(library_of(), text, KNOWN_AS, now=MONDAY)) == found


def test_a_card_says_the_entry_and_leads_to_it() -> None:
    (card,) = cards(library_of(), "c'est quoi une alliance durable", KNOWN_AS, now=MONDAY)
    assert (card.title, card.summary) == ("Qu'est-ce qu'une alliance ?", "Réponse sur une alliance durable.")
    text = plain(card.message.text)
    assert "Réponse sur une alliance durable." in text and "[article_signature] Awa" in text
    (link,) = card.message.options
    assert (link.act, link.link) == ("", "https://t.me/alliances_bot?start=q_alliance")
    assert card.message.controls == ()


def test_without_a_name_a_card_has_no_link() -> None:
    (card,) = cards(library_of(), "c'est quoi une alliance durable", POLICY, now=MONDAY)
    assert card.message.options == ()


def test_every_entry_of_the_base_makes_a_card_within_the_limits(library: Library) -> None:
    seen = set()
    for article in library.shelf.articles.values():
        found = cards(library, article.question, KNOWN_AS, now=MONDAY)
        assert len(found) <= MOST and len({card.id for card in found}) == len(found)
        for card in found:
            seen.add(card.id)
            assert 0 < len(card.title) <= TITLE and 0 < len(card.summary) <= SUMMARY
            assert len(card.id.encode()) <= 64
            assert "\n" not in card.summary and "**" not in card.summary
            assert len(telegram_html(card.message.text)) < 4096
            assert all(option.link for option in card.message.options)
            assert library.shelf.articles[card.id].ready  # type: ignore[index]
    assert len(seen) > 100
