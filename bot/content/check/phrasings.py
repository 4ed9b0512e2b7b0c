"""The phrasings of one entry: each must tell the matcher something that the others do not."""

from collections.abc import Iterator

from bot.content.authored import Material
from bot.content.problem import NBSP, Problem, quote
from bot.knowledge.text import make_reader


def phrasings_differ(material: Material) -> Iterator[Problem]:
    """`repeated-phrasing` (warning): the same words, whatever their accents, case, spelling and order.

    The matcher reads both as one text: the second is work without effect.
    """
    reader = make_reader(material.words)
    for authored in material.articles:
        question = _words(reader.read(authored.article.question).words)
        seen: dict[tuple[str, ...], str] = {}
        for place, text in enumerate(authored.article.phrasings):
            words = _words(reader.read(text).words)
            if words == question:
                said = f"pour le bot, {quote(text)} est la question elle-même"
            elif words in seen:
                said = f"pour le bot, {quote(text)} répète {quote(seen[words])}"
            else:
                seen |= {words: text} if words else {}
                continue
            message = f"{said}{NBSP}: demandez-le avec d'autres mots"
            yield authored.problem("repeated-phrasing", message, ("phrasings", place), severity="warning")


def _words(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(words))
