"""`answer`: shows a knowledge entry."""

from collections.abc import Iterable

from bot.flows.authored import Slug
from bot.flows.cards import article_card
from bot.flows.step import Link, Outcome, Scope, Step
from bot.model.values import ArticleId


class Answer(Step):
    """A signed answer, reused."""

    answer: Slug

    def enter(self, scope: Scope) -> Outcome:
        """Shows the entry's card and goes on."""
        article = scope.shelf.articles[ArticleId(self.answer)]
        under_way = scope.names.started | {frame.flow for frame in scope.run.frames}
        card = article_card(article, scope.shelf, scope.view, now=scope.now, under_way=under_way)
        return Outcome(says=(card,))

    def links(self) -> Iterable[Link]:
        yield Link("article", self.answer, ("answer",))
