"""Answering questions from the knowledge base: answer, did you mean, or an honest "I don't know"."""

from bot.dialogue.draft import Draft
from bot.dialogue.journeys import repeat
from bot.flows.cards import article_card, article_more, article_option, article_sources
from bot.knowledge.ask import Finding, Verdict, ask
from bot.model.effects import Miss, Send
from bot.model.message import Message, Option
from bot.model.values import ArticleId

PATIENCE = 3
"""Failures in a row after which a human is offered."""


def find(draft: Draft, text: str) -> Finding:
    """The verdict on a text."""
    return ask(draft.library.index, text)


def answer_question(draft: Draft, text: str) -> None:
    """Answer a text as a question; then the waiting prompt comes back."""
    show(draft, text, find(draft, text))


def show(draft: Draft, text: str, finding: Finding) -> None:
    """Say what the verdict found, and come back to the waiting prompt."""
    guesses = tuple(
        ArticleId(match.id) for match in finding.matches[:3] if ArticleId(match.id) in draft.shelf.articles
    )
    match finding.verdict:
        case Verdict.ANSWER if guesses:
            draft.change(failures=0)
            show_article(draft, guesses[0])
            return
        case Verdict.SUGGEST if guesses:
            draft.change(failures=0)
            draft.add(Miss(text, "suggest", guesses))
            options = tuple(article_option(draft.shelf.articles[guess]) for guess in guesses)
            draft.say("suggest", *options, draft.button("button_human", "human"))
        case _:
            _reject(draft, text, finding, guesses)
    _come_back(draft)


def show_article(draft: Draft, name: ArticleId, part: str = "art") -> None:
    """Show an entry's card, its longer text or its sources; then the waiting prompt comes back."""
    article = draft.shelf.articles.get(name)
    if article is None:
        draft.say("article_gone", draft.button("button_menu", "menu"))
    elif part == "more":
        draft.add(Send(article_more(article, draft.shelf)))
    elif part == "src":
        draft.add(Send(article_sources(article, draft.shelf)))
    else:
        draft.add(Send(article_card(article, draft.shelf, draft.view, now=draft.now)))
    draft.change(topic=name, failures=0)
    _come_back(draft)


def _reject(draft: Draft, text: str, finding: Finding, guesses: tuple[ArticleId, ...]) -> None:
    draft.change(failures=draft.session.failures + 1)
    draft.add(Miss(text, "reject", guesses))
    redirect = ArticleId(finding.redirect) if finding.redirect else None
    if redirect in draft.shelf.articles and redirect is not None:
        card = article_card(draft.shelf.articles[redirect], draft.shelf, draft.view, now=draft.now)
        draft.add(Send(card))
    elif draft.session.failures >= PATIENCE:
        offer_human(draft)
    else:
        draft.say("reject", *ways_on(draft))


def offer_human(draft: Draft) -> None:
    """After failures in a row: a human."""
    draft.say("reject_thrice", draft.button("button_human", "human"), *ways_on(draft), contact=draft.contact)


def ways_on(draft: Draft) -> tuple[Option, ...]:
    """Buttons that always help, outside a journey."""
    return () if draft.session.active else (draft.button("button_menu", "menu"),)


def _come_back(draft: Draft) -> None:
    if draft.session.active:
        repeat(draft, draft.phrases.say("back_to_prompt"))


def say_and_come_back(draft: Draft, message: Message) -> None:
    """Send a message of the manners, then the waiting prompt."""
    draft.add(Send(message))
    if draft.session.active:
        repeat(draft)
