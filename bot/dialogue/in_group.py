"""Where several people talk: answers to questions, and nothing else. No journey, no profile, no names.

Of what was said here only the topic stays, for a follow-up; who said it is known to nobody.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.dialogue import context
from bot.dialogue.acts import ArticleTap, parse_act
from bot.dialogue.draft import Draft
from bot.dialogue.questions import MORE_READ, more_to_read, redirect_of
from bot.dialogue.sharing import private_link
from bot.dialogue.taps import note_tap, tapped_again
from bot.flows.cards import article_card, article_more, article_sources, titles
from bot.flows.template import Rich
from bot.knowledge.article import Article
from bot.knowledge.ask import SUGGESTIONS, Finding, Reason, Verdict
from bot.knowledge.smalltalk import recognise
from bot.markup.escape import escape
from bot.model.effects import Asked, Miss, Reach, Send
from bot.model.inputs import InGroup, Membership, Tap, Utterance
from bot.model.message import Markdown, Message, Option
from bot.model.values import ArticleId

PARTS = frozenset({"art", "more", "src"})
"""What the buttons under a card may show in a group."""

AGAIN = timedelta(seconds=30)
"""The same button within this time is tapped by people who have not yet seen what it showed."""


def heard_in_group(draft: Draft, heard: InGroup) -> None:
    """Something was meant for us in a group."""
    draft.thread = heard.thread
    match heard.input:
        case Membership(change="unblocked"):
            draft.add(Reach(True))
            _say(draft, heard, draft.phrases.say("group_hello", command=_command(draft)))
        case Membership():
            draft.add(Reach(False))
        case Tap(act=act):
            _tapped(draft, heard, act)
        case Utterance(text=text):
            _said(draft, heard, text.strip())


def _said(draft: Draft, heard: InGroup, words: str) -> None:
    command = _command(draft)
    kind = recognise(words, {str(name): said for name, said in draft.phrases.small_talk.items()})
    if not any(sign.isalnum() for sign in words) or (not kind and context.is_bare(draft, words)):
        _say(draft, heard, draft.phrases.say("group_ask", command=command))
    elif kind == "human":
        contact = draft.phrases.say("group_human", contact=draft.contact)
        _say(draft, heard, contact, _private(draft))
    elif kind in ("greeting", "abilities"):
        _say(draft, heard, draft.phrases.say(f"group_{kind}", command=command))
    elif kind:
        _say(draft, heard, draft.phrases.say("group_insult" if kind == "insult" else kind))
    elif context.wants_more(draft, words):
        _tell_more(draft, heard)
    else:
        _answer(draft, heard, words, context.understand(draft, words))


def _answer(draft: Draft, heard: InGroup, words: str, finding: Finding) -> None:
    shelf = draft.shelf.articles
    guesses = tuple(ArticleId(match.id) for match in finding.matches[:SUGGESTIONS] if match.id in shelf)
    if finding.verdict is Verdict.ANSWER and finding.reason is Reason.ABOUT_TOPIC:
        _tell_more(draft, heard)
    elif finding.verdict is Verdict.ANSWER and guesses:
        draft.add(Asked("answered", guesses[0]))
        _show(draft, heard, shelf[guesses[0]], "art")
    elif finding.verdict is Verdict.SUGGEST and guesses:
        draft.add(Asked("suggested"), Miss(words, "suggest", guesses))
        _suggest(draft, heard, [shelf[guess] for guess in guesses], "suggest")
    elif redirect := redirect_of(draft, finding):
        draft.add(Asked("answered", ArticleId(redirect.id)))
        card = _card(draft, redirect)
        first = draft.phrases.say("reject_redirect")
        _say(draft, heard, Markdown(f"{first}\n\n{card.text}"), _options(draft, card, redirect))
        context.shown(draft, ArticleId(redirect.id))
    else:
        draft.add(Asked("unanswered"), Miss(words, "reject", guesses))
        _reject(draft, heard)


def _reject(draft: Draft, heard: InGroup) -> None:
    """Nothing was found; the private chat is named where a button leads there."""
    text, way = draft.phrases.say("group_reject"), _private(draft)
    if way:
        text = Markdown(f"{text}\n\n{draft.phrases.say('group_private')}")
    _say(draft, heard, text, way)


def _tell_more(draft: Draft, heard: InGroup) -> None:
    match more_to_read(draft):
        case Article() as topic:
            _show(draft, heard, topic, "more")
        case []:
            _say(draft, heard, draft.phrases.say("more_none"), _private(draft))
        case beside:
            _suggest(draft, heard, beside, "beside_topic")


def _suggest(draft: Draft, heard: InGroup, articles: Sequence[Article], phrase: str) -> None:
    """Titles to choose from."""
    shown = titles(draft.phrases.say(phrase), articles)
    _say(draft, heard, shown.text, (*shown.options, *_private(draft)))


def _tapped(draft: Draft, heard: InGroup, act: str) -> None:
    """A button under one of our messages, whoever tapped it; what several tap at once is shown once."""
    meaning, here = parse_act(act), f"{act} {draft.thread}".strip()
    if not isinstance(meaning, ArticleTap) or meaning.part not in PARTS:
        return
    if tapped_again(draft, here, within=AGAIN):
        return
    note_tap(draft, here)
    article = draft.shelf.articles.get(meaning.article)
    if article:
        _show(draft, heard, article, meaning.part)
    else:
        _say(draft, heard, draft.phrases.say("article_gone"))


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
