"""Phrases, planned journeys, articles, sources and word lists: their files -> models, with every problem."""

from collections.abc import Iterator, Mapping
from typing import get_args

from pydantic import ConfigDict
from pydantic import Field as Constraint

from bot.content.authored import AuthoredArticle
from bot.content.decode import decode
from bot.content.document import Document, Keyed, Listed
from bot.content.problem import NBSP, Problem, did_you_mean, quote
from bot.flows.authored import Authored, Slug
from bot.flows.phrases import PHRASES, ControlWord, Phrases
from bot.knowledge.article import Article, Source, Words

Problems = tuple[Problem, ...]


class Planned(Authored):
    """A journey that is announced but not written yet."""

    model_config = ConfigDict(str_strip_whitespace=True)

    id: Slug
    title: str = Constraint(min_length=1, max_length=60)


def decode_phrases(document: Document) -> tuple[Phrases | None, Problems]:
    """The standing phrases; every missing or unknown one has its own line."""
    phrases, problems = decode(Phrases, document)
    told = tuple(problem for problem in problems if problem.code != "incomplete")  # told better below
    return phrases, (*told, *_incomplete(document))


def _incomplete(document: Document) -> Iterator[Problem]:
    written = document.keys(("phrases",))
    unknown = [key for key in written if key not in PHRASES]
    missing = [key for key in PHRASES if key not in written]
    for key in unknown:
        message = f"phrase inconnue {quote(key)}{did_you_mean(key, missing)}"
        yield document.problem("unknown-key", message, ("phrases", key), key=True)
    if written and missing:
        yield document.problem(
            "missing-key", f"il manque les phrases {', '.join(missing)}", ("phrases",), key=True
        )
    words = document.keys(("words",))
    gaps = [word for word in get_args(ControlWord) if word not in words]
    if words and gaps:
        yield document.problem(
            "missing-key", f"il manque les mots pour {', '.join(gaps)}", ("words",), key=True
        )


def decode_planned(document: Document) -> tuple[Mapping[str, str], Problems]:
    """Planned flows with their titles: a list of `{id, title}`."""
    if not isinstance(document.root, Listed):
        message = f"une liste est attendue{NBSP}: - {{id: avec-qui, title: Avec qui ?}}"
        return {}, (document.problem("wrong-type", message),)
    planned: dict[str, str] = {}
    problems: Problems = ()
    for place in range(len(document.root.items)):
        entry, refused = decode(Planned, document, (place,))
        problems = (*problems, *refused)
        if entry and entry.id in planned:
            message = f"{quote(entry.id)} est déjà annoncé plus haut"
            problems = (*problems, document.problem("duplicate-flow", message, (place, "id")))
        elif entry:
            planned[entry.id] = entry.title
    return planned, problems


def decode_articles(document: Document) -> tuple[tuple[AuthoredArticle, ...], Problems]:
    """The entries of a chapter; broken ones are left out."""
    if not isinstance(document.root, Listed):
        return (), (document.problem("wrong-type", f"une liste de fiches est attendue{NBSP}: - id: …"),)
    articles: list[AuthoredArticle] = []
    problems: Problems = ()
    for place in range(len(document.root.items)):
        article, refused = decode(Article, document, (place,))
        problems = (*problems, *refused)
        if article:
            articles.append(AuthoredArticle(document, place, article))
    return tuple(articles), problems


def decode_sources(document: Document) -> tuple[Mapping[str, Source], Problems]:
    """Sources by their names."""
    if not isinstance(document.root, Keyed):
        return {}, (
            document.problem(
                "wrong-type", f"des noms de sources sont attendus{NBSP}: insee-2023: {{name: …}}"
            ),
        )
    sources: dict[str, Source] = {}
    problems: Problems = ()
    for name in document.root.entries:
        source, refused = decode(Source, document, (name,))
        problems = (*problems, *refused)
        if source:
            sources[name] = source
    return sources, problems


def decode_words(document: Document) -> tuple[Words, Problems]:
    """The word lists; empty ones if they are broken."""
    words, problems = decode(Words, document)
    return words or Words(), problems
