"""What people think of an answer, and what is tried next when it was not what they meant.

Returns the words to be said, or sends a message with buttons; the caller brings the waiting prompt back.
"""

from collections.abc import Mapping, Sequence

from bot.dialogue.draft import Draft
from bot.dialogue.prompts import offer_human
from bot.flows.cards import article_option, related
from bot.knowledge.article import Article
from bot.knowledge.text import cut
from bot.markup.escape import escape
from bot.model.effects import Miss, Opinion, Send
from bot.model.message import Markdown, Message, Option
from bot.model.values import ArticleId

CONTENT, GUESSED, REPHRASING, REPHRASED, HUMAN = range(5)
"""`Session.unhappy`: no complaint; other guesses were shown; other words were asked for; a question in other
words was heard; a human was offered."""

AFTER_A_DISLIKE: Mapping[int, tuple[int, ...]] = {
    CONTENT: (GUESSED, REPHRASING),
    GUESSED: (REPHRASING,),
    REPHRASING: (HUMAN,),
    REPHRASED: (HUMAN,),
    HUMAN: (HUMAN,),
}
"""What is tried after "👎" or "none of these": the first that is possible. Guesses need some left."""

AFTER_A_QUESTION: Mapping[int, int] = {
    CONTENT: CONTENT,
    GUESSED: REPHRASED,
    REPHRASING: REPHRASED,
    REPHRASED: CONTENT,
    HUMAN: CONTENT,
}
"""What the next question means: it puts the same one in other words, or the one before was answered well."""

SHOWN = 3
"""Guesses shown at once."""

JUDGED = "judged"
"""Where `Session.told` keeps the thumbs already counted, the last ones first: `yes.<entry> no.<entry>`."""
KEPT = 8
"""How many of them."""


def asked(draft: Draft, text: str, guesses: Sequence[ArticleId]) -> None:
    """A question was asked: its words, and the entries that may answer it, the likeliest first."""
    stage = AFTER_A_QUESTION[draft.session.unhappy]
    draft.change(asked=cut(text), guesses=tuple(guesses), unhappy=stage)


def opened(draft: Draft, article: Article, *, anew: bool, asked: bool = False) -> None:
    """An entry is going to be shown: it is no longer a guess.

    `anew`: its card, which may be judged again. `asked`: it answers the question just asked, guess or not.
    """
    session = draft.session
    if asked or ArticleId(article.id) in session.guesses:
        draft.change(guesses=tuple(guess for guess in session.guesses if guess != article.id))
    elif article.id != session.topic:
        _unasked(draft, article)
    if anew:
        _keep(draft, [thumb for thumb in _judged(draft) if thumb.partition(".")[2] != article.id])


def judge(draft: Draft, article: Article, *, helpful: bool) -> Markdown | None:
    """A thumb was pressed. The same one again under the same card counts once."""
    thumb = f"{'yes' if helpful else 'no'}.{article.id}"
    if thumb in _judged(draft):
        return draft.phrases.say("opinion_known")
    _keep(draft, [thumb, *_judged(draft)])
    draft.add(Opinion(ArticleId(article.id), helpful))
    if helpful:
        draft.change(unhappy=CONTENT)
        return draft.phrases.say("opinion_thanks")
    _disliked(draft, article)
    return try_next(draft)


def try_next(draft: Draft, *, guesses: bool = True) -> Markdown | None:
    """The next thing to try when the answer, or none of the guesses, was what the person meant."""
    left = _left(draft) if guesses else []
    stage = next(stage for stage in AFTER_A_DISLIKE[draft.session.unhappy] if stage != GUESSED or left)
    draft.change(unhappy=stage)
    if stage == REPHRASING:
        return draft.phrases.say("opinion_rephrase")
    if stage == GUESSED:
        draft.add(Send(suggestions(draft, left, "opinion_guesses")))
    else:
        offer_human(draft)
    return None


def suggestions(draft: Draft, articles: Sequence[Article], phrase: str, *more: Option) -> Message:
    """Titles as buttons, in full above where a button is too short for one; then what goes with them."""
    options = tuple(article_option(article) for article in articles)
    text = draft.phrases.say(phrase)
    if any(option.label != article.question for option, article in zip(options, articles, strict=True)):
        titles = "\n".join(f"- {escape(article.question)}" for article in articles)
        text = Markdown(f"{text}\n\n{titles}")
    return Message(text, (*options, *more, draft.button("button_none", "none")))


def _disliked(draft: Draft, article: Article) -> None:
    session = draft.session
    if article.id != session.topic:  # under an earlier card: what was asked since is no question about it
        draft.change(topic=ArticleId(article.id))
        _unasked(draft, article)
    elif session.asked:
        shown = (ArticleId(article.id), *session.guesses)
        draft.add(Miss(session.asked, "disliked", shown[:SHOWN]))


def _unasked(draft: Draft, article: Article) -> None:
    """An entry reached without a question, by a link, the menu, or from another card."""
    beside = tuple(ArticleId(found.id) for found in related(article, draft.shelf))
    draft.change(asked="", guesses=beside, unhappy=CONTENT)


def _left(draft: Draft) -> list[Article]:
    """The first guesses that are still there."""
    articles = draft.shelf.articles
    return [articles[guess] for guess in draft.session.guesses if guess in articles][:SHOWN]


def _judged(draft: Draft) -> list[str]:
    return draft.session.told.get(JUDGED, "").split()


def _keep(draft: Draft, thumbs: Sequence[str]) -> None:
    told = {name: said for name, said in draft.session.told.items() if name != JUDGED}
    if thumbs:
        told[JUDGED] = " ".join(thumbs[:KEPT])
    draft.change(told=told)
