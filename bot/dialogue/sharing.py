"""Cards to share into any chat: what the base says about a few words, for people who do not know us. Pure."""

from dataclasses import replace
from datetime import datetime

from bot.dialogue.library import Library
from bot.dialogue.links import Target, deep_link
from bot.flows.cards import article_card
from bot.flows.french import shorten
from bot.flows.phrases import Phrases
from bot.knowledge.article import Article
from bot.knowledge.ask import Finding, Verdict, ask
from bot.markup import plain
from bot.model.message import Card, Markdown, Option
from bot.model.turn import Policy, View
from bot.model.values import ArticleId
from bot.model.who import Person, PersonId

MOST = 5
"""Cards offered for some words: what a phone shows without scrolling."""

NEAR = 0.5
"""Share of the first card's score below which another one would only be noise."""

TITLE = 80
SUMMARY = 120
"""Characters; more would be cut off in the list of cards."""

GROUP = "groupe"
"""Payload of a link that leads from a group to a private chat."""
ARRIVALS = frozenset({"inline", GROUP})
"""Payloads that lead nowhere in particular: the person is welcome, that is all."""


def cards(library: Library, text: str, policy: Policy, *, now: datetime) -> tuple[Card, ...]:
    """Up to `MOST` cards that answer the words, the likeliest first; none for words that the base refuses.

    Takes some milliseconds. What was asked is not kept, not even where there is no answer.
    """
    if not text.strip():
        return ()
    finding = ask(library.index, text)
    return tuple(_card(library, article, policy, now=now) for article in _fitting(library, finding))


def private_link(
    phrases: Phrases, policy: Policy, article: ArticleId | None, label: str
) -> tuple[Option, ...]:
    """The button that opens our private chat, at an entry if there is one; nothing without a public name."""
    if not policy.bot:
        return ()
    target = Target(article, "entry", "") if article else Target(GROUP, "flow", "")
    return (Option(f"private.{article or GROUP}", phrases.label(label), "", deep_link(policy.bot, target)),)


def _fitting(library: Library, finding: Finding) -> tuple[Article, ...]:
    if finding.verdict is Verdict.REJECT:
        return ()
    least = finding.matches[0].score * NEAR
    near = (match.id for match in finding.matches if match.score >= least)
    found = (library.shelf.articles.get(ArticleId(name)) for name in near)
    # An entry that only says who else can help answers nobody in another chat.
    return tuple(one for one in found if one and one.ready and one.kind != "redirect")[:MOST]


def _card(library: Library, article: Article, policy: Policy, *, now: datetime) -> Card:
    shelf = library.shelf
    nobody = View(Person(PersonId(0)), policy)
    shown = article_card(article, shelf, nobody, now=now, under_way=frozenset())
    links = private_link(shelf.phrases, policy, ArticleId(article.id), "button_shared")
    summary = " ".join(plain(Markdown(article.answer)).split())
    return Card(
        article.id,
        shorten(article.question, TITLE),
        shorten(summary, SUMMARY),
        replace(shown, options=links, controls=()),
    )
