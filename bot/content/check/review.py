"""What time does to entries: reviews that are due, figures that grew old or never had a date."""

import re
from collections.abc import Iterator
from datetime import date

from bot.content.authored import AuthoredArticle, Material
from bot.content.pieces import Piece
from bot.content.problem import NBSP, Problem, quote
from bot.knowledge.article import Article

_NUMBER = r"(?<![\w.,/-])\d+(?:[\s\u00a0\u202f.,]\d+)*"
_FIGURE = re.compile(
    _NUMBER + r"[\s\u00a0\u202f]*(?:[€%](?!\w)|(?:(?:milliers|millions?|milliards?)[\s\u00a0]+d|euros?\b))"
    r"|" + _NUMBER + r"[\s\u00a0\u202f]+(?:millions?|milliards?|heures?|jours?|mois|ans|salariés|associations"
    r"|bénévoles|personnes|membres)\b"
)
"""A figure of the kind that changes: money, a share, a number in digits with what it counts. Small numbers of
an example are written in words; steps, pages and articles of law carry no such unit."""

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def reviews_are_done(material: Material, today: date) -> Iterator[Problem]:
    """`stale-review` (warning): the day after which it must be read again has passed."""
    for authored in material.articles:
        due = authored.article.review_after
        if due and due < today:
            message = (
                f"à relire depuis le {due}{NBSP}: relisez, puis avancez {quote('reviewed')} et cette date"
            )
            yield authored.problem("stale-review", message, ("review_after",), severity="warning")


def checks_are_recent(material: Material, today: date) -> Iterator[Problem]:
    """`stale-figure` (warning): what is to be checked dates from more than one year ago."""
    for authored in material.articles:
        check = authored.article.to_check
        if check and check.year < today.year - 1:
            message = f"ce qui est à vérifier date de {check.year}{NBSP}: vérifiez-le, puis changez l'année"
            yield authored.problem("stale-figure", message, ("to_check", "year"), severity="warning")


def figures_have_a_year(material: Material) -> Iterator[Problem]:
    """`undated-figure` (warning), once an entry: no year in its texts, `to_check` or sources."""
    for authored in material.articles:
        if not _is_dated(authored.article, material):
            yield from _undated(authored)


def _is_dated(article: Article, material: Material) -> bool:
    sources = (material.sources[name].name for name in article.sources if name in material.sources)
    texts = (article.question, article.answer, article.more or "", *sources)
    return article.to_check is not None or any(_YEAR.search(text) for text in texts)


def _undated(authored: AuthoredArticle) -> Iterator[Problem]:
    for key, text in (("answer", authored.article.answer), ("more", authored.article.more or "")):
        if found := _FIGURE.search(text):
            message = f"{quote(found[0].strip())}{NBSP}: de quelle année{NBSP}? Un chiffre porte la sienne"
            piece = Piece(authored.document, (authored.place, key), text)
            yield piece.warn("undated-figure", message, found.start())
            return
