"""Twins: every pair is found that comparing each phrasing with every other one finds, and no other."""

import numpy as np

from bot.dialogue.library import Library
from bot.knowledge.evaluate import CollectionEntry
from bot.knowledge.index import Index, build_index
from bot.knowledge.twins import Place, find_twins

BASE = build_index(
    [
        CollectionEntry(
            "salle", "Comment prêter notre salle ?", ("mettre un local à disposition", "les clés")
        ),
        CollectionEntry("bus", "Réserver un bus", ("METTRE UN LOCAL A DISPOSITION", "les clefs", "les clés")),
    ]
)


def test_twins_are_named_by_entry_and_place_the_earlier_one_first() -> None:
    found = [(one.first, one.second) for one in find_twins(BASE)]
    assert found == [(Place("salle", 1), Place("bus", 1)), (Place("salle", 2), Place("bus", 3))]


def test_a_base_of_one_entry_has_no_twins() -> None:
    assert list(find_twins(build_index([CollectionEntry("un", "Un", ("même", "même"))]))) == []


def test_none_is_missed_in_the_shipped_base(library: Library) -> None:
    index, least = library.index, 0.75
    starts = index.scorer.starts
    found = {
        tuple(int(starts[index.ids.index(place.entry)]) + place.number for place in (one.first, one.second))
        for one in find_twins(index, least)
    }
    assert found == _every_near_pair(index, least)


def _every_near_pair(index: Index, least: float) -> set[tuple[int, ...]]:
    """The slow way: the cosines that a question typed like each phrasing would get."""
    found: set[tuple[int, ...]] = set()
    owners = index.scorer.owners
    for second, text in enumerate(index.texts):
        cosines = index.scorer.grams.compare(index.scorer.reader.read(text).words)
        near = np.flatnonzero(cosines >= least)
        found |= {
            (first, second) for first in near.tolist() if first < second and owners[first] != owners[second]
        }
    return found
