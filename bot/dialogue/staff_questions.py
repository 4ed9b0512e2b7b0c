"""For staff: what people ask and the base does not know, and where it belongs. Who asked is never known.

Every function asks again who is tapping: a button may be forged or older than somebody's standing.
"""

from datetime import date
from typing import TYPE_CHECKING

from bot.dialogue.acts import article_tag
from bot.dialogue.draft import Draft
from bot.dialogue.questions import say_stale
from bot.flows.cards import LABEL
from bot.flows.french import shorten, write_date
from bot.flows.template import Rich
from bot.knowledge.article import Article
from bot.markup.escape import escape
from bot.model.effects import Propose, Send, Settle
from bot.model.message import Markdown, Message, Option
from bot.model.misses import Missed
from bot.model.rights import Right
from bot.model.values import ArticleId

if TYPE_CHECKING:  # numpy: imported in the functions, since an assistant without entries never needs it
    from bot.knowledge.likeness import Group

SHOWN_GROUPS = 5
SHOWN_ENTRIES = 2
SHOWN_STALE = 3
TITLE = 120
"""Characters of a question within a list."""
VERDICTS = {"reject": "missed_reject", "suggest": "missed_suggest", "disliked": "missed_disliked"}
"""What became of a question -> the phrase that says so."""


def list_questions(draft: Draft, argument: str = "") -> None:
    """`/questions`: the groups that most people asked about, and which entries wait for a review."""
    if draft.may(Right.ANSWER):
        _list(draft)
    else:
        say_stale(draft)


def group_tapped(draft: Draft, number: int, what: str) -> None:
    """Look at a group, or put it away."""
    group = _group(draft, number)
    if group is None:
        say_stale(draft)
    elif what == "away":
        draft.add(Settle(group.row_ids))
        _after(draft, draft.phrases.say("missed_dismissed"), group)
    else:
        _show(draft, group)


def proposed(draft: Draft, number: int, tag: str) -> None:
    """Propose that the wordings of a group are added to an entry."""
    group = _group(draft, number)
    article = next((one for one in draft.shelf.articles.values() if article_tag(one.id) == tag), None)
    if group is None or article is None:
        say_stale(draft)
        return
    from bot.knowledge.likeness import worth_adding

    name = ArticleId(article.id)
    # Only what they have read can they agree to: a wording not shown may name somebody.
    useful = worth_adding(draft.library.index, group.rows, name)
    phrasings = tuple(text for text in useful if text in group.examples)
    if not phrasings:
        _after(draft, draft.phrases.say("missed_nothing_to_add", title=article.question), None)
        return
    draft.add(Propose(name, phrasings, group.row_ids))
    _after(draft, draft.phrases.say("missed_proposed", title=article.question, count=len(phrasings)), group)


def _group(draft: Draft, number: int) -> "Group | None":
    """The open group of that name; None for anybody but staff."""
    from bot.knowledge.likeness import group_with, groups

    if not draft.may(Right.ANSWER):
        return None
    return group_with(groups(draft.library.index, draft.view.misses), number)


def _list(draft: Draft, *, besides: "Group | None" = None) -> None:
    """The list without the group that was just settled."""
    from bot.knowledge.likeness import groups

    settled = besides.ids if besides else frozenset()
    left: tuple[Missed, ...] = tuple(row for row in draft.view.misses if row.id not in settled)
    found = groups(draft.library.index, left)
    phrases, shown = draft.phrases, found[:SHOWN_GROUPS]
    parts = [phrases.say("missed_none")]
    if shown:
        lines = [
            phrases.say("missed_line", count=len(group.rows), title=shorten(group.title, TITLE))
            for group in shown
        ]
        parts = [phrases.say("missed_list", count=len(found)), Markdown("\n".join(lines))]
    if stale := _stale(draft):
        parts.append(stale)
    options = [Option(f"miss.{group.id}", shorten(group.title, LABEL), f"miss.{group.id}") for group in shown]
    draft.change(active=None)
    draft.add(Send(Message(Markdown("\n\n".join(parts)), (*options, draft.button("button_menu", "menu")))))


def _stale(draft: Draft) -> Markdown | None:
    """How many entries are past their day of review, the oldest named."""
    today = draft.now.astimezone(draft.view.policy.timezone).date()
    late = [
        article
        for article in draft.shelf.articles.values()
        if article.review_after and article.review_after < today
    ]
    late.sort(key=lambda article: (article.review_after or today, article.id))
    if not late:
        return None
    titles = "\n".join(f"- {escape(article.question)}" for article in late[:SHOWN_STALE])
    return draft.phrases.say("missed_stale", count=len(late), titles=Rich(Markdown(titles)))


def _show(draft: Draft, group: "Group") -> None:
    """The wordings, what became of them, the nearest entries, and what can be done."""
    from bot.knowledge.likeness import nearest

    phrases = draft.phrases
    verdicts = ", ".join(
        phrases.label(VERDICTS.get(verdict, "missed_reject"), count=count)
        for verdict, count in group.verdicts.items()
    )
    near = [
        draft.shelf.articles[ArticleId(match.id)]
        for match in nearest(draft.library.index, group)
        if ArticleId(match.id) in draft.shelf.articles
    ][:SHOWN_ENTRIES]
    lines = "\n".join(f"- {escape(text)}" for text in group.examples)
    entries = "\n".join(f"- {escape(article.question)}" for article in near)
    parts = [
        phrases.say(
            "missed_group",
            count=len(group.rows),
            last=write_date(date.fromisoformat(group.days[1]), phrases.calendar),
            verdicts=verdicts,
            examples=Rich(Markdown(lines)),
        )
    ]
    if near:
        parts.append(phrases.say("missed_near", entries=Rich(Markdown(entries))))
    options = [_add_button(draft, group, article) for article in near]
    options.append(Option(f"away.{group.id}", phrases.label("button_dismiss"), f"away.{group.id}"))
    back = draft.button("button_back", "questions")
    draft.add(Send(Message(Markdown("\n\n".join(parts)), tuple(options), (back,))))


def _add_button(draft: Draft, group: "Group", article: Article) -> Option:
    act = f"add.{group.id}-{article_tag(article.id)}"
    label = draft.phrases.label("button_add_to", title=article.question)
    return Option(f"add.{article.id}", shorten(label, LABEL), act)


def _after(draft: Draft, words: Markdown, group: "Group | None") -> None:
    """Say what was done; then what is left."""
    draft.add(Send(Message(words)))
    _list(draft, besides=group)
