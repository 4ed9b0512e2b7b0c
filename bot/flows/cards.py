"""How a knowledge entry and the contact are shown: the same card within a flow and outside."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.flows.french import shorten, write_day
from bot.flows.shelf import Shelf
from bot.flows.template import Rich
from bot.knowledge.article import Article
from bot.markup.escape import escape
from bot.model.message import Markdown, Message, Option
from bot.model.turn import View
from bot.model.values import ArticleId, FlowId

LABEL = 40
"""Longest label of a button made from a title, in characters."""

BESIDE = 2
"""Related entries on a card in a private conversation; the longer text has the rest."""
MORE_BESIDE = 3
"""Related entries below the longer text."""


def article_card(
    article: Article,
    shelf: Shelf,
    view: View,
    *,
    now: datetime,
    under_way: frozenset[FlowId],
    private: bool = False,
) -> Message:
    """Title, short answer, what to check, signature; buttons for more, the sources, and a journey that helps.

    `under_way`: flows of open runs, which no button starts. `private`: one person asked, outside a journey's
    own steps: related entries and the two thumbs too.
    """
    options = _ways_on(article, shelf)
    if private:
        options += [article_option(found) for found in related(article, shelf)[:BESIDE]]
    options += _journey(article, shelf, view, under_way)
    if private:
        options += _thumbs(article, shelf)
    return Message(_answer(article, shelf, view, now), tuple(options))


def definition_card(article: Article, shelf: Shelf, view: View, *, now: datetime) -> Message:
    """A definition opened at a prompt: the short answer, and the longer text behind a button."""
    more = [option for option in _ways_on(article, shelf) if option.id == f"more.{article.id}"]
    return Message(_answer(article, shelf, view, now), tuple(more))


def _answer(article: Article, shelf: Shelf, view: View, now: datetime) -> Markdown:
    phrases = shelf.phrases
    if not article.ready:
        where = article.to_check.where if article.to_check else contact_line(shelf, view)
        return phrases.say(
            "article_not_ready", title=article.question, where=where, contact=contact_line(shelf, view)
        )
    parts = [phrases.say("article", title=article.question, answer=Rich(Markdown(article.answer)))]
    if article.to_check:
        check = article.to_check
        parts.append(
            phrases.say("article_to_check", what=check.what, where=check.where, year=str(check.year))
        )
    if article.review_after and article.review_after < now.astimezone(view.policy.timezone).date():
        parts.append(phrases.say("article_stale", date=write_day(article.review_after, phrases.calendar)))
    reviewed = write_day(article.reviewed, phrases.calendar)
    parts.append(phrases.say("article_signature", author=article.author, reviewed=reviewed))
    return Markdown("\n\n".join(parts))


def article_more(article: Article, shelf: Shelf, *, beyond: int = 0) -> Message:
    """The longer text, with the entries related to it, but for so many that its card showed."""
    text = shelf.phrases.say("article_more", title=article.question, more=Rich(Markdown(article.more or "")))
    beside = related(article, shelf)[beyond : beyond + MORE_BESIDE]
    return Message(text, options=tuple(article_option(found) for found in beside))


def related(article: Article, shelf: Shelf) -> list[Article]:
    """The entries worth reading next, those whose answer can be shown first."""
    names = [ArticleId(name) for name in article.related if name != article.id]
    return sorted(
        (shelf.articles[name] for name in names if name in shelf.articles), key=lambda found: not found.ready
    )


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


def _ways_on(article: Article, shelf: Shelf) -> list[Option]:
    options = []
    if article.more and article.ready:
        options.append(Option(f"more.{article.id}", shelf.phrases.label("button_more"), f"more.{article.id}"))
    if article.sources:
        options.append(
            Option(f"sources.{article.id}", shelf.phrases.label("button_sources"), f"src.{article.id}")
        )
    return options


def _journey(article: Article, shelf: Shelf, view: View, under_way: frozenset[FlowId]) -> list[Option]:
    names = [FlowId(name) for name in article.journeys if FlowId(name) not in under_way]
    journeys = [shelf.flows[name] for name in names if name in shelf.flows]
    return [flow_option(flow.id, shelf) for flow in journeys if flow.open_to(view.person.standing)][:1]


def _thumbs(article: Article, shelf: Shelf) -> list[Option]:
    label = shelf.phrases.label
    yes, no = f"yes.{article.id}", f"no.{article.id}"
    return [Option(yes, label("button_helpful"), yes), Option(no, label("button_not_it"), no)]


def article_option(article: Article) -> Option:
    """The button that shows an entry."""
    return Option(f"article.{article.id}", shorten(article.question, LABEL), f"art.{article.id}")


def titles(
    text: Markdown, articles: Sequence[Article], option: Callable[[Article], Option] = article_option
) -> Message:
    """A text with the titles of entries as buttons, in full below it where a button is too short for one.

    `option`: the button of an entry, labelled by its title.
    """
    options = tuple(option(article) for article in articles)
    if any(made.label != article.question for made, article in zip(options, articles, strict=True)):
        lines = "\n".join(f"- {escape(article.question)}" for article in articles)
        text = Markdown(f"{text}\n\n{lines}")
    return Message(text, options)


def flow_option(flow: FlowId, shelf: Shelf) -> Option:
    """The button that starts a flow."""
    return Option(f"go.{flow}", shorten(shelf.flows[flow].title, LABEL), f"go.{flow}")


def contact_line(shelf: Shelf, view: View) -> str:
    """Whom to reach; the phrase for a missing setting if the operator named nobody."""
    return view.policy.contact or shelf.phrases.label("contact_missing")
