"""Answering questions from the knowledge base: answer, did you mean, or an honest "I don't know"."""

from dataclasses import replace

from bot.dialogue import context, opinions
from bot.dialogue.defining import knows
from bot.dialogue.draft import Draft
from bot.dialogue.prompts import offer_human, repeat
from bot.flows.cards import (
    BESIDE,
    LABEL,
    article_card,
    article_more,
    article_sources,
    definition_card,
    related,
)
from bot.flows.french import shorten
from bot.knowledge.article import Article
from bot.knowledge.ask import SUGGESTIONS, THRESHOLDS, Finding, Reason, Verdict, ask
from bot.model.effects import Miss, Send
from bot.model.message import Markdown, Message, Option
from bot.model.values import ArticleId

MORE_READ = "more"
"""Where `Session.told` keeps the entry whose longer text was shown last."""


def find(draft: Draft, text: str) -> Finding:
    """The verdict on a text by itself; `context.understand` also minds who asks, where and after what."""
    return ask(draft.library.index, text)


def show(draft: Draft, text: str, finding: Finding) -> None:
    """Say what the verdict found, and come back to the waiting prompt."""
    articles = draft.shelf.articles
    guesses = tuple(ArticleId(match.id) for match in finding.matches[:SUGGESTIONS] if match.id in articles)
    if finding.reason is Reason.ABOUT_TOPIC and finding.verdict is Verdict.ANSWER:
        tell_more(draft)
        return
    opinions.asked(draft, text, _likely(draft, finding))
    if finding.verdict is Verdict.ANSWER and guesses:
        show_article(draft, guesses[0])
        return
    if finding.verdict is Verdict.SUGGEST and guesses:
        draft.add(Miss(text, "suggest", guesses))
        draft.add(Send(_did_you_mean(draft, guesses)))
    else:
        _reject(draft, text, finding, guesses)
    _come_back(draft)


def tell_more(draft: Draft) -> None:
    """The person wants more of the entry just read: its longer text, or else what stands beside it."""
    topic = context.fresh_topic(draft)
    if topic and topic.more and topic.ready and draft.session.told.get(MORE_READ) != topic.id:
        show_article(draft, ArticleId(topic.id), "more")
        return
    beside = related(topic, draft.shelf)[: opinions.SHOWN] if topic else []
    if beside:
        draft.add(Send(opinions.suggestions(draft, beside, "beside_topic")))
        _come_back(draft)
    else:
        say_and_come_back(draft, draft.phrases.say("opinion_rephrase"))


def show_article(draft: Draft, name: ArticleId, part: str = "art") -> None:
    """Show an entry's card, its longer text, its sources, or as a definition; then the waiting prompt comes
    back.
    """
    article = draft.shelf.articles.get(name)
    if article:
        opinions.opened(draft, article, anew=part == "art")
        draft.add(Send(_part(draft, article, part)))
        context.shown(draft, name)
        if part == "more":
            draft.change(told={**draft.session.told, MORE_READ: name})
        if article.kind == "glossary":
            draft.change(told=knows(draft.session.told, name))
    else:
        draft.say("article_gone", draft.button("button_menu", "menu"))
    _come_back(draft)


def judged(draft: Draft, name: ArticleId, *, helpful: bool) -> None:
    """A thumb under a card was pressed; the waiting prompt comes back."""
    article = draft.shelf.articles.get(name)
    words = opinions.judge(draft, article, helpful=helpful) if article else draft.phrases.say("article_gone")
    _after(draft, words)


def none_fits(draft: Draft) -> None:
    """None of the guesses is what the person meant; the waiting prompt comes back."""
    _after(draft, opinions.try_next(draft, guesses=False))


def _after(draft: Draft, words: Markdown | None) -> None:
    if words:
        say_and_come_back(draft, words)
    else:
        _come_back(draft)


def _part(draft: Draft, article: Article, part: str) -> Message:
    if part == "more" and article.more and article.ready:
        return article_more(article, draft.shelf, beyond=BESIDE)
    if part == "src" and article.sources:
        return article_sources(article, draft.shelf)
    if part == "def":
        return definition_card(article, draft.shelf, draft.view, now=draft.now)
    return _card(draft, article)


def _card(draft: Draft, article: Article) -> Message:
    under_way = frozenset(run.flow for run in draft.session.runs)
    return article_card(article, draft.shelf, draft.view, now=draft.now, under_way=under_way, private=True)


def _likely(draft: Draft, finding: Finding) -> list[ArticleId]:
    """The entries that may answer a question, the answer itself included; what is not treated is no guess."""
    articles, least = draft.shelf.articles, THRESHOLDS["least score"]
    names = (ArticleId(match.id) for match in finding.matches if match.score >= least)
    return [name for name in names if name in articles and articles[name].kind != "redirect"]


def _did_you_mean(draft: Draft, guesses: tuple[ArticleId, ...]) -> Message:
    """Titles to choose from; of the entry just read, its longer text. A human where it went badly before."""
    topic, articles = context.fresh_topic(draft), draft.shelf.articles
    titles = [articles[guess] for guess in guesses if topic is None or guess != topic.id]
    more = []
    if topic and len(titles) < len(guesses) and topic.more and topic.ready:
        label = shorten(draft.phrases.label("button_more_on", title=topic.question), LABEL)
        more.append(Option(f"more.{topic.id}", label, f"more.{topic.id}"))
    if not titles and not more:  # only the entry just read, and it has no longer text
        titles = [articles[guess] for guess in guesses]
    shown = opinions.suggestions(draft, titles, "suggest", *more)
    troubled = draft.session.failures or draft.session.unhappy != opinions.CONTENT
    human = (draft.button("button_human", "human"),) if troubled else ()
    return replace(shown, options=(*shown.options, *human))


def _reject(draft: Draft, text: str, finding: Finding, guesses: tuple[ArticleId, ...]) -> None:
    draft.add(Miss(text, "reject", guesses))
    redirect = draft.shelf.articles.get(ArticleId(finding.redirect)) if finding.redirect else None
    if redirect:
        opinions.opened(draft, redirect, anew=True, asked=True)
        card = _card(draft, redirect)
        words = Markdown(f"{draft.phrases.say('reject_redirect')}\n\n{card.text}")
        draft.add(Send(replace(card, text=words)))
        draft.change(topic=ArticleId(redirect.id))
    elif draft.fail() or draft.session.unhappy == opinions.REPHRASED:
        draft.change(unhappy=opinions.HUMAN)
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
