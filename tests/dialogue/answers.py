"""A small base for tests of what happens around an answer: entries beside each other, twins, a definition."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from bot.dialogue.library import Library
from bot.knowledge.article import Article, Words
from bot.knowledge.index import build_index
from bot.model.values import ArticleId
from tests.dialogue.chat import Chat
from tests.flows import library as fixtures

STARTS = ("c'est quoi", "que veut dire", "expliquer", "comment marche", "je voudrais comprendre")
ENDS = ("ça veut dire quoi", "pour une association", "au juste", "en bref")


def entry(id: str, question: str, words: Sequence[str], **more: Any) -> Article:
    """An entry that is asked for in these words."""
    phrasings = [f"{start} {said}" for said in words for start in STARTS]
    phrasings += [f"{said} {end}" for said in words for end in ENDS]
    plain = {
        "id": id,
        "chapter": "1-essai",
        "audience": "benevole",
        "question": question,
        "phrasings": [*words, *phrasings],
        "answer": f"Réponse {id}.",
        "more": f"Plus long {id}.",
        "status": "sourcé",
        "sources": ["une-source"],
        "author": "Awa",
        "reviewed": date(2026, 1, 1),
    }
    return Article.model_validate({**plain, **more})


ENTRIES = (
    entry(
        "local",
        "Comment partager un local ?",
        ("partager un local", "une salle à plusieurs"),
        related=["assurance", "disparue", "attente", "cle"],
        journeys=["chemin", "types"],
    ),
    entry("assurance", "Quelle assurance pour le local ?", ("l'assurance de la salle", "assurer les lieux")),
    entry("cle", "Qui garde les clés ?", ("les clés de la porte", "le double des clés"), chapter="2-autre"),
    entry(
        "attente",
        "Quel bail signer ?",
        ("le bail du local", "signer un bail"),
        ready=False,
        not_ready_because="à relire",
    ),
    entry("loyer-benevole", "Combien coûte le loyer ?", ("le loyer mensuel", "payer un loyer")),
    entry(
        "loyer-bureau",
        "Quel loyer voter au bureau ?",
        ("le loyer mensuel", "payer un loyer"),
        audience="dirigeant",
        journeys=["avec-qui"],
    ),
    entry(
        "loyer-salarie",
        "Comment enregistrer le loyer ?",
        ("le loyer mensuel", "payer un loyer"),
        audience="salarie",
    ),
    entry(
        "mot-mecenat",
        "Que veut dire « mécénat » ?",
        ("le mécénat", "un mécène"),
        kind="glossary",
        keywords=["mécène", "don"],
    ),
    entry(
        "mecenat-fisc", "Le mécénat réduit-il l'impôt ?", ("le mécénat", "un mécène"), related=["mot-mecenat"]
    ),
    entry(
        "mot-long",
        "Que veut dire « modèle socio-économique participatif » ?",
        ("le modèle socio-économique participatif",),
        kind="glossary",
    ),
    entry("seule", "Comment peindre un mur ?", ("peindre un mur", "la peinture murale"), more=None),
    entry("meteo", "Quel temps fera-t-il ?", ("la météo du jour", "le temps de demain"), kind="redirect"),
)


@cache
def library() -> Library:
    """The flows of the other tests with this base."""
    shelf = fixtures.shelf_of(*fixtures.FLOWS, WORDY)
    articles = {ArticleId(article.id): article for article in ENTRIES}
    return Library(replace(shelf, articles=articles), build_index(ENTRIES), Words(), "fingerprint")


WORDY: fixtures.Authored = {
    "flow": "jargon",
    "title": "Le jargon",
    "format": 1,
    "triggers": ["parler jargon"],
    "steps": [
        fixtures.ask("un", "text", ask="Avez-vous un mécène ?", skip="allowed"),
        fixtures.ask(
            "deux",
            "choices",
            help="Le mécénat compte aussi.",
            choices=[
                {"id": "a", "label": "Un modèle socio-économique participatif"},
                {"id": "b", "label": "Autre chose"},
            ],
            skip="allowed",
        ),
        fixtures.ask("trois", "phone", ask="Le numéro du mécène ?", skip="allowed"),
        {"id": "fin", "review": ["un", "deux"]},
    ],
}


def chat() -> Chat:
    """A conversation on this base."""
    return Chat(library())


def asked(*texts: str) -> Chat:
    """The same after these questions."""
    talk = chat()
    talk.say(*texts)
    return talk


def ids(talk: Chat, place: int = 0) -> list[str]:
    """The buttons of one of the messages sent last."""
    return [option.id for option in talk.sent[place].options]
