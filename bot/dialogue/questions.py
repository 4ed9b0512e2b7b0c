"""Answering questions from the knowledge base: answer, did you mean, or an honest "I don't know"."""

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.draft import Draft
from bot.dialogue.prompts import offer_human, repeat
from bot.flows.cards import article_card, article_more, article_option, article_sources
from bot.knowledge.article import Article
from bot.knowledge.ask import Finding, Verdict, ask
from bot.markup.escape import escape
from bot.model.effects import Miss, Send
from bot.model.message import Markdown, Message, Option
from bot.model.values import ArticleId


def find(draft: Draft, text: str) -> Finding:
    """The verdict on a text."""
    return ask(draft.library.index, text)


def show(draft: Draft, text: str, finding: Finding) -> None:
    """Say what the verdict found, and come back to the waiting prompt."""
    articles = draft.shelf.articles
    guesses = tuple(ArticleId(match.id) for match in finding.matches[:3] if match.id in articles)
    if finding.verdict is Verdict.ANSWER and guesses:
        show_article(draft, guesses[0])
        return
    if finding.verdict is Verdict.SUGGEST and guesses:
        draft.add(Miss(text, "suggest", guesses))
        draft.add(Send(_suggestions(draft, [articles[guess] for guess in guesses])))
    else:
        _reject(draft, text, finding, guesses)
    _come_back(draft)


def _suggestions(draft: Draft, articles: Sequence[Article]) -> Message:
    """Did you mean: the titles as buttons, and in full where a button is too short for one."""
    options = tuple(article_option(article) for article in articles)
    text = draft.phrases.say("suggest")
    if any(option.label != article.question for option, article in zip(options, articles, strict=True)):
        titles = "\n".join(f"- {escape(article.question)}" for article in articles)
        text = Markdown(f"{text}\n\n{titles}")
    return Message(text, (*options, draft.button("button_human", "human")))


def show_article(draft: Draft, name: ArticleId, part: str = "art") -> None:
    """Show an entry's card, its longer text or its sources; then the waiting prompt comes back."""
    article = draft.shelf.articles.get(name)
    if article:
        draft.add(Send(_part(draft, article, part)))
        draft.change(topic=name)
    else:
        draft.say("article_gone", draft.button("button_menu", "menu"))
    _come_back(draft)


def _part(draft: Draft, article: Article, part: str) -> Message:
    if part == "more" and article.more and article.ready:
        return article_more(article, draft.shelf)
    if part == "src" and article.sources:
        return article_sources(article, draft.shelf)
    return _card(draft, article)


def _card(draft: Draft, article: Article) -> Message:
    under_way = frozenset(run.flow for run in draft.session.runs)
    return article_card(article, draft.shelf, draft.view, now=draft.now, under_way=under_way)


def _reject(draft: Draft, text: str, finding: Finding, guesses: tuple[ArticleId, ...]) -> None:
    draft.add(Miss(text, "reject", guesses))
    redirect = draft.shelf.articles.get(ArticleId(finding.redirect)) if finding.redirect else None
    if redirect:
        card = _card(draft, redirect)
        words = Markdown(f"{draft.phrases.say('reject_redirect')}\n\n{card.text}")
        draft.add(Send(replace(card, text=words)))
    elif draft.fail():
        offer_human(draft)
    else:
        draft.say("reject", *ways_on(draft))


def ways_on(draft: Draft) -> tuple[Option, ...]:
    """The button that always helps, outside a journey."""
    return () if draft.session.active else (draft.button("button_menu", "menu"),)


def _come_back(draft: Draft) -> None:
    if draft.session.active:
        repeat(draft, draft.phrases.say("back_to_prompt"))


def say_and_come_back(draft: Draft, words: Markdown) -> None:
    """Say something: above the waiting prompt, or with the way to the menu."""
    if draft.session.active:
        repeat(draft, words)
    else:
        draft.add(Send(Message(words, ways_on(draft))))
