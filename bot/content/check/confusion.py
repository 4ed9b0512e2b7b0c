"""Entries that the matcher takes for each other: what a trial of the whole base shows.

The trial itself is run by the report: these rules only read it, so that a start never pays for it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from bot.content.authored import AuthoredArticle, Material
from bot.content.problem import NBSP, Problem, quote

if TYPE_CHECKING:  # both load numpy
    from bot.knowledge.trial import Trial
    from bot.knowledge.twins import Place

TAKEN, TAKEN_SHARE = 3, 0.3
"""Phrasings of an entry, and their share, that must find one other entry before it is told. On the shipped
base of 205 entries 44 pairs have three such phrasings and 8 reach the share."""

_SHOWN = 3
"""Phrasings named in one message."""


def phrasings_have_no_twin(material: Material, trial: "Trial") -> Iterator[Problem]:
    """`twin-phrasing` (warning), at the second: two entries that can be asked by (nearly) the same text."""
    entries = _entries(material)
    for twins in trial.twins:
        first, second = entries[twins.first.entry], entries[twins.second.entry]
        there, here = _where(first, twins.first), _where(second, twins.second)
        if there and here:
            mark = first.document.at((first.place, *there))
            text = quote(first.document.words((first.place, *there)))
            place = f"{first.document.path}:{mark.line}"
            message = (
                f"presque la même demande que {text} de la fiche {quote(first.article.id)} ({place})"
                f"{NBSP}: gardez-la dans une seule des deux fiches"
            )
            yield second.problem("twin-phrasing", message, here, severity="warning")


def entries_keep_their_questions(material: Material, trial: "Trial") -> Iterator[Problem]:
    """`confused-articles` (warning), once a pair: phrasings that, left out, find one other entry.

    Nothing of an entry that none of them finds: that is told as such.
    """
    entries = _entries(material)
    asked = Counter(one.entry for one in trial.left_out)
    taken: dict[tuple[str, str], list[str]] = {}
    for one in trial.left_out:
        if one.found and one.found[0] != one.entry:
            taken.setdefault((one.entry, one.found[0]), []).append(one.text)
    for (entry, other), texts in taken.items():
        if entry in trial.lost or not _tells(len(texts), asked[entry]):
            continue
        back = taken.get((other, entry), [])
        if _tells(len(back), asked[other]) and (len(back), other) > (len(texts), entry):
            continue  # told at the other
        shown = ", ".join(quote(text) for text in texts[:_SHOWN]) + (", …" if len(texts) > _SHOWN else "")
        message = (
            f"{len(texts)} formulations sur {asked[entry]} mènent plutôt à {quote(other)} ({shown})"
            f"{NBSP}: donnez à chaque fiche des mots que l'autre n'a pas, ou réunissez-les"
        )
        yield _of_all(entries[entry], "confused-articles", message)


def entries_can_be_found(material: Material, trial: "Trial") -> Iterator[Problem]:
    """`lost-article` (warning): none of its phrasings finds it once that phrasing is left out."""
    entries = _entries(material)
    for entry in trial.lost:
        message = (
            f"fiche introuvable{NBSP}: chaque formulation, mise de côté, mène ailleurs{NBSP}; "
            f"ajoutez-en qui partagent leurs mots, et des {quote('keywords')}"
        )
        yield _of_all(entries[entry], "lost-article", message)


def _of_all(authored: AuthoredArticle, code: str, message: str) -> Problem:
    where = (authored.place, "phrasings")
    return authored.document.problem(code, message, where, key=True, severity="warning")


def _tells(taken: int, asked: int) -> bool:
    return taken >= TAKEN and taken >= TAKEN_SHARE * asked


def _entries(material: Material) -> Mapping[str, AuthoredArticle]:
    return {authored.article.id: authored for authored in material.articles}


def _where(authored: AuthoredArticle, place: "Place") -> tuple[str | int, ...] | None:
    """Where a text of the index stands in the file; None for the keywords, which are no text of their own."""
    if place.number == 0:
        return ("question",)
    if place.number <= len(authored.article.phrasings):
        return ("phrasings", place.number - 1)
    return None
