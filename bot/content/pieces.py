"""Every text that people read, with its place: what the rules of language look at."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.content.authored import AuthoredArticle, AuthoredFlow, Material
from bot.content.document import Document
from bot.content.document import Path as Place
from bot.content.problem import Problem
from bot.flows.steps.ask import Ask
from bot.flows.steps.say import Say


@dataclass(frozen=True, slots=True)
class Piece:
    """One text that people read."""

    document: Document
    where: Place
    text: str
    """As authored: light Markdown, with its placeholders."""
    short: bool = False
    """A title or a label, not sentences."""

    def warn(self, code: str, message: str, offset: int = 0) -> Problem:
        """A warning at a character of the text."""
        begins = max(self.document.words(self.where).find(self.text), 0)  # the models trim texts
        return self.document.problem(code, message, self.where, offset=begins + offset, severity="warning")


def pieces_of(material: Material) -> Iterator[Piece]:
    """All of them, file by file. The wordings by which people may ask are not ours and are left out."""
    for authored in material.flows:
        yield from _of_flow(authored)
    document = material.phrases_document
    if document and material.phrases:
        for key, template in material.phrases.phrases.items():
            yield Piece(document, ("phrases", key), template.source)
        for name, line in material.phrases.commands.items():
            yield Piece(document, ("commands", name), line, short=True)
        for place, entry in enumerate(material.phrases.menu):
            yield Piece(document, ("menu", place, "label"), entry.label, short=True)
    if material.planned_document:
        for place, title in enumerate(material.planned.values()):
            yield Piece(material.planned_document, (place, "title"), title, short=True)
    for authored_article in material.articles:
        yield from _of_article(authored_article)


def _of_article(authored: AuthoredArticle) -> Iterator[Piece]:
    article, document, base = authored.article, authored.document, (authored.place,)
    yield Piece(document, (*base, "question"), article.question, short=True)
    yield Piece(document, (*base, "answer"), article.answer)
    if article.more:
        yield Piece(document, (*base, "more"), article.more)
    if article.to_check:
        yield Piece(document, (*base, "to_check", "what"), article.to_check.what)
        yield Piece(document, (*base, "to_check", "where"), article.to_check.where)


def _of_flow(authored: AuthoredFlow) -> Iterator[Piece]:
    flow, document = authored.flow, authored.document
    for key, text in (("title", flow.title), ("summary", flow.summary)):
        if document.words((key,)):
            yield Piece(document, (key,), text, short=key == "title")
    for id, title in flow.sections.items():
        yield Piece(document, ("sections", id), title, short=True)
    for place, step in authored.steps():
        base = ("steps", place)
        for where, template in step.texts():
            yield Piece(document, (*base, *where), template.source)
        match step:
            case Ask():
                for number, choice in enumerate(step.choices):
                    yield Piece(document, (*base, "choices", number, "label"), choice.label, short=True)
                for number, label in enumerate(step.labels):
                    yield Piece(document, (*base, "labels", number), label, short=True)
            case Say(picture=picture) if picture and picture.alt:
                yield Piece(document, (*base, "picture", "alt"), picture.alt)
