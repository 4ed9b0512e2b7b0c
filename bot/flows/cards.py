"""How a knowledge entry and the contact are shown: the same card within a flow and outside."""

from datetime import datetime

from bot.flows.french import shorten, write_date
from bot.flows.shelf import Shelf
from bot.flows.template import Rich
from bot.knowledge.article import Article
from bot.markup.escape import escape
from bot.model.message import Markdown, Message, Option
from bot.model.turn import View
from bot.model.values import ArticleId, FlowId

LABEL = 40
"""Longest label of a button made from a title, in characters."""


def article_card(
    article: Article, shelf: Shelf, view: View, *, now: datetime, under_way: frozenset[FlowId]
) -> Message:
    """Title, short answer, what to check, signature; buttons for more, the sources, and a journey that helps.

    `under_way`: flows of open runs, which no button starts.
    """
    phrases = shelf.phrases
    if not article.ready:
        where = article.to_check.where if article.to_check else contact_line(shelf, view)
        text = phrases.say(
            "article_not_ready", title=article.question, where=where, contact=contact_line(shelf, view)
        )
        return Message(text, options=_ways_on(article, shelf, view, under_way))
    parts = [phrases.say("article", title=article.question, answer=Rich(Markdown(article.answer)))]
    if article.to_check:
        check = article.to_check
        parts.append(
            phrases.say("article_to_check", what=check.what, where=check.where, year=str(check.year))
        )
    if article.review_after and article.review_after < now.astimezone(view.policy.timezone).date():
        parts.append(phrases.say("article_stale", date=write_date(article.review_after, phrases.calendar)))
    reviewed = write_date(article.reviewed, phrases.calendar)
    parts.append(phrases.say("article_signature", author=article.author, reviewed=reviewed))
    return Message(Markdown("\n\n".join(parts)), options=_ways_on(article, shelf, view, under_way))


def article_more(article: Article, shelf: Shelf) -> Message:
    """The longer text, with the entries related to it."""
    text = shelf.phrases.say("article_more", title=article.question, more=Rich(Markdown(article.more or "")))
    related = [
        shelf.articles[ArticleId(name)] for name in article.related if ArticleId(name) in shelf.articles
    ]
    return Message(text, options=tuple(article_option(found) for found in related[:3]))


def article_sources(article: Article, shelf: Shelf) -> Message:
    """The sources by name and address."""
    lines = []
    for name in article.sources:
        source = shelf.sources[name]
        if source.address:
            address = Rich(Markdown(f"[{escape(source.address)}](<{source.address}>)"))
            lines.append(shelf.phrases.say("article_source_line", name=source.name, address=address))
        else:
            lines.append(shelf.phrases.say("article_source_line_plain", name=source.name))
    sources = Rich(Markdown("\n".join(lines)))
    return Message(shelf.phrases.say("article_sources", title=article.question, sources=sources))


def _ways_on(article: Article, shelf: Shelf, view: View, under_way: frozenset[FlowId]) -> tuple[Option, ...]:
    options = []
    if article.more and article.ready:
        options.append(Option(f"more.{article.id}", shelf.phrases.label("button_more"), f"more.{article.id}"))
    if article.sources:
        options.append(
            Option(f"sources.{article.id}", shelf.phrases.label("button_sources"), f"src.{article.id}")
        )
    names = [FlowId(name) for name in article.journeys if FlowId(name) not in under_way]
    journeys = [shelf.flows[name] for name in names if name in shelf.flows]
    options += [flow_option(flow.id, shelf) for flow in journeys if flow.open_to(view.person.standing)][:1]
    return tuple(options)


def article_option(article: Article) -> Option:
    """The button that shows an entry."""
    return Option(f"article.{article.id}", shorten(article.question, LABEL), f"art.{article.id}")


def flow_option(flow: FlowId, shelf: Shelf) -> Option:
    """The button that starts a flow."""
    return Option(f"go.{flow}", shorten(shelf.flows[flow].title, LABEL), f"go.{flow}")


def contact_line(shelf: Shelf, view: View) -> str:
    """Whom to reach; the phrase for a missing setting if the operator named nobody."""
    return view.policy.contact or shelf.phrases.label("contact_missing")
