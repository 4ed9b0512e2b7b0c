"""Where several people talk: answers to questions, and nothing else. No journey, no profile, no names.

Of what was said here only the topic stays, for a follow-up; who said it is known to nobody.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.dialogue import context
from bot.dialogue.acts import ArticleTap, parse_act
from bot.dialogue.draft import Draft
from bot.dialogue.questions import MORE_READ
from bot.dialogue.sharing import private_link
from bot.flows.cards import article_card, article_more, article_option, article_sources, related
from bot.flows.template import Rich
from bot.knowledge.article import Article
from bot.knowledge.ask import SUGGESTIONS, Finding, Reason, Verdict
from bot.knowledge.smalltalk import recognise
from bot.markup.escape import escape
from bot.model.effects import Miss, Reach, Send
from bot.model.inputs import InGroup, Membership, Tap, Utterance
from bot.model.message import Markdown, Message, Option
from bot.model.values import ArticleId

PARTS = frozenset({"art", "more", "src"})
"""What the buttons under a card may show in a group."""

AGAIN = timedelta(seconds=30)
"""The same button within this time is tapped by people who have not yet seen what it showed."""


def heard_in_group(draft: Draft, heard: InGroup) -> None:
    """Something was meant for us in a group."""
    match heard.input:
        case Membership(change="unblocked"):
            draft.add(Reach(True))
            _say(draft, heard, draft.phrases.say("group_hello", command=_command(draft)))
        case Membership():
            draft.add(Reach(False))
        case Tap(act=act):
            _tapped(draft, heard, act)
        case Utterance(text=text):
            _asked(draft, heard, text.strip())


def _asked(draft: Draft, heard: InGroup, words: str) -> None:
    if not any(sign.isalnum() for sign in words):
        _say(draft, heard, draft.phrases.say("group_ask", command=_command(draft)))
        return
    kind = recognise(words, {str(name): said for name, said in draft.phrases.small_talk.items()})
    if kind == "human":
        contact = draft.phrases.say("group_human", contact=draft.contact)
        _say(draft, heard, contact, _private(draft))
    elif kind:
        _say(draft, heard, draft.phrases.say(kind))
    elif context.wants_more(draft, words):
        _tell_more(draft, heard)
    else:
        _answer(draft, heard, words, context.understand(draft, words))


def _answer(draft: Draft, heard: InGroup, words: str, finding: Finding) -> None:
    shelf = draft.shelf.articles
    guesses = tuple(ArticleId(match.id) for match in finding.matches[:SUGGESTIONS] if match.id in shelf)
    redirect = shelf.get(ArticleId(finding.redirect)) if finding.redirect else None
    if finding.verdict is Verdict.ANSWER and finding.reason is Reason.ABOUT_TOPIC:
        _tell_more(draft, heard)
    elif finding.verdict is Verdict.ANSWER and guesses:
        _show(draft, heard, shelf[guesses[0]], "art")
    elif finding.verdict is Verdict.SUGGEST and guesses:
        draft.add(Miss(words, "suggest", guesses))
        _suggest(draft, heard, [shelf[guess] for guess in guesses], "suggest")
    else:
        draft.add(Miss(words, "reject", guesses))
        if redirect:
            card = _card(draft, redirect)
            first = draft.phrases.say("reject_redirect")
            _say(draft, heard, Markdown(f"{first}\n\n{card.text}"), _options(draft, card, redirect))
        else:
            _say(draft, heard, draft.phrases.say("group_reject"), _private(draft))


def _tell_more(draft: Draft, heard: InGroup) -> None:
    """More of the entry just read: its longer text, or else what stands beside it."""
    topic = context.fresh_topic(draft)
    if topic and topic.more and topic.ready and draft.session.told.get(MORE_READ) != topic.id:
        _show(draft, heard, topic, "more")
    elif topic and (beside := related(topic, draft.shelf)[:SUGGESTIONS]):
        _suggest(draft, heard, beside, "beside_topic")
    else:
        _say(draft, heard, draft.phrases.say("group_reject"), _private(draft))


def _suggest(draft: Draft, heard: InGroup, articles: Sequence[Article], phrase: str) -> None:
    """Titles to choose from: as buttons, and in full where a button is too short for one."""
    options = tuple(article_option(article) for article in articles)
    text = draft.phrases.say(phrase)
    if any(option.label != article.question for option, article in zip(options, articles, strict=True)):
        titles = "\n".join(f"- {escape(article.question)}" for article in articles)
        text = Markdown(f"{text}\n\n{titles}")
    _say(draft, heard, text, (*options, *_private(draft)))


def _tapped(draft: Draft, heard: InGroup, act: str) -> None:
    """A button under one of our messages, whoever tapped it; what several tap at once is shown once."""
    meaning = parse_act(act)
    if not isinstance(meaning, ArticleTap) or meaning.part not in PARTS or _just_shown(draft, act):
        return
    draft.change(told={**draft.session.told, "tap": act, "tapped": draft.now.isoformat()})
    article = draft.shelf.articles.get(meaning.article)
    if article:
        _show(draft, heard, article, meaning.part)
    else:
        _say(draft, heard, draft.phrases.say("article_gone"))


def _just_shown(draft: Draft, act: str) -> bool:
    told = draft.session.told
    if told.get("tap") != act or "tapped" not in told:
        return False
    return draft.now - datetime.fromisoformat(told["tapped"]) <= AGAIN


def _show(draft: Draft, heard: InGroup, article: Article, part: str) -> None:
    """An entry's card, its longer text or its sources."""
    if part == "more" and article.more and article.ready:
        message = article_more(article, draft.shelf)
    elif part == "src" and article.sources:
        message = article_sources(article, draft.shelf)
    else:
        message = _card(draft, article)
    options = _options(draft, message, article) if part == "art" else _usable(message)
    _say(draft, heard, message.text, options, folded=message.folded)
    context.shown(draft, ArticleId(article.id))
    if part == "more":
        draft.change(told={**draft.session.told, MORE_READ: article.id})


def _card(draft: Draft, article: Article) -> Message:
    return article_card(article, draft.shelf, draft.view, now=draft.now, under_way=frozenset())


def _options(draft: Draft, card: Message, article: Article) -> tuple[Option, ...]:
    return (*_usable(card), *_private(draft, ArticleId(article.id)))


def _usable(message: Message) -> tuple[Option, ...]:
    """The buttons that work for a whole group: no journey, and no opinion of one among many."""
    acts = {option: parse_act(option.act) for option in message.options}
    return tuple(option for option, act in acts.items() if isinstance(act, ArticleTap) and act.part in PARTS)


def _private(draft: Draft, article: ArticleId | None = None) -> tuple[Option, ...]:
    return private_link(draft.phrases, draft.view.policy, article, "button_private")


def _command(draft: Draft) -> Rich:
    """How the command is written here: with our name it reaches us however Telegram is set up."""
    name = draft.view.policy.bot
    return Rich(Markdown(escape(f"/question@{name}" if name else "/question")))


def _say(
    draft: Draft,
    heard: InGroup,
    text: Markdown,
    options: tuple[Option, ...] = (),
    *,
    folded: Markdown = Markdown(""),
) -> None:
    draft.add(Send(replace(Message(text, options), reply_to=heard.reply_to, folded=folded)))
