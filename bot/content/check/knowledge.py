"""Articles and phrases: names that exist once, references that lead somewhere, holes that get filled."""

from collections.abc import Iterator

from bot.content.authored import Material
from bot.content.problem import NBSP, Problem, did_you_mean, quote
from bot.flows.phrases import PHRASES


def articles_have_their_own_ids(material: Material) -> Iterator[Problem]:
    """`duplicate-article`."""
    seen: dict[str, str] = {}
    for authored in material.articles:
        id = authored.article.id
        if id in seen:
            yield authored.problem(
                "duplicate-article", f"la fiche {quote(id)} existe déjà dans {seen[id]}", ("id",)
            )
        seen.setdefault(id, authored.document.path)


def articles_refer_to_what_exists(material: Material) -> Iterator[Problem]:
    """`unknown-article`, `unknown-flow`, `unknown-source`, `self-related`."""
    journeys = material.flow_ids | material.planned.keys()
    sources = material.sources.keys() | material.broken_sources
    references = (
        ("related", "unknown-article", "fiche inconnue", material.article_ids),
        ("journeys", "unknown-flow", "parcours inconnu", journeys),
        ("sources", "unknown-source", "source inconnue", sources),
    )
    for authored in material.articles:
        for key, code, what, known in references:
            for place, name in enumerate(getattr(authored.article, key)):
                if name not in known:
                    message = f"{what} {quote(name)}{did_you_mean(name, known)}"
                    yield authored.problem(code, message, (key, place))
        if authored.article.id in authored.article.related:
            place = authored.article.related.index(authored.article.id)
            yield authored.problem("self-related", "une fiche ne renvoie pas à elle-même", ("related", place))


def phrases_know_their_holes(material: Material) -> Iterator[Problem]:
    """`phrase-hole`."""
    document = material.phrases_document
    if document is None or material.phrases is None:
        return
    for key, template in material.phrases.phrases.items():
        known = PHRASES.get(key, ())
        for hole in template.placeholders():
            if hole.name not in known:
                told = (
                    f"{NBSP}; elle connaît {', '.join(known)}"
                    if known
                    else f"{NBSP}; elle n'a rien à remplir"
                )
                hint = did_you_mean(hole.name, known) or told
                message = f"cette phrase ne connaît pas {quote(hole.name)}{hint}"
                yield document.problem("phrase-hole", message, ("phrases", key), offset=hole.column)
