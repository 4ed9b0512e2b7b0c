"""A message that goes on from the entry read last: "et pour une petite ?", "et un GIP ?", "comment ?".

It is compared alone and together with that entry's title, and what stands beside the entry in the base comes
nearer. Tuned on one half of `tests/knowledge/follow_ups.yaml`, measured on the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.knowledge.ask import Finding, Reason, Verdict, judge
from bot.knowledge.text import cut, fold, split_words, stem

if TYPE_CHECKING:  # as in `ask`
    from bot.knowledge.article import Article
    from bot.knowledge.index import Index

WEIGHTS = {
    "title": 0.3,  # of the comparison together with the title, next to the message alone
    "beside": 0.15,  # added to the score of an entry that stands right beside the topic
}
NEARNESS = {"related": 1.0, "related back": 0.7, "chapter": 0.3}
"""How near another entry stands to the topic: named by it, naming it, or in its chapter."""

OPENINGS = frozenset({"et", "mais", "oui", "ok", "alors", "donc", "sinon", "ou"})
"""First words of a message that goes on from something, folded."""

MOST_WORDS = 3
"""Words about a subject that a message may have and still lean on another; with an opening, any number."""

BACKING = 3
"""A direct answer must be among so many first entries for the message alone too …"""
SURE = 0.91
"""… and at least so sure: what stands beside the topic helps an entry that only shares a word with it."""

ALMOST = 0.99
"""The most that an entry scores in context: it is never that very phrasing."""


@dataclass(frozen=True, slots=True)
class Topic:
    """The entry that was read last."""

    id: str
    question: str
    beside: Mapping[str, float]
    """Entry -> how near it stands, 0 to 1."""


def topic_of(article: "Article", articles: Iterable["Article"]) -> Topic:
    """An entry as a topic, among all the others."""
    beside: dict[str, float] = {}
    for other in articles:
        if other.id in article.related:
            beside[other.id] = NEARNESS["related"]
        elif article.id in other.related:
            beside[other.id] = NEARNESS["related back"]
        elif other.chapter == article.chapter and other.id != article.id:
            beside[other.id] = NEARNESS["chapter"]
    return Topic(article.id, article.question, beside)


def goes_on(text: str) -> bool:
    """Whether a message begins as one that goes on from something."""
    words = split_words(fold(cut(text, 100)))
    return bool(words) and words[0] in OPENINGS


def follow(index: "Index", text: str, topic: Topic, alone: Finding) -> Finding:
    """The verdict on a message right after a topic was read, when `alone` is the verdict without it.

    It is `alone` unless the topic helps. The topic itself may come out first: the person wants more of it.
    """
    words = index.scorer.reader.read(text).content
    known = all(stem(word) in index.scorer.tokens.idf for word in words)
    opens = goes_on(text)
    if alone.redirect or (alone.verdict is Verdict.REJECT and not known):
        return alone
    if not opens and (alone.verdict is Verdict.ANSWER or len(words) > MOST_WORDS):
        return alone
    together = _together(index, text, topic)
    if together.verdict is Verdict.REJECT:
        return alone
    first = together.matches[0].id
    if alone.verdict is Verdict.ANSWER and first == alone.matches[0].id:
        return alone
    backed = alone.verdict is not Verdict.REJECT and first in [match.id for match in alone.matches[:BACKING]]
    if together.verdict is Verdict.ANSWER and not (known and backed and together.confidence >= SURE):
        together = replace(together, verdict=Verdict.SUGGEST, reason=Reason.UNSURE)
    return replace(together, reason=Reason.ABOUT_TOPIC) if first == topic.id else together


def _together(index: "Index", text: str, topic: Topic) -> Finding:
    """The verdict with the topic; how much of the message is known is judged by the message alone."""
    alone = index.score(text)
    joined = index.score(f"{topic.question} {cut(text)}")
    totals = (alone.totals + WEIGHTS["title"] * joined.totals) / (1 + WEIGHTS["title"])
    for place, name in enumerate(index.ids):
        totals[place] += WEIGHTS["beside"] * topic.beside.get(name, 0.0)
    return judge(index, replace(alone, totals=totals.clip(max=ALMOST)))
