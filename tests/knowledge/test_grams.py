"""Grams as numbers: no two share one, and what the base does not know is found nowhere."""

import numpy as np

from bot.knowledge.grams import build_grams, gram_keys, grams
from bot.knowledge.pairs import build_pairs
from bot.knowledge.text import Reading

PHRASINGS = [["louer", "la", "salle"], ["reserver", "un", "local"], ["salle", "libre"]]


def test_every_gram_has_a_number_of_its_own() -> None:
    found = {gram for words in PHRASINGS for word in words for gram in grams(word)} | {"a", "aa", " a", "a "}
    assert len(set(gram_keys(found).tolist())) == len(found)
    assert all(key.to_bytes(8).lstrip(b"\0").decode() in found for key in gram_keys(found).tolist())


def test_a_phrasing_is_itself_and_strangers_share_nothing() -> None:
    table = build_grams(PHRASINGS, [0, 1, 2], 3)
    assert (np.diff(table.keys.astype(np.int64)) > 0).all()
    for place, words in enumerate(PHRASINGS):
        assert table.compare(words).argmax() == place
        assert abs(table.compare(words)[place] - 1) < 1e-6
    assert not table.compare(["zzzz"]).any()
    assert not table.compare([]).any()


def test_an_empty_base_knows_no_gram_and_no_pair() -> None:
    assert build_grams([], [], 0).compare(["salle"]).tolist() == []
    assert build_pairs([], [], 0).compare(["salle"]).tolist() == []


def test_pairs_are_found_in_their_order_only() -> None:
    table = build_pairs([Reading(tuple(words), (), ()) for words in PHRASINGS], [0, 1, 2], 3)
    assert table.compare(["louer", "la", "salle"]).argmax() == 0
    assert table.compare(["un", "local"])[1] > 0
    assert not table.compare(["local", "un", "louer"])[[0]].any()
    assert not table.compare(["local", "un", "louer"], {"^ local"}).any()
