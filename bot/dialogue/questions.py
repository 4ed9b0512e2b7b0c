"""Answering questions from the knowledge base: answer, did you mean, or an honest "I don't know"."""

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue import context, opinions
from bot.dialogue.acts import ArticleTap, parse_act
from bot.dialogue.defining import knows
from bot.dialogue.draft import Draft
from bot.dialogue.prompts import offer_human, repeat
from bot.dialogue.stages import Stage, reach, stage_of
from bot.flows.cards import (
    BESIDE,
    LABEL,
    article_card,
    article_more,
    article_sources,
    definition_card,
    related,
    titles,
)
from bot.flows.french import shorten
from bot.knowledge.article import Article
from bot.knowledge.ask import SUGGESTIONS, THRESHOLDS, Finding, Reason, Verdict, ask
from bot.model.effects import Asked, Send
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
    opinions.note_question(draft, text, _likely(draft, finding))
    if finding.verdict is Verdict.ANSWER and guesses:
        draft.add(Asked("answered", guesses[0]))
        show_article(draft, guesses[0])
        return
    if finding.verdict is Verdict.SUGGEST and guesses:
        draft.add(Asked("suggested"))
        opinions.miss(draft, "suggest", guesses)
        draft.add(Send(_did_you_mean(draft, guesses)))
    elif redirect := redirect_of(draft, finding):
        _show_redirect(draft, redirect)
    else:
        draft.add(Asked("unanswered"))
        opinions.miss(draft, "reject", guesses)
        _reject(draft)
    come_back(draft)


def redirect_of(draft: Draft, finding: Finding) -> Article | None:
    """The entry that says where to go with a subject that is not treated here."""
    return draft.shelf.articles.get(ArticleId(finding.redirect)) if finding.redirect else None


def more_to_read(draft: Draft) -> Article | list[Article]:
    """What is more than the card just read: the entry, if its longer text is still to be shown, else what
    stands beside it."""
    topic = context.fresh_topic(draft)
    if topic and topic.more and topic.ready and draft.session.told.get(MORE_READ) != topic.id:
        return topic
    return related(topic, draft.shelf)[:SUGGESTIONS] if topic else []


def tell_more(draft: Draft) -> None:
    """The person wants more of the entry just read."""
    match more_to_read(draft):
        case Article() as topic:
            show_article(draft, ArticleId(topic.id), "more")
        case []:
            say_and_come_back(draft, draft.phrases.say("more_none"))
        case beside:
            draft.add(Send(_titles(draft, "beside_topic", beside)))
            come_back(draft)


def show_article(draft: Draft, name: ArticleId, part: str = "art") -> None:
    """Show an entry's card, its longer text, its sources, or as a definition; then the waiting prompt comes
    back.
    """
    article = draft.shelf.articles.get(name)
    if article:
        if opinions.is_chosen(draft, article) and part == "art":
            draft.add(Asked("chosen", name))
        opinions.note_opened(draft, article, anew=part == "art")
        draft.add(Send(_part(draft, article, part)))
        context.shown(draft, name)
        if part == "more":
            draft.change(told={**draft.session.told, MORE_READ: name})
        if article.kind == "glossary":
            draft.change(told=knows(draft.session.told, name))
    else:
        draft.say("article_gone", draft.button("button_menu", "menu"))
    come_back(draft)


def judged(draft: Draft, name: ArticleId, *, helpful: bool) -> None:
    """A thumb under a card was pressed; the waiting prompt comes back."""
    article = draft.shelf.articles.get(name)
    if article is None:
        say_and_come_back(draft, draft.phrases.say("article_gone"))
    elif not opinions.judge(draft, article, helpful=helpful):
        say_and_come_back(draft, draft.phrases.say("opinion_known"))
    elif helpful:
        say_and_come_back(draft, draft.phrases.say("opinion_thanks"))
    else:
        _try_next(draft, opinions.next_stage(draft))


def none_fits(draft: Draft) -> None:
    """None of the guesses is what the person meant."""
    _try_next(draft, opinions.next_stage(draft, guesses=False))


def _try_next(draft: Draft, stage: Stage) -> None:
    """Say what is tried; the waiting prompt comes back, but not where we ask for something else."""
    if stage is Stage.REPHRASING and draft.session.active:
        draft.say("opinion_rephrase_at_prompt")
    elif stage is Stage.REPHRASING:
        say_and_come_back(draft, draft.phrases.say("opinion_rephrase"))
    else:
        if stage is Stage.GUESSED:
            draft.add(Send(_titles(draft, "opinion_guesses", opinions.left(draft))))
        else:
            offer_human(draft)
        come_back(draft)


def which_one(draft: Draft) -> None:
    """ "Oui", where titles were offered: the same once more."""
    shelf, offers = draft.shelf.articles, draft.session.offers
    acts = [parse_act(option.act) for option in offers]
    named = [act.article for act in acts if isinstance(act, ArticleTap) and act.part == "art"]
    shown = titles(draft.phrases.say("suggest_which"), [shelf[name] for name in named if name in shelf])
    draft.add(Send(replace(shown, options=offers)))


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
    likely = [articles[guess] for guess in guesses if topic is None or guess != topic.id]
    more = []
    if topic and len(likely) < len(guesses) and topic.more and topic.ready:
        label = shorten(draft.phrases.label("button_more_on", title=topic.question), LABEL)
        more.append(Option(f"more.{topic.id}", label, f"more.{topic.id}"))
    if not likely and not more:  # only the entry just read, and it has no longer text
        likely = [articles[guess] for guess in guesses]
    shown = _titles(draft, "suggest", likely, *more)
    troubled = draft.session.failures or stage_of(draft) is not Stage.CONTENT
    human = (draft.button("button_human", "human"),) if troubled else ()
    return replace(shown, options=(*shown.options, *human))


def _titles(draft: Draft, phrase: str, articles: Sequence[Article], *more: Option) -> Message:
    """Titles to choose from, what goes with them, and "none of these"."""
    shown = titles(draft.phrases.say(phrase), articles)
    return replace(shown, options=(*shown.options, *more, draft.button("button_none", "none")))


def _show_redirect(draft: Draft, article: Article) -> None:
    draft.add(Asked("answered", ArticleId(article.id)))
    opinions.note_opened(draft, article, anew=True, answers=True)
    card = _card(draft, article)
    draft.add(Send(replace(card, text=Markdown(f"{draft.phrases.say('reject_redirect')}\n\n{card.text}"))))
    context.shown(draft, ArticleId(article.id))


def rephrased_in_vain(draft: Draft) -> None:
    """At a prompt, the other words that we asked for found nothing. They may have been an answer, meant for
    the prompt: nothing of them is kept, and the prompt gets the next words.
    """
    reach(draft, Stage.REPHRASED)
    _reject(draft)
    come_back(draft)


def _reject(draft: Draft) -> None:
    """Nothing was found. In a journey other words alone call no human: the prompt is there to go on with."""
    in_vain = stage_of(draft) is Stage.REPHRASED and not draft.session.active
    if draft.fail() or in_vain:
        reach(draft, Stage.HUMAN)
        offer_human(draft)
    elif draft.session.active:
        draft.say("reject_at_prompt", *_to_team(draft))
    else:
        draft.say("reject", *_to_team(draft), *ways_on(draft))


def _to_team(draft: Draft) -> tuple[Option, ...]:
    """The button that sends the question to staff, where there are any."""
    return (draft.button("button_ask_team", "ask-team"),) if draft.view.policy.staffed else ()


def ways_on(draft: Draft) -> tuple[Option, ...]:
    """The button that always helps, outside a journey."""
    return () if draft.session.active else (draft.button("button_menu", "menu"),)


def come_back(draft: Draft) -> None:
    """Ask the waiting prompt again, if there is one."""
    if draft.session.active:
        repeat(draft, draft.phrases.say("back_to_prompt"))


def say_and_come_back(draft: Draft, words: Markdown) -> None:
    """Say something: above the waiting prompt, or with the way to the menu."""
    if draft.session.active:
        repeat(draft, words)
    else:
        draft.add(Send(Message(words, ways_on(draft))))


def say_stale(draft: Draft) -> None:
    """A button of an earlier message: answered kindly."""
    say_and_come_back(draft, draft.phrases.say("stale_tap"))
