"""What people think of an answer: what is kept of it, and what is tried next. Says nothing itself."""

from collections.abc import Sequence
from datetime import timedelta

from bot.dialogue import context
from bot.dialogue.draft import Draft
from bot.dialogue.passed import note_asked
from bot.dialogue.stages import AFTER_A_DISLIKE, AFTER_A_QUESTION, Stage, begin_anew, reach, stage_of
from bot.flows.cards import related
from bot.knowledge.article import Article
from bot.knowledge.text import cut
from bot.model.effects import Miss, Opinion
from bot.model.values import ArticleId

SHOWN = 3
"""Guesses shown at once."""

KEPT_FOR = timedelta(days=1)
"""So long the last question is kept for a thumb."""

JUDGED = "judged"
"""Where `Session.told` keeps the last thumb under each card, newest first: `yes.<entry> no.<entry>`."""
KEPT = 8
"""How many of them."""


def note_question(draft: Draft, text: str, guesses: Sequence[ArticleId]) -> None:
    """A question was asked: its words, and the entries that may answer it, the likeliest first."""
    stage, words = AFTER_A_QUESTION[stage_of(draft)], cut(text)
    again = draft.session.missed and draft.session.asked == words
    draft.change(asked=words, asked_at=draft.now, missed=again, guesses=tuple(guesses))
    note_asked(draft)
    reach(draft, stage)


def forget_question(draft: Draft) -> None:
    """Drop a question of the days before."""
    at = draft.session.asked_at
    if draft.session.asked and (at is None or draft.now - at >= KEPT_FOR):
        draft.change(asked="", asked_at=None, missed=False, guesses=())


def miss(draft: Draft, verdict: str, guesses: Sequence[ArticleId]) -> None:
    """The question was not answered well: kept for staff, once however often it is complained of."""
    session = draft.session
    if session.asked and not session.missed:
        draft.add(Miss(session.asked, verdict, tuple(guesses)))
        draft.change(missed=True)


def is_chosen(draft: Draft, article: Article) -> bool:
    """Whether it is one of the entries that were suggested for a question not answered at once."""
    session = draft.session
    return session.missed and ArticleId(article.id) in session.guesses


def note_opened(draft: Draft, article: Article, *, anew: bool, answers: bool = False) -> None:
    """An entry is going to be shown: it is no longer a guess.

    `anew`: its card, which may be judged again. `answers`: it answers the question just asked, guess or not.
    """
    session = draft.session
    if answers or ArticleId(article.id) in session.guesses:
        draft.change(guesses=tuple(guess for guess in session.guesses if guess != article.id))
    elif not _answers(draft, article):
        _drop_question(draft, article)
    if anew:
        _keep(draft, [thumb for thumb in _judged(draft) if not thumb.endswith(f".{article.id}")])


def judge(draft: Draft, article: Article, *, helpful: bool) -> bool:
    """A thumb was pressed: False if it is the same one again.

    Under one card the first is counted; the other one, pressed later, is heard but not counted too.
    """
    thumb = f"{'yes' if helpful else 'no'}.{article.id}"
    before = [one for one in _judged(draft) if one.endswith(f".{article.id}")]
    if thumb in before:
        return False
    _keep(draft, [thumb, *(one for one in _judged(draft) if one not in before)])
    if not before:
        draft.add(Opinion(ArticleId(article.id), helpful))
    if not helpful:
        _disliked(draft, article)
    elif _answers(draft, article):
        begin_anew(draft)
    return True


def next_stage(draft: Draft, *, guesses: bool = True) -> Stage:
    """The next thing to try when the answer, or none of the guesses, was what the person meant."""
    possible = AFTER_A_DISLIKE[stage_of(draft)]
    stage = next(stage for stage in possible if stage != Stage.GUESSED or (guesses and left(draft)))
    reach(draft, stage)
    return stage


def left(draft: Draft) -> list[Article]:
    """The first guesses that are still there."""
    articles = draft.shelf.articles
    return [articles[guess] for guess in draft.session.guesses if guess in articles][:SHOWN]


def _disliked(draft: Draft, article: Article) -> None:
    if _answers(draft, article):
        miss(draft, "disliked", (ArticleId(article.id), *draft.session.guesses)[:SHOWN])
    else:  # under an earlier card: what was asked since is no question about it
        _drop_question(draft, article)
        context.shown(draft, ArticleId(article.id))


def _answers(draft: Draft, article: Article) -> bool:
    """Whether this is the entry read last, and nothing was asked since."""
    asked, read = draft.session.asked_at, context.read_at(draft)
    return article.id == draft.session.topic and (asked is None or (read is not None and read >= asked))


def _drop_question(draft: Draft, article: Article) -> None:
    """An entry reached without a question, by a link, the menu, or from another card."""
    beside = tuple(ArticleId(found.id) for found in related(article, draft.shelf))
    draft.change(asked="", asked_at=None, missed=False, guesses=beside)
    begin_anew(draft)


def _judged(draft: Draft) -> list[str]:
    return draft.session.told.get(JUDGED, "").split()


def _keep(draft: Draft, thumbs: Sequence[str]) -> None:
    told = {name: said for name, said in draft.session.told.items() if name != JUDGED}
    if thumbs:
        told[JUDGED] = " ".join(thumbs[:KEPT])
    draft.change(told=told)
